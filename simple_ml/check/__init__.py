"""Check a function of your own: the report names the mistake that gives its numbers.

>>> from simple_ml import check
>>> check.nn_epoch(my_nn_epoch)                     # in a notebook: a report
>>> assert check.nn_epoch(my_nn_epoch)              # in a test
>>> check.nn_epoch(my_nn_epoch).mistakes            # in an autograder
['mask_missing']

A report says what is right, the first thing that is wrong, what to read, and the smallest input
that shows it. A mistake is named only if it gives the function's own numbers on every probe; the
table of them is `simple_ml.check.mistakes`. The function runs in a child process under a time
limit, and cannot change anything here.
"""

from simple_ml.check.diagnosis import diagnose
from simple_ml.check.report import Report
from simple_ml.check.tasks import SCALES, TASKS, initializer_task

__all__ = [
    "LIMIT",
    "Report",
    "backward",
    "check",
    "deep_gradients",
    "gradients",
    "initializer",
    "loss_err",
    "nn_epoch",
    "parse_mnist",
    "softmax_loss",
    "softmax_regression_epoch",
]

LIMIT = 10.0
"""Seconds that a function has for all probes together, unless told otherwise."""


def check(function, name=None, *, limit=LIMIT):
    """Return the report on `function`, taken for the function of the book called `name`.

    Parameters
    ----------
    function : callable
        Your function.
    name : str, optional
        ``"parse_mnist"``, ``"softmax_loss"``, ``"loss_err"``, ``"softmax_regression_epoch"``,
        ``"nn_epoch"``, ``"gradients"``, ``"backward"``, ``"deep_gradients"``, or a scheme of
        `simple_ml.initialization`; by default the function's own name.
    limit : float
        Seconds for all probes together.

    Returns
    -------
    report : Report
        True if nothing is wrong.

    Raises
    ------
    TypeError, ValueError
        If `function` cannot be called, or nothing is known of that name.
    """
    if not callable(function):
        raise TypeError(
            f"expected a function, found a {type(function).__name__}; "
            "pass the function itself, without parentheses: check.nn_epoch(my_nn_epoch)"
        )
    name = getattr(function, "__name__", None) if name is None else name
    if name in TASKS:
        task = TASKS[name]
    elif name in SCALES:
        task = initializer_task(name, function)
    else:
        known = ", ".join([*TASKS, *SCALES])
        raise ValueError(f"nothing is known of a function called {name!r}, expected one of {known}")
    return diagnose(function, task, limit, name)


def parse_mnist(function, *, limit=LIMIT):
    """Return the report on your ``parse_mnist(image_filename, label_filename)``."""
    return check(function, "parse_mnist", limit=limit)


def softmax_loss(function, *, limit=LIMIT):
    """Return the report on your ``softmax_loss(Z, y)``."""
    return check(function, "softmax_loss", limit=limit)


def loss_err(function, *, limit=LIMIT):
    """Return the report on your ``loss_err(h, y)``."""
    return check(function, "loss_err", limit=limit)


def softmax_regression_epoch(function, *, limit=LIMIT):
    """Return the report on your ``softmax_regression_epoch(X, y, theta, lr, batch)``."""
    return check(function, "softmax_regression_epoch", limit=limit)


def nn_epoch(function, *, limit=LIMIT):
    """Return the report on your ``nn_epoch(X, y, W1, W2, lr, batch)``."""
    return check(function, "nn_epoch", limit=limit)


def gradients(function, *, limit=LIMIT):
    """Return the report on your ``gradients(X, y, W1, W2)``, which returns (dW1, dW2)."""
    return check(function, "gradients", limit=limit)


def backward(function, *, limit=LIMIT):
    """Return the report on your ``backward(y, weights, activations, cache)`` for L layers.

    The arguments are those of `simple_ml.deep.backward`; it returns a list of L gradients.
    """
    return check(function, "backward", limit=limit)


def deep_gradients(function, *, limit=LIMIT):
    """Return the report on your ``gradients(X, y, weights, activations)`` for L layers.

    The arguments are those of `simple_ml.deep.gradients`; it returns a list of L gradients.
    """
    return check(function, "deep_gradients", limit=limit)


def initializer(function, scheme, *, limit=LIMIT):
    """Return the report on your ``initializer(fan_in, fan_out, rng[, dtype])``.

    Parameters
    ----------
    function : callable
        Your function; it returns a matrix of shape (fan_in, fan_out).
    scheme : str
        Whose variance it should have: a name in `simple_ml.initialization.SCHEMES` that draws.
    limit : float
        Seconds for all probes together.

    Returns
    -------
    report : Report
    """
    if scheme not in SCALES:
        raise ValueError(f"scheme is {scheme!r}, expected one of {', '.join(SCALES)}")
    return check(function, scheme, limit=limit)
