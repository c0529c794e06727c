"""Wrong gradients that are easy to write, one row each.

The right gradient of the two-layer network is nine assignments, the table `RIGHT`. A mistake
replaces one or two of them. Both are kept as text, so that a page can print the very line that is
run, and a reader can compare it with their own.
"""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from simple_ml.losses import one_hot, softmax

__all__ = ["BATCH", "MISTAKES", "RIGHT", "Mistake"]

BATCH = 100  # rows asked for in a step, as `nn_epoch` has it by default

RIGHT = MappingProxyType(
    {
        "A1": "X @ W1",
        "Z1": "np.maximum(A1, 0)",
        "Z2": "Z1 @ W2",
        "S": "softmax(Z2)",
        "I_y": "one_hot(y, k, Z2.dtype)",
        "G2": "S - I_y",
        "G1": "(Z1 > 0) * (G2 @ W2.T)",
        "dW1": "X.T @ G1 / m",
        "dW2": "Z1.T @ G2 / m",
    }
)

NAMES = {"np": np, "softmax": softmax, "one_hot": one_hot, "batch": BATCH}


@dataclass(frozen=True)
class Mistake:
    """A wrong gradient: its name, what went wrong in a sentence, and the lines that are wrong.

    Attributes
    ----------
    name : str
        A few words, unique in `MISTAKES`.
    says : str
        What the author of the line had in mind, or overlooked.
    lines : dict of str to str
        Left and right sides of the assignments that replace those of `RIGHT`.
    """

    name: str
    says: str
    lines: dict

    @property
    def code(self):
        """The wrong lines as they would stand in a program."""
        return "; ".join(f"{left} = {right}" for left, right in self.lines.items())

    def gradients(self, X, y, W1, W2):
        """Return what this mistake makes of the gradients with respect to W1 and W2.

        Parameters
        ----------
        X : ndarray of shape (m, n), float
            Inputs, one row an example.
        y : ndarray of shape (m,), integer
            Labels 0 … k−1.
        W1, W2 : ndarrays of shape (n, d) and (d, k), float
            Weights; not modified.

        Returns
        -------
        dW1, dW2 : ndarrays
            Wrong in value, and possibly in shape.

        Raises
        ------
        ValueError, IndexError
            Where the wrong lines do not fit the sizes of the arrays.
        """
        values = {"X": X, "y": y, "W1": W1, "W2": W2, "m": len(X), "k": W2.shape[1]}
        for left, right in {**RIGHT, **self.lines}.items():
            values[left] = eval(right, NAMES, values)  # text of the tables in this file only
        return values["dW1"], values["dW2"]


MISTAKES = (
    Mistake("no mask", "The ReLU is forgotten on the way back.", {"G1": "G2 @ W2.T"}),
    Mistake(
        "mask Z1 >= 0",
        "After a ReLU this is always true: no mask at all.",
        {"G1": "(Z1 >= 0) * (G2 @ W2.T)"},
    ),
    Mistake(
        "mask A1 >= 0",
        "Lets a unit at exactly 0 through, which the convention (slope 0 at 0) does not.",
        {"G1": "(A1 >= 0) * (G2 @ W2.T)"},
    ),
    Mistake(
        "mask from Z2",
        "The mask of the wrong layer; it fits where d = k.",
        {"G1": "(Z2 > 0) * (G2 @ W2.T)"},
    ),
    Mistake(
        "no ReLU forward",
        "The hidden layer is linear on the way forward, masked on the way back.",
        {"Z1": "A1"},
    ),
    Mistake(
        "no ReLU at all",
        "The right gradient of another network: z = W2ᵀ W1ᵀ x.",
        {"Z1": "A1", "G1": "G2 @ W2.T"},
    ),
    Mistake(
        "A1 for Z1",
        "∇W2 needs what the second layer saw: the activations, after the ReLU.",
        {"dW2": "A1.T @ G2 / m"},
    ),
    Mistake(
        "X for Z1",
        "The first layer's input where the second layer's belongs; it fits where n = d.",
        {"dW2": "X.T @ G2 / m"},
    ),
    Mistake(
        "W2 not transposed",
        "It fits where d = k.",
        {"G1": "(Z1 > 0) * (G2 @ W2)"},
    ),
    Mistake(
        "∇W1 transposed",
        "It fits where n = d.",
        {"dW1": "G1.T @ X / m"},
    ),
    Mistake(
        "product of means",
        "The mean of products is taken for the product of means; right for m = 1.",
        {"dW1": "np.outer(X.mean(axis=0), G1.mean(axis=0))"},
    ),
    Mistake(
        "W2 updated first",
        "G1 is computed with the new W2 (here after a step of 0.1).",
        {"G1": "(Z1 > 0) * (G2 @ (W2 - 0.1 * Z1.T @ G2 / m).T)"},
    ),
    Mistake(
        "no 1/m",
        "The gradient of the sum of the losses, not of their mean.",
        {"dW1": "X.T @ G1", "dW2": "Z1.T @ G2"},
    ),
    Mistake(
        "1/batch",
        "Divides by the rows asked for; wrong in a last batch that is shorter.",
        {"dW1": "X.T @ G1 / batch", "dW2": "Z1.T @ G2 / batch"},
    ),
    Mistake(
        "1/(m k)",
        "The mean over all entries of the logits, as np.mean without an axis takes it.",
        {"dW1": "X.T @ G1 / (m * k)", "dW2": "Z1.T @ G2 / (m * k)"},
    ),
    Mistake("ascent", "I_y − S for S − I_y: the loss goes up.", {"G2": "I_y - S"}),
    Mistake("one-hot missing", "The labels are never looked at.", {"G2": "S"}),
    Mistake(
        "one-hot off by one",
        "Labels are taken to start at 1; Python's index −1 hides it.",
        {"I_y": "np.eye(k)[y.astype(int) - 1]"},
    ),
    Mistake(
        "classes from the batch",
        "k is read off the labels at hand; right where the last class happens to occur.",
        {"I_y": "np.eye(int(y.max()) + 1)[y]"},
    ),
    Mistake(
        "softmax down the columns",
        "axis=0 for axis=1: normalised over the examples.",
        {"S": "softmax(Z2.T).T"},
    ),
    Mistake(
        "softmax over everything",
        "E.sum() without an axis: all m·k numbers sum to 1, not each row.",
        {"S": "softmax(Z2.reshape(1, -1)).reshape(m, k)"},
    ),
    Mistake(
        "softmax twice",
        "Probabilities are handed on as if they were logits.",
        {"S": "softmax(softmax(Z2))"},
    ),
    Mistake(
        "softmax not shifted",
        "Right until a logit exceeds 88 in float32, 709 in float64; then inf/inf = nan.",
        {"S": "np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)"},
    ),
)
