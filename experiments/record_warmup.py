"""Record whether the early spike matters in the end: notebooks/results/warmup.csv.

The course's rule at the course's learning rate, and the same with the rate raised from near 0 to
its full value over the first epoch (warm-up), at three widths, from the same starting weights.
About two minutes on two cores::

    python experiments/record_warmup.py
"""

import numpy as np
from networks import batches, start
from recording import record

from simple_ml.losses import loss_err, softmax_loss
from simple_ml.study.sweep import grid
from simple_ml.two_layer import forward, nn_epoch

RUNS = grid(hidden_dim=[100, 400, 1600], warmup=[0, 1], seed=range(20))
SETTINGS = {"init": "hw0", "lr": 0.2, "batch": 100, "epochs": (2, 10)}
SAMPLE = [(100, 0, 3), (100, 1, 19), (400, 1, 7)]
FOUR_DIGITS = {"rel": 2e-2, "abs": 0.004}  # of a thousand
SLACK = {"test_err": FOUR_DIGITS, "silent": FOUR_DIGITS}


def warm_up(data, *, hidden_dim, warmup, seed, init, lr, batch, epochs):
    """Train with the rate raised over the first `warmup` epochs; return a row a checkpoint."""
    X, y, X_te, y_te = data[0], data[1], data[4], data[5]
    W1, W2 = start(init, X.shape[1], hidden_dim, int(y.max()) + 1, seed)
    order, losses, rows = batches(len(X), batch), [], []
    ramp = max(warmup * len(order), 1)
    for epoch in range(1, epochs[-1] + 1):
        for number, part in enumerate(order, start=(epoch - 1) * len(order) + 1):
            if epoch == 1:
                losses.append(softmax_loss(forward(X[part], W1, W2)[1], y[part]))
            nn_epoch(X[part], y[part], W1, W2, lr=lr * min(1.0, number / ramp), batch=batch)
        if epoch in epochs:
            Z1, Z2 = forward(X, W1, W2)
            test_loss, test_err = loss_err(forward(X_te, W1, W2)[1], y_te)
            rows.append(
                {
                    "epoch": epoch,
                    "peak_loss": float(max(losses)),
                    "train_loss": float(softmax_loss(Z2, y)),
                    "test_loss": float(test_loss),
                    "test_err": float(test_err),
                    "silent": float(np.mean(~(Z1 > 0).any(axis=0))),  # off for every digit
                    "on": float(np.mean(Z1 > 0)),
                }
            )
    return rows


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=warm_up, **SETTINGS)
