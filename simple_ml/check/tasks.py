"""What each function is asked: its probes, what a right one answers, and how to read an answer.

A probe is small and crafted. Its numbers are eighths, so that they can be printed, pasted and
added up without rounding; sizes differ, so that a lost transpose cannot hide; then some are equal,
so that one that fits only then can be told. No pre-activation is near 0, where a different order of
additions might flip a unit, except where it is exactly 0.
"""

import gzip
import inspect
import itertools
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np

from simple_ml import deep
from simple_ml.check import programs
from simple_ml.check.mistakes import ANY_ORDER
from simple_ml.datasets import parse_mnist
from simple_ml.losses import loss_err, softmax_loss
from simple_ml.softmax_regression import softmax_regression_epoch
from simple_ml.two_layer import gradients, nn_epoch


@dataclass(frozen=True)
class Probe:
    """One question: what it is about, the arguments, and the same by the programs' names."""

    about: str
    arguments: tuple
    inputs: dict = field(default_factory=dict)
    tolerance: float = 1e-5
    compared: bool = True  # whether the answer is compared with the reference's

    @property
    def size(self):
        """How many numbers it holds: the smallest is shown."""
        return sum(a.size for a in self.arguments if isinstance(a, np.ndarray))


@dataclass(frozen=True)
class Task:
    """A function that can be checked.

    Attributes
    ----------
    name : str
        As it is called in the course or the book.
    program : str
        A name in `simple_ml.check.programs.PROGRAMS`.
    parameters : tuple of str
        Its arguments.
    outputs : tuple of str
        What is compared: arguments that are updated in place, or the results.
    in_place : bool
        Which of the two.
    reference : callable
        The package's own function.
    probes : callable
        A context manager that gives the list of probes.
    wanted : str
        What it should return, in words; nothing where it updates its arguments.
    timing : callable, optional
        Gives the arguments on which its speed is measured.
    """

    name: str
    program: str
    parameters: tuple
    outputs: tuple
    in_place: bool
    reference: Callable
    probes: Callable
    wanted: str = ""
    timing: Callable | None = None

    def expected(self, probe):
        """Return the right answer to a probe, as a dict of arrays."""
        arguments = [a.copy() if isinstance(a, np.ndarray) else a for a in probe.arguments]
        with np.errstate(all="ignore"):
            returned = self.reference(*arguments)
        if self.in_place:
            returned = self.updated(arguments)
        return self.named(returned)

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
            N = len(probe.inputs["X"])
            orders = itertools.permutations(range(N))
            if probe.inputs["batch"] >= N:
                orders = [range(N)]
            elif N > 5 or N % probe.inputs["batch"]:  # the short batch may come first
                return None
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


def same(found, wanted, probe, before=None):
    """Return whether two answers to a probe are equal within its tolerance.

    The tolerance is relative to the largest expected change, not to the weights: a small step must
    be right, too. Where both are somewhere not finite they count as equal, since where an overflow
    shows depends on how the same formula is written.
    """
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return isinstance(found, str) and found == wanted
    return found.keys() == wanted.keys() and all(
        same_array(found[name], wanted[name], probe.tolerance, before and before[name])
        for name in wanted
    )


def same_array(found, wanted, tolerance, before=None):
    """Return whether two arrays are equal, relative to what `wanted` changes of `before`."""
    if found.shape != wanted.shape and not found.size == wanted.size == 1:
        return False
    if found.dtype.kind not in "biuf":
        return False
    found, wanted = found.astype(float).reshape(wanted.shape), wanted.astype(float)
    if not np.isfinite(wanted).all():
        return not np.isfinite(found).all()
    change = np.abs(wanted if before is None else wanted - before).max(initial=0)
    if wanted.ndim == 0:
        change = max(change, 1.0)  # a loss may be 0
    floor = 0 if before is None else 1e-9 * np.abs(before).max(initial=0)
    return bool((np.abs(found - wanted) <= tolerance * change + floor).all())


# ---------------------------------------------------------------- crafted numbers


def eighths(rng, shape, low=-8, high=8):
    """Return random multiples of 1/8 from low/8 to high/8."""
    return rng.integers(low, high + 1, shape) / 8


def labels_for(rng, N, k, dtype=np.int64):
    """Return random labels in which the first and the last class occur, if N ≥ 2."""
    y = rng.integers(0, k, N)
    ends = [k - 1, 0][:N]
    y[: len(ends)] = ends
    return rng.permutation(y).astype(dtype)


@cache
def network(N, n, d, k, seed=0):
    """Return X, y, W1 and W2 in which no pre-activation is near 0 and units are on and off."""
    for attempt in itertools.count(1000 * seed):
        rng = np.random.default_rng(attempt)
        X, W1, W2 = eighths(rng, (N, n), 1, 16), eighths(rng, (n, d)), eighths(rng, (d, k))
        A1 = X @ W1
        on = (A1 > 0).mean(axis=0)
        mixed = 0.2 <= on.mean() <= 0.8 and (on > 0).sum() >= min(n, d, 2)
        if np.abs(A1).min() > 0.02 and mixed and np.abs(W2).min() > 0:
            return X, labels_for(rng, N, k), W1, W2


def read_only(A):
    """Return a copy that cannot be written."""
    A = A.copy()
    A.flags.writeable = False
    return A


def _two_layer_probes():
    """Return (about, X, y, W1, W2, lr, batch, tolerance) for `nn_epoch` and `gradients`."""
    rows = [
        ("one batch of four rows", *network(4, 1, 2, 3), 0.9, 4, 1e-5),
        ("one batch of two rows", *network(2, 3, 4, 5), 0.7, 2, 1e-5),
        ("a batch larger than the data", *network(3, 4, 5, 2), 0.3, 8, 1e-5),
        ("batches of one row", *network(4, 2, 5, 3), 0.6, 1, 1e-5),
        ("batches of one row, five of them", *network(5, 2, 3, 4), 0.5, 1, 1e-5),
        ("two batches", *network(4, 5, 3, 2), 0.4, 2, 1e-5),
        ("a last batch that is shorter", *network(5, 4, 2, 3), 0.9, 2, 1e-5),
        ("all sizes equal", *network(3, 3, 3, 3), 0.7, 3, 1e-5),
        ("all sizes but the batch equal", *network(7, 4, 4, 4), 0.6, 3, 1e-5),
    ]
    X, y, W1, W2 = network(4, 3, 2, 5, seed=1)
    W1 = W1.copy()
    W1[:, 0] = [0.5, -0.5, 0.25]
    X = X.copy()
    X[:2] = [[1.5, 1.5, 0], [0.25, 0.5, 0.5]]  # both give exactly 0
    rows.append(("a pre-activation of exactly 0", X, y, W1, W2, 0.8, 4, 1e-5))
    X, y, W1, W2 = network(5, 2, 4, 3, seed=2)
    W1 = W1.copy()
    W1[:, 1] = -0.5
    rows.append(("five rows in batches of three, one unit always off", X, y, W1, W2, 0.6, 3, 1e-5))
    X, y, W1, W2 = network(4, 3, 5, 2, seed=3)
    rows.append(("logits of some thousands", X, y, W1, 4000 * W2, 700.0, 4, 1e-5))
    rows.append(("one row, logits of some thousands", X[:1], y[:1], W1, 4000 * W2, 700.0, 1, 1e-5))
    X, y, W1, W2 = network(7, 3, 5, 6, seed=4)
    y = np.array([1, 3, 2, 2, 4, 1, 3], np.uint8)
    rows.append(("labels that lack the first and last class, uint8", X, y, W1, W2, 0.7, 3, 1e-5))
    X, y, W1, W2 = (
        a.astype(np.float32 if a.dtype == float else np.uint8) for a in network(11, 4, 6, 3)
    )
    rows.append(("float32", X, y, W1, W2, 0.6, 4, 2e-3))
    X, y, W1, W2 = network(6, 5, 4, 3, seed=5)
    rows.append(("read-only X and y", read_only(X), read_only(y), W1, W2, 0.9, 4, 1e-5))
    rows.append(("more than a hundred rows", *network(130, 2, 3, 4), 0.3, 40, 1e-5))
    return rows


@contextmanager
def _nn_epoch_probes():
    yield [
        Probe(
            about,
            (X, y, W1, W2, lr, batch),
            {"X": X, "y": y, "W1": W1, "W2": W2, "lr": lr, "batch": batch},
            tolerance,
        )
        for about, X, y, W1, W2, lr, batch, tolerance in _two_layer_probes()
    ]


@contextmanager
def _gradients_probes():
    probes = []
    for about, X, y, W1, W2, _, _, tolerance in _two_layer_probes():
        if "hundred" in about or "larger" in about:
            continue
        if about.startswith(("batches", "two", "a last", "one batch")):
            (m, n), (d, k) = X.shape, W2.shape
            about = f"m = {m}, n = {n}, d = {d}, k = {k}"
        inputs = {"X": X, "y": y, "W1": W1, "W2": W2}
        probes.append(Probe(about, (X, y, W1, W2), inputs, tolerance))
    X, y, W1, W2 = network(1, 3, 4, 2)
    probes.append(Probe("one row", (X, y, W1, W2), {"X": X, "y": y, "W1": W1, "W2": W2}))
    yield probes


@contextmanager
def _regression_probes():
    probes = []
    for about, X, y, W1, W2, lr, batch, tolerance in _two_layer_probes():
        if "pre-activation" in about or "unit" in about:
            continue
        theta = (W1 @ W2).astype(W1.dtype)  # (n, k): as good as any
        if len(X) == X.shape[1]:
            theta = W1
        inputs = {"X": X, "y": y, "W2": theta, "lr": lr, "batch": batch}
        probes.append(Probe(about, (X, y, theta, lr, batch), inputs, tolerance))
    X, y, W1, W2 = network(6, 3, 2, 4, seed=6)
    theta = np.zeros((3, 4))
    inputs = {"X": X, "y": y, "W2": theta, "lr": 0.7, "batch": 4}
    probes.append(Probe("theta that starts at 0", (X, y, theta, 0.7, 4), inputs))
    yield probes


def _deep_probes(with_cache):
    @contextmanager
    def probes():
        found = []
        cases = (
            ("three layers", 2, (3, 4, 5, 2), ("relu", "tanh", "identity"), np.float64),
            ("one layer", 3, (2, 4), ("identity",), np.float64),
            ("two layers", 3, (2, 5, 4), ("relu", "identity"), np.float64),
            ("four layers", 5, (4, 3, 2, 6, 3), ("tanh", "relu", "sigmoid", "identity"), float),
            ("all sizes equal", 3, (3, 3, 3, 3), ("tanh", "relu", "identity"), np.float64),
            ("a last layer with an activation", 4, (2, 3, 5), ("relu", "tanh"), np.float64),
            ("float32", 6, (3, 5, 4, 2), ("relu", "sigmoid", "identity"), np.float32),
            ("logits of some thousands", 4, (2, 5, 3), ("relu", "identity"), np.float64),
            ("one row, logits of some thousands", 1, (2, 5, 3), ("relu", "identity"), np.float64),
            ("labels that lack the last class, uint8", 4, (2, 3, 6), ("tanh", "identity"), float),
        )
        for seed, (about, m, widths, names, dtype) in enumerate(cases):
            for attempt in itertools.count(1000 * seed):
                rng = np.random.default_rng(attempt)
                X = eighths(rng, (m, widths[0]), -12, 12).astype(dtype)
                weights = [eighths(rng, s).astype(dtype) for s in itertools.pairwise(widths)]
                Z, A = deep.forward(X, weights, names)
                if min(np.abs(a).min() for a in A.values()) > 0.02 and all(
                    (Z[i + 1] > 0).any(axis=0).mean() > 0.4 for i in A
                ):
                    break
            y = labels_for(rng, m, widths[-1])
            if "thousands" in about:
                weights[-1] *= 4000
                Z, A = deep.forward(X, weights, names)
            if "lack" in about:
                y = np.array([1, 4, 2, 1], np.uint8)
            names = list(names)
            sigmas = [deep.ACTIVATIONS[name] for name in names]
            kept = deep.Cache(Z, A)
            inputs = {"y": y, "weights": weights, "sigmas": sigmas, "cache": kept}
            arguments = (y, weights, names, kept) if with_cache else (X, y, weights, names)
            found.append(Probe(about, arguments, inputs, 1e-5 if dtype != np.float32 else 2e-3))
        yield found

    return probes


@contextmanager
def _loss_probes():
    rng = np.random.default_rng(3)

    def logits(m, k, low=-16, high=16):
        return eighths(rng, (m, k), low, high)

    confident = logits(3, 4)
    y = np.array([2, 0, 3])
    confident[np.arange(3), y] = 1000
    mistaken = logits(3, 5)
    mistaken[np.arange(3), [4, 0, 2]] = -1000
    apart = logits(3, 4)
    apart[0] += 5000
    apart[2] -= 5000
    cases = [
        ("two rows, three classes", logits(2, 3), np.array([2, 0])),
        ("one row", logits(1, 4), np.array([1])),
        ("four rows, two classes", logits(4, 2), np.array([1, 0, 0, 1])),
        ("as many rows as classes", logits(3, 3), np.array([2, 0, 1])),
        ("as many rows as classes, labels twice", logits(4, 4), np.array([2, 0, 2, 3])),
        ("the label's logit at 1000", confident, y),
        ("the label's logit at −1000", mistaken, np.array([4, 0, 2])),
        ("rows at 5000, 0 and −5000", apart, np.array([1, 3, 0])),
        (
            "labels that lack the first and last class, uint8",
            logits(5, 6),
            np.array([1, 4, 2, 3, 1], np.uint8),
        ),
        ("float32", logits(6, 5).astype(np.float32), labels_for(rng, 6, 5, np.uint8)),
        ("read-only arrays", read_only(logits(4, 3)), read_only(np.array([1, 2, 0, 1]))),
        ("logits that are all 0", np.zeros((3, 10)), np.array([3, 9, 0])),
    ]
    yield [
        Probe(
            about,
            (Z, y),
            {"Z": Z, "yb": y, "m": len(Z), "k": Z.shape[1]},
            1e-5 if Z.dtype == float else 1e-4,
        )
        for about, Z, y in cases
    ]


def _idx(array):
    """Return the IDX file of an array of bytes."""
    return np.array([2048 + array.ndim, *array.shape], ">u4").tobytes() + array.tobytes()


@contextmanager
def _file_probes():
    rng = np.random.default_rng(4)
    probes = []
    with tempfile.TemporaryDirectory(prefix="simple_ml_check_") as folder:
        for N, about in (
            (3, "three images"),
            (10, "ten images, one of them blank"),
            (1, "one image"),
        ):
            images = rng.integers(0, 256, (N, 28, 28)).astype(np.uint8)
            images[0] //= 2  # a faint image: its largest value is far from 255
            if N == 10:
                images[1] = 0
                images[2] = 251
            if N == 3:
                images = np.minimum(images, 250)
            digits = ((np.arange(N) * 3 + 2) % 9).astype(np.uint8)
            files = []
            for kind, array in (("images-idx3", images), ("labels-idx1", digits)):
                files.append(str(Path(folder, f"{N}-{kind}-ubyte.gz")))
                Path(files[-1]).write_bytes(gzip.compress(_idx(array), mtime=0))
            inputs = {"images": _idx(images), "labels": _idx(digits)}
            probes.append(Probe(about, tuple(files), inputs))
        swapped = Probe("swapped", probes[0].arguments[::-1], probes[0].inputs, compared=False)
        yield [*probes, swapped]


# ---------------------------------------------------------------- initialisers

SCALES = {
    # scheme: gain, fan; the variance is gain/fan
    "hw0": ("1", lambda rows, columns: columns),
    "fan_in": ("1", lambda rows, columns: rows),
    "he": ("2", lambda rows, columns: rows),
    "he_fan_out": ("2", lambda rows, columns: columns),
    "glorot": ("2", lambda rows, columns: rows + columns),
    "pytorch": ("1 / 3", lambda rows, columns: rows),
}


def moments(W):
    """Return what is compared of random weights: shape, mean and standard deviation."""
    W = np.asarray(W)
    if W.dtype.kind != "f" or W.size == 0:
        return None
    W = W.astype(float)
    return {"shape": np.array(W.shape), "mean": W.mean(), "std": W.std()}


def same_moments(found, wanted, probe, before=None):
    """Return whether two draws may come from distributions of one mean and deviation."""
    if not (isinstance(found, dict) and isinstance(wanted, dict)):
        return isinstance(found, str) and found == wanted
    if tuple(found["shape"]) != tuple(wanted["shape"]):
        return False
    std, mean = float(wanted["std"]), float(wanted["mean"])
    return bool(
        abs(found["std"] - std) <= 0.03 * std + 1e-8 * abs(mean)
        and abs(found["mean"] - mean) <= 0.05 * std + 1e-6 * abs(mean)
    )


@dataclass(frozen=True)
class InitializerTask(Task):
    """An initialiser: what is compared is the shape, the mean and the deviation of its draw."""

    scheme: str = ""

    def expected(self, probe):
        """Return the moments of the scheme."""
        return self._run({}, probe)

    def _run(self, lines, probe):
        gain, fan = SCALES[self.scheme]
        values = {**probe.inputs, "FAN": fan, "GAIN": eval(gain)}
        program = programs.Lines({**programs.PROGRAMS["initializer"], **lines}, values)
        return {name: np.asarray(program[name]) for name in ("shape", "mean", "std")}

    def named(self, returned):
        """Return the moments of a matrix."""
        return moments(returned) if isinstance(returned, np.ndarray) else None


def initializer_task(scheme, function):
    """Return the task of an initialiser; `function` tells whether it takes a dtype."""
    if scheme not in SCALES:
        raise ValueError(f"scheme is {scheme!r}, expected one of {', '.join(SCALES)}")
    takes = getattr(function, "parameters", None)
    if takes is None:
        try:
            takes = len(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            takes = 3

    @contextmanager
    def probes():
        found = []
        for about, fan_in, fan_out, seed in (
            ("400 rows, 100 columns", 400, 100, 0),
            ("400 rows, 100 columns, another seed", 400, 100, 1),
            ("400 rows, 100 columns, the first seed again", 400, 100, 0),
            ("100 rows, 600 columns", 100, 600, 2),
            ("250 rows, 250 columns", 250, 250, 3),
        ):
            arguments = (fan_in, fan_out, np.random.default_rng(seed))
            if takes >= 4:
                arguments += (np.float32,)
            found.append(Probe(about, arguments, {"fan_in": fan_in, "fan_out": fan_out}))
        yield found

    return InitializerTask(
        name="initializer",
        program="initializer",
        parameters=("fan_in", "fan_out", "rng") + ("dtype",) * (takes >= 4),
        outputs=("W",),
        in_place=False,
        reference=None,
        probes=probes,
        wanted="a float array of shape (fan_in, fan_out)",
        scheme=scheme,
    )


# ---------------------------------------------------------------- the table of tasks


def _timing_network():
    rng = np.random.default_rng(0)
    N, n, d, k = 400, 40, 24, 10
    return {
        "X": rng.random((N, n), np.float32),
        "y": rng.integers(0, k, N).astype(np.uint8),
        "W1": (rng.standard_normal((n, d)) / 5).astype(np.float32),
        "W2": (rng.standard_normal((d, k)) / 5).astype(np.float32),
        "theta": np.zeros((n, k), np.float32),
        "Z": rng.standard_normal((N, k)).astype(np.float32),
    }


def _timing(*names):
    def arguments():
        values = {**_timing_network(), "lr": 0.1, "batch": 100}
        return tuple(values[name] for name in names)

    return arguments


def _timing_deep():
    values = _timing_network()
    return values["X"], values["y"], [values["W1"], values["W2"]], ["relu", "identity"]


def _timing_backward():
    X, y, weights, names = _timing_deep()
    return y, weights, names, deep.forward(X, weights, names)


TASKS = {
    task.name: task
    for task in (
        Task(
            "parse_mnist",
            "parse_mnist",
            ("image_filename", "label_filename"),
            ("X", "y"),
            False,
            parse_mnist,
            _file_probes,
            "a pair of arrays, X and y,",
        ),
        Task(
            "softmax_loss",
            "softmax_loss",
            ("Z", "y"),
            ("loss",),
            False,
            softmax_loss,
            _loss_probes,
            "a number",
            _timing("Z", "y"),
        ),
        Task(
            "loss_err",
            "loss_err",
            ("h", "y"),
            ("loss", "err"),
            False,
            loss_err,
            _loss_probes,
            "a pair of numbers, loss and err,",
            _timing("Z", "y"),
        ),
        Task(
            "softmax_regression_epoch",
            "softmax_regression_epoch",
            ("X", "y", "theta", "lr", "batch"),
            ("theta",),
            True,
            softmax_regression_epoch,
            _regression_probes,
            timing=_timing("X", "y", "theta", "lr", "batch"),
        ),
        Task(
            "nn_epoch",
            "nn_epoch",
            ("X", "y", "W1", "W2", "lr", "batch"),
            ("W1", "W2"),
            True,
            nn_epoch,
            _nn_epoch_probes,
            timing=_timing("X", "y", "W1", "W2", "lr", "batch"),
        ),
        Task(
            "gradients",
            "gradients",
            ("X", "y", "W1", "W2"),
            ("dW1", "dW2"),
            False,
            gradients,
            _gradients_probes,
            "a pair of arrays, dW1 and dW2,",
            _timing("X", "y", "W1", "W2"),
        ),
        Task(
            "backward",
            "backward",
            ("y", "weights", "activations", "cache"),
            ("dW_i",),
            False,
            deep.backward,
            _deep_probes(with_cache=True),
            "a list of arrays, one for each layer,",
            _timing_backward,
        ),
        Task(
            "deep_gradients",
            "backward",
            ("X", "y", "weights", "activations"),
            ("dW_i",),
            False,
            deep.gradients,
            _deep_probes(with_cache=False),
            "a list of arrays, one for each layer,",
            _timing_deep,
        ),
    )
}
"""Every function that can be checked, by name; an initialiser's is made by `initializer_task`."""
