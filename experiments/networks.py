"""Two-layer networks that are trained a little differently, for chapters 5 and 6.

A network is a function of a batch, of the weights W = (W1, W2) and of their starting values U. It
returns its logits h and what its backward pass needs, Z1, on and V2:

    ∇W2 = Z1ᵀ G2 / m          ∇W1 = Xᵀ (on ∘ (G2 V2ᵀ)) / m
"""

import numpy as np

from simple_ml.initialization import pair
from simple_ml.losses import logit_gradient, one_hot
from simple_ml.two_layer import forward


def start(init, n, d, k, seed, gain=1.0):
    """Return W1 and W2 of a rule, both times √gain: the logits are multiplied by the gain."""
    rng = np.random.default_rng(seed)
    first, second = pair(init)
    W1, W2 = first(n, d, rng), second(d, k, rng)
    return W1 * np.float32(np.sqrt(gain)), W2 * np.float32(np.sqrt(gain))


def plain(X, W, U):
    """The network of the book."""
    Z1, h = forward(X, *W)
    return h, Z1, Z1 > 0, W[1]


def centred(X, W, U):
    """The same, with its first logits subtracted for ever: it starts by saying nothing."""
    h, Z1, on, V2 = plain(X, W, U)
    return h - forward(X, *U)[1], Z1, on, V2


def linear(X, W, U):
    """The tangent of the centred network at its start: as lazy as a network can be."""
    Z1 = forward(X, *U)[0]
    on = Z1 > 0
    h = (on * (X @ (W[0] - U[0]))) @ U[1] + Z1 @ (W[1] - U[1])
    return h, Z1, on, U[1]


NETWORKS = {"plain": plain, "centred": centred, "linear": linear}


def squared_gradient(h, y):
    """Return m times the gradient of the squared loss, the mean of ½‖h − e_y‖²."""
    return h - one_hot(y, h.shape[1], h.dtype)


def step(X, y, W, U, lr, network=plain, residual=logit_gradient):
    """Take one step in place; return the logits and activations before it, and the gradients."""
    h, Z1, on, V2 = network(X, W, U)
    G2 = residual(h, y) / len(X)
    gradients = X.T @ (on * (G2 @ V2.T)), Z1.T @ G2
    for V, dV in zip(W, gradients, strict=True):
        V -= np.float32(lr) * dV
    return h, Z1, gradients


def batches(rows, batch, rng=None):
    """Return the rows of each batch of an epoch: in their order, or shuffled if there is an rng."""
    order = np.arange(rows) if rng is None else rng.permutation(rows)
    return [order[i : i + batch] for i in range(0, rows, batch)]


def rms(A):
    """Return the root of the mean square of all entries."""
    return float(np.sqrt(np.mean(np.square(A, dtype=np.float64))))
