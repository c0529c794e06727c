"""Record how training changes the tangent kernel: notebooks/results/kernel.csv.

For each scheme, width and learning rate: how far the kernel on 300 test digits has moved after five
epochs, and how well it is aligned with "same digit or not" before and after. Half a minute on two
cores::

    python experiments/record_kernel.py
"""

import numpy as np
from recording import record

from simple_ml.curvature import tangent_kernel
from simple_ml.initialization import starting_weights
from simple_ml.losses import loss_err, one_hot
from simple_ml.study.sweep import grid
from simple_ml.two_layer import forward, nn_epoch

RUNS = grid(
    init=["hw0", "fan_in", "hw0+fan_in"],
    hidden_dim=[64, 512, 2048],
    lr=[0.05, 0.2, 0.8],
    seed=range(2),
)
SETTINGS = {"batch": 100, "epochs": 5, "rows": 300}
SAMPLE = [("hw0", 64, 0.05, 1), ("fan_in", 64, 0.8, 1), ("hw0+fan_in", 512, 0.2, 1)]
SLACK = {"*": {"rel": 2e-2, "abs": 0.003}}


def kernel_change(data, *, init, hidden_dim, lr, seed, batch, epochs, rows):
    """Return one row: the kernel before and after training."""
    X, y, X_te, y_te = data[0], data[1], data[4], data[5]
    sizes = X.shape[1], hidden_dim, int(y.max()) + 1
    W1, W2 = starting_weights(init, sizes, np.random.default_rng(seed))
    start = W1.copy()
    before = sum(tangent_kernel(X_te[:rows], W1, W2)).astype(np.float64)
    for _ in range(epochs):
        nn_epoch(X, y, W1, W2, lr=lr, batch=batch)
    after = sum(tangent_kernel(X_te[:rows], W1, W2)).astype(np.float64)
    same = one_hot(y_te[:rows], W2.shape[1], np.float64)
    return [
        {
            "test_err": float(loss_err(forward(X_te, W1, W2)[1], y_te)[1]),
            "moved1": float(np.linalg.norm(W1 - start) / np.linalg.norm(start)),
            "size": float(np.trace(after) / np.trace(before)),
            "turned": 1 - cosine(centred(before), centred(after)),
            "aligned_before": cosine(centred(before), centred(same @ same.T)),
            "aligned_after": cosine(centred(after), centred(same @ same.T)),
        }
    ]


def centred(K):
    """Return a kernel with the mean of each row and each column taken away."""
    K = K - K.mean(axis=0)
    return K - K.mean(axis=1, keepdims=True)


def cosine(K, L):
    """Return the cosine of the angle between two matrices, read as long vectors."""
    return float(np.sum(K * L) / (np.linalg.norm(K) * np.linalg.norm(L)))


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=kernel_change, **SETTINGS)
