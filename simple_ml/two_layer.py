"""The two-layer ReLU network: six equations, a function each way, and a loop that wastes nothing.

=========================  ==========  ====================
equation                   shape       code
=========================  ==========  ====================
Z1 = ReLU(X W1)            (m, d)      `forward`
Z2 = Z1 W2                 (m, k)      `forward`
G2 = S − I_y               (m, k)      `backward`
G1 = 1{Z1>0} ∘ (G2 W2ᵀ)    (m, d)      `backward`
∇W1 = Xᵀ G1 / m            (n, d)      `backward`
∇W2 = Z1ᵀ G2 / m           (d, k)      `backward`
=========================  ==========  ====================

`nn_epoch` writes the same six lines again, in place: it costs hardly more than its five products.
"""

import numpy as np

from simple_ml import _validate
from simple_ml.losses import logit_gradient

__all__ = ["backward", "forward", "gradients", "nn_epoch"]


def forward(X, W1, W2):
    """Return the hidden activations and the logits of a batch.

    Parameters
    ----------
    X : ndarray of shape (m, n), float
        Inputs, one row an example.
    W1, W2 : ndarrays of shape (n, d) and (d, k), float
        Weights.

    Returns
    -------
    Z1 : ndarray of shape (m, d)
        Hidden activations, non-negative.
    Z2 : ndarray of shape (m, k)
        Logits.
    """
    Z1 = np.maximum(X @ W1, 0)  # (m, d)
    Z2 = Z1 @ W2  # (m, k)
    return Z1, Z2


def backward(X, y, W2, Z1, Z2):
    """Return the gradients of the loss with respect to W1 and W2, from a forward pass's results.

    Parameters
    ----------
    X : ndarray of shape (m, n), float
        Inputs.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    W2 : ndarray of shape (d, k), float
        The second layer's weights, as they were in the forward pass.
    Z1, Z2 : ndarrays of shape (m, d) and (m, k)
        What `forward` returned.

    Returns
    -------
    dW1, dW2 : ndarrays of shape (n, d) and (d, k)
        Gradients of the batch's *mean* loss.

    Notes
    -----
    The mean's 1/m is applied to G1 and G2, which are smaller than the weights. The mask is strict:
    after a ReLU, ``Z1 >= 0`` is always true.
    """
    m = len(X)
    G2 = logit_gradient(Z2, y)  # S − I_y, (m, k)
    G1 = (Z1 > 0) * (G2 @ W2.T)  # (m, d)
    return X.T @ (G1 / m), Z1.T @ (G2 / m)


def gradients(X, y, W1, W2):
    """Return the gradients of the batch's mean softmax loss with respect to W1 and W2.

    Parameters
    ----------
    X : ndarray of shape (m, n), float32 or float64
        Inputs, one row an example.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    W1, W2 : ndarrays of shape (n, d) and (d, k), float32 or float64
        Weights; not modified.

    Returns
    -------
    dW1, dW2 : ndarrays of shape (n, d) and (d, k)

    Raises
    ------
    TypeError, ValueError
        On bad input.
    """
    _check(X, y, W1, W2)
    return backward(X, y, W2, *forward(X, W1, W2))


def nn_epoch(X, y, W1, W2, lr=0.1, batch=100):
    """Update `W1` and `W2` in place by one epoch of minibatch SGD on the softmax loss.

    Batches are taken in the order of the rows; one that is shorter than the rest is averaged over
    its own length. Both gradients of a batch are computed before either matrix is updated.

    Parameters
    ----------
    X : ndarray of shape (m, n), float32 or float64
        Inputs, one row an example.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    W1, W2 : ndarrays of shape (n, d) and (d, k), float32 or float64
        Weights; modified.
    lr : float, default 0.1
        Learning rate.
    batch : int, default 100
        Rows asked for in a step.

    Raises
    ------
    TypeError, ValueError
        On bad input, before `W1` or `W2` is modified.

    Notes
    -----
    Homework 0 of CMU 10-714, question 5. Weights that turn non-finite are not looked for here;
    `simple_ml.train_nn` does so after each epoch.

    A step is ``W -= lr * dW`` for both results of `gradients`, to rounding. What makes it fast:
    lr/m multiplies G2, the smallest matrix, and reaches the weights through the products; results
    overwrite what is not needed again; and NumPy compares two equal shapes three times as fast as
    a matrix and one number, hence ``zeros``.
    """
    _check(X, y, W1, W2)
    _validate.updatable("W1", W1)
    _validate.updatable("W2", W2)
    lr, batch = _validate.step(lr, batch)

    zeros = np.zeros((min(batch, len(X)), len(W2)), np.result_type(X, W1))  # (m, d)
    for start in range(0, len(X), batch):
        Xb, yb = X[start : start + batch], y[start : start + batch]  # (m, n), (m,)
        m = len(Xb)
        Z1 = Xb @ W1  # (m, d)
        np.maximum(Z1, zeros[:m], out=Z1)
        G2 = logit_gradient(Z1 @ W2, yb)  # S − I_y, (m, k)
        G2 *= lr / m  # and so G1, too, carries lr/m from here on
        G1 = G2 @ W2.T  # (m, d)
        G1 *= Z1 > 0
        W1 -= Xb.T @ G1
        W2 -= Z1.T @ G2


def _check(X, y, W1, W2):
    """Raise unless the four arrays make a batch and a network that fits it."""
    for name, A in (("X", X), ("W1", W1), ("W2", W2)):
        _validate.float_matrix(name, A)
    _validate.chain("X", X, "W1", W1)
    _validate.chain("W1", W1, "W2", W2)
    _validate.label_vector(y, len(X), W2.shape[1], rows="X")
