"""Record the best learning rate against width: notebooks/results/width.csv.

Four rules, seven widths, ten learning rates, three paired seeds, and two more at the two widths
that are compared, on the embedded digits: about a quarter of an hour on two cores::

    python experiments/record_width.py

A row is one checkpoint of one run. The last 1,000 rows of the training set are validation digits:
the learning rate is chosen on them. A recording that was stopped goes on where it was
(`simple_ml.study.sweep`). `tests/book/test_results.py` recomputes rows at random.
"""

from pathlib import Path

from simple_ml.study.sweep import grid, sweep

OUTPUT = Path(__file__).resolve().parents[1] / "notebooks" / "results" / "width.csv"
WIDTHS = [32, 64, 128, 256, 512, 1024, 2048]
LRS = [0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
INITS = ["hw0", "fan_in", "hw0+fan_in", "he"]
RUNS = grid(seed=range(3), hidden_dim=WIDTHS, init=INITS, lr=LRS)  # every seed a whole map
RUNS += grid(seed=[3, 4], hidden_dim=[64, 2048], init=INITS, lr=LRS)  # the two that are compared


def main():
    sweep(
        OUTPUT,
        RUNS,
        batch=100,
        epochs=(2, 5, 20),
        command="python experiments/record_width.py",
    )


if __name__ == "__main__":
    main()
