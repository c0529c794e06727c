"""Training beside a busy process: one BLAS thread, all of them, and the package's own choice.

With two threads a small product waits for the thread that the neighbour keeps from running.
`simple_ml.train_nn` measures now and then and takes what is faster (`simple_ml.threads`); here is
what that is worth, with a neighbour and without. Run as a program it prints one JSON list of rows.
"""

import subprocess
import sys
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from epochs import problem
from threadpoolctl import threadpool_limits
from timing import as_rows, interleaved, report

from simple_ml import train_nn
from simple_ml.threads import BlasThreads


@contextmanager
def busy_neighbour():
    """Keep one core busy with another process."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            yield
        finally:
            process.kill()


def measure():
    """Return a row for each choice of threads, with and without a neighbour."""
    X, y, _, _ = problem(30_000, 100)

    def train():
        train_nn(X, y, X[:100], y[:100], hidden_dim=100, epochs=3, lr=0.01, verbose=False)

    def one():
        with threadpool_limits(1, "blas"):
            train()

    def every():
        with patch.object(BlasThreads, "adapt"):
            train()

    table = []
    for place, context in (("alone", nullcontext), ("beside a busy process", busy_neighbour)):
        with context():
            calls = {"one thread": one, "all threads": every, "train_nn": train}
            seconds = interleaved(calls, 9)
        table += as_rows(seconds, "one thread", "threads", place=place)
    return table


if __name__ == "__main__":
    report(measure)
