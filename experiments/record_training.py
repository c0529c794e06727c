"""Record the two-layer network on the full MNIST: notebooks/results/training_full.csv.

The course's own setting: 100 hidden units, 20 epochs, learning rate 0.2, batches of 100 in the
order of the files, weights from ``np.random.seed(0)``. The table has a row an epoch, and above it
comment lines that say how it was made (`simple_ml.study.results`). About half a minute::

    python experiments/record_training.py

The digits come from the folder that the environment variable SIMPLE_ML_DATA names, else they are
downloaded once. `tests/book/test_results.py` recomputes the first row.
"""

from pathlib import Path

from simple_ml import load_mnist, train_nn
from simple_ml.study.results import provenance, write_table
from simple_ml.training import COLUMNS

OUTPUT = Path(__file__).resolve().parents[1] / "notebooks" / "results" / "training_full.csv"
SETTINGS = {"hidden_dim": 100, "epochs": 20, "lr": 0.2, "batch": 100}


def main():
    data = load_mnist("full")
    how = provenance(
        "python experiments/record_training.py",
        data,
        **SETTINGS,
        init="hw0",
        seed="np.random.seed(0)",
    )
    history = train_nn(*data, **SETTINGS).history
    rows = zip(range(1, SETTINGS["epochs"] + 1), *history.values(), strict=True)
    write_table(OUTPUT, ["epoch", *COLUMNS], rows, how)


if __name__ == "__main__":
    main()
