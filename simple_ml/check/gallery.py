"""The gallery of chapter 2: a selection from the table of mistakes, as wrong gradients that run.

A mistake of the gallery is made of rows of the table. What is printed is the lines of the book's
nine-line program that the mistake changes; what is run is the checker's own program, so that the
page, the checker and the reader's report speak of the same thing.
"""

import ast
from dataclasses import dataclass

from simple_ml.check.mistakes import TABLE
from simple_ml.check.programs import PROGRAMS, run, tables

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
        """Return dW1 and dW2 as this mistake makes them; arguments as in `simple_ml.gradients`.

        They are wrong in value, and possibly in shape. Where the wrong lines do not fit the sizes
        of the arrays, a ValueError or an IndexError is raised.
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


MISTAKES = tuple(
    Wrong(name, row["says"].format(rate=RATE), row["rows"])
    for name, row in tables("gallery.toml").items()
)
