"""Record hidden_dim = 100 on the full MNIST: notebooks/results/schemes_full.csv.

Five rules, six learning rates, twenty paired seeds at the three rates near the best and three
seeds at the others, ten epochs: about a quarter of an hour on two cores::

    python experiments/record_schemes_full.py
"""

from recording import record

from simple_ml.study.sweep import grid

INITS = ["hw0", "fan_in", "hw0+fan_in", "he", "pytorch"]
RUNS = grid(init=INITS, lr=[0.2, 0.4, 0.8], seed=range(20))
RUNS += grid(init=INITS, lr=[0.05, 0.1, 1.6], seed=range(3))  # enough to see that they are worse
SETTINGS = {"data": "full", "holdout": 10_000, "hidden_dim": 100, "batch": 100, "epochs": (1, 10)}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
