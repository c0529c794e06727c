"""What an epoch allocates, what full MNIST takes in memory and time, and what an import takes.

Run as a program it prints one JSON list of rows: a quantity, its value, the bound it has to keep.
"""

import os
import subprocess
import sys
import tracemalloc
from statistics import median

from epochs import K, N, problem
from timing import environment, report

from simple_ml import nn_epoch

IMPORT = """
import numpy, time
start = time.perf_counter()
import simple_ml
print(time.perf_counter() - start)
"""
LOAD = """
import time
from simple_ml import load_mnist
start = time.perf_counter()
load_mnist("full")
print(time.perf_counter() - start)
"""
# Linux counts what a process inherits, too; a fresh interpreter inherits almost nothing.
TRAIN = """
import resource, sys
from simple_ml import load_mnist, train_nn
train_nn(*load_mnist("full"), hidden_dim=100, epochs=1, lr=0.2, verbose=False)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak / (1e6 if sys.platform == "darwin" else 1e3))
"""


def printed(code, times):
    """Return the median of the numbers that fresh interpreters print."""
    command = [sys.executable, "-c", code]
    runs = (
        subprocess.run(command, capture_output=True, text=True, check=True, env=environment(1))
        for _ in range(times)
    )
    return median(float(run.stdout) for run in runs)


def epoch_memory(rows, d=100, batch=100):
    """Return the peak of an epoch's allocations over the numbers in a batch and in the weights."""
    X, y, W1, W2 = problem(rows, d)
    tracemalloc.start()
    nn_epoch(X, y, W1, W2, batch=batch)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (4 * (batch * (N + d + K) + W1.size + W2.size))


def measure(quick):
    """Return a row for each quantity."""
    table = [
        (
            "memory of an epoch of 6,000 rows / (batch·(n + d + k) + weights)",
            epoch_memory(6_000),
            4,
        ),
        ("the same with ten times the rows", epoch_memory(60_000), 4),
        ("import simple_ml beyond NumPy, seconds", printed(IMPORT, 3 if quick else 11), 0.25),
    ]
    if "SIMPLE_ML_DATA" in os.environ:
        table += [
            ("loading full MNIST, seconds", printed(LOAD, 1 if quick else 5), 1.0),
            ("training on full MNIST, peak of the whole process, MB", printed(TRAIN, 1), 400),
        ]
    return [{"what": w, "value": v, "bound": b} for w, v, b in table]


if __name__ == "__main__":
    report(measure)
