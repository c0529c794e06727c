"""Record how the sharpness moves in training: notebooks/results/paths.csv.

Gradient descent on 200 digits, 256 units, at a multiple of 2/λ₀, where λ₀ is the sharpness at the
start: the sharpness and its two factors, the kernel's top and c, at some steps. Ten seeds, since
single ones differ: some two minutes on two cores::

    python experiments/record_paths.py
"""

import numpy as np
from networks import start
from recording import record

from simple_ml.curvature import hessian_product, largest_eigenvalue, tangent_kernel
from simple_ml.losses import softmax, softmax_loss
from simple_ml.study.sweep import grid
from simple_ml.two_layer import forward, nn_epoch

PATHS = [("hw0", 1.0), ("fan_in", 1.0), ("fan_in", 0.3), ("hw0", 12.0)]
SEEDS = grid(seed=range(10))
RUNS = [{"init": init, "factor": factor} | run for init, factor in PATHS for run in SEEDS]
SETTINGS = {"hidden_dim": 256, "rows": 200, "steps": (0, 1, 2, 3, 5, 8, 13, 20, 30)}
SAMPLE = [("hw0", 1.0, 2), ("fan_in", 0.3, 1), ("fan_in", 0.3, 4)]


def watch(data, *, init, factor, seed, hidden_dim, rows, steps):
    """Return a row for each of `steps`."""
    X, y = data[0][:rows].astype(np.float64), data[1][:rows]
    k = int(data[1].max()) + 1
    W = [V.astype(np.float64) for V in start(init, X.shape[1], hidden_dim, k, seed)]
    lr, table = None, []
    for done in range(steps[-1] + 1):
        if done in steps:
            product, shapes = hessian_product(X, y, *W), [V.shape for V in W]
            rng = np.random.default_rng(seed)
            sharpness = largest_eigenvalue(product, shapes, rng, tolerance=0.02).value
            lr = lr or factor * 2 / sharpness
            top = float(np.linalg.eigvalsh(sum(tangent_kernel(X, *W)))[-1]) / rows
            Z1, Z2 = forward(X, *W)
            table.append(
                {
                    "step": done,
                    "lr": lr,
                    "sharpness": sharpness,
                    "kernel_top": top,
                    "c": sharpness / top,
                    "on": float(np.mean(Z1 > 0)),
                    "sure": float(softmax(Z2).max(axis=1).mean()),
                    "loss": float(softmax_loss(Z2, y)),
                }
            )
        nn_epoch(X, y, *W, lr=lr, batch=rows)
    return table


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=watch, **SETTINGS)
