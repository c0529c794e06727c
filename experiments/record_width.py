"""Record the best learning rate against width: notebooks/results/width.csv.

Four rules, seven widths, ten learning rates, ten paired seeds, on the embedded digits: about
three quarters of an hour on two cores::

    python experiments/record_width.py
"""

from recording import record

from simple_ml.study.sweep import grid

WIDTHS = [32, 64, 128, 256, 512, 1024, 2048]
LRS = [0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
INITS = ["hw0", "fan_in", "hw0+fan_in", "he"]
RUNS = grid(seed=range(10), hidden_dim=WIDTHS, init=INITS, lr=LRS)  # every seed a whole map
SETTINGS = {"batch": 100, "epochs": (2, 5, 20)}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
