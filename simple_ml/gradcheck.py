"""Is a gradient right? Ask the function itself, one entry at a time."""

import numpy as np

__all__ = ["numerical_gradient", "relative_error"]


def numerical_gradient(f, W, step=1e-5):
    """Return the gradient of a scalar function by central differences, every entry.

    Entry by entry it is ``(f(W + step·E) − f(W − step·E)) / (2·step)``. The truncation error falls
    with step² and the rounding error grows with ε/step, so in float64 a step near ε^(1/3) ≈ 6e-6 is
    best and leaves about ten correct digits.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `W`, returns a number.
    W : ndarray, float64
        Where the gradient is wanted; not modified.
    step : float, default 1e-5
        Distance to each side.

    Returns
    -------
    gradient : ndarray of the shape of `W`, float64

    Raises
    ------
    TypeError
        If `W` is not a float64 array: in float32 the differences drown in rounding.
    """
    if not isinstance(W, np.ndarray) or W.dtype != np.float64:
        found = W.dtype if isinstance(W, np.ndarray) else type(W).__name__
        raise TypeError(
            f"W is {found}, expected a float64 array; "
            "in float32 a central difference keeps about three digits: W.astype(np.float64)"
        )
    W = W.copy()
    gradient = np.empty_like(W)
    for index in np.ndindex(W.shape):
        centre = W[index]
        W[index] = centre + step
        above = f(W)
        W[index] = centre - step
        below = f(W)
        W[index] = centre
        gradient[index] = (above - below) / (2 * step)
    return gradient


def relative_error(actual, expected):
    """Return the largest difference of two arrays, relative to the largest entry of either.

    Parameters
    ----------
    actual, expected : ndarray
        Arrays of one shape.

    Returns
    -------
    error : float
        ``max|actual − expected| / max(|actual|, |expected|)``; 0 where both are all zero, and nan
        where either holds a nan.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would compare what does not belong together.
    """
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape:
        raise ValueError(
            f"actual has shape {actual.shape} and expected has shape {expected.shape}; "
            "expected equal shapes; is one of them transposed?"
        )
    difference = np.abs(actual - expected).max(initial=0)
    if difference == 0:
        return 0.0
    return float(difference / max(np.abs(actual).max(), np.abs(expected).max()))
