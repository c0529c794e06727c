"""Record the formulas on digits they were not made with: notebooks/results/predictions.csv.

The first loss, the variance of the logits, the ratio of the gradients and the tangent kernel of
the start follow from ‖x‖², n, k, d and the rule. Here each of the three is changed: pixels pooled
to 14 × 14 (n), images inverted or standardised (‖x‖²), four quarter turns told apart (k = 40), and
last the 8 × 8 digits of scikit-learn (UCI, CC BY 4.0), where all three differ. Each row is
predicted before it is measured. Four rules, three widths, twenty seeds: some five minutes on two
cores, with scikit-learn installed (``pip install -e '.[bench]'``)::

    python experiments/record_predictions.py
"""

import numpy as np
from networks import start
from recording import record

from simple_ml.curvature import tangent_kernel
from simple_ml.losses import logit_gradient, softmax_loss
from simple_ml.study.sweep import grid
from simple_ml.two_layer import forward


def pooled(images, y):
    """Means of 2 × 2 pixels."""
    return images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)), y


def standardised(images, y):
    """Mean 0 and variance 1 over all pixels of all images."""
    return (images - images.mean()) / images.std(), y


def turned(images, y):
    """Image i by i quarter turns, and each of the four positions a class of its own."""
    quarter = np.arange(len(images)) % 4
    both = zip(images, quarter, strict=True)
    return np.array([np.rot90(image, q) for image, q in both]), y + 10 * quarter


def eight(images, y):
    """Scikit-learn's 1,797 digits instead."""
    from sklearn.datasets import load_digits

    found = load_digits()
    return found.images / 16, found.target


DIGITS = {
    "as they are": lambda images, y: (images, y),
    "pooled": pooled,
    "inverted": lambda images, y: (1 - images, y),
    "standardised": standardised,
    "turned": turned,
    "8 x 8": eight,
}
RUNS = grid(
    digits=list(DIGITS),
    init=["hw0", "fan_in", "hw0+fan_in", "he"],
    hidden_dim=[64, 256, 1024],
    seed=range(20),
)
SETTINGS = {"rows": 300}
SAMPLE = [("pooled", "fan_in", 64, 1), ("turned", "hw0", 64, 2), ("standardised", "he", 256, 3)]


def first_loss(v, k):
    """Return the mean loss of k independent normal logits of variance v, for v up to about 100."""
    sigma, step = np.sqrt(v), 0.1
    u = np.arange(-30 - 9 * sigma, 5 + 9 * sigma, step)
    xi, weight = np.polynomial.hermite_e.hermegauss(80)
    phi = np.exp(-np.exp(u[:, None] + sigma * xi)) @ weight / weight.sum()
    return step * np.sum(np.exp(-np.exp(u)) - phi**k)


def predicted(norms, n, d, k, init):
    """Return what follows from the squared norms of the rows, the sizes and the rule."""
    var1, var2 = {
        "hw0": (1 / d, 1 / k),
        "fan_in": (1 / n, 1 / d),
        "hw0+fan_in": (1 / d, 1 / d),
        "he": (2 / n, 2 / d),
    }[init]
    v = var1 * var2 * d * norms / 2
    few = np.quantile(v, (np.arange(20) + 0.5) / 20)  # instead of all rows
    return {
        "loss": float(np.mean([first_loss(each, k) for each in few])),
        "variance": float(v.mean()),
        "ratio": float(var2 / var1 * np.sqrt(k / n)),
        "kernel": float(norms.mean() / 2 * d * (var1 + var2)),
    }


def measured(X, y, W1, W2):
    """Return the same four of a network; the gradients are those of one row at a time."""
    Z1, Z2 = forward(X, W1, W2)
    G2 = logit_gradient(Z2, y)
    G1 = (Z1 > 0) * (G2 @ W2.T)
    first, second = (A**2 for A in (X, Z1))
    squares = [  # a row's gradient is a column times a row, so its norm is a product
        np.mean(left.sum(axis=1) * (G**2).sum(axis=1)) / np.sum(W**2)
        for left, G, W in ((first, G1, W1), (second, G2, W2))
    ]
    return {
        "loss": float(softmax_loss(Z2, y)),
        "variance": float(np.mean(Z2**2)),
        "ratio": float(np.sqrt(squares[0] / squares[1])),
        "kernel": float(sum(np.trace(K) for K in tangent_kernel(X, W1, W2)) / len(X)),
    }


def predictions(data, *, digits, init, hidden_dim, seed, rows):
    """Return one row: each quantity predicted, then measured on the first `rows` digits."""
    images, y = DIGITS[digits](data[0].reshape(-1, 28, 28), data[1].astype(int))
    X, k = images.reshape(len(images), -1).astype(np.float32), int(y.max()) + 1
    X, y = X[:rows], y[:rows]
    n = X.shape[1]
    before = predicted((X.astype(float) ** 2).sum(axis=1), n, hidden_dim, k, init)
    after = measured(X, y, *start(init, n, hidden_dim, k, seed))
    return [{f"{name}_predicted": value for name, value in before.items()} | after]


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=predictions, **SETTINGS)
