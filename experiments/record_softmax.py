"""Record softmax regression on the full MNIST: notebooks/results/softmax_full.csv.

The course's setting: weights from zero, batches of 100 in the order of the files, learning rate
0.2, 10 epochs. Nothing is drawn, so there is no seed. The table has a row an epoch, and above it
comment lines that say how it was made (`simple_ml.study.results`). A few seconds::

    python experiments/record_softmax.py
    python experiments/record_softmax.py --epochs 20 --output longer.csv

The digits come from the folder that the environment variable SIMPLE_ML_DATA names, else they are
downloaded once. `tests/book/test_results.py` recomputes the first row.
"""

import argparse
from pathlib import Path

from simple_ml import load_mnist, train_softmax
from simple_ml.study.results import provenance, write_table
from simple_ml.training import COLUMNS

OUTPUT = Path(__file__).resolve().parents[1] / "notebooks" / "results" / "softmax_full.csv"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--epochs", type=int, default=10, help="default: 10")
    parser.add_argument("--lr", type=float, default=0.2, help="learning rate, default: 0.2")
    parser.add_argument("--batch", type=int, default=100, help="rows in a step, default: 100")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="default: %(default)s")
    arguments = parser.parse_args()

    settings = {"epochs": arguments.epochs, "lr": arguments.lr, "batch": arguments.batch}
    flags = " ".join(f"--{name} {value}" for name, value in settings.items())
    data = load_mnist("full")
    how = provenance(
        f"python experiments/record_softmax.py {flags}",
        data,
        **settings,
        seed="none: weights start at 0, rows in the order of the files",
    )
    history = train_softmax(*data, **settings).history
    rows = zip(range(1, arguments.epochs + 1), *(history[name] for name in COLUMNS), strict=True)
    write_table(arguments.output, ["epoch", *COLUMNS], rows, how)
    print(f"wrote {arguments.output}")


if __name__ == "__main__":
    main()
