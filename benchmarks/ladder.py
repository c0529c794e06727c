"""From loops to the fast epoch, one change at a time; and the same epoch in batches of other sizes.

Run as a program it prints one JSON list of rows. The reference is `nn_epoch` at batch 100.
"""

import json
import sys

from epochs import float32, floor, loops, ours, problem, textbook, vectors
from timing import interleaved, ratios

LADDER = {
    "loops": loops,
    "vectors": vectors,
    "matrices": textbook,
    "float32": float32,
    "nn_epoch": ours,
    "products alone": floor,
}
BATCHES = (1, 10, 100, 1000)
FEW, MORE = 100, 6_000  # rows that pure Python can train on while one waits; rows for NumPy


def prepared(prepare, rows, batch):
    """Return one epoch on fresh weights."""
    return prepare(*problem(rows, 100), 0.01, batch)


def main(quick):
    """Measure both series and print them as JSON."""
    rounds = 3 if quick else 11
    few = {name: prepared(prepare, FEW, 100) for name, prepare in LADDER.items()}
    more = {name: prepared(LADDER[name], MORE, 100) for name in list(LADDER)[2:]}
    batches = {f"batch {batch}": prepared(ours, MORE, batch) for batch in BATCHES}
    table = []
    for rows, calls, reference in (
        (FEW, few, "nn_epoch"),
        (MORE, more, "nn_epoch"),
        (MORE, batches, "batch 100"),
    ):
        count = 3 if calls is few else rounds
        table += [
            {"rows": rows, "epoch": name, "ratio": median, "low": low, "high": high}
            for name, (median, low, high) in ratios(interleaved(calls, count), reference).items()
        ]
    json.dump(table, sys.stdout)


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
