"""Central differences are as exact as claimed, and the relative error hides nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_ml.gradcheck import numerical_gradient, relative_error

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-6)
MATRICES = arrays(np.float64, (3, 2), elements=NUMBERS)
SEEDS = st.integers(0, 2**32 - 1)


# ---------------------------------------------------------------- numerical_gradient


@given(SEEDS)
def test_quadratic_functions_are_differentiated_exactly(seed):
    """For whole numbers and a step that is a power of two, no operation rounds."""
    rng = np.random.default_rng(seed)
    Q, W = rng.integers(-9, 10, (4, 4)).astype(float), rng.integers(-9, 10, (4, 3)).astype(float)
    gradient = numerical_gradient(lambda W: np.sum(W * (Q @ W)), W, step=0.5)
    np.testing.assert_array_equal(gradient, (Q + Q.T) @ W)


def test_the_default_step_is_a_hundred_thousandth_to_either_side():
    seen = []
    numerical_gradient(lambda W: seen.append(W.item()) or 0.0, np.array([0.0]))
    assert seen == [1e-5, -1e-5]


@pytest.mark.parametrize("size", [1e3, 1e6, 1e9])
def test_a_large_entry_does_not_spoil_the_distance_that_is_divided_by(size):
    W = np.array([size / 3])
    gradient = numerical_gradient(lambda W: W[0], W, step=1e-5)
    np.testing.assert_allclose(gradient, 1, rtol=1e-15)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 1, 3)])
def test_every_entry_of_every_shape_is_differentiated_to_ten_digits(shape):
    W = np.asarray(np.random.default_rng(1).standard_normal(shape[::-1])).T  # strided
    W.flags.writeable = False
    gradient = numerical_gradient(lambda W: np.sin(W).sum(), W)
    assert gradient.shape == shape
    assert relative_error(gradient, np.cos(W)) < 1e-10


@pytest.mark.parametrize(
    "W", [np.zeros(3, np.float32), np.zeros(3, int), np.zeros(3, complex), [0.0, 1.0], 1.0]
)
def test_anything_but_a_float64_array_is_refused(W):
    with pytest.raises(TypeError, match="expected a float64 array"):
        numerical_gradient(np.sum, W)


@pytest.mark.parametrize("step", [0, -1e-5, np.nan, np.inf])
def test_a_step_that_is_not_a_positive_number_or_too_small_is_refused(step):
    with pytest.raises(ValueError, match="expected a positive number"):
        numerical_gradient(np.sum, np.zeros(2), step)
    with pytest.raises(ValueError, match="swallows"):  # rounding does
        numerical_gradient(np.sum, np.array([1.0, 1e12]), 1e-5)


# ---------------------------------------------------------------- relative_error


@given(MATRICES, MATRICES, st.integers(-40, 40))
def test_the_relative_error_is_symmetric_at_most_two_and_free_of_scale(A, B, power):
    assert relative_error(A, B) == relative_error(B, A)
    assert 0 <= relative_error(A, B) <= 2
    assert relative_error(A, A) == 0
    scale = 2.0**power  # multiplies without rounding
    assert relative_error(scale * A, scale * B) == relative_error(A, B)


@pytest.mark.parametrize(
    ("actual", "expected", "error"),
    [
        ([1.0, 2.0], [1.0, 4.0], 0.5),
        ([1.0], [-1.0], 2),
        (np.zeros((2, 2)), np.zeros((2, 2)), 0),
        ([0.0, 0.0], [0.0, 1e-300], 1),
        (np.zeros((0, 2)), np.zeros((0, 2)), 0),
        (np.eye(1, 10_000), np.zeros((1, 10_000)), 1),  # the largest entry counts, not the mean
        (np.array([-128], np.int8), np.array([0], np.int8), 1),  # abs(-128) is -128 in int8
        (np.array([1], np.uint8), np.array([2], np.uint8), 0.5),  # and 1 - 2 is 255 in uint8
    ],
)
def test_known_values(actual, expected, error):
    assert relative_error(np.asarray(actual), np.asarray(expected)) == error
    assert relative_error(np.asarray(expected), np.asarray(actual)) == error


@pytest.mark.parametrize("shapes", [((2, 3), (3, 2)), ((3,), (3, 1)), ((1, 3), (2, 3)), ((), (1,))])
def test_shapes_that_would_broadcast_are_refused(shapes):
    for pair in (shapes, shapes[::-1]):
        with pytest.raises(ValueError, match="expected equal shapes"):
            relative_error(*map(np.zeros, pair))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_or_infinity_gives_nan(bad):
    spoilt = np.array([1.0, bad])
    for pair in ((spoilt, np.ones(2)), (np.ones(2), spoilt), (spoilt, spoilt)):
        assert np.isnan(relative_error(*pair))
        assert not relative_error(*pair) < 1e-7
