"""The gallery of chapter 2: a selection from the table of mistakes, as wrong gradients that run.

A mistake of the gallery is made of rows of the table. What is printed is the lines of the book's
nine-line program that the mistake changes; what is run is the checker's own program, so that the
page, the checker and the reader's report speak of the same thing.
"""

import ast
from dataclasses import dataclass

from simple_ml.check.mistakes import TABLE
from simple_ml.check.programs import PROGRAMS, run

__all__ = ["BATCH", "MISTAKES", "Wrong"]

BATCH = 100  # rows asked for in a step, as `nn_epoch` has it by default
RATE = 0.1  # the step after which a W2 that is updated first is used

BOOK = ("A1", "Z1", "Z2", "S", "I_y", "G2", "G1", "dW1", "dW2")  # the book's lines
CALLED = {"Xb": "X", "yb": "y", "batch": "batch", "m": "m", "k": "k", "rate": str(RATE)}
ROWS = {row.name: row for row in TABLE}


@dataclass(frozen=True)
class Wrong:
    """A wrong gradient: its name, what went wrong in a sentence, and the rows of the table.

    Attributes
    ----------
    name : str
        A few words, unique in `MISTAKES`.
    says : str
        What the author of the line had in mind, or overlooked.
    rows : dict of str to int
        Names of rows of the table, and which of the ways to make the mistake.
    """

    name: str
    says: str
    rows: dict

    @property
    def lines(self):
        """The wrong lines of the checker's program."""
        ways = [ROWS[name].ways[way] for name, way in self.rows.items()]
        return {line: expression for way in ways for line, expression in way.items()}

    @property
    def code(self):
        """The wrong lines as they would stand in the book's program."""
        right, wrong = PROGRAMS["gradients"], {**PROGRAMS["gradients"], **self.lines}
        changed = [(name, written(wrong, name)) for name in BOOK]
        return "; ".join(f"{n} = {line}" for n, line in changed if line != written(right, n))

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
        inputs = {"X": X, "y": y, "W1": W1, "W2": W2, "batch": BATCH, "rate": RATE}
        return run("gradients", self.lines, inputs)


def written(program, name):
    """Return one of the book's lines, with the checker's own helpers written out."""

    class Expand(ast.NodeTransformer):
        def visit_Name(self, node):
            if node.id in CALLED:
                return ast.Name(CALLED[node.id])
            if node.id in BOOK or node.id not in program:
                return node
            return self.visit(ast.parse(program[node.id], mode="eval").body)

        def visit_BinOp(self, node):
            """Leave out what a mistake took away: a factor or a divisor 1, a shift of 0."""
            node = self.generic_visit(node)
            match node:
                case ast.BinOp(ast.Constant(1), ast.Mult(), kept):
                    return kept
                case ast.BinOp(kept, ast.Div(), ast.Constant(1)):
                    return kept
                case ast.BinOp(kept, ast.Sub(), ast.Constant(0)):
                    return kept
            return node

    return ast.unparse(Expand().visit(ast.parse(program[name], mode="eval").body))


MISTAKES = (
    Wrong("no mask", "The ReLU is forgotten on the way back.", {"mask_missing": 0}),
    Wrong("mask Z1 >= 0", "After a ReLU this is always true: no mask at all.", {"mask_missing": 1}),
    Wrong(
        "mask A1 >= 0",
        "Lets a unit at exactly 0 through, which the convention (slope 0 at 0) does not.",
        {"mask_not_strict": 0},
    ),
    Wrong(
        "mask from Z2",
        "The mask of the wrong layer; it fits where d = k.",
        {"mask_of_wrong_array": 1},
    ),
    Wrong(
        "no ReLU forward",
        "The hidden layer is linear on the way forward, masked on the way back.",
        {"relu_missing": 0},
    ),
    Wrong(
        "no ReLU at all",
        "The right gradient of another network: h = W2ᵀ W1ᵀ x.",
        {"relu_missing": 0, "mask_missing": 0},
    ),
    Wrong(
        "A1 for Z1",
        "∇W2 needs what the second layer saw: the activations, after the ReLU.",
        {"preactivation_in_dW2": 0},
    ),
    Wrong(
        "X for Z1",
        "The first layer's input where the second layer's belongs; it fits where n = d.",
        {"wrong_layers_input": 0},
    ),
    Wrong("W2 not transposed", "It fits where d = k.", {"W2_not_transposed": 0}),
    Wrong("∇W1 transposed", "It fits where n = d.", {"gradient_transposed": 0}),
    Wrong(
        "product of means",
        "The mean of products is taken for the product of means; right for m = 1.",
        {"product_of_means": 1},
    ),
    Wrong(
        "W2 updated first",
        f"G1 is computed with the new W2 (here after a step of {RATE}).",
        {"W2_updated_first": 0},
    ),
    Wrong("no 1/m", "The gradient of the sum of the losses, not of their mean.", {"no_mean": 0}),
    Wrong(
        "1/batch",
        "Divides by the rows asked for; wrong in a last batch that is shorter.",
        {"divides_by_batch": 0},
    ),
    Wrong(
        "1/(m k)",
        "The mean over all entries of the logits, as np.mean without an axis takes it.",
        {"divides_by_entries": 0},
    ),
    Wrong("ascent", "I_y − S for S − I_y: the loss goes up.", {"ascent": 1}),
    Wrong("one-hot missing", "The labels are never looked at.", {"one_hot_missing": 0}),
    Wrong(
        "one-hot off by one",
        "Labels are taken to start at 1; Python's index −1 hides it.",
        {"labels_off_by_one": 3},
    ),
    Wrong(
        "classes from the batch",
        "k is read off the labels at hand; right where the last class happens to occur.",
        {"classes_from_labels": 0},
    ),
    Wrong(
        "softmax down the columns",
        "axis=0 for axis=1: normalised over the examples.",
        {"softmax_over_columns": -1},
    ),
    Wrong(
        "softmax over everything",
        "E.sum() without an axis: all m·k numbers sum to 1, not each row.",
        {"softmax_over_everything": -1},
    ),
    Wrong(
        "softmax twice",
        "Probabilities are handed on as if they were logits.",
        {"softmax_twice": 0},
    ),
    Wrong(
        "softmax not shifted",
        "Right until a row's exponentials, or their sum, overflow: from 88 − log k on in float32.",
        {"no_max_shift": 0},
    ),
)
