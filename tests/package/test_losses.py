import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simple_ml import loss_err, one_hot, softmax, softmax_loss
from simple_ml.gradcheck import numerical_gradient
from simple_ml.losses import logit_curvature, logit_gradient

LOGITS = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(2, 5)),
    elements=st.floats(-50, 50, width=32),
)


def labels_for(Z, seed=0):
    return np.random.default_rng(seed).integers(0, Z.shape[1], len(Z))


def test_the_loss_is_the_mean_negative_log_probability_of_the_labels():
    Z = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]])
    S = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(softmax(Z), S, rtol=1e-12)
    by_hand = -(np.log(S[0, 2]) + np.log(S[1, 1])) / 2
    assert softmax_loss(Z, np.array([2, 1])) == pytest.approx(by_hand, rel=1e-12)


@given(LOGITS, st.floats(-1e3, 1e3))
def test_probabilities_sum_to_1_and_a_constant_on_every_logit_changes_nothing(Z, c):
    y, S = labels_for(Z), softmax(Z)
    assert S.min() >= 0
    np.testing.assert_allclose(S.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(softmax_loss(Z + c, y), softmax_loss(Z, y), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(softmax(Z + c), S, rtol=1e-9, atol=1e-12)


@given(LOGITS)
def test_the_loss_is_not_negative_and_falls_when_the_true_logit_rises(Z):
    y = labels_for(Z)
    better = Z + one_hot(y, Z.shape[1], Z.dtype)
    assert 0 <= softmax_loss(better, y) <= softmax_loss(Z, y)


@given(LOGITS)
def test_the_gradient_with_respect_to_the_logits_is_softmax_minus_one_hot_over_m(Z):
    y = labels_for(Z)
    G = logit_gradient(Z, y)
    np.testing.assert_array_equal(G, softmax(Z) - one_hot(y, Z.shape[1], Z.dtype))
    numeric = numerical_gradient(lambda Z: softmax_loss(Z, y), Z)
    np.testing.assert_allclose(G / len(Z), numeric, atol=2e-9)


@given(LOGITS)
def test_the_curvature_is_the_derivative_of_the_gradient_along_a_direction(Z):
    y, direction = labels_for(Z), np.cos(np.arange(Z.size)).reshape(Z.shape)
    ahead, behind = (logit_gradient(Z + t * direction, y) for t in (1e-5, -1e-5))
    np.testing.assert_allclose(logit_curvature(Z, direction), (ahead - behind) / 2e-5, atol=2e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_ten_thousand_either_way_give_finite_losses(dtype):
    Z = np.array([[1e4, -1e4, 0], [-1e4, -1e4, 1e4]], dtype)
    np.testing.assert_allclose(softmax_loss(Z, np.array([0, 2])), 0, atol=1e-30)
    np.testing.assert_allclose(softmax_loss(Z, np.array([1, 0])), 2e4, rtol=1e-6)
    np.testing.assert_array_equal(softmax(Z), [[1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_of_very_different_size_do_not_disturb_each_other(dtype):
    rows = np.array([[1.0, 2, 3], [1e4 + 1, 1e4 + 2, 1e4 + 3], [-1e4, 0, 1e4]], dtype)
    y = np.array([0, 0, 1])
    together, apart = softmax(rows), [softmax(row[None])[0] for row in rows]
    np.testing.assert_array_equal(together, apart)
    losses = [softmax_loss(row[None], y[i : i + 1]) for i, row in enumerate(rows)]
    assert softmax_loss(rows, y) == pytest.approx(np.mean(losses), rel=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_keep_the_dtype_of_the_logits(dtype):
    Z, y = np.ones((3, 4), dtype), np.array([0, 1, 2], np.uint8)
    assert softmax(Z).dtype == dtype
    assert one_hot(y, 4, dtype).dtype == dtype
    assert softmax_loss(Z, y).dtype == dtype


def test_one_hot_has_its_one_in_the_column_of_the_label_in_float32_unless_told_otherwise():
    Y = one_hot(np.array([2, 0, 1], np.uint8), 4)
    np.testing.assert_array_equal(Y, np.eye(4)[[2, 0, 1]])
    assert Y.dtype == np.float32  # NumPy's own zeros are float64


def test_the_error_is_the_share_of_rows_whose_largest_logit_is_not_the_labels():
    Z = np.array([[3.0, 1, 2], [0, 5, 1], [0, 1, 9], [4, 2, 1]])
    y = np.array([0, 2, 1, 1])  # the second label is above the largest logit's, the third below
    assert loss_err(Z, y) == (softmax_loss(Z, y), 0.75)
    assert loss_err(0 * Z, y)[1] == 0.75  # of equal logits, the first column counts


def test_inputs_are_not_modified():
    Z = np.random.default_rng(0).standard_normal((5, 3))
    y = labels_for(Z)
    Z.flags.writeable = y.flags.writeable = False  # to write would raise
    softmax(Z), one_hot(y, 3), softmax_loss(Z, y), loss_err(Z, y)
    logit_gradient(Z, y), logit_curvature(Z, Z)


@pytest.mark.parametrize("function", [softmax_loss, loss_err])
@pytest.mark.parametrize(
    ("Z", "y", "error", "message"),
    [
        ([[1.0, 2.0]], np.array([0]), TypeError, "Z is a list.*np.asarray"),
        (np.ones((2, 3), int), np.array([0, 1]), TypeError, "Z has dtype int64"),
        (np.ones(3), np.array([0]), ValueError, r"Z has shape \(3,\).*reshape"),
        (np.ones((0, 3)), np.array([], int), ValueError, "Z is empty"),
        (np.ones((2, 3)), [0, 1], TypeError, "y is a list"),
        (np.ones((2, 3)), np.arange(3), ValueError, r"y has shape \(3,\), .* \(2,\), .* of Z;"),
        (np.ones((2, 3)), np.eye(3, dtype=int)[:2], ValueError, r"y has shape \(2, 3\).*one-hot"),
        (np.ones((2, 3)), np.array([0.0, 1.0]), TypeError, "y has dtype float64"),
        (np.ones((2, 3)), np.array([1, 3]), ValueError, "y .* 1 to 3, expected 0 … 2.*start at 1"),
        (np.ones((2, 3)), np.array([-1, 0]), ValueError, "y holds the label -1"),
    ],
)
def test_bad_input_is_named(function, Z, y, error, message):
    with pytest.raises(error, match=f"^{message}"):
        function(Z, y)
