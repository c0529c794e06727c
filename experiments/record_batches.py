"""Record what one epoch teaches, over batch sizes: notebooks/results/batches.csv.

The course's rule and 100 hidden units on the embedded digits. The rates go far beyond the best on
both sides, so that no best one is the grid's edge; ten seeds: two minutes on two cores::

    python experiments/record_batches.py
"""

from recording import record

from simple_ml.study.sweep import grid

BATCHES = [1, 3, 10, 30, 100, 300, 1000, 3000]
LRS = [0.0025 * 2**i for i in range(12)]
RUNS = grid(seed=range(10), batch=BATCHES, lr=LRS)  # every seed a whole comparison
SETTINGS = {"init": "hw0", "hidden_dim": 100, "epochs": (1,)}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
