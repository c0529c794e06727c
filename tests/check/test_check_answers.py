"""When two answers count as equal."""

from types import SimpleNamespace

import numpy as np
import pytest

from simple_ml.check.answers import moments, same, same_array, same_moments

nan, inf = float("nan"), float("inf")

A = np.array


@pytest.mark.parametrize(
    ("found", "wanted", "before", "equal"),
    [
        # to 1e-5 of the largest entry, the bound itself included
        (A([1000, 0.0099]), A([1000.0, 0]), None, True),
        (A([1000, 0.0101]), A([1000.0, 0]), None, False),
        (A([0, 0.0]), A([0.0, 0]), None, True),
        (A([0, 1e-30]), A([0.0, 0]), None, False),
        (A([1.0, -1]), A([1.0, 1]), None, False),
        (A([-1.0, -1]), A([1.0, 1]), None, False),
        # a step: of the largest change, not of the largest weight
        (A([1.0009, 2]), A([1.001, 2]), A([1.0, 2]), False),
        (A([100.001]), A([101.0]), A([100.0]), False),
        (A([5.0, 7]), A([5.0, 7]), A([5.0, 7]), True),
        (A([1e6 + 9e-4, 1]), A([1e6, 1]), A([1e6, 1]), True),  # rounding of a large weight
        (A([1e6 + 1.1e-3, 1]), A([1e6, 1]), A([1e6, 1]), False),
        (A([1e-6 + 5e-10]), A([1e-6]), A([1e-6]), False),
        # a loss: of 1, if it is smaller
        (A(9e-6), A(0.0), None, True),
        (A(1.1e-5), A(0.0), None, False),
        (A(100.0009), A(100.0), None, True),
        (A(100.0011), A(100.0), None, False),
        (A([9e-6]), A([0.0]), None, False),
        # forms
        (A([[2.0]]), A(2.0), None, True),
        (A(2.0), A([[2.0]]), None, False),  # a row of labels is not a single number
        (A([2.0]), A([[2.0]]), None, False),
        (A([2.0, 2.0]), A(2.0), None, False),
        (A(2.0), A([2.0, 2.0]), None, False),
        (A([1.0, 2]), A([[1.0, 2]]), None, False),
        (np.zeros((0, 3)), np.zeros((0, 3)), None, True),
        (np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)), True),
        # kinds of numbers
        (A([2, 0]), A([2.0, 0]), None, True),
        (A([True, False]), A([1.0, 0]), None, True),
        (A([2, 0], np.uint8), A([2.0, 0]), None, True),
        (A([2 + 0j, 0]), A([2.0, 0]), None, False),
        (A(["2", "0"]), A([2.0, 0]), None, False),
        # where the right answer overflows, another may do so elsewhere
        (A([inf, 1]), A([1, nan]), None, True),
        (A([1.0, 2]), A([1, nan]), None, False),
        (A([nan, 2]), A([1.0, 2]), None, False),
        (A([inf, 2]), A([1.0, 2]), None, False),
    ],
)
def test_arrays_are_equal_relative_to_what_changes(found, wanted, before, equal):
    assert same_array(found, wanted, 1e-5, before) is equal


PROBE = SimpleNamespace(tolerance=1e-5)


@pytest.mark.parametrize(
    ("found", "wanted", "equal"),
    [
        ("ValueError", "ValueError", True),
        ("ValueError", "IndexError", True),  # sizes that do not fit: NumPy raises either
        ("TypeError", "ValueError", False),
        ("ValueError", {"W": A([1.0])}, False),
        ({"W": A([1.0])}, "ValueError", False),
        (None, {"W": A([1.0])}, False),
        (None, None, False),
        ({"W": A([1.0])}, {"W": A([1.0])}, True),
        ({"W": A([1.0])}, {"V": A([1.0])}, False),
        ({"W": A([1.0]), "V": A([2.0])}, {"W": A([1.0]), "V": A([2.0])}, True),
        ({"W": A([1.0]), "V": A([2.0])}, {"W": A([1.0]), "V": A([3.0])}, False),
        ({"W": A([1.0])}, {"W": A([1.0]), "V": A([3.0])}, False),
    ],
)
def test_answers_are_equal_if_they_have_the_same_names_and_arrays(found, wanted, equal):
    assert same(found, wanted, PROBE) is equal


def test_a_small_step_from_large_weights_must_be_right_too():
    before, wanted = {"W": A([1000.0])}, {"W": A([1000.1])}
    assert same({"W": A([1000.1 + 9e-7])}, wanted, PROBE, before)
    assert not same({"W": A([1000.1005])}, wanted, PROBE, before)


def draw(shape=(4, 3), mean=0.0, std=1.0):
    return {"shape": A(shape), "mean": A(mean), "std": A(std)}


@pytest.mark.parametrize(
    ("found", "wanted", "equal"),
    [
        (draw(std=2.05), draw(std=2.0), True),  # 3 % of the deviation
        (draw(std=2.07), draw(std=2.0), False),
        (draw(std=1.95), draw(std=2.0), True),
        (draw(std=1.93), draw(std=2.0), False),
        (draw(std=2.0, mean=0.09), draw(std=2.0), True),  # the mean to 5 % of it
        (draw(std=2.0, mean=-0.11), draw(std=2.0), False),
        (draw(std=2.0, mean=5.09), draw(std=2.0, mean=5.0), True),
        (draw(std=2.0, mean=-5.0), draw(std=2.0, mean=5.0), False),
        (draw(std=0.0, mean=0.0), draw(std=0.0, mean=0.0), True),  # all weights 0
        (draw(std=0.9e-8, mean=1 + 0.9e-6), draw(std=0.0, mean=1.0), True),  # rounding
        (draw(std=0.9e-8, mean=-1 - 0.9e-6), draw(std=0.0, mean=-1.0), True),
        (draw(std=1.1e-8, mean=1.0), draw(std=0.0, mean=1.0), False),
        (draw(std=0.0, mean=1 + 1.1e-6), draw(std=0.0, mean=1.0), False),
        (draw(std=1.8e-8, mean=2 + 1.8e-6), draw(std=0.0, mean=2.0), True),
        (draw(shape=(3, 4)), draw(shape=(4, 3)), False),
        ("TypeError", "TypeError", True),
        ("TypeError", "ValueError", False),
        ("TypeError", draw(), False),
        (draw(), "TypeError", False),
        (None, draw(), False),
    ],
)
def test_draws_are_equal_if_mean_and_deviation_are(found, wanted, equal):
    assert same_moments(found, wanted, None) is equal


def test_what_is_compared_of_random_weights():
    W = A([[1.0, 2, 3], [4, 5, 9]])
    found = moments(W)
    assert found.keys() == {"shape", "mean", "std"}
    assert (found["mean"], found["std"]) == (W.mean(), W.std())
    np.testing.assert_array_equal(found["shape"], (2, 3))
    assert moments(A([[7.0]]))["mean"] == 7
    assert moments(A([[1, 2]])) is None
    assert moments(np.zeros((0, 3))) is None
