"""Wrong homework, each with one mistake, written as different people write.

`WRONG` maps a function to (what it should be, the name of its mistake). None of these shares code
with the checker's table.
"""

import gzip
import math
import struct
import time

import numpy as np

WRONG = {}


def homework(kind, mistake):
    def keep(function):
        WRONG[function] = (kind, mistake)
        return function

    return keep


def probs(scores):
    scores = scores - np.amax(scores, axis=-1)[:, np.newaxis]
    expd = np.exp(scores)
    return expd / np.sum(expd, axis=-1, keepdims=True)


def onehot(labels, width):
    return np.eye(width)[labels]


# ---------------------------------------------------------------- nn_epoch


@homework("nn_epoch", "no_mean")
def anna(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, X.shape[0], batch):
        a, t = X[i : i + batch], y[i : i + batch]
        hid = a.dot(W1).clip(min=0)
        delta = probs(hid.dot(W2)) - onehot(t, W2.shape[1])
        back = delta.dot(W2.T) * (hid > 0)
        W1 -= lr * a.T.dot(back)
        W2 -= lr * hid.T.dot(delta)


@homework("nn_epoch", "divides_by_batch")
def bela(X, y, W1, W2, lr=0.1, batch=100):
    start = 0
    while start < len(y):
        stop = min(start + batch, len(y))
        x = X[start:stop]
        pre = np.einsum("ij,jk->ik", x, W1)
        act = np.where(pre > 0, pre, 0)
        p = probs(act @ W2)
        for row, label in enumerate(y[start:stop]):
            p[row, label] -= 1
        d_act = p @ W2.T
        d_act[pre <= 0] = 0
        W2 -= (lr / batch) * (act.T @ p)
        W1 -= (lr / batch) * (x.T @ d_act)
        start = stop


@homework("nn_epoch", "mask_missing")
def dora(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, X.shape[0], batch):
        Xi, yi = X[i : i + batch], y[i : i + batch]
        Z = np.maximum(Xi @ W1, 0)
        G2 = probs(Z @ W2)
        G2[range(len(yi)), yi] -= 1
        G1 = np.where(Z >= 0, G2 @ W2.T, 0)
        gW2 = Z.T @ G2 / len(yi)
        gW1 = Xi.T @ G1 / len(yi)
        W1 -= lr * gW1
        W2 -= lr * gW2


@homework("nn_epoch", "mask_not_strict")
def emil(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        lin = x @ W1
        hid = lin * (lin > 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / x.shape[0]
        gate = np.heaviside(lin, 1)
        W1 -= lr * x.T @ (gate * (err @ W2.T))
        W2 -= lr * hid.T @ err


@homework("nn_epoch", "W2_updated_first")
def fritz(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / x.shape[0]
        W2 -= lr * hid.T @ err
        W1 -= lr * x.T @ ((hid > 0) * (err @ W2.T))


@homework("nn_epoch", "ascent")
def hugo(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / len(x)
        step1 = lr * x.T @ ((hid > 0) * (err @ W2.T))
        W2 += lr * hid.T @ err
        W1 += step1


@homework("nn_epoch", "softmax_over_columns")
def jan(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        s = hid @ W2
        s = np.exp(s - s.max(axis=0))
        s /= s.sum(axis=0)
        err = (s - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2


@homework("nn_epoch", "no_max_shift")
def kira(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        e = np.exp(hid @ W2)
        err = (e / e.sum(1).reshape(-1, 1) - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2


@homework("nn_epoch", "drops_short_batch")
def olga(X, y, W1, W2, lr=0.1, batch=100):
    for number in range(len(X) // batch):
        x = X[number * batch : (number + 1) * batch]
        t = y[number * batch : (number + 1) * batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2


@homework("nn_epoch", "rows_reordered")
def quin(X, y, W1, W2, lr=0.1, batch=100):
    mix = np.random.permutation(len(X))
    for b in range(0, X.shape[0], batch):
        x, t = X[mix[b : b + batch]], y[mix[b : b + batch]]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2


@homework("nn_epoch", "not_in_place")
def rosa(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 = W1 - lr * g1
        W2 = W2 - lr * g2


@homework("nn_epoch", "returns_new_arrays")
def sven(X, y, W1, W2, lr=0.1, batch=100):
    W1, W2 = W1.copy(), W2.copy()
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2
    return W1, W2


@homework("nn_epoch", "inputs_modified")
def xaver(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2
        x *= 0.5


@homework("nn_epoch", "hangs")
def yves(X, y, W1, W2, lr=0.1, batch=100):
    i = 0
    while i < len(X):
        time.sleep(0.001)


@homework("nn_epoch", "raises")
def zoe(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(len(X) // batch + 1):
        xs = X[b * batch : (b + 1) * batch]
        hid = np.maximum(xs @ W1, 0)
        hid.not_there()


@homework("nn_epoch", "one_hot_missing")
def adam(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x = X[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = probs(hid @ W2) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        np.subtract(W1, lr * g1, out=W1)
        np.subtract(W2, lr * g2, out=W2)


@homework("nn_epoch", "global_state")
def bert(X, y, W1, W2, lr=0.1, batch=100):
    np.random.seed(0)
    np.seterr(all="ignore")
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - onehot(t, W2.shape[1])) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2


# ---------------------------------------------------------------- softmax regression


@homework("softmax_regression_epoch", "divides_by_batch")
def cora(X, y, theta, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        p = probs(x @ theta)
        p[np.arange(t.size), t] -= 1.0
        theta -= lr / batch * np.matmul(x.T, p)


@homework("softmax_regression_epoch", "classes_from_labels")
def enno(X, y, theta, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        I = np.zeros((len(t), max(t.tolist()) + 1))  # noqa: E741
        I[np.arange(len(t)), t] = 1
        theta -= lr * x.T @ (probs(x @ theta) - I) / len(t)


@homework("softmax_regression_epoch", "softmax_missing")
def finn(X, y, theta, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        theta -= lr * x.T @ (x @ theta - onehot(t, theta.shape[1])) / len(t)


# ---------------------------------------------------------------- gradients, L layers


@homework("gradients", "upcast")
def hans(X, y, W1, W2):
    I = np.zeros((y.size, W2.shape[1]))  # noqa: E741
    I[np.arange(y.size), y] = 1
    z = np.maximum(X @ W1, 0)
    g = probs(z @ W2) - I
    return X.T @ ((g @ W2.T) * (z > 0)) / y.size, z.T @ g / y.size


@homework("gradients", "gradients_swapped")
def ines(X, y, W1, W2):
    z = np.maximum(X @ W1, 0)
    g = (probs(z @ W2) - onehot(y, W2.shape[1]).astype(X.dtype)) / len(y)
    return z.T @ g, X.T @ ((g @ W2.T) * (z > 0))


@homework("gradients", "preactivation_in_dW2")
def jule(X, y, W1, W2):
    a = X @ W1
    g = (probs(np.maximum(a, 0) @ W2) - onehot(y, W2.shape[1]).astype(X.dtype)) / len(y)
    return [X.T @ ((g @ W2.T) * (a > 0)), a.T @ g]


@homework("gradients", "returns_nothing")
def kurt(X, y, W1, W2):
    z = np.maximum(X @ W1, 0)
    g = (probs(z @ W2) - onehot(y, W2.shape[1])) / len(y)
    X.T @ ((g @ W2.T) * (z > 0))


@homework("gradients", "returns_rubbish")
def lena(X, y, W1, W2):
    return {"dW1": X.T @ X, "dW2": None}


@homework("backward", "derivative_missing")
def mats(y, weights, activations, cache):
    inputs = [cache.Z[i] for i in sorted(cache.Z)]
    g = probs(inputs[-1]) - onehot(y, inputs[-1].shape[1]).astype(inputs[-1].dtype)
    g = g / len(y)
    out = []
    for w, z in zip(reversed(weights), reversed(inputs[:-1]), strict=True):
        out.insert(0, z.T @ g)
        g = g @ w.T
    return out


@homework("deep_gradients", "gradients_swapped")
def nora(X, y, weights, activations):
    sigma = {"relu": lambda a: a.clip(0), "tanh": np.tanh, "identity": lambda a: a}
    sigma["sigmoid"] = lambda a: 1 / (1 + np.exp(-a))
    slope = {"relu": lambda a: a > 0, "tanh": lambda a: np.cosh(a) ** -2, "identity": np.ones_like}
    slope["sigmoid"] = lambda a: sigma["sigmoid"](a) * (1 - sigma["sigmoid"](a))
    tape, z = [], X
    for w, name in zip(weights, activations, strict=True):
        a = z @ w
        tape.append((z, a, w, name))
        z = sigma[name](a)
    g = (probs(z) - onehot(y, z.shape[1]).astype(X.dtype)) / len(y)
    grads = []
    while tape:
        z, a, w, name = tape.pop()
        v = g * slope[name](a)
        grads.append(z.T @ v)
        g = v @ w.T
    return grads


# ---------------------------------------------------------------- loss and error


@homework("softmax_loss", "loss_summed")
def otto(Z, y):
    total = 0
    for row, label in zip(Z, y, strict=True):
        top = max(row)
        total += top + math.log(sum(math.exp(v - top) for v in row)) - row[label]
    return total


@homework("softmax_loss", "log_of_wrong_base")
def paul(Z, y):
    p = Z - Z.max(1, keepdims=True)
    logp = p - np.log(np.exp(p).sum(1, keepdims=True))
    return -np.mean(logp[np.arange(len(y)), y]) / np.log(10)


@homework("softmax_loss", "no_max_shift")
def rita(Z, y):
    e = np.exp(Z)
    return np.mean(-np.log(e[np.arange(len(y)), y] / e.sum(axis=1)))


@homework("softmax_loss", "log_of_underflowed_probability")
def saul(Z, y):
    p = probs(Z)
    return -np.log(p[np.arange(len(y)), y] + 1e-12).mean()


@homework("softmax_loss", "softmax_twice")
def tina(Z, y):
    s = probs(Z)
    return np.mean(np.log(np.exp(s).sum(1)) - s[np.arange(len(y)), y])


@homework("softmax_loss", "loss_negative")
def udo(Z, y):
    c = Z.max(axis=1)
    return (Z[np.arange(len(y)), y] - c - np.log(np.exp(Z - c[:, None]).sum(1))).mean()


def stable_loss(h, y):
    c = h.max(axis=1)
    return (c + np.log(np.exp(h - c[:, None]).sum(1)) - h[np.arange(len(y)), y]).mean()


@homework("loss_err", "accuracy_for_error")
def vlad(h, y):
    return stable_loss(h, y), (np.argmax(h, 1) == y).sum() / len(y)


@homework("loss_err", "errors_counted")
def wim(h, y):
    return stable_loss(h, y), int(np.count_nonzero(np.argmax(h, 1) != y))


@homework("loss_err", "error_in_percent")
def xena(h, y):
    return stable_loss(h, y), 100 - 100 * np.mean(h.argmax(1) == y)


@homework("loss_err", "results_swapped")
def yuri(h, y):
    return 1 - np.mean(h.argmax(1) == y), stable_loss(h, y)


# ---------------------------------------------------------------- files and starting weights


def slurp(name):
    with gzip.open(name, "rb") as f:
        return f.read()


@homework("parse_mnist", "pixels_not_scaled")
def zack(image_filename, label_filename):
    raw, lab = slurp(image_filename), slurp(label_filename)
    _, count, rows, cols = struct.unpack(">4i", raw[:16])
    X = np.array(list(raw[16:]), dtype=np.float32).reshape(count, rows * cols)
    return X, np.array(list(lab[8:]), dtype=np.uint8)


@homework("parse_mnist", "scaled_per_set")
def alma(image_filename, label_filename):
    X = np.frombuffer(slurp(image_filename)[16:], np.uint8).reshape(-1, 784).astype(np.float32)
    X = (X - X.min()) / (X.max() - X.min())
    return X, np.frombuffer(slurp(label_filename)[8:], np.uint8)


@homework("parse_mnist", "label_offset")
def bodo(image_filename, label_filename):
    X = np.frombuffer(slurp(image_filename)[16:], np.uint8).reshape(-1, 784)
    return (X / 255).astype("float32"), np.frombuffer(slurp(label_filename)[16:], np.uint8)


@homework("parse_mnist", "files_swapped")
def carl(image_filename, label_filename):
    with gzip.open(image_filename) as f:
        _, n = struct.unpack(">II", f.read(8))
        y = np.frombuffer(f.read(n), dtype=np.uint8)
    with gzip.open(label_filename) as f:
        _, n, r, c = struct.unpack(">IIII", f.read(16))
        X = np.frombuffer(f.read(n * r * c), dtype=np.uint8)
    return X.reshape(n, r * c).astype(np.float32) / 255.0, y


@homework("parse_mnist", "wrong_dtype")
def dina(image_filename, label_filename):
    X = np.frombuffer(slurp(image_filename)[16:], np.uint8).reshape(-1, 784) / 255
    return X, np.frombuffer(slurp(label_filename)[8:], np.uint8)


@homework("he", "gain_missing")
def edda(fan_in, fan_out, rng):
    return rng.normal(0, fan_in**-0.5, (fan_in, fan_out)).astype(np.float32)


@homework("hw0", "fans_swapped")
def fred(fan_in, fan_out, rng, dtype=np.float32):
    return (rng.standard_normal((fan_in, fan_out)) / math.sqrt(fan_in)).astype(dtype)


@homework("glorot", "variance_for_std")
def gero(fan_in, fan_out, rng):
    return rng.normal(size=(fan_in, fan_out), scale=2 / (fan_in + fan_out)).astype(np.float32)


@homework("fan_in", "generator_ignored")
def hedi(fan_in, fan_out, rng):
    return np.random.randn(fan_in, fan_out).astype(np.float32) / np.sqrt(fan_in)


@homework("pytorch", "uniform_bound_for_std")
def ilja(fan_in, fan_out, rng):
    bound = 1 / math.sqrt(3 * fan_in)
    return rng.uniform(-bound, bound, (fan_in, fan_out)).astype(np.float32)


# ---------------------------------------------------------------- found by a blind test


def steps(X, y, W1, W2, batch):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        h = np.maximum(x @ W1, 0)
        g = probs(h @ W2)
        g[np.arange(len(t)), t] -= 1
        yield x, h, g / len(t)


@homework("nn_epoch", "only_last_batch")
def jutta(X, y, W1, W2, lr=0.1, batch=100):
    for x, h, g in steps(X, y, W1, W2, batch):
        one, two = x.T @ ((g @ W2.T) * (h > 0)), h.T @ g
    W1 -= lr * one
    W2 -= lr * two


@homework("nn_epoch", "softmax_over_columns")
def knut(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        h = np.maximum(x @ W1, 0)
        e = np.exp(h @ W2 - (h @ W2).max())
        g = (e / e.sum(axis=0) - onehot(t, W2.shape[1])) / len(t)
        one = x.T @ ((g @ W2.T) * (h > 0))
        W2 -= lr * h.T @ g
        W1 -= lr * one


@homework("nn_epoch", "mask_of_wrong_array")
def linus(X, y, W1, W2, lr=0.1, batch=100):
    for x, h, g in steps(X, y, W1, W2, batch):
        one, two = (x.T @ (g @ W2.T)) * (W1 > 0), h.T @ g
        W1 -= lr * one
        W2 -= lr * two


@homework("nn_epoch", "ascent")
def meike(X, y, W1, W2, lr=0.1, batch=100):
    for x, h, g in steps(X, y, W1, W2, batch):
        one, two = x.T @ ((g @ W2.T) * (h > 0)), h.T @ g
        W1 -= lr * one
        W2 += lr * two


@homework("loss_err", "error_per_row")
def norma(h, y):
    return np.mean(np.logaddexp.reduce(h, axis=1) - h[np.arange(len(y)), y]), h.argmax(axis=1)
