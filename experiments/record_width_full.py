"""Record a wide network on the full MNIST: notebooks/results/width_full.csv.

Three rules, four learning rates, three paired seeds, five epochs, 1,024 hidden units: about five
minutes on two cores::

    python experiments/record_width_full.py

A row is one checkpoint of one run. The last 10,000 rows of the training set are validation digits:
the learning rate is chosen on them. A recording that was stopped goes on where it was
(`simple_ml.study.sweep`). `tests/book/test_results.py` recomputes rows at random.
"""

from pathlib import Path

from simple_ml.study.sweep import grid, sweep

OUTPUT = Path(__file__).resolve().parents[1] / "notebooks" / "results" / "width_full.csv"
LRS = [0.1, 0.2, 0.4, 0.8]
INITS = ["hw0", "fan_in", "hw0+fan_in"]
RUNS = grid(seed=range(3), init=INITS, lr=LRS)  # every seed a whole comparison


def main():
    sweep(
        OUTPUT,
        RUNS,
        data="full",
        holdout=10_000,
        batch=100,
        hidden_dim=1024,
        epochs=(1, 2, 5),
        command="python experiments/record_width_full.py",
    )


if __name__ == "__main__":
    main()
