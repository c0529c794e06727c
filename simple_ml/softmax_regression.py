"""The linear classifier: logits ``X @ theta``, and one epoch of gradient descent on them."""

from simple_ml import _validate
from simple_ml.losses import logit_gradient

__all__ = ["softmax_regression_epoch"]


def softmax_regression_epoch(X, y, theta, lr=0.1, batch=100):
    """Update `theta` in place by one epoch of minibatch SGD on the softmax loss.

    Batches are taken in the order of the rows; one that is shorter than the rest is averaged over
    its own length.

    Parameters
    ----------
    X : ndarray of shape (m, n), float32 or float64
        Inputs, one row an example.
    y : ndarray of shape (m,), integer
        Labels 0 … k−1.
    theta : ndarray of shape (n, k), float32 or float64
        Weights; modified.
    lr : float, default 0.1
        Learning rate.
    batch : int, default 100
        Rows asked for in a step.

    Raises
    ------
    TypeError, ValueError
        On bad input, before `theta` is modified.

    Notes
    -----
    Equation: ``∇θ = Xᵀ(S − I_y)/m``, homework 0 of CMU 10-714, question 4.
    """
    _validate.float_matrix("X", X)
    _validate.updatable("theta", theta)
    _validate.chain("X", X, "theta", theta)
    _validate.label_vector(y, len(X), theta.shape[1], rows="X")
    lr, batch = _validate.step(lr, batch)

    for start in range(0, len(X), batch):
        Xb, yb = X[start : start + batch], y[start : start + batch]  # (m, n), (m,)
        G = logit_gradient(Xb @ theta, yb)  # S − I_y, (m, k)
        theta -= lr * (Xb.T @ (G / len(Xb)))
