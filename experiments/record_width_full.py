"""Record a wide network on the full MNIST: notebooks/results/width_full.csv.

Three rules, four learning rates, three paired seeds, five epochs, 1,024 hidden units; ten seeds
where a sentence compares: the course's rate, and the best rates of the three seeds' validation
errors. About ten minutes on two cores::

    python experiments/record_width_full.py
"""

from recording import record

from simple_ml.study.sweep import grid

LRS = [0.1, 0.2, 0.4, 0.8]
INITS = ["hw0", "fan_in", "hw0+fan_in"]
RUNS = grid(seed=range(3), init=INITS, lr=LRS)  # every seed a whole comparison
RUNS += grid(seed=range(3, 10), init=["hw0"], lr=[0.2])
RUNS += grid(seed=range(3, 10), init=["hw0+fan_in"], lr=[0.2, 0.8])
SETTINGS = {
    "data": "full",
    "holdout": 10_000,
    "batch": 100,
    "hidden_dim": 1024,
    "epochs": (1, 2, 5),
}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
