"""What each function is: its arguments, its right answer, and how an answer is read."""

import inspect
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simple_ml import deep
from simple_ml.check import probes, programs
from simple_ml.check.answers import moments, same, same_moments
from simple_ml.check.mistakes import ANY_ORDER
from simple_ml.datasets import parse_mnist
from simple_ml.losses import loss_err, softmax_loss
from simple_ml.softmax_regression import softmax_regression_epoch
from simple_ml.two_layer import gradients, nn_epoch


@dataclass(frozen=True)
class Task:
    """A function that can be checked."""

    name: str  # as it is called in the course or the book
    outputs: tuple  # what is compared: arguments that are updated in place, or the results
    reference: Callable  # the package's own function
    probes: Callable  # a context manager that gives the list of probes
    wanted: str = ""  # what it should return, in words; nothing where it updates its arguments

    same = staticmethod(same)
    dtypes = ()  # by output, the dtypes that results must have whatever the input's
    is_timed = True  # whether its speed is measured
    random = False  # whether its results are drawn
    given_as_text = True  # whether its arguments can be pasted from a report

    @cached_property
    def parameters(self):
        """The names of its arguments."""
        return tuple(inspect.signature(self.reference).parameters)

    @property
    def program(self):
        """A name in `simple_ml.check.programs.PROGRAMS`."""
        return "backward" if self.name == "deep_gradients" else self.name

    @property
    def in_place(self):
        """Whether it updates arguments."""
        return self.outputs[0] in self.parameters

    @property
    def keeps_float32(self):
        """Whether its results must have the dtype of its inputs: those of gradients."""
        return self.outputs[0].startswith("dW")

    def expected(self, probe):
        """Return the right answer to a probe, as a dict of arrays."""
        arguments = [a.copy() if isinstance(a, np.ndarray) else a for a in probe.arguments]
        with np.errstate(all="ignore"):
            returned = self.reference(*arguments)
        return self.named(self.updated(arguments) if self.in_place else returned)

    def updated(self, arguments):
        """Return those of the arguments that the function updates in place."""
        updated = tuple(arguments[self.parameters.index(name)] for name in self.outputs)
        return updated if len(updated) > 1 else updated[0]

    def mistaken(self, lines, probe):
        """Return the answers that a set of wrong lines may give, or None where any may be.

        There are several only where rows are reordered: then one for each order. An answer is a
        dict of arrays, or the name of the exception that is raised; there is none where two
        mistakes contradict each other.
        """
        choices = [lines]
        if lines.get("order") == ANY_ORDER:
            N, batch = len(probe.inputs["X"]), probe.inputs["batch"]
            if N > 8 or batch < min(N, 2) or (N % batch and batch < N):  # too many; which is short?
                return None
            orders = batch_orders(tuple(range(N)), batch)
            choices = [{**lines, "order": f"np.array({list(order)})"} for order in orders]
        try:
            return [self._run(choice, probe) for choice in choices]
        except programs.Circular:
            return []

    def _run(self, lines, probe):
        try:
            return self.named(programs.run(self.program, lines, probe.inputs))
        except programs.Circular:
            raise
        except Exception as error:  # whatever a wrong line raises, the student's may raise, too
            return type(error).__name__

    def named(self, returned):
        """Return results as a dict of arrays by the names of the outputs; None if they do not fit.

        A list of gradients becomes one entry a layer.
        """
        if self.outputs == ("dW_i",):
            if not isinstance(returned, (tuple, list)):
                return None
            returned = {f"dW[{i}]": value for i, value in enumerate(returned)}
        elif len(self.outputs) == 1:
            returned = {self.outputs[0]: returned}
        elif isinstance(returned, (tuple, list)) and len(returned) == len(self.outputs):
            returned = dict(zip(self.outputs, returned, strict=True))
        else:
            return None
        if not all(
            isinstance(value, (np.ndarray, np.number, float, int)) for value in returned.values()
        ):
            return None
        return {name: np.asarray(value) for name, value in returned.items()}


def batch_orders(rows, batch):
    """Yield the orders of rows that differ in which batch a row is in; within one none matters."""
    if len(rows) <= batch:
        yield rows
        return
    for first in itertools.combinations(rows, batch):
        rest = tuple(row for row in rows if row not in first)
        yield from (first + later for later in batch_orders(rest, batch))


class FileTask(Task):
    """A reader of files, whose names mean nothing to the reader of a report."""

    dtypes = (("X", np.float32), ("y", np.uint8))
    is_timed = False
    given_as_text = False


# ---------------------------------------------------------------- starting weights

SCALES = {
    # scheme: gain, fan; the variance is gain/fan
    "hw0": (1, lambda rows, columns: columns),
    "fan_in": (1, lambda rows, columns: rows),
    "he": (2, lambda rows, columns: rows),
    "he_fan_out": (2, lambda rows, columns: columns),
    "glorot": (2, lambda rows, columns: rows + columns),
    "pytorch": (1 / 3, lambda rows, columns: rows),
}


@dataclass(frozen=True)
class InitializerTask(Task):
    """An initialiser: what is compared is the shape, the mean and the deviation of its draw."""

    scheme: str = ""
    parameters: tuple = ()

    same = staticmethod(same_moments)
    is_timed = False
    random = True
    given_as_text = False

    def expected(self, probe):
        """Return the moments of the scheme."""
        return self._run({}, probe)

    def _run(self, lines, probe):
        gain, fan = SCALES[self.scheme]
        values = {**probe.inputs, "FAN": fan, "GAIN": gain}
        program = programs.Lines({**programs.PROGRAMS["initializer"], **lines}, values)
        return {name: np.asarray(program[name]) for name in ("shape", "mean", "std")}

    def named(self, returned):
        """Return the moments of a matrix."""
        return moments(returned) if isinstance(returned, np.ndarray) else None


def initializer_task(scheme, function):
    """Return the task of an initialiser; `function` tells whether it takes a dtype."""
    takes = getattr(function, "parameters", None)
    if takes is None:
        try:
            takes = len(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            takes = 3
    return InitializerTask(
        name="initializer",
        outputs=("W",),
        reference=None,
        probes=probes.draws(with_dtype=takes >= 4),
        wanted="a float array of shape (fan_in, fan_out)",
        scheme=scheme,
        parameters=("fan_in", "fan_out", "rng") + ("dtype",) * (takes >= 4),
    )


# ---------------------------------------------------------------- the table of tasks


def timed(names):
    """Return the arrays on which speed is measured: 400 rows in float32."""
    rng = np.random.default_rng(0)
    N, n, d, k = 400, 40, 24, 10
    X, y = rng.random((N, n), np.float32), rng.integers(0, k, N).astype(np.uint8)
    W1 = (rng.standard_normal((n, d)) / 5).astype(np.float32)
    W2 = (rng.standard_normal((d, k)) / 5).astype(np.float32)
    Z, activations = rng.standard_normal((N, k)).astype(np.float32), ["relu", "identity"]
    values = {
        **{"X": X, "y": y, "W1": W1, "W2": W2, "theta": np.zeros((n, k), np.float32)},
        **{"Z": Z, "h": Z, "lr": 0.1, "batch": 100, "weights": [W1, W2]},
        **{"activations": activations, "cache": deep.forward(X, [W1, W2], activations)},
    }
    return tuple(values[name] for name in names)


LAYERS = "a list of arrays, one for each layer,"

TASKS = {
    task.name: task
    for task in (
        FileTask(
            "parse_mnist", ("X", "y"), parse_mnist, probes.files, "a pair of arrays, X and y,"
        ),
        Task("softmax_loss", ("loss",), softmax_loss, probes.loss, "a number"),
        Task(
            "loss_err", ("loss", "err"), loss_err, probes.loss, "a pair of numbers, loss and err,"
        ),
        Task(
            "softmax_regression_epoch",
            ("theta",),
            softmax_regression_epoch,
            probes.softmax_regression_epoch,
        ),
        Task("nn_epoch", ("W1", "W2"), nn_epoch, probes.nn_epoch),
        Task(
            "gradients",
            ("dW1", "dW2"),
            gradients,
            probes.gradients,
            "a pair of arrays, dW1 and dW2,",
        ),
        Task("backward", ("dW_i",), deep.backward, probes.any_depth(True), LAYERS),
        Task("deep_gradients", ("dW_i",), deep.gradients, probes.any_depth(False), LAYERS),
    )
}
"""Every function that can be checked, by name; an initialiser's is made by `initializer_task`."""
