"""The network of any depth: one recursion forward, one back.

The indices are the lecture's: layer i = 1 … L turns Z_i into Z_{i+1}, and Z_1 = X. The widths are
d_1 = n, d_2, …, d_{L+1} = k. Dictionaries are keyed by i, so that ``Z[i]`` is Z_i.

==========================  ==============  ==========
equation                    shape           code
==========================  ==============  ==========
A_i = Z_i W_i               (m, d_{i+1})    `forward`
Z_{i+1} = σ_i(A_i)          (m, d_{i+1})    `forward`
G_{L+1} = S − I_y           (m, k)          `backward`
V_i = G_{i+1} ∘ σ_i'(A_i)   (m, d_{i+1})    `backward`
G_i = V_i W_iᵀ              (m, d_i)        `backward`
∇W_i = Z_iᵀ V_i / m         (d_i, d_{i+1})  `backward`
==========================  ==============  ==========

G_i is m · ∂ℓ/∂Z_i and V_i is m · ∂ℓ/∂A_i; the mean's 1/m lives in ∇W_i. In `simple_ml.two_layer`,
as in the assignment, G1 is V_1 and G2 is V_2.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from simple_ml import _validate
from simple_ml.losses import logit_gradient

__all__ = ["ACTIVATIONS", "Activation", "Cache", "backward", "forward", "gradients"]


class Activation(NamedTuple):
    """A function that is applied to every entry, and its derivative.

    Attributes
    ----------
    f : callable
        σ: takes the pre-activations A, returns an array of their shape and dtype.
    derivative : callable
        σ': takes the same A, not σ(A); returns an array of its shape, bool or of its dtype.
    """

    f: Callable
    derivative: Callable


# The sigmoid is 1/(1 + exp(−a)) = (1 + tanh(a/2))/2, and tanh cannot overflow.
ACTIVATIONS = {
    "relu": Activation(lambda A: np.maximum(A, 0), lambda A: A > 0),
    "tanh": Activation(lambda A: np.tanh(A), lambda A: 1 - np.tanh(A) ** 2),
    "sigmoid": Activation(
        lambda A: (1 + np.tanh(A / 2)) / 2, lambda A: (1 - np.tanh(A / 2) ** 2) / 4
    ),
    "identity": Activation(lambda A: A, lambda A: np.ones_like(A)),
}


class Cache(NamedTuple):
    """What the forward pass keeps for the backward pass.

    Attributes
    ----------
    Z : dict of int to ndarray
        Z_1 = X, …, Z_{L+1}; ``Z[i]`` has shape (m, d_i). ∇W_i needs Z_i.
    A : dict of int to ndarray
        A_1, …, A_L; ``A[i]`` has shape (m, d_{i+1}). V_i needs σ_i'(A_i).
    """

    Z: dict
    A: dict


def forward(X, weights, activations):
    """Return the activations and pre-activations of every layer; the logits are ``Z[L + 1]``.

    Parameters
    ----------
    X : ndarray of shape (m, n), float
        Inputs, one row an example.
    weights : list of L ndarrays, shapes (n, d_2), (d_2, d_3), …, (d_L, k), float
        W_1, …, W_L.
    activations : list of L names in `ACTIVATIONS` (or `Activation` objects)
        σ_1, …, σ_L; the last is "identity" where the logits are the last product.

    Returns
    -------
    cache : Cache
    """
    L, W, sigma = _layers(weights, activations)
    Z, A = {1: X}, {}
    for i in range(1, L + 1):
        A[i] = Z[i] @ W[i]  # (m, d_{i+1})
        Z[i + 1] = sigma[i].f(A[i])  # (m, d_{i+1})
    return Cache(Z, A)


def backward(y, weights, activations, cache):
    """Return the gradients of the loss with respect to every weight matrix.

    Parameters
    ----------
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    weights, activations : lists
        As they were in the forward pass.
    cache : Cache
        What `forward` returned.

    Returns
    -------
    gradients : list of L ndarrays, of the shapes of `weights`
        Gradients of the batch's *mean* loss.
    """
    L, W, sigma = _layers(weights, activations)
    Z, A = cache
    m = len(y)
    G = logit_gradient(Z[L + 1], y)  # G_{L+1} = S − I_y, (m, k)
    dW = {}
    for i in range(L, 0, -1):
        V = G * sigma[i].derivative(A[i])  # V_i, (m, d_{i+1})
        dW[i] = Z[i].T @ (V / m)  # (d_i, d_{i+1})
        if i > 1:  # nobody asks for G_1, the gradient with respect to the inputs
            G = V @ W[i].T  # G_i, (m, d_i)
    return [dW[i] for i in range(1, L + 1)]


def gradients(X, y, weights, activations):
    """Return the gradients of the batch's mean softmax loss with respect to every weight matrix.

    Parameters
    ----------
    X : ndarray of shape (m, n), float32 or float64
        Inputs, one row an example.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    weights : list of L ndarrays, shapes (n, d_2), (d_2, d_3), …, (d_L, k), float32 or float64
        W_1, …, W_L; not modified. L = 1 is softmax regression.
    activations : list of L names in `ACTIVATIONS` (or `Activation` objects)
        σ_1, …, σ_L; the last is "identity" where the logits are the last product.

    Returns
    -------
    gradients : list of L ndarrays, of the shapes of `weights`

    Raises
    ------
    TypeError, ValueError
        On bad input.
    """
    _check(X, y, weights, activations)
    return backward(y, weights, activations, forward(X, weights, activations))


def _layers(weights, activations):
    """Return L, and the weights and activations keyed by the lecture's index, from 1."""
    W = dict(enumerate(weights, start=1))
    sigma = {
        i: sigma if isinstance(sigma, Activation) else ACTIVATIONS[sigma]
        for i, sigma in enumerate(activations, start=1)
    }
    return len(weights), W, sigma


def _check(X, y, weights, activations):
    """Raise unless the arguments make a batch and a network that fits it."""
    for name, found, hint in (
        ("weights", weights, "one matrix a layer; a single layer is [theta]"),
        ("activations", activations, "one name a layer; a single layer's is ['identity']"),
    ):
        if not isinstance(found, (list, tuple)):
            raise TypeError(f"{name} is a {type(found).__name__}, expected a list, {hint}")
    if not weights:
        raise ValueError("weights is empty, expected at least one matrix: softmax regression's")
    if len(activations) != len(weights):
        raise ValueError(
            f"activations has length {len(activations)} and weights has length {len(weights)}, "
            "expected one activation for each matrix; is the last layer's 'identity' missing?"
        )
    for i, sigma in enumerate(activations):
        if not isinstance(sigma, Activation) and not (
            isinstance(sigma, str) and sigma in ACTIVATIONS
        ):
            raise ValueError(
                f"activations[{i}] is {sigma!r}, expected one of {', '.join(ACTIVATIONS)}, "
                "or a simple_ml.deep.Activation"
            )
    matrices = {"X": X} | {f"weights[{i}]": W for i, W in enumerate(weights)}
    for name, matrix in matrices.items():
        _validate.float_matrix(name, matrix)
    for left, right in pairwise(matrices):
        _validate.chain(left, matrices[left], right, matrices[right])
    _validate.label_vector(y, len(X), weights[-1].shape[1], rows="X")
