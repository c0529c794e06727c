"""Two mistakes at once. Each must be named as its two, or as none; never by one wrong name.

`DOUBLES` maps a function to (what it should be, the two names).
"""

import math

import numpy as np

DOUBLES = {}


def homework(kind, *mistakes):
    def keep(function):
        DOUBLES[function] = (kind, set(mistakes))
        return function

    return keep


def rows_to_one(scores):
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


@homework("nn_epoch", "no_mean", "mask_missing")
def aaron(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        h = (x @ W1).clip(0)
        g = rows_to_one(h @ W2)
        g[np.arange(len(t)), t] -= 1
        one, two = x.T @ (g @ W2.T), h.T @ g
        W1 -= lr * one
        W2 -= lr * two


@homework("nn_epoch", "divides_by_batch", "W2_updated_first")
def berta(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        h = (x @ W1).clip(0)
        g = (rows_to_one(h @ W2) - np.eye(W2.shape[1])[t]) / batch
        W2 -= lr * h.T @ g
        W1 -= lr * x.T @ (np.where(h > 0, 1, 0) * (g @ W2.T))


@homework("nn_epoch", "ascent", "drops_short_batch")
def curt(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X) - len(X) % batch, batch):
        x, t = X[i : i + batch], y[i : i + batch]
        h = (x @ W1).clip(0)
        g = (rows_to_one(h @ W2) - np.eye(W2.shape[1])[t]) / len(x)
        b = (h > 0) * (g @ W2.T)
        W2 += lr * h.T @ g
        W1 += lr * x.T @ b


@homework("nn_epoch", "returns_new_arrays", "mask_missing")
def dirk(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        h = (x @ W1).clip(0)
        g = (rows_to_one(h @ W2) - np.eye(W2.shape[1])[t]) / len(x)
        W1, W2 = W1 - lr * x.T @ (g @ W2.T), W2 - lr * h.T @ g
    return W1, W2


@homework("softmax_regression_epoch", "labels_off_by_one", "no_mean")
def ingo(X, y, theta, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch].astype(int)
        g = rows_to_one(x @ theta)
        g[np.arange(len(t)), t - 1] -= 1
        theta -= lr * x.T @ g


@homework("gradients", "ascent", "W2_not_transposed")
def jens(X, y, W1, W2):
    h = (X @ W1).clip(0)
    g = (np.eye(W2.shape[1], dtype=X.dtype)[y] - rows_to_one(h @ W2)) / X.dtype.type(len(X))
    return X.T @ ((h > 0) * (g @ W2)), h.T @ g


@homework("gradients", "upcast", "mask_missing")
def karl(X, y, W1, W2):
    h = (X @ W1).clip(0)
    g = (rows_to_one(h @ W2) - np.eye(W2.shape[1])[y]) / len(X)
    return X.T @ (g @ W2.T), h.T @ g


@homework("backward", "no_mean", "derivative_not_carried")
def lutz(y, weights, activations, cache):
    Z, A = cache
    slope = {
        "relu": lambda a: a > 0,
        "tanh": lambda a: 1 - np.tanh(a) ** 2,
        "sigmoid": lambda a: 1 / (2 + 2 * np.cosh(a)),
        "identity": np.ones_like,
    }
    i = len(weights)
    G = rows_to_one(Z[i + 1])
    G[np.arange(len(y)), y] -= 1
    out = {}
    while i:
        out[i] = Z[i].T @ (G * slope[activations[i - 1]](A[i]))
        G = G @ weights[i - 1].T
        i -= 1
    return [out[j] for j in sorted(out)]


@homework("softmax_loss", "loss_summed", "loss_negative")
def mara(Z, y):
    return (Z[np.arange(len(y)), y] - np.logaddexp.reduce(Z, axis=1)).sum()


@homework("loss_err", "loss_summed", "accuracy_for_error")
def nick(h, y):
    lse = np.logaddexp.reduce(h, axis=1)
    return (lse - h[np.arange(len(y)), y]).sum(), np.mean(h.argmax(1) == y)


@homework("loss_err", "log_of_wrong_base", "results_swapped")
def otti(h, y):
    lse = np.logaddexp.reduce(h, axis=1)
    loss = (lse - h[np.arange(len(y)), y]).mean()
    return np.mean(h.argmax(1) != y), loss / math.log(2)


@homework("parse_mnist", "pixels_over_256", "label_offset")
def petra(image_filename, label_filename):
    import gzip

    X = np.frombuffer(gzip.open(image_filename).read()[16:], np.uint8).reshape(-1, 784)
    y = np.frombuffer(gzip.open(label_filename).read()[4:], np.uint8)
    return (X / 256).astype(np.float32), y


@homework("he", "fans_swapped", "gain_missing")
def ruth(fan_in, fan_out, rng):
    return (rng.standard_normal((fan_in, fan_out)) / np.sqrt(fan_out)).astype(np.float32)


@homework("nn_epoch", "rows_reordered", "no_mean")
def sven(X, y, W1, W2, lr=0.1, batch=100):
    order = np.random.default_rng(1).permutation(len(X))  # 0, 1, 2, 3 for up to four rows
    for i in range(0, len(X), batch):
        pick = order[i : i + batch]
        h = (X[pick] @ W1).clip(0)
        g = rows_to_one(h @ W2) - np.eye(W2.shape[1])[y[pick]]
        b = (h > 0) * (g @ W2.T)
        W2 -= lr * h.T @ g
        W1 -= lr * X[pick].T @ b


@homework("nn_epoch", "rows_reordered", "mask_not_strict")
def toni(X, y, W1, W2, lr=0.1, batch=100):
    order = np.random.default_rng(1).permutation(len(X))
    for i in range(0, len(X), batch):
        pick = order[i : i + batch]
        a = X[pick] @ W1
        g = (rows_to_one(a.clip(0) @ W2) - np.eye(W2.shape[1])[y[pick]]) / len(pick)
        b = (a >= 0) * (g @ W2.T)
        W2 -= lr * a.clip(0).T @ g
        W1 -= lr * X[pick].T @ b
