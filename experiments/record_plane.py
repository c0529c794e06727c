"""Record final error over the plane of gain and imbalance: notebooks/results/plane.csv.

Eleven gains, nine imbalances, five learning rates, three paired seeds at hidden_dim = 100, on the
embedded digits: about ten minutes on two cores::

    python experiments/record_plane.py
"""

from recording import record

from simple_ml.study.sweep import grid

GAINS = [2.0**i for i in range(-4, 7)]
IMBALANCES = [2.0**i for i in range(-4, 5)]
LRS = [0.05, 0.1, 0.2, 0.4, 0.8]
RUNS = grid(gain=GAINS, imbalance=IMBALANCES, lr=LRS, seed=range(3))
SETTINGS = {"init": "fan_in", "hidden_dim": 100, "batch": 100, "epochs": (20,)}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
