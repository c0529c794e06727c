"""The right programs, as lines of text that can be replaced one by one.

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
from functools import cache
from types import MappingProxyType

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

# The logits of a batch become probabilities. Shared by every program with a loss or a gradient.
_SOFTMAX = {
    "shift": "Z2.max(axis=1, keepdims=True)",
    "E": "np.exp(Z2 - shift)",
    "total": "E.sum(axis=1, keepdims=True)",
    "S": "E / total",
    "labels": "yb",
}

# Probabilities become G2 = S − I_y, m times the loss's derivative in the logits.
_ERROR = {
    **_SOFTMAX,
    "I_y": "one_hot(labels, k, Z2.dtype)",
    "G2": "S - I_y",
}

# What a step does with the second (or only) layer's gradient.
_LAST_LAYER = {
    "m": "len(yb)",
    "m2": "m",
    "H": "Z1",  # what the last layer saw
    "P2": "H.T @ G2",
    "dW2": "P2 / m2",
}

_TWO_LAYER = {
    **_ERROR,
    **_LAST_LAYER,
    "V1": "W1",  # the weights that the forward pass sees
    "V2": "W2",
    "A1": "Xb @ V1 + b1",  # b1 and b2 are 0 and stay 0: the network has no bias
    "Z1": "relu(A1)",
    "Z2": "Z1 @ V2 + b2",
    "U2": "V2",  # the W2 through which the error goes back
    "B1": "G2 @ U2.T",
    "mask": "Z1 > 0",
    "G1": "mask * B1",
    "m1": "m",
    "P1": "Xb.T @ G1",
    "dW1": "P1 / m1",
}

_BATCHES = {
    "order": "np.arange(N)",  # the order in which the rows are taken
    "starts": "range(0, N, size)",
    "size": "batch",
    "rows": "slice(start, start + size)",
    "Xb": "X[rows]",
    "yb": "y[rows]",
    "rate": "lr",
    "epochs": "1",
}

PROGRAMS = MappingProxyType(
    {
        "nn_epoch": {
            **_BATCHES,
            **_TWO_LAYER,
            "new_W1": "W1 - rate * dW1",
            "new_W2": "W2 - rate * dW2",
            "new_b1": "b1",
            "new_b2": "b2",
            "left_W1": "W1",  # what is left in the caller's arrays in the end
            "left_W2": "W2",
        },
        "softmax_regression_epoch": {
            **_BATCHES,
            **_ERROR,
            **_LAST_LAYER,
            "V2": "W2",  # W2 is theta here
            "Z1": "Xb",
            "Z2": "Z1 @ V2 + b2",
            "new_W2": "W2 - rate * dW2",
            "new_b2": "b2",
        },
        "gradients": {**_TWO_LAYER, "result": "(dW1, dW2)"},
        "backward": {  # layer i of L, from the last to the first
            **_ERROR,
            "m": "len(yb)",
            "mi": "m",
            "derivative": "d_sigma(A)",
            "V": "G * derivative",
            "H": "Z",
            "P": "H.T @ V",
            "dW": "P / mi",
            "carried": "V",
            "next_G": "carried @ W.T",
            "result": "dWs",
        },
        "softmax_loss": {
            "Z2": "Z",
            **_SOFTMAX,
            "lse": "np.ravel(np.log(total) + shift)",
            "picked": "Z2[np.arange(m), labels]",
            "row_loss": "lse - picked",
            "sign": "1",
            "base": "math.e",
            "count": "m",
            "loss": "sign * row_loss.sum() / count / np.log(base)",
            "result": "loss",
        },
        "parse_mnist": {
            "N": "int.from_bytes(images[4:8], 'big')",  # both files, decompressed
            "image_offset": "16",
            "image_count": "N * 784",
            "pixels": "np.frombuffer(images, np.uint8, image_count, image_offset)",
            "grid": "pixels.reshape(N, 784)",
            "white": "255",
            "black": "0",
            "scaled": "(grid.astype(np.float64) - black) / white",
            "X": "scaled",
            "label_offset": "8",
            "label_count": "-1",
            "y": "np.frombuffer(labels, np.uint8, label_count, label_offset)",
            "result": "(X, y)",
        },
        "initializer": {
            "rows": "fan_in",
            "columns": "fan_out",
            "gain": "GAIN",
            "fan": "FAN(rows, columns)",
            "variance": "gain / fan",
            "std": "np.sqrt(variance)",
            "mean": "0",
            "shape": "(fan_in, fan_out)",
        },
    }
)
PROGRAMS = MappingProxyType(
    {
        **PROGRAMS,  # loss_err is softmax_loss with the error rate beside it
        "loss_err": {
            **PROGRAMS["softmax_loss"],
            "scores": "Z",
            "guess": "scores.argmax(axis=1)",
            "truth": "yb",
            "missed": "guess != truth",
            "err": "missed.sum() / tests",
            "tests": "m",
            "result": "(loss, err)",
        },
    }
)


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
    """Return what a program does, as a dict of arrays.

    Parameters
    ----------
    task : str
        A name in `PROGRAMS`.
    changed_lines : dict of str to str
        The lines that replace the right ones.
    inputs : dict
        What the program is given, by name.

    Raises
    ------
    Exception
        Whatever the changed lines raise, such as a ValueError where sizes do not fit.
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
    fixed = {
        "N": N,
        "k": inputs["W2"].shape[1],
        "all_y": inputs["y"],
        "lr": inputs["lr"],
        "batch": inputs["batch"],
        "old_W1": state.get("W1"),
        "old_W2": state["W2"],
    }
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
        layer = Lines(
            program,
            {
                **shared,
                "i": i,
                "G": G,
                "Z": Z[i],
                "next_Z": Z[i + 1],
                "A": A[i],
                "W": weights[i - 1],
                "d_sigma": sigmas[i - 1].derivative,
            },
        )
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
