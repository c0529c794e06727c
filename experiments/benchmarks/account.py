"""The account of an epoch: each line's time as a share of the whole, at the course's setting.

Run as a program it prints one JSON list of rows.
"""

import numpy as np
from epochs import problem
from timing import report

from simple_ml import nn_epoch
from simple_ml.study.stopwatch import line_seconds


def measure():
    """Return each line's median time over the median total, of several runs."""
    X, y, W1, W2 = problem(60_000, 100)
    runs = [line_seconds(nn_epoch, X, y, W1, W2, lr=0.01) for _ in range(11)]
    total = np.median([total for _, total in runs])
    table = []
    for line in runs[0][0]:
        shares = np.quantile([lines[line] for lines, _ in runs] / total, [0.5, 0.25, 0.75])
        table.append({"line": line, **dict(zip(("share", "low", "high"), shares, strict=True))})
    return table


if __name__ == "__main__":
    report(measure)
