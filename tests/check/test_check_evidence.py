"""The words and numbers of what is shown."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from simple_ml import deep
from simple_ml.check.evidence import assignments, compared, evidence, number, ratio
from simple_ml.check.facts import Outcome, changed, description, exception, listed
from simple_ml.check.probes import Probe
from simple_ml.check.sandbox import Odd, Raised
from simple_ml.check.tasks import TASKS

A = np.array

# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["W1"], "W1 is"),
        (["W1", "W2"], "W1 and W2 are"),
        (["a", "b", "c"], "a, b and c are"),
        ({"W2": True}, "W2 is"),
    ],
)
def test_names_are_listed_as_people_do(names, text):
    assert listed(names, "is", "are") == text
    assert listed(names) == text.rsplit(" ", 1)[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Odd("str", "'a'"), "a str ('a')"),
        (np.zeros((2, 3), np.float32), "an array of shape (2, 3) and dtype float32"),
        ((1.0, np.zeros(3)), "2 values (float, array (3,))"),
        ((1, 2, 3, 4, 5), "5 values (int, int, int, int)"),
        (None, "None"),
        (2.5, "the float 2.5"),
        (10**90, ("the int 1" + "0" * 90)[:80]),
    ],
)
def test_values_are_described_in_a_few_words(value, text):
    assert description(value) == text


def test_exceptions_and_numbers_read_as_python_and_people_print_them():
    assert exception(Raised("KeyError", "'x'", ())) == "KeyError: 'x'"
    assert exception(Raised("KeyboardInterrupt", "", ())) == "KeyboardInterrupt"
    assert number(1 / 3) == "0.333333"
    assert number(np.float32(-2)) == "−2"
    assert number(1234567) == "1.23457e+06"


# ---------------------------------------------------------------- what differs


@pytest.mark.parametrize(
    ("old", "new", "is_changed"),
    [
        (A([1.0, np.nan]), A([1.0, np.nan]), False),
        (A([1.0]), A([2.0]), True),
        (A([1]), A([1]), False),
        (A([1]), A([1.0]), True),
        (A([1.0]), A([[1.0]]), True),
        (A([1.0]), None, True),
        ([A([1.0]), A([2.0])], (A([1.0]), A([2.0])), False),
        ([A([1.0]), A([2.0])], (A([1.0]), A([3.0])), True),
        ([A([1.0]), A([2.0])], (A([1.0]),), True),
        (({1: A([1.0])}, {1: A([2.0])}), ({1: A([1.0])}, {1: A([2.0])}), False),
        (({1: A([1.0])}, {1: A([2.0])}), ({1: A([1.0])}, {1: A([3.0])}), True),
        (({1: A([1.0])}, {1: A([2.0])}), ({1: A([1.0])}, {}), True),
        (({1: A([1.0])}, {}), ({1: A([0.0])}, {}), True),
        ([A([1.0]), 0.5], (A([1.0]), 0.25), False),
        ([0.5, A([1.0])], (0.5, A([2.0])), True),
        ([A([1.0]), A([2.0])], (A([2.0]), A([2.0])), True),
        (["relu", "tanh"], ("relu",), True),
        (({1: A([1.0]), 2: A([2.0])},), ({1: A([1.0]), 2: A([3.0])},), True),
        (({1: A([1.0])}, "name"), ({1: A([2.0])}, "name"), True),
        (0.5, 0.25, False),  # a number is the function's own
        (["relu"], ("tanh",), False),
    ],
)
def test_an_argument_has_changed_if_an_array_in_it_has(old, new, is_changed):
    assert changed(old, new) is is_changed


def rows(expected, found, before=None, **options):
    return compared("W", A(expected), A(found), before, 1e-5, **options)


def test_the_entries_that_differ_most_are_shown_in_their_order():
    expected = np.zeros((2, 3)) + 1
    found = expected + A([[0, 3, 0.5], [2, 0, 1]])
    assert rows(expected, found) == [
        ("W[0, 1]", "1", "4"),
        ("W[1, 0]", "1", "3"),
        ("W[1, 2]", "1", "2"),
    ]
    assert rows(expected, expected) == []
    assert rows([1.0, 2, 3], [1.0, np.nan, 4]) == [("W[1]", "2", "nan"), ("W[2]", "3", "4")]
    assert rows([1.0, 2, 3], [1.0, 2 + 1e-9, 4]) == [("W[2]", "3", "4")]  # what looks equal is not


def test_of_entries_that_differ_alike_the_first_are_shown():
    entries = [entry for entry, *_ in rows(np.zeros((20, 50)), np.ones((20, 50)))]
    assert entries == ["W[0, 0]", "W[0, 1]", "W[0, 2]"]
    found = np.tile([1.0, 2.0], (20, 25))
    entries = [entry for entry, *_ in rows(np.zeros((20, 50)), found)]
    assert entries == ["W[0, 1]", "W[0, 3]", "W[0, 5]"]
    entries = [entry for entry, *_ in rows([-1.0, -2, 5, 6, 7], [1, 2, 5.5, 6.5, 7.5])]
    assert entries == ["W[0]", "W[1]", "W[2]"]


def test_shapes_that_differ_are_shown_and_single_numbers_beside_them():
    assert rows([1.0, 2], [[1.0, 2]]) == [("W.shape", "(2,)", "(1, 2)")]
    assert rows(2.0, [3.0]) == [("W.shape", "()", "(1,)"), ("W", "2", "3")]
    assert rows(2.0, [2.0, 3]) == [("W.shape", "()", "(2,)")]
    assert rows(2.0, 3.0) == [("W", "2", "3")]
    assert rows(2.0, 2.0) == []
    assert rows(2.0, 2.0, moments=True) == [("W", "2", "2")]  # a deviation is always shown
    assert compared("shape", A([2, 3]), A([3, 2]), None, 1e-5) == []


def test_a_small_step_that_is_wrong_is_shown_beside_large_weights():
    before, expected = A([1000.0, 1000]), [1000.1, 1000.1]
    assert rows(expected, [1000.1, 1000.3], before) == [("W[1]", "1000.1", "1000.3")]
    assert rows(expected, [1000.1, 1000.1], before) == []


@pytest.mark.parametrize(
    ("expected", "found", "before", "text"),
    [
        ([1, 2], [[1, 2]], None, "its shape is (1, 2), expected (2,)"),
        ([1, 2], [1, np.inf], None, "1 of 2 entries are inf or nan"),
        ([1, -2], [3, -6], None, "in 2 of 2 entries, value 3"),
        ([1, 2, 4], [1, 4, 2], None, "in 2 of 3 entries, value 0.5 to 2"),
        ([5, 2, 4], [5, 4, 8], None, "in 2 of 3 entries, value 2"),  # only what differs counts
        ([0, 2], [5, 2], None, "in 1 of 2 entries"),
        ([11, 12], [12, 14], [10, 10], "in 2 of 2 entries, change 2"),
        ([-1, -2], [-2, -4.001], None, "in 2 of 2 entries, value 2.00025"),
        ([-1, -2], [2, 4.1], None, "in 2 of 2 entries, value −2.05 to −2"),
        ([1000, 0.5], [1000, 5], None, "in 1 of 2 entries"),
        ([1000, 1.5], [1000, 3], None, "in 1 of 2 entries, value 2"),
        ([1, 2], [0, 0], None, "in 2 of 2 entries, value 0"),
    ],
)
def test_how_much_differs_and_by_what_factor_is_said(expected, found, before, text):
    text = re.sub("(value|change) (.+)", r"where the \1 is \2 times the expected", text)
    before = None if before is None else {"W": A(before)}
    outcome = Outcome(
        Probe("a probe", ()), None, before, {"W": A(expected)}, {"W": A(found)}, False
    )
    assert ratio(outcome, "W") == f"on “a probe” {text}"


@pytest.mark.parametrize(
    ("order", "about"), [((3, 7), "3"), ((7, 3), "3"), ((3, 7, "inf 1"), "3"), (("inf 1",), "1")]
)
def test_the_smallest_finite_answer_is_shown(order, about):
    outcomes = []
    for size in map(str, order):
        found = np.inf if size.startswith("inf") else 2.0
        number = size.split()[-1]
        probe = Probe(number, (np.zeros(int(number)),))
        outcomes.append(Outcome(probe, None, None, {"loss": A(1.0)}, {"loss": A(found)}, False))
    assert evidence(TASKS["softmax_loss"], outcomes).about == about
    assert evidence(TASKS["softmax_loss"], []) is None


def test_the_arguments_are_written_so_that_they_can_be_pasted():
    names = ("X", "y", "F", "big", "lr", "weights", "names", "one", "name", "cache")
    arguments = (
        A([[0.5, 1]]),
        A([1, 0]),
        A([2.0], np.float32),
        np.zeros(61),
        0.5,
        [A([[1.0]]), A([[2.0]])],
        ["relu", "identity"],
        [A([[0.5]])],
        ["relu"],
        deep.Cache({}, {}),
    )
    lines = list(assignments(SimpleNamespace(parameters=names), Probe("", arguments)))
    assert lines == [
        "X = np.array([[0.5, 1.0]])",
        "y = np.array([1, 0])",
        "F = np.array([2.0], np.float32)",
        "big: float64, shape (61,)",
        "lr = 0.5",
        "weights = [np.array([[1.0]]), np.array([[2.0]])]",
        "names = ['relu', 'identity']",
        "one = [np.array([[0.5]])]",
        "name = ['relu']",
        "cache: what simple_ml.deep.forward returns",
    ]
    (line,) = assignments(SimpleNamespace(parameters=("X",)), Probe("", (np.zeros(60),)))
    assert line.startswith("X = np.array([0.0, ")
