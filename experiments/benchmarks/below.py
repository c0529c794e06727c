"""Below the floor: most pixels of a batch are blank, and an epoch can leave their columns out.

How many columns hold ink depends on the batch: the more digits, the more of them. So the batch size
is varied, on real digits (full MNIST where ``SIMPLE_ML_DATA`` says it is). Run as a program it
prints one JSON list of rows; the reference is the five dense products at the same batch size.
"""

import os

import numpy as np
from epochs import floor, ink, ours, problem
from timing import as_rows, interleaved, report

from simple_ml import load_mnist

EPOCHS = {"floor": floor, "nn_epoch": ours, "ink": ink}
BATCHES = (1, 3, 10, 30, 100, 300, 1000)


def measure():
    """Return a row for each epoch and size of batch."""
    X, y = load_mnist("full" if os.environ.get("SIMPLE_ML_DATA") else "embedded")[:2]
    table = []
    for batch in BATCHES:
        rows = min(len(X), 2000 * batch)
        images, labels = X[:rows], y[:rows]
        starts = range(0, rows, batch)
        inked = np.mean([images[i : i + batch].any(axis=0).sum() for i in starts])
        calls = {
            name: prepare(images, labels, *problem(1, 100)[2:], 0.01, batch)
            for name, prepare in EPOCHS.items()
        }
        seconds = interleaved(calls, 11)
        size = {"batch": batch, "rows": rows, "columns": float(inked)}
        table += as_rows(seconds, "floor", "epoch", **size)
    return table


if __name__ == "__main__":
    report(measure)
