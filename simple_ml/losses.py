"""From logits to probabilities, loss and error.

A row of logits ``h`` becomes probabilities by ``softmax(h)_i = exp(h_i) / Σ_j exp(h_j)``; the loss
of the true class ``y`` is its negative log-probability, ``ℓ(h, y) = −h_y + log Σ_j exp(h_j)``.
Adding a constant to all logits of a row changes neither, so each row is shifted to have maximum 0
first: then no ``exp`` can overflow.

Everything that knows which loss this is stands here: its value, its gradient with respect to the
logits, and how that gradient changes. The networks only carry the gradient back.
"""

import numpy as np

from simple_ml import _validate

__all__ = [
    "logit_curvature",
    "logit_gradient",
    "loss_err",
    "one_hot",
    "softmax",
    "softmax_loss",
]


def softmax(Z):
    """Return the probabilities of each row of logits.

    Parameters
    ----------
    Z : ndarray of shape (m, k), float
        Logits, one row an example.

    Returns
    -------
    S : ndarray of shape (m, k), dtype of `Z`
        Non-negative, each row sums to 1. Stored column by column.

    Notes
    -----
    Rows are many and short. Stored by columns, NumPy takes the maximum (and the sum) of all rows
    at once, column after column; stored by rows, it starts anew for each, three times as slowly.
    """
    S = Z.copy(order="F")  # (m, k)
    S = S - S.max(axis=1, keepdims=True)
    S = np.exp(S)  # the largest entry of each row is exp(0) = 1
    return S / S.sum(axis=1, keepdims=True)


def one_hot(y, k, dtype=np.float32):
    """Return I_y: row i is 1 in column ``y[i]`` and 0 elsewhere.

    Parameters
    ----------
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    k : int
        Number of classes.
    dtype : dtype, default float32
        That of the arrays it will meet. NumPy's own default, float64, would drag a float32 backward
        pass to float64.

    Returns
    -------
    I_y : ndarray of shape (m, k)
    """
    I_y = np.zeros((len(y), k), dtype=dtype)
    I_y[np.arange(len(y)), y] = 1
    return I_y


def softmax_loss(Z, y):
    """Return the softmax (cross-entropy) loss, averaged over the rows.

    Parameters
    ----------
    Z : ndarray of shape (m, k), float32 or float64
        Logits: raw scores, **not** probabilities.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.

    Returns
    -------
    loss : numpy scalar, dtype of `Z`
        In nats; ``log(k)`` when all logits are equal.

    Raises
    ------
    TypeError, ValueError
        If `Z` is not a float matrix or `y` does not hold one label in 0 … k−1 for each row.

    Notes
    -----
    Equation: ``ℓ(h, y) = −h_y + log Σ_j exp(h_j)``, homework 0 of CMU 10-714, question 3.
    """
    _validate.float_matrix("Z", Z)
    _validate.label_vector(y, *Z.shape, rows="Z")
    Z = Z - Z.max(axis=1, keepdims=True)  # (m, k), the same loss, and exp cannot overflow
    return np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y])


def logit_gradient(Z, y):
    """Return S − I_y: m times the gradient of `softmax_loss` with respect to the logits.

    Parameters
    ----------
    Z : ndarray of shape (m, k), float
        Logits.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.

    Returns
    -------
    G : ndarray of shape (m, k), dtype of `Z`
        Each row sums to 0. The mean's 1/m is left to the caller.
    """
    G = softmax(Z)  # (m, k)
    ones = np.arange(len(y)), y  # where I_y is 1
    G[ones] = G[ones] - 1
    return G


def logit_curvature(Z, Z_dot):
    """Return S ∘ (Ż − rowsum(S ∘ Ż)): how `logit_gradient` changes as the logits move along Ż.

    Parameters
    ----------
    Z, Z_dot : ndarrays of shape (m, k), float
        Logits, and the direction in which they move.

    Returns
    -------
    G_dot : ndarray of shape (m, k)
        Row by row ``(diag(s) − ssᵀ) ż``. The labels do not matter: I_y does not change.
    """
    S = softmax(Z)  # (m, k)
    return S * (Z_dot - (S * Z_dot).sum(axis=1, keepdims=True))


def loss_err(h, y):
    """Return the average softmax loss and the share of rows whose largest logit is not the label's.

    Parameters
    ----------
    h : ndarray of shape (m, k), float32 or float64
        Logits.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.

    Returns
    -------
    loss : numpy scalar
        As `softmax_loss`.
    err : numpy scalar
        Error rate in [0, 1]. Where the largest logit is shared, the first column counts.

    Raises
    ------
    TypeError, ValueError
        As `softmax_loss`.
    """
    return softmax_loss(h, y), np.mean(h.argmax(axis=1) != y)
