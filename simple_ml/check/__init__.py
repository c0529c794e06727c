"""Check a function of your own: the report names the mistake that gives its numbers.

>>> from simple_ml import check
>>> check.nn_epoch(my_nn_epoch)                     # in a notebook: a report
>>> assert check.nn_epoch(my_nn_epoch)              # in a test
>>> check.nn_epoch(my_nn_epoch).mistakes            # in an autograder
['mask_missing']

A report says what is right, the first thing that is wrong, what to read, and the smallest input
that shows it. Its verdict is *right*, *meets the assignment, but* (it fails on inputs that the
course does not ask for: large logits, a short last batch, …; see `simple_ml.check.assignment`), or
*wrong*. A report is true unless the verdict is *wrong*; with ``strict=True`` everything is asked.

A mistake is named only if it gives the function's own numbers on every probe. The function runs in
a child process under a time limit, and cannot change anything here.

A check goes through six modules, each of which gives a value to the next: `probes` (what is
asked), `sandbox` (events: what happened), `facts` (what can be seen), `explanation` (which mistakes
of the table `mistakes` give these numbers), `wording` and `report` (what is said).
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


def check(function, name=None, *, limit=LIMIT, strict=False):
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
    strict : bool
        Whether what lies beyond the assignment counts, too. Of functions that the course does not
        ask for (``"gradients"``, …) everything is asked in any case.

    Returns
    -------
    report : Report
        True if nothing is wrong.

    Raises
    ------
    TypeError, ValueError
        If `function` cannot be called, or there is no check of that name.
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
        raise ValueError(f"no check exists for {name!r}, expected one of {known}")
    return diagnose(function, task, limit, name, strict)


def _check_of(name):
    """Return the check of one function of the course or the book."""

    def named(function, *, limit=LIMIT, strict=False):
        return check(function, name, limit=limit, strict=strict)

    signature = f"{TASKS[name].reference.__name__}({', '.join(TASKS[name].parameters)})"
    named.__name__ = named.__qualname__ = name
    named.__doc__ = f"Return the report on your ``{signature}``; arguments as in `check`."
    return named


parse_mnist = _check_of("parse_mnist")
softmax_loss = _check_of("softmax_loss")
loss_err = _check_of("loss_err")
softmax_regression_epoch = _check_of("softmax_regression_epoch")
nn_epoch = _check_of("nn_epoch")
gradients = _check_of("gradients")
backward = _check_of("backward")
deep_gradients = _check_of("deep_gradients")


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
