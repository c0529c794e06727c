"""Record the learning rate × width question for other networks: notebooks/results/limits.csv.

Two layers with tanh, and three layers with ReLU (`simple_ml.deep`), on the embedded digits: the
best learning rate at two widths under three schemes. Half a minute on two cores::

    python experiments/record_limits.py
"""

from itertools import pairwise

import numpy as np
from recording import record

from simple_ml import deep
from simple_ml.initialization import SCHEMES
from simple_ml.losses import loss_err
from simple_ml.study.sweep import grid

NETWORKS = {"tanh": ["tanh", "identity"], "three": ["relu", "relu", "identity"]}
RUNS = grid(
    network=["tanh", "three"],
    init=["hw0", "fan_in", "hw0+fan_in"],
    hidden_dim=[64, 512],
    lr=[0.0125 * 2**i for i in range(8)],
    seed=range(2),
)
SETTINGS = {"batch": 100, "epochs": 3}
SAMPLE = [
    ("tanh", "hw0", 64, 0.2, 0),
    ("three", "fan_in", 64, 0.1, 0),
    ("three", "hw0+fan_in", 512, 0.05, 0),
]
FOUR_DIGITS = {"rel": 2e-2, "abs": 0.004}  # of a thousand
SLACK = dict.fromkeys(["train_err", "valid_err", "test_err"], FOUR_DIGITS)


def train_deep(data, *, network, init, hidden_dim, lr, seed, batch, epochs):
    """Return one row: losses and errors of a network of `simple_ml.deep` after training."""
    X, y, X_va, y_va, X_te, y_te = data
    sigma = NETWORKS[network]
    rules = init.split("+")  # the last layer's rule is the last; the others take the first
    widths = [X.shape[1], *[hidden_dim] * (len(sigma) - 1), int(y.max()) + 1]
    rng = np.random.default_rng(seed)
    weights = [
        SCHEMES[rules[-1] if i == len(sigma) - 1 else rules[0]](rows, columns, rng)
        for i, (rows, columns) in enumerate(pairwise(widths))
    ]
    with np.errstate(over="ignore", invalid="ignore"):  # too large a rate ends in nan
        for _ in range(epochs):
            for start in range(0, len(X), batch):
                part = slice(start, start + batch)
                steps = deep.gradients(X[part], y[part], weights, sigma)
                for W, dW in zip(weights, steps, strict=True):
                    W -= lr * dW
        row = {}
        for name, images, labels in (("train", X, y), ("valid", X_va, y_va), ("test", X_te, y_te)):
            logits = deep.forward(images, weights, sigma).Z[len(sigma) + 1]
            row[f"{name}_loss"], row[f"{name}_err"] = (float(v) for v in loss_err(logits, labels))
    if not np.isfinite(row["train_loss"]):
        row = dict.fromkeys(row, float("nan"))
    return [row]


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=train_deep, **SETTINGS)
