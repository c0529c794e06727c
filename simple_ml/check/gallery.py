"""The gallery of chapter 2: a selection from the table of mistakes, as wrong gradients that run.

A mistake of the gallery is made of rows of the table. What is printed is the lines of the book's
nine-line program that the mistake changes; what is run is the checker's own program, so that the
page, the checker and the reader's report speak of the same thing.
"""

from dataclasses import dataclass

from simple_ml.check.explanation import merged
from simple_ml.check.mistakes import TABLE
from simple_ml.check.programs import run, tables

__all__ = ["BATCH", "MISTAKES", "Wrong"]

BATCH = 100  # rows asked for in a step, as `nn_epoch` has it by default
RATE = 0.1  # the step after which a W2 that is updated first is used
WAYS = {row.name: row.ways for row in TABLE}


@dataclass(frozen=True)
class Wrong:
    """A wrong gradient.

    Attributes
    ----------
    name : str
        A few words, unique in `MISTAKES`.
    code : str
        The wrong lines as they would stand in the book's program.
    says : str
        What the author of the line had in mind, or overlooked.
    rows : dict of str to int
        Names of rows of the table, and which of the ways to make the mistake.
    """

    name: str
    code: str
    says: str
    rows: dict

    def gradients(self, X, y, W1, W2):
        """Return dW1 and dW2 as this mistake makes them; arguments as in `simple_ml.gradients`.

        They are wrong in value, and possibly in shape. Where the wrong lines do not fit the sizes
        of the arrays, a ValueError or an IndexError is raised.
        """
        lines = merged(WAYS[name][way] for name, way in self.rows.items())
        inputs = {"X": X, "y": y, "W1": W1, "W2": W2, "batch": BATCH, "rate": RATE}
        return run("gradients", lines, inputs)


MISTAKES = tuple(
    Wrong(name, row["code"].format(rate=RATE), row["says"].format(rate=RATE), row["rows"])
    for name, row in tables("gallery.toml").items()
)
