"""The L-layer recursion: against central differences, and against the book's other gradients."""

from itertools import pairwise, product

import numpy as np
import pytest

from simple_ml import deep, softmax_loss, two_layer
from simple_ml.gradcheck import numerical_gradient, relative_error

SIZES = (5, 4, 6, 2, 3)  # all widths differ, and differ from the batch's 7 rows
NAMES = list(deep.ACTIVATIONS)


def network(L, dtype=np.float64, seed=0, m=7, sizes=SIZES):
    """Return a batch and the last L layers of a network of widths `sizes`."""
    rng = np.random.default_rng(seed)
    sizes = sizes[-L - 1 :]
    X = rng.standard_normal((m, sizes[0])).astype(dtype)
    y = rng.integers(0, sizes[-1], m)
    weights = [rng.standard_normal(shape).astype(dtype) for shape in pairwise(sizes)]
    return X, y, weights


def loss(X, y, weights, activations):
    """Return the mean loss; the forward pass is written out again, without the package's."""
    for W, name in zip(weights, activations, strict=True):
        A = X @ W
        sigmoid = 1 / (1 + np.exp(-A))
        X = {"relu": A * (A > 0), "tanh": np.tanh(A), "sigmoid": sigmoid, "identity": A}[name]
    return softmax_loss(X, y)


LIKE = [[name] * (L - 1) + ["identity"] for L in (2, 4) for name in NAMES]


@pytest.mark.parametrize("names", [["identity"], *LIKE, *product(NAMES, repeat=3)])
def test_every_entry_agrees_with_central_differences_whatever_the_activations(names):
    X, y, weights = network(len(names), seed=5)
    for A in (X, y, *weights):
        A.flags.writeable = False  # to write would raise
    found = deep.gradients(X, y, weights, names)
    assert [dW.shape for dW in found] == [W.shape for W in weights]
    for i, W in enumerate(weights):
        expected = numerical_gradient(
            lambda W, i=i: loss(X, y, [*weights[:i], W, *weights[i + 1 :]], names), W
        )
        assert np.abs(expected).max() > 1e-6  # else there would be nothing to compare
        assert relative_error(found[i], expected) < 1e-6


def test_a_user_defined_activation_is_used_like_the_tables():
    X, y, weights = network(3)
    own = deep.Activation(lambda A: np.tanh(A), lambda A: np.cosh(A) ** -2)
    found = deep.gradients(X, y, weights, [own, "tanh", "identity"])
    expected = deep.gradients(X, y, weights, ["tanh", "tanh", "identity"])
    for a, b in zip(found, expected, strict=True):
        assert relative_error(a, b) < 1e-12


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("m", [1, 7, 100])
def test_two_relu_layers_give_the_two_layer_gradients_bit_for_bit(dtype, m):
    X, y, weights = network(2, dtype, m=m, sizes=(20, 30, 10))
    found = deep.gradients(X, y, weights, ["relu", "identity"])
    expected = two_layer.gradients(X, y, *weights)
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == b.dtype == dtype
        np.testing.assert_array_equal(a, b)


def test_the_cache_holds_what_its_names_say():
    X, _, weights = network(3)
    Z, A = deep.forward(X, weights, ["relu", "tanh", "identity"])
    assert list(Z) == [1, 2, 3, 4]
    assert list(A) == [1, 2, 3]
    assert Z[1] is X
    np.testing.assert_array_equal(A[1], X @ weights[0])
    np.testing.assert_array_equal(Z[2], np.maximum(A[1], 0))
    np.testing.assert_array_equal(Z[3], np.tanh(Z[2] @ weights[1]))
    np.testing.assert_array_equal(Z[4], Z[3] @ weights[2])


def test_the_mask_is_strict_at_zero():
    X, y, weights = network(2)
    weights[0][:, 1] = 0  # unit 1 sits at exactly 0 for every row
    dW1, _ = deep.gradients(X, y, weights, ["relu", "identity"])
    assert (dW1[:, 1] == 0).all()
    assert (dW1[:, 0] != 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_float32_stays_float32_in_every_intermediate_array(name, recording):
    X, y, weights = network(3, np.float32)
    recorded = [W.view(recording) for W in weights]
    found = deep.gradients(X.view(recording), y, recorded, [name, name, "identity"])
    assert {dW.dtype for dW in found} == recording.floats == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", NAMES)
def test_large_pre_activations_neither_overflow_nor_warn(name):
    A = np.array([[-1e4, -100, 0, 100, 1e4]], np.float32)
    sigma = deep.ACTIVATIONS[name]
    for values in (sigma.f(A), sigma.derivative(A)):
        assert values.shape == A.shape
        assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"weights": np.ones((5, 3))}, TypeError, "weights is a ndarray, expected a list"),
        ({"activations": "relu"}, TypeError, "activations is a str, expected a list"),
        ({"weights": [], "activations": []}, ValueError, "weights is empty"),
        ({"activations": ["relu"]}, ValueError, "activations has length 1 and weights has .* 2"),
        ({"activations": ["relu"] * 3}, ValueError, "activations has length 3"),
        ({"activations": ["rleu", "identity"]}, ValueError, r"activations\[0\] is 'rleu'.*relu"),
        ({"activations": ["relu", None]}, ValueError, r"activations\[1\] is None, expected one"),
        ({"X": [[1.0]]}, TypeError, "X is a list"),
        ({"X": np.ones((7, 9))}, ValueError, r"X has shape \(7, 9\) and weights\[0\] has shape"),
        ({"weights": [np.ones((6, 4)), np.ones((5, 3))]}, ValueError, r"weights\[0\] has shape"),
        ({"weights": [np.ones((6, 2)), [[1.0]]]}, TypeError, r"weights\[1\] is a list"),
        ({"weights": [np.ones((6, 2), int)] * 2}, TypeError, r"weights\[0\] has dtype"),
        ({"y": np.full(7, 3)}, ValueError, "y holds labels from 3 to 3, expected 0 … 2"),
        ({"y": np.zeros(6, int)}, ValueError, r"y has shape \(6,\).* for each row of X;"),
    ],
)
def test_bad_input_is_told_what_was_found_and_expected(changes, error, message):
    X, y, weights = network(2)
    arguments = {"X": X, "y": y, "weights": weights, "activations": ["relu", "identity"]}
    with pytest.raises(error, match=f"^{message}"):
        deep.gradients(**arguments | changes)
