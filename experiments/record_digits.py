"""Record how much of a difference is the test digits' luck: notebooks/results/digits.csv.

Course's rule minus fan-in on full MNIST, 100 hidden units, ten epochs. An interval over seeds holds
for these 10,000 test digits only. Other digits would move the difference too, and by how much shows
in two independent sets of seeds: what their differences share, digit by digit, is the digits'. The
batches are shuffled, so that a seed is more than its weights. Two rates, ten pairs of seeds: some
five minutes on two cores::

    python experiments/record_digits.py
"""

import numpy as np
from networks import batches, start
from recording import record

from simple_ml.study.sweep import grid
from simple_ml.two_layer import forward, nn_epoch

RUNS = grid(pair=range(10), lr=[0.2, 0.4])
SETTINGS = {"data": "full", "holdout": 10_000, "hidden_dim": 100, "batch": 100, "epochs": (1, 10)}
SAMPLE = [(1, 0.2), (2, 0.2), (3, 0.4)]
SLACK = {"*": {"rel": 2e-2, "abs": 0.002}}  # twenty digits of 10,000


def difference(data, *, pair, lr, hidden_dim, batch, epochs):
    """Return a row a checkpoint: the difference in test error of two seeds, and what they share.

    `shared` is the covariance over the digits of the seeds' differences, each −1, 0 or 1. Its root
    over √10,000 is the standard error that the choice of digits gives to the difference.
    """
    X, y, X_te, y_te = data[0], data[1], data[4], data[5]

    def wrong(init, seed):
        """Return which digits are wrong at each checkpoint."""
        W = start(init, X.shape[1], hidden_dim, int(y.max()) + 1, seed)
        rng = np.random.default_rng([seed, 1])  # the order of the rows; the same for both rules
        found = []
        for epoch in range(1, epochs[-1] + 1):
            for part in batches(len(X), batch, rng):
                nn_epoch(X[part], y[part], *W, lr=lr, batch=batch)
            if epoch in epochs:
                found.append(forward(X_te, *W)[1].argmax(axis=1) != y_te)
        return np.array(found, dtype=float)

    seeds = 2 * pair, 2 * pair + 1
    first, second = (wrong("hw0", seed) - wrong("fan_in", seed) for seed in seeds)
    return [
        {
            "epoch": epoch,
            "first": float(one.mean()),
            "second": float(other.mean()),
            "shared": float(np.cov(one, other)[0, 1]),
        }
        for epoch, one, other in zip(epochs, first, second, strict=True)
    ]


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=difference, **SETTINGS)
