"""The competitors at the course's setting, and over width, batch size and number of rows.

Run as a program it measures with the BLAS threads of its environment and prints one JSON list of
rows; `run.py` calls it once for one thread and once for two.
"""

import os

from epochs import floor, ours, problem, textbook
from peers import PEERS
from timing import as_rows, interleaved, report

COMPETITORS = {"floor": floor, "nn_epoch": ours, "textbook": textbook, **PEERS}
COURSE = {"d": 100, "batch": 100, "rows": 60_000}
GRID = [(d, batch) for d in (10, 100, 500, 2000) for batch in (1, 10, 100, 1000)]


def compare(competitors, d, batch, rows):
    """Return a row of the table for each competitor."""
    data = problem(rows, d)
    calls = {
        name: prepare(*data[:2], *(W.copy() for W in data[2:]), 0.01, batch)
        for name, prepare in competitors.items()
    }
    setting = {"threads": int(os.environ["OMP_NUM_THREADS"]), "d": d, "batch": batch, "rows": rows}
    return as_rows(interleaved(calls, 11), "floor", "epoch", **setting)


def steps(d, batch):
    """Return how many steps take long enough to be timed and short enough to wait for."""
    return round(min(max(1e6 / (d * batch), 2), 500, 2e5 / d))


def measure():
    """Return the rows of every setting."""
    table = compare(COMPETITORS, **COURSE)
    for rows in (600, 6_000):
        table += compare(COMPETITORS, **COURSE | {"rows": rows})
    for d, batch in GRID:
        table += compare(COMPETITORS, d=d, batch=batch, rows=batch * steps(d, batch))
    return table


if __name__ == "__main__":
    report(measure)
