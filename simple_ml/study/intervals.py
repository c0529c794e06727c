"""The one meaning of ± in this book: Student's interval for a mean over seeds.

It speaks of new seeds, on the same test digits, unless a table says that the digits vary, too.
"""

from math import cos, pi, sin, sqrt, tan

import numpy as np

__all__ = ["interval", "paired_difference", "student_quantile"]

LEAST = 5  # values: from fewer, a spread is a guess
LEVEL = 0.95  # the probability that an interval holds the mean over all seeds


def interval(values, comparisons=1):
    """Return the mean and the half-width of its confidence interval, of level 95 %.

    Parameters
    ----------
    values : array_like of shape (seeds,)
        One value for each seed, at least 5; roughly normal.
    comparisons : int, default 1
        How many intervals a table shows from which a winner is named. With a probability of 95 %
        *all* of them hold then (Bonferroni): each is wider, of level 1 − 0.05/comparisons.

    Returns
    -------
    mean, half_width : float

    Raises
    ------
    ValueError
        If there are fewer than 5 values or no comparison.
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < LEAST:
        raise ValueError(
            f"values of shape {values.shape}, expected one a seed, with {LEAST} or more"
        )
    if comparisons < 1:
        raise ValueError(f"comparisons is {comparisons}, expected at least 1")
    t = student_quantile(1 - (1 - LEVEL) / comparisons, len(values) - 1)
    return float(values.mean()), float(t * values.std(ddof=1) / np.sqrt(len(values)))


def paired_difference(a, b, comparisons=1):
    """Return the mean of ``a - b`` and the half-width of its confidence interval.

    Two columns of runs are paired when equal positions share what would else be noise: the seed.

    Parameters
    ----------
    a, b : array_like of shape (pairs,)
        At least 5 pairs.
    comparisons : int, default 1
        As `interval` takes it.

    Returns
    -------
    mean, half_width : float

    Raises
    ------
    ValueError
        If the two are not equally long, or as `interval` does.
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape:
        raise ValueError(f"shapes {a.shape} and {b.shape}, expected (pairs,) twice")
    return interval(a - b, comparisons)


def student_quantile(level, freedom):
    """Return the t below which the size of Student's T stays with probability `level`.

    Parameters
    ----------
    level : float
        A probability below 1.
    freedom : int
        Degrees of freedom ν, 2 or more.

    Notes
    -----
    With t = √ν tan θ the probability is a finite sum (Abramowitz and Stegun, *Handbook of
    Mathematical Functions*, 26.7.3 and 26.7.4). It grows with θ, so θ is found by halving.
    """
    low, high = 0.0, pi / 2
    while high - low > 1e-13:
        middle = (low + high) / 2
        if _probability(middle, freedom) < level:
            low = middle
        else:
            high = middle
    return sqrt(freedom) * tan(low)


def _probability(theta, freedom):
    """Return P(|T| < √ν tan θ) for Student's T with ν degrees of freedom."""
    odd = freedom % 2
    total = term = cos(theta) ** odd
    for i in range(2 + odd, freedom - 1, 2):
        term *= (i - 1) / i * cos(theta) ** 2
        total += term
    return 2 / pi * (theta + sin(theta) * total) if odd else sin(theta) * total
