"""Record what the homework's file trains at its end: notebooks/results/homework.csv.

100 hidden units, the rate 0.2, twenty epochs of full MNIST, under every rule that draws. No rate is
chosen here, so the validation set is one batch; ten paired seeds: some ten minutes on two cores::

    python experiments/record_homework.py
"""

import record_defaults
from recording import record

RUNS = record_defaults.RUNS
SETTINGS = record_defaults.SETTINGS | {"hidden_dim": 100, "lr": 0.2, "epochs": (1, 20)}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
