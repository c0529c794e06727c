"""Is a gradient right? Ask the function itself, one entry at a time."""

import numpy as np

__all__ = ["numerical_gradient", "relative_error"]


def numerical_gradient(f, W, step=1e-5):
    """Return the gradient of a scalar function by central differences, every entry.

    Entry by entry it is ``(f(W + step·E) − f(W − step·E)) / (2·step)``. The truncation error falls
    with step² and the rounding error grows with ε/step, so in float64 a step near ε^(1/3) ≈ 6e-6 is
    best and leaves about ten correct digits. What is divided by is the distance between the two
    points as they are after rounding, which for a large entry is not quite ``2·step``.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `W`, which it must not modify or keep; returns a number.
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
    ValueError
        If `step` is not a positive number, or too small to move an entry of `W`.
    """
    if not isinstance(W, np.ndarray) or W.dtype != np.float64:
        found = W.dtype if isinstance(W, np.ndarray) else type(W).__name__
        raise TypeError(
            f"W is {found}, expected a float64 array; "
            "in float32 a central difference keeps about three digits: W.astype(np.float64)"
        )
    if not 0 < step < np.inf:
        raise ValueError(f"step is {step}, expected a positive number such as 1e-5")
    W = W.copy()
    gradient = np.empty_like(W)
    for index in np.ndindex(W.shape):
        centre = W[index]
        right, left = centre + step, centre - step
        if right == left:
            raise ValueError(
                f"step is {step}, which rounding swallows beside the entry {centre} at {index}; "
                "expected a larger step, or entries of ordinary size"
            )
        W[index] = right
        above = f(W)
        W[index] = left
        below = f(W)
        W[index] = centre
        gradient[index] = (above - below) / (right - left)
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
        ``max|actual − expected| / max(|actual|, |expected|)``; 0 where the arrays are equal (two of
        zeros are), and nan where either holds a nan or an infinity.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would compare what does not belong together.
    """
    actual, expected = np.asarray(actual, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if actual.shape != expected.shape:
        raise ValueError(
            f"actual has shape {actual.shape} and expected has shape {expected.shape}; "
            "expected equal shapes; is one of them transposed?"
        )
    if not (np.isfinite(actual).all() and np.isfinite(expected).all()):
        return float("nan")
    if not (actual.any() or expected.any()):  # only zeros, or no entries
        return 0.0
    scale = max(np.abs(actual).max(), np.abs(expected).max())
    return float(np.abs(actual - expected).max() / scale)
