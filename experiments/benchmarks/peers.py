"""The same epoch by other libraries, as far as they are installed: ``pip install -e '.[bench]'``.

Each does the same work: float32, no bias where it can be left out, no momentum, no shuffling, rows
in order. Same form as in `epochs`: preparation is not timed.
"""

import os
from importlib import util

import numpy as np

THREADS = int(os.environ.get("OMP_NUM_THREADS", os.cpu_count()))


def torch_autograd(X, y, W1, W2, lr, batch):
    """Train with `torch.nn`, autograd and `torch.optim.SGD`."""
    import torch

    torch.set_num_threads(THREADS)
    (n, d), k = W1.shape, W2.shape[1]
    layers = torch.nn.Linear(n, d, bias=False), torch.nn.Linear(d, k, bias=False)
    for layer, W in zip(layers, (W1, W2), strict=True):
        layer.weight.data = torch.from_numpy(W.T.copy())
    model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1])
    optimiser = torch.optim.SGD(model.parameters(), lr=lr)
    loss = torch.nn.CrossEntropyLoss()
    X, y = torch.from_numpy(X), torch.from_numpy(y.astype(np.int64))

    def epoch():
        for start in range(0, len(X), batch):
            optimiser.zero_grad()
            loss(model(X[start : start + batch]), y[start : start + batch]).backward()
            optimiser.step()

    epoch.weights = lambda: [layer.weight.detach().numpy().T for layer in layers]
    return epoch


def torch_by_hand(X, y, W1, W2, lr, batch):
    """Train with PyTorch's tensors and our equations; the update is part of the product."""
    import torch

    torch.set_num_threads(THREADS)
    X, W1, W2 = (torch.from_numpy(A.copy()) for A in (X, W1, W2))
    y = torch.from_numpy(y.astype(np.int64))

    def epoch():
        with torch.inference_mode():
            for start in range(0, len(X), batch):
                Xb, yb = X[start : start + batch], y[start : start + batch]
                Z1 = torch.relu_(Xb @ W1)
                G2 = torch.softmax(Z1 @ W2, dim=1)
                G2[torch.arange(len(yb)), yb] -= 1
                G1 = (G2 @ W2.T).mul_(Z1 > 0)
                W1.addmm_(Xb.T, G1, alpha=-lr / len(yb))
                W2.addmm_(Z1.T, G2, alpha=-lr / len(yb))

    epoch.weights = lambda: [W1.numpy(), W2.numpy()]
    return epoch


def sklearn_mlp(X, y, W1, W2, lr, batch):
    """Train with scikit-learn's MLPClassifier; it has biases, which cannot be left out."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        (W1.shape[1],),
        solver="sgd",
        alpha=0.0,
        batch_size=min(batch, len(X)),
        learning_rate_init=lr,
        momentum=0.0,
        shuffle=False,
    )
    model.partial_fit(X, y, classes=np.arange(W2.shape[1]))
    model.coefs_ = [W1.copy(), W2.copy()]
    for bias in model.intercepts_:
        bias[:] = 0

    def epoch():
        model.partial_fit(X, y)

    epoch.weights = lambda: model.coefs_
    return epoch


def jax_scan(X, y, W1, W2, lr, batch):
    """Train with JAX: `grad` of the loss, a `scan` over the batches, all compiled by `jit`."""
    import jax
    import jax.numpy as jnp

    def loss(weights, Xb, yb):
        W1, W2 = weights
        Z2 = jax.nn.relu(Xb @ W1) @ W2
        return -jnp.mean(jax.nn.log_softmax(Z2)[jnp.arange(len(yb)), yb])

    def step(weights, data):
        slopes = jax.grad(loss)(weights, *data)
        return [W - lr * dW for W, dW in zip(weights, slopes, strict=True)], None

    batches = X.reshape(-1, batch, X.shape[1]), y.reshape(-1, batch).astype(np.int32)
    batches = [jnp.asarray(A) for A in batches]
    run = jax.jit(lambda weights, data: jax.lax.scan(step, weights, data)[0])
    state = [jnp.asarray(W1), jnp.asarray(W2)]

    def epoch():
        state[:] = jax.block_until_ready(run(state, batches))

    epoch.weights = lambda: [np.asarray(W) for W in state]
    return epoch


_NEEDS = {
    "PyTorch autograd": ("torch", torch_autograd),
    "PyTorch by hand": ("torch", torch_by_hand),
    "scikit-learn": ("sklearn", sklearn_mlp),
    "JAX jit + scan": ("jax", jax_scan),
}
PEERS = {name: peer for name, (module, peer) in _NEEDS.items() if util.find_spec(module)}
MISSING = sorted(set(_NEEDS) - set(PEERS))
