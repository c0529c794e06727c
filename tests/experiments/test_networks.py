"""The networks of the experiments are what they say (experiments/networks.py)."""

import networks
import numpy as np
import pytest
import record_predictions
from networks import NETWORKS, batches, start, step
from record_squared import LOSSES

from simple_ml.gradcheck import numerical_gradient, relative_error
from simple_ml.losses import softmax_loss

N, D, K = 6, 5, 3


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((8, N)), rng.integers(0, K, 8)
    U = rng.standard_normal((N, D)), rng.standard_normal((D, K))
    W = tuple(V + 0.1 * rng.standard_normal(V.shape) for V in U)
    return X, y, W, U


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_step_goes_down_the_gradient_of_the_loss(problem, network, loss):
    X, y, W, U = problem
    value, residual = LOSSES[loss]
    # one_hot makes float32 labels, which hold 0 and 1 exactly
    measured = [
        numerical_gradient(lambda V: value(network(X, (V, W[1]), U)[0], y), W[0]),
        numerical_gradient(lambda V: value(network(X, (W[0], V), U)[0], y), W[1]),
    ]
    after = tuple(V.copy() for V in W)
    found = step(X, y, after, U, 0.5, network, residual)[2]
    for V, new, dV, expected in zip(W, after, found, measured, strict=True):
        assert relative_error(dV, expected) < 1e-6
        np.testing.assert_allclose(new, V - 0.5 * dV)


def test_the_linear_network_is_the_tangent_of_the_centred_one(problem):
    X, _, W, U = problem
    t = 1e-6
    near = tuple(A + t * (B - A) for A, B in zip(U, W, strict=True))
    slope = networks.centred(X, near, U)[0] / t
    assert relative_error(slope, networks.linear(X, W, U)[0]) < 1e-4


def test_a_gain_is_an_output_scale_with_the_rate_divided_by_it(problem):
    X, y, W, U = problem
    g, eta = 7.0, 0.3
    loud = tuple(np.sqrt(g) * V for V in W)
    quiet = tuple(V.copy() for V in W)

    def scaled(A, V, start):
        h, Z1, on, V2 = networks.plain(A, V, start)
        return g * h, g * Z1, on, g * V2  # the chain rule's g stands in both gradients

    for _ in range(5):
        step(X, y, loud, U, eta)
        step(X, y, quiet, U, eta / g, scaled)
    for A, B in zip(loud, quiet, strict=True):
        np.testing.assert_allclose(A, np.sqrt(g) * B, rtol=1e-6)  # the rates are float32


def test_a_gain_multiplies_the_logits():
    X = np.random.default_rng(0).random((4, N), np.float32)
    one, nine = (
        networks.plain(X, start("fan_in", N, D, K, 3, gain), None)[0] for gain in (1.0, 9.0)
    )
    np.testing.assert_allclose(nine, 9 * one, rtol=1e-5)


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
