"""Right homework in many styles. None may be accused of anything.

`RIGHT` lists (function, what it is). `SLOW` are right, too, but needlessly slow.
"""

import gzip
import math
import struct
from array import array

import numpy as np

# ---------------------------------------------------------------- nn_epoch


def probs(scores):
    expd = np.exp(scores - np.amax(scores, axis=-1)[:, np.newaxis])
    return expd / np.sum(expd, axis=-1, keepdims=True)


def in_slices(X, y, W1, W2, lr=0.1, batch=100):
    for b in range(0, X.shape[0], batch):
        x, t = X[b : b + batch], y[b : b + batch]
        hid = np.maximum(x @ W1, 0)
        err = (probs(hid @ W2) - np.eye(W2.shape[1])[t]) / len(x)
        g1, g2 = x.T @ ((hid > 0) * (err @ W2.T)), hid.T @ err
        W1 -= lr * g1
        W2 -= lr * g2


def entry_by_entry(X, y, W1, W2, lr=0.1, batch=100):
    N, n = X.shape
    d, k = W2.shape
    for start in range(0, N, batch):
        rows = range(start, min(start + batch, N))
        g1 = [[0.0] * d for _ in range(n)]
        g2 = [[0.0] * k for _ in range(d)]
        for r in rows:
            pre = [sum(float(X[r, i]) * float(W1[i, j]) for i in range(n)) for j in range(d)]
            hid = [p if p > 0 else 0.0 for p in pre]
            out = [sum(hid[j] * float(W2[j, c]) for j in range(d)) for c in range(k)]
            top = max(out)
            e = [math.exp(o - top) for o in out]
            s = sum(e)
            err = [v / s - (c == y[r]) for c, v in enumerate(e)]
            for j in range(d):
                for c in range(k):
                    g2[j][c] += hid[j] * err[c]
                if pre[j] > 0:
                    back = sum(err[c] * float(W2[j, c]) for c in range(k))
                    for i in range(n):
                        g1[i][j] += float(X[r, i]) * back
        for i in range(n):
            for j in range(d):
                W1[i, j] -= lr * g1[i][j] / len(rows)
        for j in range(d):
            for c in range(k):
                W2[j, c] -= lr * g2[j][c] / len(rows)


def one_row_at_a_time(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        G1, G2 = np.zeros_like(W1), np.zeros_like(W2)
        for x, t in zip(X[i : i + batch], y[i : i + batch], strict=True):
            h = np.maximum(W1.T @ x, 0)
            z = W2.T @ h
            p = np.exp(z - np.max(z))
            p /= p.sum()
            p[t] -= 1
            G2 += np.outer(h, p)
            G1 += np.outer(x, (h > 0) * (W2 @ p))
        size = len(X[i : i + batch])
        W1 -= lr * G1 / size
        W2 -= lr * G2 / size


def einstein(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        a = np.einsum("mn,nd->md", x, W1)
        z = np.einsum("md,dk->mk", np.where(a > 0, a, 0.0), W2)
        e = np.exp(z - z.max(axis=1)[:, None])
        g = np.einsum("mk,m->mk", e, 1 / np.einsum("mk->m", e))
        g[np.arange(len(t)), t] -= 1
        b = np.einsum("mk,dk->md", g, W2) * (a > 0)
        w = np.einsum("md,mk->dk", a.clip(min=0), g)
        W1 -= lr / len(t) * np.einsum("mn,md->nd", x, b)
        W2 -= lr / len(t) * w


def buffers(X, y, W1, W2, lr=0.1, batch=100):
    hid = np.empty((batch, W1.shape[1]), W1.dtype)
    out = np.empty((batch, W2.shape[1]), W2.dtype)
    back = np.empty_like(hid)
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        m = len(x)
        h, o, b = hid[:m], out[:m], back[:m]
        np.matmul(x, W1, out=h)
        np.maximum(h, 0, out=h)
        np.matmul(h, W2, out=o)
        o -= o.max(axis=1, keepdims=True)
        np.exp(o, out=o)
        o /= o.sum(axis=1, keepdims=True)
        o[np.arange(m), t] -= 1
        o *= lr / m
        np.matmul(o, W2.T, out=b)
        b *= h > 0
        W2 -= h.T @ o
        W1 -= x.T @ b


def doubles_inside(X, y, W1, W2, lr=0.1, batch=100):
    A, B = W1.astype(np.float64), W2.astype(np.float64)
    for i in range(0, len(X), batch):
        x = X[i : i + batch].astype(np.float64)
        hot = np.zeros((len(x), B.shape[1]))
        hot[np.arange(len(x)), y[i : i + batch]] = 1
        h = np.maximum(0, x @ A)
        z = h @ B
        lse = np.log(np.sum(np.exp(z - z.max(1, keepdims=True)), 1, keepdims=True)) + z.max(
            1, keepdims=True
        )
        g = (np.exp(z - lse) - hot) / len(x)
        A, B = A - lr * x.T @ ((g @ B.T) * np.sign(h)), B - lr * h.T @ g
    W1[:], W2[:] = A, B


def minus_times_minus(X, y, W1, W2, lr=0.1, batch=100):
    eye = np.eye(W2.shape[1], dtype=W2.dtype)
    for xs, ys in zip(
        np.split(X, range(batch, len(X), batch)),
        np.split(y, range(batch, len(X), batch)),
        strict=True,
    ):
        H = xs @ W1
        on = H > 0
        H *= on
        Z = H @ W2
        E = np.exp(Z - Z.max(axis=-1, keepdims=True))
        D = eye[ys] - E / E.sum(axis=-1, keepdims=True)
        D *= lr / len(ys)
        up1 = xs.T @ (on * (D @ W2.T))
        W2 += H.T @ D
        W1 += up1
    return W1, W2


def chatty(X, y, W1, W2, lr=0.1, batch=100):
    print("starting with", X.shape)
    minus_times_minus(X, y, W1, W2, lr, batch)


def with_a_class(X, y, W1, W2, lr=0.1, batch=100):
    class Net:
        def forward(self, x):
            self.x, self.a = x, np.dot(x, W1)
            return np.dot(np.fmax(self.a, 0), W2)

        def backward(self, g):
            h = np.fmax(self.a, 0)
            back = np.dot(g, W2.transpose())
            back[self.a <= 0] = 0
            return np.dot(self.x.transpose(), back), np.dot(h.transpose(), g)

    net = Net()
    for first in range(0, y.shape[0], batch):
        last = first + batch
        z = net.forward(X[first:last])
        z = z - z.max(1).reshape(-1, 1)
        p = np.exp(z) / np.exp(z).sum(1).reshape(-1, 1)
        p -= np.arange(W2.shape[1]) == y[first:last].reshape(-1, 1)
        for W, g in zip((W1, W2), net.backward(p / p.shape[0]), strict=True):
            W -= lr * g


def shuffled_inside_a_batch(X, y, W1, W2, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        order = np.argsort(y[i : i + batch])
        x, t = X[i : i + batch][order], y[i : i + batch][order]
        minus_times_minus(x, t, W1, W2, lr, batch)


# ---------------------------------------------------------------- softmax regression


def transposed_world(X, y, theta, lr=0.1, batch=100):
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch].T, y[i : i + batch]
        z = theta.T @ x
        p = np.exp(z - z.max(0))
        p /= p.sum(0)
        p[t, np.arange(len(t))] -= 1
        theta -= lr * (p @ x.T).T / len(t)


def mean_of_outer_products(X, y, theta, lr=0.1, batch=100):
    k = theta.shape[1]
    for i in range(0, len(X), batch):
        x, t = X[i : i + batch], y[i : i + batch]
        s = x @ theta
        s = np.exp(s - np.max(s, axis=1, keepdims=True))
        s = s / np.sum(s, axis=1, keepdims=True) - np.eye(k)[t]
        theta[...] = theta - lr * np.mean(x[:, :, None] * s[:, None, :], axis=0)


def while_loop(X, y, theta, lr=0.1, batch=100):
    done = 0
    while done < X.shape[0]:
        rows = np.arange(done, min(done + batch, X.shape[0]))
        s = X[rows].dot(theta)
        s -= np.logaddexp.reduce(s, axis=1)[:, None]
        np.exp(s, out=s)
        s[np.arange(len(rows)), y[rows]] -= 1
        theta -= np.float32(lr) * X[rows].T.dot(s) / rows.size
        done += batch


# ---------------------------------------------------------------- gradients, L layers


def per_row(X, y, W1, W2):
    dW1, dW2 = np.zeros_like(W1), np.zeros_like(W2)
    for x, t in zip(X, y, strict=True):
        a = x @ W1
        z = np.maximum(a, 0) @ W2
        e = np.exp(z - z.max())
        g = e / e.sum()
        g[t] -= 1
        dW2 += np.outer(np.maximum(a, 0), g) / len(X)
        dW1 += np.outer(x, (W2 @ g) * (a > 0)) / len(X)
    return dW1, dW2


def list_of_two(X, y, W1, W2):
    a = X @ W1
    z = np.where(a > 0, a, 0) @ W2
    e = np.exp(z - z.max(axis=1, keepdims=True))
    g = e / e.sum(axis=1, keepdims=True)
    g -= np.eye(W2.shape[1], dtype=g.dtype)[y]
    g /= g.dtype.type(len(X))
    return [X.T @ np.where(a > 0, g @ W2.T, 0), np.where(a > 0, a, 0).T @ g]


SLOPES = {
    "relu": lambda a: (a > 0).astype(a.dtype),
    "tanh": lambda a: 1 / np.cosh(a) ** 2,
    "sigmoid": lambda a: np.exp(-a) / (1 + np.exp(-a)) ** 2,
    "identity": lambda a: np.ones_like(a),
}


def recursive(y, weights, activations, cache):
    Z, A = cache
    L = len(weights)

    def go(i, G):
        V = G * SLOPES[activations[i - 1]](A[i])
        here = Z[i].T @ V
        return [*go(i - 1, V @ weights[i - 1].T), here] if i > 1 else [here]

    out = Z[L + 1]
    p = np.exp(out - out.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return go(L, p / len(y))


def own_forward(X, y, weights, activations):
    f = {"relu": lambda a: a * (a > 0), "tanh": np.tanh, "identity": lambda a: a}
    f["sigmoid"] = lambda a: 1 / (1 + np.exp(-a))
    zs, pre = [X], []
    for W, s in zip(weights, activations, strict=True):
        pre.append(zs[-1] @ W)
        zs.append(f[s](pre[-1]))
    g = zs[-1] - zs[-1].max(1, keepdims=True)
    g = np.exp(g) / np.exp(g).sum(1, keepdims=True)
    g[np.arange(len(y)), y] -= 1
    out = [None] * len(weights)
    for i in reversed(range(len(weights))):
        g = g * SLOPES[activations[i]](pre[i])
        out[i] = np.einsum("mi,mj->ij", zs[i], g) / len(y)
        g = np.einsum("mj,ij->mi", g, weights[i])
    return tuple(out)


# ---------------------------------------------------------------- loss and error


def pure_python(Z, y):
    losses = array("d")
    for scores, label in zip(Z.tolist(), y.tolist(), strict=True):
        top = max(scores)
        losses.append(top + math.log(sum(math.exp(s - top) for s in scores)) - scores[label])
    return math.fsum(losses) / len(losses)


def logaddexp(Z, y):
    return np.average(np.logaddexp.reduce(Z, axis=1) - np.take_along_axis(Z, y[:, None], 1)[:, 0])


def one_hot_product(Z, y):
    S = Z - Z.max(axis=1, keepdims=True)
    hot = np.eye(Z.shape[1])[y]
    return np.array(-(hot * (S - np.log(np.exp(S).sum(1, keepdims=True)))).sum() / len(y))


def error_from_accuracy(h, y):
    return logaddexp(h, y), 1 - (np.argmax(h, axis=1) == y).mean()


def error_by_count(h, y):
    wrong = sum(int(row.argmax()) != int(t) for row, t in zip(h, y, strict=True))
    return [pure_python(h, y), wrong / len(y)]


# ---------------------------------------------------------------- files and starting weights


def with_struct(image_filename, label_filename):
    with gzip.open(image_filename, "rb") as f:
        _, N, r, c = struct.unpack(">IIII", f.read(16))
        X = np.frombuffer(f.read(), dtype=np.uint8).reshape(N, r * c)
    with gzip.open(label_filename, "rb") as f:
        f.seek(8)
        y = np.frombuffer(f.read(), dtype=np.uint8)
    return X.astype(np.float32) / 255.0, y


def by_loop(image_filename, label_filename):
    X, y = [], []
    with gzip.open(image_filename) as images, gzip.open(label_filename) as labels:
        images.read(16), labels.read(8)
        while (digit := labels.read(1)) != b"":
            X.append([pixel / 255 for pixel in images.read(784)])
            y.append(ord(digit))
    return np.array(X, np.float32), np.array(y, dtype="uint8")


def normal_he(fan_in, fan_out, rng):
    return rng.normal(0, math.sqrt(2 / fan_in), size=(fan_in, fan_out))


def uniform_he(fan_in, fan_out, rng, dtype=np.float32):
    bound = (6 / fan_in) ** 0.5
    return (2 * bound * rng.random((fan_in, fan_out)) - bound).astype(dtype)


def course(fan_in, fan_out, rng):
    return rng.standard_normal((fan_in, fan_out), dtype=np.float32) / np.float32(np.sqrt(fan_out))


def xavier(fan_in, fan_out, rng):
    a = np.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(low=-a, high=a, size=(fan_in, fan_out)).astype("float32")


def lecun(fan_in, fan_out, rng):
    return rng.normal(size=(fan_in, fan_out)) / math.sqrt(fan_in)


def as_pytorch(fan_in, fan_out, rng):
    bound = 1 / math.sqrt(fan_in)
    return rng.uniform(-bound, bound, (fan_in, fan_out)).astype(np.float32)


# ---------------------------------------------------------------- what each is

KINDS = {
    "nn_epoch": [
        *(in_slices, entry_by_entry, one_row_at_a_time, einstein, buffers, doubles_inside),
        *(minus_times_minus, chatty, with_a_class, shuffled_inside_a_batch),
    ],
    "softmax_regression_epoch": [transposed_world, mean_of_outer_products, while_loop],
    "gradients": [per_row, list_of_two],
    "backward": [recursive],
    "deep_gradients": [own_forward],
    "softmax_loss": [pure_python, logaddexp, one_hot_product],
    "loss_err": [error_from_accuracy, error_by_count],
    "parse_mnist": [with_struct, by_loop],
    "he": [normal_he, uniform_he],
    "hw0": [course],
    "glorot": [xavier],
    "fan_in": [lecun],
    "pytorch": [as_pytorch],
}
RIGHT = [(function, kind) for kind, functions in KINDS.items() for function in functions]
SLOW = [(entry_by_entry, "nn_epoch")]
