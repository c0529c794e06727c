"""Record why a quiet start may generalise better: notebooks/results/quiet.csv.

Fan-in's weights times a gain: 1 is fan-in, √(n/k) = 8.854 is as loud as the course's rule. (A gain
of g at the rate η is, exactly, logits times g at the rate η/g.) Three networks: the plain one; the
centred one, whose first logits are subtracted for ever; and the tangent of the centred one, which
is lazy by construction. If noise in the first function were to blame, centring would help; if
laziness were, the tangent would do as badly. Full MNIST, ten epochs, ten paired seeds: some half an
hour on two cores::

    python experiments/record_quiet.py
"""

import numpy as np
from networks import NETWORKS, batches, start, step
from recording import record

from simple_ml.curvature import tangent_kernel
from simple_ml.study.run import measured
from simple_ml.study.sweep import grid

RUNS = grid(
    seed=range(10),
    network=list(NETWORKS),
    gain=[1.0, float(np.sqrt(784 / 10)), 30.0],
    lr=[0.1, 0.2, 0.4],
)
SETTINGS = {
    "data": "full",
    "holdout": 10_000,
    "hidden_dim": 100,
    "batch": 100,
    "epochs": (1, 10),
    "rows": 300,
}
SAMPLE = [(1, "centred", 1.0, 0.2), (2, "plain", 1.0, 0.1), (3, "linear", 1.0, 0.2)]
SLACK = {"*": {"rel": 2e-2, "abs": 0.002}}  # of an error rate, and of a kernel that stayed


def quiet(data, *, seed, network, gain, lr, hidden_dim, batch, epochs, rows):
    """Return a row a checkpoint: losses, errors, and how far the tangent kernel has come."""
    X, y = data[:2]
    U = start("fan_in", X.shape[1], hidden_dim, int(y.max()) + 1, seed, gain)
    W = tuple(V.copy() for V in U)
    function, seen = NETWORKS[network], data[4][:rows]

    def kernel():
        return sum(tangent_kernel(seen, *(U if network == "linear" else W))).astype(np.float64)

    before, table = kernel(), []
    with np.errstate(over="ignore", invalid="ignore"):  # too large a rate may end in nan
        for epoch in range(1, epochs[-1] + 1):
            for part in batches(len(X), batch):
                step(X[part], y[part], W, U, lr, function)
            if epoch in epochs:
                row = {"epoch": epoch} | measured(data, lambda A: function(A, W, U)[0])
                after = kernel()
                row["moved1"] = float(np.linalg.norm(W[0] - U[0]) / np.linalg.norm(U[0]))
                row["kernel_size"] = float(np.trace(after) / np.trace(before))
                row["kernel_turned"] = 1 - cosine(without_means(before), without_means(after))
                table.append(row)
    return table


def without_means(K):
    """Return a kernel with the mean of each row and each column taken away."""
    K = K - K.mean(axis=0)
    return K - K.mean(axis=1, keepdims=True)


def cosine(K, L):
    """Return the cosine of the angle between two matrices, read as long vectors."""
    return float(np.sum(K * L) / (np.linalg.norm(K) * np.linalg.norm(L)))


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=quiet, **SETTINGS)
