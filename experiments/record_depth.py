"""Record deeper networks, where fan-out has a job: notebooks/results/depth.csv.

From the second layer on, the backward pass needs the gradient that fan-out keeps in size. Depths 3
and 5, widths that stay level or halve from layer to layer (there fan-in and fan-out differ in every
layer), four rules, two widths, ten learning rates, ten paired seeds, three epochs on the embedded
digits: some half an hour on two cores::

    python experiments/record_depth.py
"""

from itertools import pairwise

import numpy as np
from networks import batches, rms
from recording import record

from simple_ml import deep
from simple_ml.initialization import SCHEMES
from simple_ml.losses import logit_gradient
from simple_ml.study.run import measured
from simple_ml.study.sweep import grid

RUNS = grid(
    seed=range(10),  # every seed a whole map
    depth=[3, 5],
    shape=["level", "halving"],
    hidden_dim=[64, 512],
    init=["hw0", "fan_in", "he_fan_out", "he"],
    lr=[0.0125 * 2**i for i in range(10)],
)
SETTINGS = {"batch": 100, "epochs": 3}
SAMPLE = [
    (1, 3, "halving", 64, "fan_in", 0.2),
    (2, 3, "level", 64, "he", 0.1),
    (3, 5, "halving", 64, "he", 0.05),
]
FOUR_DIGITS = {"rel": 2e-2, "abs": 0.004}  # of a thousand
SLACK = dict.fromkeys(["train_err", "valid_err", "test_err"], FOUR_DIGITS)


def first_sizes(X, y, weights, sigma):
    """Return how much larger the logits are than X, and the first layer's gradient than the last's.

    Both are root mean squares of one entry: V_1 of the lecture against V_L.
    """
    Z, A = deep.forward(X, weights, sigma)
    L = len(weights)
    V = logit_gradient(Z[L + 1], y)
    last = rms(V)
    for i in range(L - 1, 0, -1):
        V = (V @ weights[i].T) * (A[i] > 0)  # weights[i] is W_{i+1}
    return {"forward": rms(Z[L + 1]) / rms(X), "backward": rms(V) / last}


def train(data, *, seed, depth, shape, hidden_dim, init, lr, batch, epochs):
    """Return one row: sizes at the start, and losses and errors after training."""
    X, y = data[:2]
    hidden = [hidden_dim >> (i if shape == "halving" else 0) for i in range(depth - 1)]
    rng = np.random.default_rng(seed)
    sizes = pairwise([X.shape[1], *hidden, int(y.max()) + 1])
    weights = [SCHEMES[init](rows, columns, rng) for rows, columns in sizes]
    sigma = [*["relu"] * (depth - 1), "identity"]
    row = first_sizes(X[:batch], y[:batch], weights, sigma)
    with np.errstate(over="ignore", invalid="ignore"):  # too large a rate ends in nan
        for part in batches(len(X), batch) * epochs:
            steps = deep.gradients(X[part], y[part], weights, sigma)
            for W, dW in zip(weights, steps, strict=True):
                W -= lr * dW
        row |= measured(data, lambda A: deep.forward(A, weights, sigma).Z[depth + 1])
    if not np.isfinite(row["train_loss"]):
        row |= {name: float("nan") for name in row if name.endswith(("_loss", "_err"))}
    return [row]


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=train, **SETTINGS)
