"""Errors for bad input: what was found, what was expected, and the likely cause.

Every check runs before anything is modified, and does not copy arrays.
"""

import math
import operator
import warnings
from numbers import Real

import numpy as np


def float_matrix(name, A):
    """Raise unless `A` is a non-empty two-dimensional float32 or float64 array."""
    if not isinstance(A, np.ndarray):
        raise TypeError(
            f"{name} is a {type(A).__name__}, expected a NumPy array; "
            f"convert it once with np.asarray({name}, dtype=np.float32)"
        )
    if A.dtype not in (np.float32, np.float64):
        raise TypeError(
            f"{name} has dtype {A.dtype}, expected float32 or float64; "
            "raw pixels or integers have to be converted (and scaled) first"
        )
    if A.ndim != 2:
        raise ValueError(
            f"{name} has shape {A.shape}, expected two dimensions; "
            "one example is a batch of one row: x.reshape(1, -1)"
        )
    if A.size == 0:
        raise ValueError(f"{name} is empty (shape {A.shape}), expected at least one row and column")


def label_vector(y, m, k, rows, name="y"):
    """Raise unless `y` holds one integer label for each of the `m` rows of `rows`.

    Labels are 0 … k−1, or any from 0 where `k` is None.
    """
    if not isinstance(y, np.ndarray):
        raise TypeError(
            f"{name} is a {type(y).__name__}, expected a NumPy array of integer labels; "
            f"convert it once with np.asarray({name})"
        )
    if y.shape != (m,):
        raise ValueError(
            f"{name} has shape {y.shape}, expected ({m},), one label for each row of {rows}; "
            "are the labels one-hot, a column, or from another set?"
        )
    if not np.issubdtype(y.dtype, np.integer):
        raise TypeError(
            f"{name} has dtype {y.dtype}, expected integers from 0; "
            f"labels are class numbers: {name}.astype(np.uint8)"
        )
    low, high = y.min(), y.max()
    if low < 0:
        raise ValueError(f"{name} holds the label {low}, expected 0 or more; was −1 a placeholder?")
    if k is not None and high >= k:
        raise ValueError(
            f"{name} holds labels from {low} to {high}, expected 0 … {k - 1}, one for each "
            f"of the {k} columns of scores; do the labels start at 1, or is a column missing?"
        )


def data_sets(**sets):
    """Return k, or raise unless the sets, pairs of inputs and labels by name, belong together.

    The first is the training set: its labels are 0 … k−1. Labels that start at 1 are warned of.
    """
    (first, (X_first, y_first)), *others = sets.items()
    for name, (X, _) in sets.items():
        float_matrix(f"X_{name}", X)
        if X.shape[1] != X_first.shape[1]:
            raise ValueError(
                f"X_{first} has {X_first.shape[1]} columns and X_{name} has {X.shape[1]}, expected "
                "equal numbers; are they from one data set?"
            )
    for name, (X, y) in sets.items():
        label_vector(y, len(X), None, rows=f"X_{name}", name=f"y_{name}")
    k = _classes(y_first, f"y_{first}")
    for name, (_, y) in others:
        if y.max() >= k:
            raise ValueError(
                f"y_{name} holds labels up to {y.max()} and y_{first} up to {k - 1}, expected no "
                "class that training never sees; is the training set a part, sorted by class?"
            )
    return k


def _classes(y, name):
    """Return k for labels 0 … k−1, and warn of labels that start at 1 without a gap."""
    k = int(y.max()) + 1  # int, or a uint8 label keeps k a uint8 and its square root a float16
    if 2 < k == len(np.unique(y)) + 1 and y.min() == 1:
        warnings.warn(
            f"{name} holds labels from 1 to {k - 1} and no 0, so one of {k} classes never occurs; "
            f"do they start at 1, as EMNIST's letters do? Take {name} - 1",
            stacklevel=4,
        )
    return k


def chain(left_name, left, right_name, right):
    """Raise unless ``left @ right`` is defined."""
    if left.shape[1] != right.shape[0]:
        raise ValueError(
            f"{left_name} has shape {left.shape} and {right_name} has shape {right.shape}: "
            f"expected {left_name}.shape[1] == {right_name}.shape[0]; "
            "is one of them transposed, or made for other data?"
        )


def updatable(name, W):
    """Raise unless the float matrix `W` can be updated in place."""
    float_matrix(name, W)
    if not W.flags.writeable:
        raise ValueError(
            f"{name} is read-only, expected an array that can be updated in place; "
            f"pass a copy: {name}.copy()"
        )


def step(lr, batch):
    """Return `lr` as a Python float and `batch` as a Python int, or raise.

    A Python float takes the dtype of the array that it multiplies; a NumPy float64 would drag a
    float32 update to float64.
    """
    if not isinstance(lr, Real):
        raise TypeError(f"lr is a {type(lr).__name__}, expected a number")
    if not math.isfinite(lr):
        raise ValueError(f"lr is {lr}, expected a finite number; did an earlier step divide by 0?")
    return float(lr), count("batch", batch, least=1)


def count(name, value, least):
    """Return `value` as a Python int that is not below `least`, or raise."""
    try:
        value = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} is a {type(value).__name__}, expected a whole number; use // for a quotient"
        ) from None
    if value < least:
        raise ValueError(f"{name} is {value}, expected at least {least}")
    return value
