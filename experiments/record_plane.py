"""Record final error over the plane of gain and imbalance: notebooks/results/plane.csv.

Eleven gains, nine imbalances, five learning rates, three paired seeds at hidden_dim = 100, on the
embedded digits: about ten minutes on two cores::

    python experiments/record_plane.py

A row is one checkpoint of one run. The last 1,000 rows of the training set are validation digits:
the learning rate is chosen on them. A recording that was stopped goes on where it was
(`simple_ml.study.sweep`). `tests/book/test_results.py` recomputes rows at random.
"""

from pathlib import Path

from simple_ml.study.sweep import grid, sweep

OUTPUT = Path(__file__).resolve().parents[1] / "notebooks" / "results" / "plane.csv"
GAINS = [2.0**i for i in range(-4, 7)]
IMBALANCES = [2.0**i for i in range(-4, 5)]
LRS = [0.05, 0.1, 0.2, 0.4, 0.8]
RUNS = grid(gain=GAINS, imbalance=IMBALANCES, lr=LRS, seed=range(3))


def main():
    sweep(
        OUTPUT,
        RUNS,
        init="fan_in",
        hidden_dim=100,
        batch=100,
        epochs=(20,),
        command="python experiments/record_plane.py",
    )


if __name__ == "__main__":
    main()
