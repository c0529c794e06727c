"""The experiments' steps, starts and batches are what they say (experiments/networks.py)."""

import numpy as np
import pytest
import record_predictions
from networks import batches, step
from record_squared import LOSSES

from simple_ml.gradcheck import numerical_gradient, relative_error
from simple_ml.losses import softmax_loss
from simple_ml.two_layer import forward

N, D, K = 6, 5, 3


@pytest.mark.parametrize("loss", LOSSES)
def test_a_step_goes_down_the_gradient_of_the_loss(loss):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((8, N)), rng.integers(0, K, 8)
    W = rng.standard_normal((N, D)), rng.standard_normal((D, K))
    value, residual = LOSSES[loss]
    # one_hot makes float32 labels, which hold 0 and 1 exactly
    measured = [
        numerical_gradient(lambda V: value(forward(X, V, W[1])[1], y), W[0]),
        numerical_gradient(lambda V: value(forward(X, W[0], V)[1], y), W[1]),
    ]
    after = tuple(V.copy() for V in W)
    found = step(X, y, after, 0.5, residual)[2]
    for V, new, dV, expected in zip(W, after, found, measured, strict=True):
        assert relative_error(dV, expected) < 1e-6
        np.testing.assert_allclose(new, V - 0.5 * dV)


def test_an_epoch_takes_each_row_once_shuffled_or_not():
    plain, shuffled = batches(7, 3), batches(7, 3, np.random.default_rng(0))
    np.testing.assert_array_equal(np.concatenate(plain), np.arange(7))
    np.testing.assert_array_equal(np.sort(np.concatenate(shuffled)), np.arange(7))
    assert not np.array_equal(np.concatenate(shuffled), np.arange(7))
    assert [len(part) for part in plain] == [3, 3, 1]


@pytest.mark.parametrize(("v", "k"), [(0.3, 2), (4.4, 10), (30.0, 40)])
def test_the_predicted_first_loss_is_that_of_random_logits(v, k):
    rng = np.random.default_rng(0)
    h = np.sqrt(v) * rng.standard_normal((100_000, k))
    y = rng.integers(0, k, len(h))
    error = 4 * np.sqrt(v + 1) / np.sqrt(len(h))
    assert softmax_loss(h, y) == pytest.approx(record_predictions.first_loss(v, k), abs=error)
