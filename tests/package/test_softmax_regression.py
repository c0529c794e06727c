import numpy as np
import pytest

from simple_ml import softmax_loss, softmax_regression_epoch
from simple_ml.gradcheck import numerical_gradient, relative_error


def problem(dtype=np.float64):
    rng = np.random.default_rng(0)
    X, y, theta = rng.standard_normal((7, 5)), rng.integers(0, 3, 7), rng.standard_normal((5, 3))
    return X.astype(dtype), y, theta.astype(dtype)


@pytest.mark.parametrize("batch", [7, 3, 100])
def test_a_step_on_each_batch_is_its_numerical_gradient_also_when_the_last_is_short(batch):
    X, y, theta = problem()
    expected = theta.copy()
    for start in range(0, len(X), batch):
        Xb, yb = X[start : start + batch], y[start : start + batch]
        expected -= 0.3 * numerical_gradient(lambda t: softmax_loss(Xb @ t, yb), expected)  # noqa: B023
    softmax_regression_epoch(X, y, theta, lr=0.3, batch=batch)
    assert relative_error(theta, expected) < 1e-8


def test_float32_weights_stay_float32_and_the_data_are_left_alone():
    X, y, theta = problem(dtype=np.float32)
    X.flags.writeable = y.flags.writeable = False
    assert softmax_regression_epoch(X, y, theta, lr=np.float64(0.1)) is None
    assert theta.dtype == np.float32


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"X": [[1.0] * 5] * 7}, TypeError, "X is a list"),
        ({"X": np.ones((7, 5), int)}, TypeError, "X has dtype int64"),
        ({"y": np.zeros(6, int)}, ValueError, r"y has shape \(6,\).* each row of X;"),
        ({"X": np.ones((7, 4))}, ValueError, "X has shape .* and theta has shape"),
        ({"y": np.full(7, 3)}, ValueError, "y holds labels from 3 to 3, expected 0 … 2"),
        ({"theta": np.zeros((5, 3), int)}, TypeError, "theta has dtype int64"),
        ({"theta": np.broadcast_to(0.0, (5, 3))}, ValueError, "theta is read-only"),
        ({"batch": -1}, ValueError, "batch is -1"),
        ({"lr": np.nan}, ValueError, "lr is nan"),
    ],
)
def test_bad_input_is_named_before_theta_is_modified(change, error, message):
    arguments = dict(zip(("X", "y", "theta"), problem(), strict=True)) | change
    before = arguments["theta"].copy()
    with pytest.raises(error, match=f"^{message}"):
        softmax_regression_epoch(**arguments)
    np.testing.assert_array_equal(arguments["theta"], before)
