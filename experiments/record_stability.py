"""Record sharpness at the start and the largest learning rates: notebooks/results/stability.csv.

For each scheme, width and seed: the largest eigenvalue of the Hessian at the starting weights, the
tangent kernel, and the largest learning rates, by bisection, at which full-batch gradient descent
on the same rows

- lowers the loss in each of its first ten steps (``falls``);
- ends with less than half the loss of a uniform guess (``trains``).

About four minutes on two cores::

    python experiments/record_stability.py
"""

import numpy as np
from recording import record

from simple_ml.curvature import hessian_product, largest_eigenvalue, tangent_kernel
from simple_ml.initialization import starting_weights
from simple_ml.losses import softmax_loss
from simple_ml.study.sweep import grid
from simple_ml.two_layer import backward, forward

RUNS = grid(
    init=["hw0", "fan_in", "hw0+fan_in", "he"],
    hidden_dim=[32, 64, 128, 256, 512, 1024, 2048],
    seed=range(10),
)
SETTINGS = {"rows": 200, "steps": 30}
SAMPLE = [("hw0", 32, 0), ("fan_in", 128, 1), ("he", 64, 2), ("hw0+fan_in", 256, 0)]
ONE_STEP = {"rel": 0.2}  # a bisection may stop a step to the side: 2^(1/4)
SLACK = {"*": {"rel": 1e-2}, "falls": ONE_STEP, "trains": ONE_STEP}
FEW = 10  # steps in which the loss must fall
PER_OCTAVE = 4  # rates are found to a factor of 2^(1/4)


def stability(data, *, init, hidden_dim, seed, rows, steps):
    """Return one row: curvature at the start and the largest learning rates."""
    X, y = data[0][:rows], data[1][:rows]
    k = int(data[1].max()) + 1
    rng = np.random.default_rng(seed)
    weights = starting_weights(init, (X.shape[1], hidden_dim, k), rng)
    shapes = [W.shape for W in weights]
    sharpness = largest_eigenvalue(
        hessian_product(X, y, *weights), shapes, rng, tolerance=1e-2, dtype=np.float32
    )
    K1, K2 = tangent_kernel(X, *weights)

    def falls(lr):
        return bool(np.all(np.diff(descent(X, y, weights, lr, FEW)) < 0))

    def trains(lr):
        return bool(descent(X, y, weights, lr, steps)[-1] < np.log(k) / 2)

    unit = 2 / sharpness.value
    return [
        {
            "initial_loss": float(softmax_loss(forward(X, *weights)[1], y)),
            "sharpness": sharpness.value,
            "kernel1": float(np.trace(K1)) / rows,
            "kernel2": float(np.trace(K2)) / rows,
            "kernel_top": float(np.linalg.eigvalsh(K1 + K2)[-1]) / rows,
            "falls": largest(falls, unit, -4, 6),
            "trains": largest(trains, unit, 0, 12),
        }
    ]


def descent(X, y, weights, lr, steps):
    """Return the losses before the first and after each step of full-batch gradient descent."""
    W1, W2 = (W.copy() for W in weights)
    losses = []
    with np.errstate(over="ignore", invalid="ignore"):  # too large a rate does not hold
        for _ in range(steps):
            Z1, Z2 = forward(X, W1, W2)
            losses.append(softmax_loss(Z2, y))
            dW1, dW2 = backward(X, y, W2, Z1, Z2)
            W1 -= lr * dW1
            W2 -= lr * dW2
        return np.array([*losses, softmax_loss(forward(X, W1, W2)[1], y)], dtype=np.float64)


def largest(holds, unit, low, high):
    """Return the largest rate unit·2^p, p in [low, high], up to which `holds`, else nan."""
    low, high = PER_OCTAVE * low, PER_OCTAVE * high + 1  # the first holds, the last does not
    if not holds(float(unit * 2 ** (low / PER_OCTAVE))):
        return float("nan")
    while high - low > 1:
        middle = (low + high) // 2
        if holds(float(unit * 2 ** (middle / PER_OCTAVE))):
            low = middle
        else:
            high = middle
    return float(unit * 2 ** (low / PER_OCTAVE))


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=stability, **SETTINGS)
