"""Fair timing: the competitors take turns, in a new order each round, and are compared as ratios.

A neighbour on the machine, a clock that changes its frequency, a cold cache: what slows one call
down is likely to slow down the next one, too. So each round calls every competitor once, and a
competitor's time is divided by the reference's time *in the same round*. The median over the rounds
and the quartiles go into the tables; absolute times do not.
"""

import json
import os
import platform
import random
import sys
from importlib import metadata
from pathlib import Path
from time import perf_counter

import numpy as np

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")

MEMORY_VARIABLES = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")


def interleaved(calls, rounds):
    """Return the seconds of each call, an array of `rounds` of them a name."""
    seconds = {name: [] for name in calls}
    for call in calls.values():
        call()  # compile, allocate, fill the caches
    for _ in range(rounds):
        for name in random.sample(list(calls), len(calls)):
            start = perf_counter()
            calls[name]()
            seconds[name].append(perf_counter() - start)
    return {name: np.array(times) for name, times in seconds.items()}


def as_rows(seconds, reference, column, **others):
    """Return a row for each competitor, whose name stands in the column given.

    Of its time over the reference's in the same round, the median and the quartiles.
    """
    rows = []
    for name, times in seconds.items():
        ratio, low, high = np.quantile(times / seconds[reference], [0.5, 0.25, 0.75])
        rows.append(others | {column: name, "ratio": ratio, "low": low, "high": high})
    return rows


def report(measure):
    """Print the rows that a script measures, as one JSON list."""
    json.dump(measure(), sys.stdout)


def environment(threads, kept=True):
    """Return the environment of a process whose BLAS has this many threads.

    `kept`: memory that is freed stays with the process. Otherwise glibc may hand a large array
    back to the system, which clears each page before it gives it out again. Whether that happens
    hangs on what else the process has imported, so a comparison should not be left to it.
    """
    one = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return (
        os.environ
        | dict.fromkeys(THREAD_VARIABLES, str(threads))
        | dict.fromkeys(MEMORY_VARIABLES if kept else (), "1000000000")
        | {"XLA_FLAGS": one if threads == 1 else "", "JAX_PLATFORMS": "cpu"}
    )


def keep_to(cores):
    """Keep this process, and what it starts, to so many cores, where the system can do that.

    Asking for one thread is not enough: XLA's thread pool has a thread a core, whatever its flags
    say, and a peer on two cores is no match for one on one.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def machine():
    """Return what a reader has to know of the machine: its processor and the versions."""
    versions = {"python": platform.python_version()}
    for package in ("numpy", "torch", "jax", "scikit-learn", "two-layers-by-hand"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = "not installed"
    return {"processor": _processor(), "cores": os.cpu_count(), **versions}


def _processor():
    """Return the processor's name as the system gives it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
