"""The table of named mistakes, `mistakes.toml`: one table a mistake.

A row says when one makes the mistake, where the book explains it and, as text, the *lines* of the
right program (`simple_ml.check.programs`) that are wrong. A mistake that people write in several
ways has several sets of lines; a row applies to every function whose program has those lines. To
add a mistake, add a row:

    [ascent]                                                # its name in `report.mistakes`
    when = "the step goes uphill: the gradient is added"    # "... is what you get when ..."
    see = "update"                                          # what to read: a key of `READ`
    ways = [{rate = "-lr"}]                                 # the lines that are wrong

A row may have its own ``write``, the line as it should read, where that is not the one that stands
on the page. ``each`` holds what is put for ``$`` in its lines, one after another. In braces stands
a number that is measured in the function's results (`simple_ml.check.explanation.measured`).

The tests in ``tests/check`` then see that the row changes the results, that no other row gives the
same ones, and that it is found, alone and beside another.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from simple_ml.check.assignment import BEYOND
from simple_ml.check.programs import fits

ANY_ORDER = "'every order of the rows'"  # a value for the line "order": they are tried one by one

_SCORES, _LAYERS, _DEPTH = "01_softmax_loss", "02_two_layer_gradients", "03_backpropagation"
_TRAINING, _START = "04_training", "05_initialization"


class Page(NamedTuple):
    """What a reader is sent to, and the line as it should read there."""

    notebook: str
    label: str  # of an equation, if one is about it
    write: str


READ = {
    "softmax": Page(_SCORES, "eq-sm-softmax", "E / E.sum(axis=1, keepdims=True)"),
    "loss": Page(_SCORES, "eq-sm-loss", "ℓ = −h_y + log Σ exp(h_j)"),
    "mean": Page(
        _SCORES,
        "eq-sm-batch-loss",
        "np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(m), y]), with Z shifted",
    ),
    "overflow": Page(_SCORES, "eq-sm-shifted", "E = np.exp(Z - Z.max(axis=1, keepdims=True))"),
    "error": Page(_SCORES, "eq-sm-batch-gradient", "G2 = S - I_y"),
    "forward": Page(_LAYERS, "eq-2l-batch", "Z1 = np.maximum(X @ W1, 0)"),
    "G1": Page(_LAYERS, "eq-2l-g1", "G1 = (Z1 > 0) * (G2 @ W2.T)"),
    "dW1": Page(_LAYERS, "eq-2l-dw1", "dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m"),
    "dW2": Page(_LAYERS, "eq-2l-dw2", "dW2 = Z1.T @ G2 / m"),
    "recursion": Page(_DEPTH, "eq-bp-recursion", "V = G * derivative(A)"),
    "data": Page(_TRAINING, "", "X = pixels.astype(np.float32) / 255"),
    "update": Page(_TRAINING, "eq-tr-sgd", "W1 -= lr * dW1"),
    "epoch": Page(_TRAINING, "eq-tr-sgd", "for start in range(0, len(X), batch)"),
    "batch": Page(_TRAINING, "eq-tr-ragged", "m = len(yb)"),
    "init": Page(_START, "eq-in-rules", "np.sqrt(gain / fan)"),
}
"""Where a mistake sends its reader. Numbers stand in `simple_ml.check.reading`."""

GRADIENT_OF = {"W2": "dW2", "dW2": "dW2", "theta": "error"}
"""Where the gradient of an output is derived, for rows that say "dW1" and hold for others, too."""


@dataclass(frozen=True)
class Mistake:
    """One row of the table.

    Attributes
    ----------
    name : str
        Its name in `Report.mistakes`.
    when : str
        Completes "Your W1 is what you get when …".
    see : str
        A key of `READ`.
    ways : tuple of dict
        For each way of writing it the wrong lines: name and expression.
    write : str
        How the line should read.
    """

    name: str
    when: str
    see: str
    ways: tuple
    write: str

    def ways_in(self, task):
        """Return the ways that apply to a function."""
        return [way for way in self.ways if fits(task, way)]


def read_table(text):
    """Return the rows of a table of mistakes, in its order."""
    return tuple(
        Mistake(name, row["when"], row["see"], _ways(row), row.get("write", READ[row["see"]].write))
        for name, row in tomllib.loads(text).items()
    )


def _ways(row):
    """Return the ways of a row, those with a ``$`` once for each of its values."""
    found = []
    for way in row["ways"]:
        for value in row["each"] if any("$" in line for line in way.values()) else [""]:
            found.append({name: line.replace("$", value) for name, line in way.items()})
    return tuple(found)


TABLE = read_table(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
"""Every named mistake. What a function *does* (prints, changes X, …) is in `FACTS`."""

FACTS = {
    # name: what was seen, where to read
    "not_written": (
        "it is not written yet: its body computes nothing, as in the course's template",
        "",
    ),
    "not_in_place": (
        "it leaves {arrays} as before the call. The caller's arrays must change: `W -= …` changes "
        "them, `W = W - …` makes a new array and leaves theirs alone. Fix this first; until then "
        "its values cannot be checked",
        "update",
    ),
    "returns_new_arrays": (
        "it leaves {arrays} as before the call, and returns new arrays. The caller's arrays must "
        "change: `W -= …` changes them",
        "update",
    ),
    "returns_nothing": ("it returns None where {wanted} is expected", "epoch"),
    "returns_rubbish": ("it returns {found} where {wanted} is expected", "epoch"),
    "constant": ("it returns {found} whatever it is given", ""),
    "rows_by_rows": (
        "it stops with {found} on 60,000 rows, as many as the course's own data have: somewhere it "
        "makes an array of rows × rows",
        "loss",
    ),
    "own_folder_added": (
        "it adds its own folder to the file names that it is given, and {found} does not exist",
        "data",
    ),
    "own_file_read": ("it reads {found}, not the file whose name it is given", "data"),
    "course_files_only": (
        "it reads the course's own files, and stops with {found} on others: the number of images "
        "(60,000 or 10,000), or a name, is fixed. The number stands in the header of the file",
        "data",
    ),
    "raises": ("it raises {found}", "epoch"),
    "hangs": ("it did not finish within {found} s", "epoch"),
    "crashes": ("the process {found}", "epoch"),
    "upcast": (
        "it returns {arrays} in float64 although all inputs are float32: some array in between is "
        "float64 (np.zeros and np.eye make them), and drags the rest along",
        "error",
    ),
    "wrong_dtype": ("it returns another dtype: {found}", "data"),
    "inputs_modified": ("it changes {arrays}, the caller's own data", "epoch"),
    "global_state": ("it changes {found}, which other code depends on", "epoch"),
    "not_repeatable": ("called twice with the same arguments, it gives different results", "epoch"),
    "files_swapped": (
        "the image file and the label file are mixed up: with its two arguments swapped it works",
        "data",
    ),
    "generator_ignored": (
        "it does not draw from the generator it is given: two seeds give the same numbers, or "
        "one seed gives two",
        "init",
    ),
}
"""What can be seen without a hypothesis: name, sentence, and where to read."""

UNCHECKABLE = {
    *("not_written", "not_in_place", "returns_nothing", "hangs", "crashes", "files_swapped"),
    *("constant", "own_folder_added", "own_file_read", "course_files_only"),
}
"""Facts after which no mistake is looked for: there are no numbers to explain, or too few."""

IMPLIED = {
    # what was seen: the names that imply it
    "global_state": {"rows_reordered", "generator_ignored", "not_repeatable"},  # a shuffle draws
    "not_repeatable": {"rows_reordered", "generator_ignored"},
    "wrong_dtype": {
        *("pixels_not_scaled", "whole_number_division", "pixels_in_half_precision"),
        *("labels_one_hot", "images_and_labels_swapped"),
    },
}
"""Facts that are not said beside the mistake that causes them."""


def rows(task):
    """Return the `(mistake, ways)` that apply to a function."""
    return [(row, ways) for row in TABLE if (ways := row.ways_in(task))]


def names():
    """Return the names of all mistakes and facts."""
    return [row.name for row in TABLE] + list(FACTS) + [each.name for each in BEYOND.values()]
