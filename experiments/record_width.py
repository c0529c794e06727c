"""Record the best learning rate against width: notebooks/results/width.csv.

Four rules, seven widths, ten learning rates, three paired seeds, and two more at the two widths
that are compared, on the embedded digits: about a quarter of an hour on two cores::

    python experiments/record_width.py
"""

from recording import record

from simple_ml.study.sweep import grid

WIDTHS = [32, 64, 128, 256, 512, 1024, 2048]
LRS = [0.00625, 0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2]
INITS = ["hw0", "fan_in", "hw0+fan_in", "he"]
RUNS = grid(seed=range(3), hidden_dim=WIDTHS, init=INITS, lr=LRS)  # every seed a whole map
RUNS += grid(seed=[3, 4], hidden_dim=[64, 2048], init=INITS, lr=LRS)  # the two that are compared
SETTINGS = {"batch": 100, "epochs": (2, 5, 20)}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
