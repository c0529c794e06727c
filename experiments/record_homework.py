"""Record what the homework's file trains at its end: notebooks/results/homework.csv.

100 hidden units, the rate 0.2, twenty epochs of full MNIST, under every rule that draws. No rate is
chosen here, so the validation set is one batch; ten paired seeds: some ten minutes on two cores::

    python experiments/record_homework.py
"""

from record_schemes import RANDOM
from recording import record

from simple_ml.study.sweep import grid

RUNS = grid(seed=range(10), init=RANDOM)  # every seed a whole comparison
SETTINGS = {
    "data": "full",
    "holdout": 100,
    "hidden_dim": 100,
    "lr": 0.2,
    "batch": 100,
    "epochs": (1, 20),
}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
