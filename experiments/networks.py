"""What several recording scripts share: a start, a step, and what they measure."""

import numpy as np

from simple_ml.initialization import starting_weights
from simple_ml.losses import logit_gradient, loss_err, one_hot
from simple_ml.two_layer import forward

CHUNK = 5000  # rows in a forward pass that only measures


def start(init, n, d, k, seed):
    """Return W1 and W2 of a rule."""
    return starting_weights(init, (n, d, k), np.random.default_rng(seed))


def squared_gradient(h, y):
    """Return m times the gradient of the squared loss, the mean of ½‖h − e_y‖²."""
    return h - one_hot(y, h.shape[1], h.dtype)


def step(X, y, W, lr, residual=logit_gradient):
    """Take one step in place; return the logits and activations before it, and the gradients."""
    Z1, h = forward(X, *W)
    G2 = residual(h, y) / len(X)
    gradients = X.T @ ((Z1 > 0) * (G2 @ W[1].T)), Z1.T @ G2
    for V, dV in zip(W, gradients, strict=True):
        V -= np.float32(lr) * dV
    return h, Z1, gradients


def batches(rows, batch, rng=None):
    """Return the rows of each batch of an epoch: in their order, or shuffled if there is an rng."""
    order = np.arange(rows) if rng is None else rng.permutation(rows)
    return [order[i : i + batch] for i in range(0, rows, batch)]


def measured(data, logits):
    """Return loss and error on the training, validation and test digits of a sweep."""
    row = {}
    for name, X, y in zip(("train", "valid", "test"), data[::2], data[1::2], strict=True):
        h = np.concatenate([logits(X[i : i + CHUNK]) for i in range(0, len(X), CHUNK)])
        row[f"{name}_loss"], row[f"{name}_err"] = map(float, loss_err(h, y))
    return row


def rms(A):
    """Return the root of the mean square of all entries."""
    return float(np.sqrt(np.mean(np.square(A, dtype=np.float64))))
