"""Record training at hidden_dim = 100 under every initialisation: notebooks/results/schemes.csv.

Nine rules, two shapes of draw, eight learning rates, twenty paired seeds, on the embedded digits:
about a quarter of an hour on two cores::

    python experiments/record_schemes.py
"""

from recording import record

from simple_ml.study.sweep import grid

LRS = [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
RANDOM = ["hw0", "fan_in", "hw0+fan_in", "he", "he_fan_out", "glorot", "pytorch", "unit"]
SEEDS = range(20)
RUNS = grid(init=RANDOM, draw=["normal", "uniform"], lr=LRS, seed=SEEDS)
RUNS += grid(init=["zeros"], draw=["normal"], lr=LRS, seed=[0])  # one run: nothing is drawn
SETTINGS = {"hidden_dim": 100, "batch": 100, "epochs": (1, 20)}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
