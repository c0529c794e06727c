"""One epoch, written in several ways: the floor, ours, and what came before it.

A competitor is a function ``prepare(X, y, W1, W2, lr, batch)`` that returns a function of no
arguments: one epoch. What happens once (copies, conversions, compilation) is not timed.
"""

import inspect
import re

import numpy as np

from simple_ml import gradients, losses, nn_epoch, two_layer

N, K = 784, 10


def problem(rows, hidden, n=N, k=K):
    """Return digits and weights of the right shapes; time does not depend on what is in them."""
    rng = np.random.default_rng(0)
    X = rng.random((rows, n), np.float32)
    y = rng.integers(0, k, rows).astype(np.uint8)
    W1 = (rng.standard_normal((n, hidden)) / n).astype(np.float32)
    W2 = (rng.standard_normal((hidden, k)) / hidden).astype(np.float32)
    return X, y, W1, W2


def floor(X, y, W1, W2, lr, batch):
    """Multiply the five pairs of matrices of each step, and nothing else."""

    def epoch():
        for start in range(0, len(X), batch):
            Xb = X[start : start + batch]
            Z1 = Xb @ W1
            Z2 = Z1 @ W2
            G1 = Z2 @ W2.T
            Xb.T @ G1
            Z1.T @ Z2

    return epoch


def ours(X, y, W1, W2, lr, batch):
    """Run `simple_ml.nn_epoch`."""
    return lambda: nn_epoch(X, y, W1, W2, lr=lr, batch=batch)


def ink(X, y, W1, W2, lr, batch):
    """Train without the columns that are blank in the whole batch: they change nothing.

    Which columns hold ink is found once; the batches are the same in every epoch.
    """
    parts = []
    for start in range(0, len(X), batch):
        Xb = X[start : start + batch]
        inked = np.flatnonzero(Xb.any(axis=0))
        parts.append((inked, np.ascontiguousarray(Xb[:, inked]), y[start : start + batch]))

    def epoch():
        for inked, Xb, yb in parts:
            Z1 = Xb @ W1[inked]
            np.maximum(Z1, 0, out=Z1)
            G2 = losses.logit_gradient(Z1 @ W2, yb)
            G2 *= lr / len(Xb)
            G1 = G2 @ W2.T
            G1 *= Z1 > 0
            W1[inked] -= Xb.T @ G1
            W2[:] -= Z1.T @ G2

    return epoch


TRICKS = {  # what makes the epoch fast: the source of it, and what one would write first
    "lr / m on G2": {
        r"G2 \*= lr / m.*": "pass",
        r"W1 -= (.*)": r"W1 -= lr / m * (\1)",
        r"W2 -= (.*)": r"W2 -= lr / m * (\1)",
    },
    "results in place": {
        r"np\.maximum\((.*), out=Z1\)": r"Z1 = np.maximum(\1)",
        r"G1 \*= (.*)": r"G1 = G1 * (\1)",
    },
    "softmax by columns": {r'order="F"': ""},
    "compared with zeros": {r"zeros\[:m\]": "0"},
}


def without(trick):
    """Return a competitor: `simple_ml.nn_epoch` less one trick, from its own source."""
    namespace = dict(vars(two_layer))
    functions = losses.softmax, losses.logit_gradient, nn_epoch
    sources = [inspect.getsource(function) for function in functions]
    for pattern, plain in TRICKS[trick].items():
        changed = [re.sub(pattern, plain, source) for source in sources]
        assert changed != sources, f"{trick}: {pattern!r} is not in the source any more"
        sources = changed
    for source in sources:
        exec(source, namespace)
    return lambda X, y, W1, W2, lr, batch: (
        lambda: namespace["nn_epoch"](X, y, W1, W2, lr=lr, batch=batch)
    )


def textbook(X, y, W1, W2, lr, batch):
    """Train as the lecture notes have it, in the dtypes NumPy happens to choose."""

    def epoch():
        nonlocal W1, W2
        for start in range(0, len(X), batch):
            Xb, yb = X[start : start + batch], y[start : start + batch]
            Z1 = np.maximum(0, Xb @ W1)
            exps = np.exp(Z1 @ W2)
            S = exps / np.sum(exps, axis=1, keepdims=True)
            I_y = np.zeros((len(yb), W2.shape[1]))  # float64, and so is all that follows
            I_y[np.arange(len(yb)), yb] = 1
            G2 = S - I_y
            G1 = (Z1 > 0) * (G2 @ W2.T)
            W1 -= lr * (Xb.T @ G1) / len(Xb)
            W2 -= lr * (Z1.T @ G2) / len(Xb)

    return epoch


def float32(X, y, W1, W2, lr, batch):
    """Train with the package's pure gradients: the textbook's lines in float32."""

    def epoch():
        nonlocal W1, W2
        for start in range(0, len(X), batch):
            rows = slice(start, start + batch)
            dW1, dW2 = gradients(X[rows], y[rows], W1, W2)
            W1 -= lr * dW1
            W2 -= lr * dW2

    return epoch


def vectors(X, y, W1, W2, lr, batch):
    """Train row by row: vectors times matrices, and one outer product a layer and row."""
    W1, W2 = W1.astype(np.float64), W2.astype(np.float64)

    def epoch():
        nonlocal W1, W2
        for start in range(0, len(X), batch):
            Xb, yb = X[start : start + batch], y[start : start + batch]
            dW1, dW2 = np.zeros_like(W1), np.zeros_like(W2)
            for x, label in zip(Xb, yb, strict=True):
                z1 = np.maximum(0, x @ W1)
                exps = np.exp(z1 @ W2)
                g2 = exps / exps.sum()
                g2[label] -= 1
                g1 = (z1 > 0) * (W2 @ g2)
                dW1 += np.outer(x, g1)
                dW2 += np.outer(z1, g2)
            W1 -= lr * dW1 / len(Xb)
            W2 -= lr * dW2 / len(Xb)

    epoch.weights = lambda: [W1, W2]
    return epoch


def loops(X, y, W1, W2, lr, batch):
    """Train without NumPy: lists of floats and a loop an index."""
    from math import exp

    X, y, W1, W2 = X.tolist(), y.tolist(), W1.tolist(), W2.tolist()
    n, d, k = len(W1), len(W2), len(W2[0])

    def row_gradients(x, label, dW1, dW2):
        z1 = [max(sum(x[a] * W1[a][j] for a in range(n)), 0.0) for j in range(d)]
        z2 = [sum(z1[j] * W2[j][c] for j in range(d)) for c in range(k)]
        exps = [exp(z - max(z2)) for z in z2]
        g2 = [e / sum(exps) - (c == label) for c, e in enumerate(exps)]
        g1 = [(z1[j] > 0) * sum(g2[c] * W2[j][c] for c in range(k)) for j in range(d)]
        for a in range(n):
            for j in range(d):
                dW1[a][j] += x[a] * g1[j]
        for j in range(d):
            for c in range(k):
                dW2[j][c] += z1[j] * g2[c]

    def epoch():
        for start in range(0, len(X), batch):
            rows = range(start, min(start + batch, len(X)))
            dW1, dW2 = [[0.0] * d for _ in W1], [[0.0] * k for _ in W2]
            for i in rows:
                row_gradients(X[i], y[i], dW1, dW2)
            for W, dW in ((W1, dW1), (W2, dW2)):
                for w, dw in zip(W, dW, strict=True):
                    for j, g in enumerate(dw):
                        w[j] -= lr * g / len(rows)

    epoch.weights = lambda: [np.array(W1), np.array(W2)]
    return epoch
