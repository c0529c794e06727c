"""Record the defaults of the course's `train_nn`: notebooks/results/defaults.csv.

500 hidden units, the rate 0.5, ten epochs of full MNIST, under every rule that draws. No rate is
chosen here, so the validation set is one batch; ten paired seeds: some twenty minutes on two
cores::

    python experiments/record_defaults.py
"""

from record_schemes import RANDOM
from recording import record

from simple_ml.study.sweep import grid

RUNS = grid(seed=range(10), init=RANDOM)  # every seed a whole comparison
SETTINGS = {
    "data": "full",
    "holdout": 100,
    "hidden_dim": 500,
    "lr": 0.5,
    "batch": 100,
    "epochs": (1, 10),
}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
