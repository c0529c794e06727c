"""From loops to the fast epoch, change by change; what each trick is worth; other batch sizes.

Run as a program it prints one JSON list of rows. The reference is `nn_epoch` at batch 100.

Where freed memory is not kept (see `timing.environment`), it measures the textbook's matrices once
more, by themselves: their arrays are large enough for glibc to hand them back at each step.
"""

import os

from epochs import TRICKS, float32, floor, loops, ours, problem, textbook, vectors, without
from timing import MEMORY_VARIABLES, as_rows, interleaved, report

LADDER = {
    "loops": loops,
    "vectors": vectors,
    "matrices": textbook,
    "float32": float32,
    "nn_epoch": ours,
    "products alone": floor,
}
LESS = {f"without {trick}": without(trick) for trick in TRICKS}
BATCHES = (1, 10, 100, 1000)
FEW, MORE = 100, 6_000  # rows that pure Python can train on while one waits; rows for NumPy


def triple_loop(A, B):
    """Multiply two matrices, lists of lists, index by index."""
    out = [[0.0] * len(B[0]) for _ in A]
    for i in range(len(A)):
        for j in range(len(B[0])):
            for a in range(len(B)):
                out[i][j] += A[i][a] * B[a][j]
    return out


def one_product():
    """Return four ways to multiply 20 rows by 30 columns, as the chapter has them."""
    X, _, W1, _ = problem(20, 30)
    lists = X.tolist(), W1.tolist()
    return {
        "three loops": lambda: triple_loop(*lists),
        "an entry at a time": lambda: [[x @ w for w in W1.T] for x in X],
        "a row at a time": lambda: [x @ W1 for x in X],
        "one product": lambda: X @ W1,
    }


def prepared(prepare, rows, batch):
    """Return one epoch on fresh weights."""
    return prepare(*problem(rows, 100), 0.01, batch)


def measure():
    """Return the rows of every series."""
    kept = MEMORY_VARIABLES[0] in os.environ
    ladder = {name: LADDER[name] for name in list(LADDER)[2:]}
    arrays = ladder | LESS if kept else {"matrices": textbook, "nn_epoch": ours}
    more = {name: prepared(prepare, MORE, 100) for name, prepare in arrays.items()}
    series = [(MORE, more, "nn_epoch", 44)]  # a trick is worth a hundredth or so
    if kept:
        few = {name: prepared(prepare, FEW, 100) for name, prepare in LADDER.items()}
        batches = {f"batch {batch}": prepared(ours, MORE, batch) for batch in BATCHES}
        series += [
            (FEW, few, "nn_epoch", 3),
            (MORE, batches, "batch 100", 11),
            (20, one_product(), "one product", 44),
        ]
    memory = "kept" if kept else "returned"
    return [
        row
        for rows, calls, reference, count in series
        for row in as_rows(
            interleaved(calls, count), reference, "version", memory=memory, rows=rows
        )
    ]


if __name__ == "__main__":
    report(measure)
