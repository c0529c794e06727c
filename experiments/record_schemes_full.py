"""Record hidden_dim = 100 on the full MNIST: notebooks/results/schemes_full.csv.

Five rules, six learning rates, twenty paired seeds at the three rates near the best and three
seeds at the others, ten epochs: about a quarter of an hour on two cores::

    python experiments/record_schemes_full.py

A row is one checkpoint of one run. The last 10,000 rows of the training set are validation digits:
the learning rate is chosen on them. A recording that was stopped goes on where it was
(`simple_ml.study.sweep`). `tests/book/test_results.py` recomputes rows at random.
"""

from pathlib import Path

from simple_ml.study.sweep import grid, sweep

OUTPUT = Path(__file__).resolve().parents[1] / "notebooks" / "results" / "schemes_full.csv"
INITS = ["hw0", "fan_in", "hw0+fan_in", "he", "pytorch"]
RUNS = grid(init=INITS, lr=[0.2, 0.4, 0.8], seed=range(20))
RUNS += grid(init=INITS, lr=[0.05, 0.1, 1.6], seed=range(3))  # enough to see that they are worse


def main():
    sweep(
        OUTPUT,
        RUNS,
        data="full",
        holdout=10_000,
        hidden_dim=100,
        batch=100,
        epochs=(1, 10),
        command="python experiments/record_schemes_full.py",
    )


if __name__ == "__main__":
    main()
