"""Measure everything, side by side, and print it: ``make bench``.

It takes some twenty minutes. ``--record FOLDER`` writes the tables there as CSV files, too;
`experiments/record_speed.py` does so for the book. Peers that are not installed are named and left
out; full MNIST is used where ``SIMPLE_ML_DATA`` says it is.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from peers import MISSING
from timing import environment, keep_to, machine

from simple_ml.study.results import write_table

HERE = Path(__file__).parent


def rows_of(script, threads, kept=True):
    """Return the rows that a script prints, in a process with so many threads, on as many cores."""
    print(f"... {script}, threads: {threads}", file=sys.stderr, flush=True)
    run = subprocess.run(
        [sys.executable, str(HERE / script)],
        env=environment(threads, kept),
        preexec_fn=lambda: keep_to(threads),  # before the child's libraries count the cores
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(run.stdout)


def show(title, table):
    """Print a table with its title."""
    print(f"\n{title}", flush=True)
    cells = [list(table[0]), *[[_written(value) for value in row.values()] for row in table]]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))


MEASURE = {  # a table: its title, and what rows_of is asked for
    "speed": (
        "One epoch: time over that of its five matrix products, median and quartiles",
        [("sizes.py", 1), ("sizes.py", 2)],
    ),
    "speed_ladder": (
        "From loops to nn_epoch, and batches of other sizes: time over nn_epoch's",
        [("ladder.py", 1), ("ladder.py", 1, False)],
    ),
    "speed_ink": (
        "Below the floor: an epoch without blank columns, over batch sizes; time over the floor's",
        [("below.py", 1)],
    ),
    "speed_account": ("The account of an epoch: share of each line", [("account.py", 1)]),
    "speed_neighbour": (
        "Training with a busy neighbour: time over that on one BLAS thread",
        [("neighbour.py", 2)],
    ),
    "suite": ("The tests and the book, in a fresh clone", [("suite.py", 2)]),
}


def main():
    """Measure, print, and record if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("only", nargs="*", help=f"one or more of {', '.join(MEASURE)}; else all")
    parser.add_argument("--record", metavar="FOLDER", type=Path, help="write CSV files there")
    args = parser.parse_args()
    if unknown := set(args.only) - set(MEASURE):
        parser.error(f"{sorted(unknown)}: expected some of {', '.join(MEASURE)}")
    how = machine()
    print("; ".join(f"{key} {value}" for key, value in how.items()))
    print(f"missing peers: {', '.join(MISSING) or 'none'}")
    for name in args.only or MEASURE:
        title, asked = MEASURE[name]
        table = [row for one in asked for row in rows_of(*one)]
        show(title, table)
        if args.record and name != "suite":
            command = " ".join(["python", "experiments/record_speed.py", *args.only])
            rows = [[_rounded(value) for value in row.values()] for row in table]
            write_table(
                args.record / f"{name}.csv", list(table[0]), rows, {"command": command} | how
            )


def _rounded(value):
    """Return a float with the three digits that a second run would confirm, at best."""
    return float(f"{value:.3g}") if isinstance(value, float) else value


def _written(value):
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
