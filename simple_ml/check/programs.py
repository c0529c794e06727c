"""The right programs of `programs.toml`, whose lines can be replaced one by one.

A program is a table: a name and the expression that gives it. A *mistake* (see
`simple_ml.check.mistakes`) replaces a line or two, and two mistakes at once are the two
replacements together. A line is evaluated when its name is asked for, so their order does not
matter; the expressions are the text of this package's tables, never anybody's input.

The programs are not the reference: that is the package itself, and a test holds that the programs
without any mistake agree with it.
"""

import ast
import builtins
import math
import re
import tomllib
from functools import cache
from pathlib import Path

import numpy as np

from simple_ml.losses import one_hot, softmax
from simple_ml.two_layer import gradients

FUNCTIONS = {
    "np": np,
    "math": math,
    "softmax": softmax,
    "one_hot": one_hot,
    "gradients": gradients,
    "relu": lambda A: np.maximum(A, 0),
    "sigmoid": lambda A: 1 / (1 + np.exp(-A)),
}

_GIVEN_BATCH = {"Xb", "yb", "all_y", "N", "batch", "k", "b1", "b2", "W2"}
_GIVEN_EPOCH = {"X", "y", "all_y", "N", "k", "lr", "batch", "b1", "b2", "old_W2", "W2", "start"}
GIVEN = {
    "nn_epoch": _GIVEN_EPOCH | {"W1", "old_W1"},
    "softmax_regression_epoch": _GIVEN_EPOCH,
    "gradients": _GIVEN_BATCH | {"W1"},
    "backward": {*"yb all_y Z2 k L A_all i G Z next_Z A W d_sigma dWs".split()},
    "softmax_loss": {"Z", "yb", "m", "k"},
    "loss_err": {"Z", "yb", "m", "k"},
    "parse_mnist": {"images", "labels"},
    "initializer": {"fan_in", "fan_out", "GAIN", "FAN"},
}
"""What each program is given, beside its own lines."""


def tables(name):
    """Return the tables of a TOML file in this folder."""
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


_TABLES = tables("programs.toml")


def _program(parts=(), **own):
    """Return the lines of a table of the file and of its parts."""
    return {**{k: line for part in parts for k, line in _program(**_TABLES[part]).items()}, **own}


PROGRAMS = {name: _program(**_TABLES[name]) for name in GIVEN}
"""For each program its right lines, by name."""


class Circular(Exception):
    """Two mistakes that cannot be made together: each line would have to come first."""


class Lines(dict):
    """Values by name; a name that has none yet is computed from its line."""

    def __init__(self, program, values):
        super().__init__(values)
        self.program = program
        self.asked = set()

    def __missing__(self, name):
        if name not in self.program:
            raise KeyError(name)  # then Python looks among FUNCTIONS
        if name in self.asked:
            raise Circular(name)
        self.asked.add(name)
        value = self[name] = eval(_compiled(self.program[name]), FUNCTIONS, self)
        return value


@cache
def _compiled(expression):
    return compile(expression, f"<{expression}>", "eval")


def fits(task, changed_lines):
    """Return whether a program has these lines, and all that they refer to."""
    known = {*PROGRAMS[task], *GIVEN[task], *FUNCTIONS, *dir(builtins)}
    return all(
        name in PROGRAMS[task] and _names(expression) <= known
        for name, expression in changed_lines.items()
    )


@cache
def _names(expression):
    """Return the names that an expression refers to; a number to be measured is none of them."""
    tree = ast.parse(re.sub("{[a-z]+[12]?}", "1", expression))
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def run(task, changed_lines, inputs):
    """Return what a program does to some inputs with these lines in place of the right ones.

    It raises whatever the changed lines raise, such as a ValueError where sizes do not fit.
    """
    with np.errstate(all="ignore"):
        return RUNNERS.get(task, _straight)({**PROGRAMS[task], **changed_lines}, inputs)


def _straight(program, inputs):
    """Run a program without loops."""
    return Lines(program, inputs)["result"]


def _epochs(program, inputs):
    """Run a program of batches; the weights after it."""
    state = {name: inputs[name] for name in ("W1", "W2") if name in inputs}
    N = len(inputs["X"])
    fixed = {"N": N, "k": inputs["W2"].shape[1], "all_y": inputs["y"]}
    fixed |= {name: inputs[name] for name in ("lr", "batch")}
    fixed |= {f"old_{name}": W for name, W in state.items()}
    order = Lines(program, fixed)["order"]
    fixed |= {"X": inputs["X"][order], "y": inputs["y"][order]}
    state |= {"b1": 0.0, "b2": 0.0}
    outer = Lines(program, fixed)
    for _ in range(outer["epochs"]):
        for start in outer["starts"]:
            step = Lines(program, {**fixed, **state, "start": start})
            new = {name: step[f"new_{name}"] for name in state if f"new_{name}" in program}
            for name in new.keys() & inputs.keys():
                if new[name].shape != inputs[name].shape:
                    raise ValueError(f"{name} cannot be updated in place")
            state |= new
    if "W1" not in state:
        return state["W2"]
    end = Lines(program, {**fixed, **state})
    return end["left_W1"], end["left_W2"]


def _gradients(program, inputs):
    """Run one step's gradients: the whole of X is the batch."""
    X, y, N = inputs["X"], inputs["y"], len(inputs["X"])
    given = {"Xb": X, "yb": y, "all_y": y, "N": N, "batch": N, "b1": 0, "b2": 0}
    return Lines(program, {**given, "k": inputs["W2"].shape[1], **inputs})["result"]


def _backward(program, inputs):
    """Run the recursion from the last layer to the first."""
    y, weights, sigmas, (Z, A) = (inputs[name] for name in ("y", "weights", "sigmas", "cache"))
    L, dWs = len(weights), {}
    shared = {"yb": y, "all_y": y, "Z2": Z[L + 1], "k": Z[L + 1].shape[1], "L": L, "A_all": A}
    G = Lines(program, shared)["G2"]
    for i in range(L, 0, -1):
        own = {"i": i, "G": G, "Z": Z[i], "next_Z": Z[i + 1], "A": A[i], "W": weights[i - 1]}
        layer = Lines(program, {**shared, **own, "d_sigma": sigmas[i - 1].derivative})
        dWs[i] = layer["dW"]
        if i > 1:
            G = layer["next_G"]
    return Lines(program, {"dWs": tuple(dWs[i] for i in range(1, L + 1))})["result"]


RUNNERS = {
    "nn_epoch": _epochs,
    "softmax_regression_epoch": _epochs,
    "gradients": _gradients,
    "backward": _backward,
}
