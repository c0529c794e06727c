"""The questions: small crafted inputs, by function.

The numbers are eighths, so that they can be printed, pasted and added up without rounding. Sizes
differ, so that a lost transpose cannot hide; then some are equal, so that one that fits only then
can be told. No pre-activation is near 0, where a different order of additions might flip a unit,
except where it is exactly 0. In every probe that does not go beyond the assignment all batches are
whole, hold as many rows as there are classes, and every class occurs.
"""

import gzip
import itertools
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from simple_ml import deep


@dataclass(frozen=True)
class Probe:
    """One question."""

    about: str  # what a report calls it; only people read it
    arguments: tuple  # what the function is called with
    inputs: dict = field(default_factory=dict)  # the same by the names of the right program
    beyond: str = ""  # a key of `assignment.BEYOND` where the assignment does not ask for this
    tag: str = ""  # "float32", "read-only" or "swapped", where that is special for the checker
    tolerance: float = 1e-5  # relative to the largest expected change

    @property
    def size(self):
        """How many numbers it holds: the smallest is shown."""
        return sum(a.size for a in self.arguments if isinstance(a, np.ndarray))


# ---------------------------------------------------------------- crafted numbers


def eighths(rng, shape, low=-8, high=8):
    """Return random multiples of 1/8 from low/8 to high/8."""
    return rng.integers(low, high + 1, shape) / 8


def labels_for(rng, N, k, dtype=np.int64):
    """Return random labels in which every class occurs, or as many as there are rows."""
    y = rng.integers(0, k, N)
    y[: min(N, k)] = np.arange(k)[::-1][:N]
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


# ---------------------------------------------------------------- epochs


@dataclass(frozen=True)
class Epoch:
    """An epoch of the two-layer network, from which the probes of three functions are made."""

    about: str
    X: np.ndarray
    y: np.ndarray
    W1: np.ndarray
    W2: np.ndarray
    lr: float
    batch: int
    beyond: str = ""
    tag: str = ""
    hidden: bool = False  # whether it asks something of the hidden layer only
    many: bool = False  # whether it asks something of the batches only

    def probe(self, **inputs):
        """Return the probe that asks for this epoch with these arguments."""
        tolerance = 2e-3 if self.tag == "float32" else 1e-5
        return Probe(self.about, tuple(inputs.values()), inputs, self.beyond, self.tag, tolerance)


def epochs():
    """Return the epochs that are asked for."""
    X, _, W1, W2 = network(6, 4, 3, 2, seed=8)
    y = np.array([1, 0, 0, 0, 1, 0])  # the second batch lacks a class
    rows = [
        Epoch("one batch of four rows", *network(4, 1, 2, 3), 0.9, 4),
        Epoch("one batch of three rows", *network(3, 4, 5, 2), 0.7, 3),
        Epoch("two batches", *network(4, 5, 3, 2), 0.4, 2),
        Epoch("three batches of two rows", X, y, W1, W2, 0.8, 2),
        Epoch("all sizes equal", *network(3, 3, 3, 3), 0.7, 3),
        Epoch("all sizes but the rows equal", *network(8, 4, 4, 4), 0.6, 4),
    ]
    X, y, W1, W2 = network(5, 3, 2, 4, seed=1)
    W1, X = W1.copy(), X.copy()
    W1[:, 0] = [0.5, -0.5, 0.25]
    X[:2] = [[1.5, 1.5, 0], [0.25, 0.5, 0.5]]  # both give exactly 0
    kink = Epoch("a pre-activation of exactly 0", X, y, W1, W2, 0.8, 5, hidden=True)
    X, y, W1, W2 = network(6, 2, 4, 3, seed=2)
    W1 = W1.copy()
    W1[:, 0] = -0.5
    off = Epoch("a unit that is always off", X, y, W1, W2, 0.6, 3, hidden=True)
    X, y, W1, W2 = network(6, 5, 4, 3, seed=5)
    frozen = Epoch("read-only X and y", read_only(X), read_only(y), W1, W2, 0.9, 3, tag="read-only")
    arrays = network(12, 4, 6, 3)
    X, y, W1, W2 = (a.astype(np.float32 if a.dtype == float else np.uint8) for a in arrays)
    single = Epoch("float32", X, y, W1, W2, 0.6, 4, tag="float32")
    X, y, W1, W2 = network(120, 2, 3, 10)  # 40 rows of 10 classes: more than a uint8 can count
    hundred = Epoch("more than a hundred rows", X, y.astype(np.uint8), W1, W2, 0.3, 40, many=True)
    rows += [kink, off, frozen, single, hundred]

    X, y, W1, W2 = network(4, 3, 5, 2, seed=3)
    one = X[:1], y[:1], W1, 4000 * W2
    rows += [
        Epoch("a last batch that is shorter", *network(3, 1, 4, 2), 0.9, 2, "short_batch"),
        Epoch("seven rows in batches of three", *network(7, 4, 5, 3), 0.6, 3, "short_batch"),
        Epoch(
            "a batch larger than the data", *network(5, 4, 6, 3), 0.3, 8, "short_batch", many=True
        ),
        Epoch("batches of one row", *network(4, 2, 5, 3), 0.6, 1, "small_batch"),
        Epoch("batches of one row, five of them", *network(5, 2, 3, 4), 0.5, 1, "small_batch"),
        Epoch("one batch of two rows", *network(2, 3, 4, 5), 0.7, 2, "small_batch"),
        Epoch("logits of some thousands", X, y, W1, 4000 * W2, 700.0, 4, "large_logits"),
        Epoch("one row, logits of some thousands", *one, 700.0, 1, "large_logits"),
    ]
    X, y, W1, W2 = network(8, 3, 5, 6, seed=4)
    y = np.array([1, 3, 2, 2, 4, 1, 3, 1], np.uint8)
    about = "labels that lack the first and last class"
    return [*rows, Epoch(about, X, y, W1, W2, 0.7, 8, "missing_classes")]


@contextmanager
def nn_epoch():
    """Give the probes of `nn_epoch`."""
    yield [e.probe(X=e.X, y=e.y, W1=e.W1, W2=e.W2, lr=e.lr, batch=e.batch) for e in epochs()]


@contextmanager
def gradients():
    """Give the probes of `gradients`: the whole of X is one batch."""
    probes = []
    for e in [*epochs(), Epoch("one row", *network(1, 3, 4, 2), 0, 1, "small_batch", hidden=True)]:
        if e.many:
            continue
        (m, n), (d, k) = e.X.shape, e.W2.shape
        if not (e.hidden or e.tag or e.beyond in ("large_logits", "missing_classes")):
            about = f"m = {m}, n = {n}, d = {d}, k = {k}"
            e = replace(e, about=about, beyond="small_batch" * (m < k))
        probes.append(e.probe(X=e.X, y=e.y, W1=e.W1, W2=e.W2))
    yield probes


@contextmanager
def softmax_regression_epoch():
    """Give the probes of `softmax_regression_epoch`."""
    found = []
    for e in epochs():
        if e.hidden:
            continue
        square = len(e.X) == e.X.shape[1]
        theta = e.W1 if square else (e.W1 @ e.W2).astype(e.W1.dtype)  # (n, k): as good as any
        found.append(e.probe(X=e.X, y=e.y, W2=theta, lr=e.lr, batch=e.batch))
    X, y, _, _ = network(8, 3, 2, 4, seed=6)
    theta = np.zeros((3, 4))
    inputs = {"X": X, "y": y, "W2": theta, "lr": 0.7, "batch": 4}
    yield [*found, Probe("theta that starts at 0", tuple(inputs.values()), inputs)]


# ---------------------------------------------------------------- any depth


@dataclass(frozen=True)
class Network:
    """A network of any depth: rows, widths and activations, and what is special."""

    about: str
    m: int
    widths: tuple
    activations: tuple = ("relu", "identity")
    beyond: str = ""
    tag: str = ""


NETWORKS = (
    Network("three layers", 2, (3, 4, 5, 2), ("relu", "tanh", "identity")),
    Network("one layer", 4, (2, 3), ("identity",)),
    Network("two layers", 4, (2, 5, 3)),
    Network("four layers", 5, (4, 3, 2, 6, 3), ("tanh", "relu", "sigmoid", "identity")),
    Network("all sizes equal", 3, (3, 3, 3, 3), ("tanh", "relu", "identity")),
    Network("a last layer with an activation", 5, (2, 3, 4), ("relu", "tanh")),
    Network("float32", 6, (3, 5, 4, 2), ("relu", "sigmoid", "identity"), tag="float32"),
    Network("fewer rows than classes", 3, (2, 6, 4), beyond="small_batch"),
    Network("logits of some thousands", 4, (2, 5, 3), beyond="large_logits"),
    Network("one row, logits of some thousands", 1, (2, 5, 3), beyond="large_logits"),
    Network(
        "labels that lack the last class", 4, (2, 3, 6), ("tanh", "identity"), "missing_classes"
    ),
)


def deep_network(seed, row):
    """Return X, y, weights and the cache of a forward pass, far from every kink."""
    dtype = np.float32 if row.tag == "float32" else np.float64
    for attempt in itertools.count(1000 * seed):
        rng = np.random.default_rng(attempt)
        X = eighths(rng, (row.m, row.widths[0]), -12, 12).astype(dtype)
        weights = [eighths(rng, shape).astype(dtype) for shape in itertools.pairwise(row.widths)]
        Z, A = deep.forward(X, weights, row.activations)
        clear = min(np.abs(a).min() for a in A.values()) > 0.02
        if clear and all((Z[i + 1] > 0).any(axis=0).mean() > 0.4 for i in A):
            break
    y = labels_for(rng, row.m, row.widths[-1])
    if row.beyond == "large_logits":
        weights[-1] *= 4000
    if row.beyond == "missing_classes":
        y = np.array([1, 3, 2, 1], np.uint8)
    return X, y, weights, deep.Cache(*deep.forward(X, weights, row.activations))


def any_depth(with_cache):
    """Return what gives the probes of `deep.backward`, or of `deep.gradients`."""

    @contextmanager
    def probes():
        found = []
        for seed, row in enumerate(NETWORKS):
            X, y, weights, kept = deep_network(seed, row)
            names = list(row.activations)
            sigmas = [deep.ACTIVATIONS[name] for name in names]
            inputs = {"y": y, "weights": weights, "sigmas": sigmas, "cache": kept}
            arguments = (y, weights, names, kept) if with_cache else (X, y, weights, names)
            tolerance = 2e-3 if row.tag == "float32" else 1e-5
            found.append(Probe(row.about, arguments, inputs, row.beyond, row.tag, tolerance))
        yield found

    return probes


# ---------------------------------------------------------------- the loss


@contextmanager
def loss():
    """Give the probes of `softmax_loss` and `loss_err`."""
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
    lacking = np.array([1, 4, 2, 3, 1], np.uint8)
    small, fixed = labels_for(rng, 6, 5, np.uint8), read_only(np.array([1, 2, 0, 1]))

    def asked(about, Z, y, beyond="", tag=""):
        y, tolerance = np.asarray(y), 1e-4 if tag == "float32" else 1e-5
        inputs = {"Z": Z, "yb": y, "m": len(Z), "k": Z.shape[1]}
        return Probe(about, (Z, y), inputs, beyond, tag, tolerance)

    yield [
        asked("two rows, three classes", logits(2, 3), [2, 0]),
        asked("one row", logits(1, 4), [1]),
        asked("four rows, two classes", logits(4, 2), [1, 0, 0, 1]),
        asked("as many rows as classes", logits(3, 3), [2, 0, 1]),
        asked("as many rows as classes, labels twice", logits(4, 4), [2, 0, 2, 3]),
        asked("the label's logit at 1000", confident, y, "large_logits"),
        asked("the label's logit at −1000", mistaken, [4, 0, 2], "large_logits"),
        asked("rows at 5000, 0 and −5000", apart, [1, 3, 0], "large_logits"),
        asked(
            "labels that lack the first and last class", logits(5, 6), lacking, "missing_classes"
        ),
        asked("float32", logits(6, 5).astype(np.float32), small, tag="float32"),
        asked("read-only arrays", read_only(logits(4, 3)), fixed, tag="read-only"),
        asked("logits that are all 0", np.zeros((3, 10)), [3, 9, 0]),
    ]


# ---------------------------------------------------------------- files


def idx(array):
    """Return the IDX file of an array of bytes."""
    return np.array([2048 + array.ndim, *array.shape], ">u4").tobytes() + array.tobytes()


def write_digits(folder, images, digits, name="train"):
    """Write two compressed files under the course's names; return their paths."""
    paths = []
    for kind, array in (("images-idx3", images), ("labels-idx1", digits)):
        paths.append(Path(folder, f"{name}-{kind}-ubyte.gz"))
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        paths[-1].write_bytes(gzip.compress(idx(array), 1, mtime=0))
    return tuple(map(str, paths))


@contextmanager
def files():
    """Give the probes of `parse_mnist`: files in a temporary folder."""
    rng = np.random.default_rng(4)
    probes = []
    with tempfile.TemporaryDirectory(prefix="simple_ml_check_") as folder:
        for N, about, beyond in (
            (10, "ten images, one of them blank", ""),
            (1100, "eleven hundred images", ""),  # some readers stop at a round number
            (3, "three images without black and white", "other_pixels"),
            (1, "one image", "one_image"),
        ):
            images = rng.integers(0, 256, (N, 28, 28)).astype(np.uint8)
            images[-1, 0, :2] = 0, 255
            if N > 1:
                images[0] //= 2  # a faint image: its largest value is far from 255
            if N == 10:
                images[1], images[2] = 0, 251
            if beyond == "other_pixels":
                images = images.clip(3, 250)
            digits = ((np.arange(N) * 3 + 2) % 10).astype(np.uint8)
            arguments = write_digits(Path(folder, str(N)), images, digits)
            inputs = {"images": idx(images), "labels": idx(digits)}
            probes.append(Probe(about, arguments, inputs, beyond))
        swapped = Probe("swapped", probes[0].arguments[::-1], probes[0].inputs, tag="swapped")
        yield [*probes, swapped]


# ---------------------------------------------------------------- starting weights


def draws(with_dtype):
    """Return what gives the probes of an initialiser."""

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
            arguments += (np.float32,) * with_dtype
            found.append(Probe(about, arguments, {"fan_in": fan_in, "fan_out": fan_out}))
        yield found

    return probes
