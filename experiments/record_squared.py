"""Record the squared loss beside cross-entropy: notebooks/results/squared.csv.

The learning rate × width map of chapter 6 under both losses, and what grows at the cliff: the
logits, the hidden activations or the gradient. Three rules, three widths, fourteen rates, five
epochs on the embedded digits, five paired seeds: some five minutes on two cores::

    python experiments/record_squared.py
"""

import numpy as np
from networks import batches, rms, squared_gradient, start, step
from recording import record

from simple_ml.losses import logit_gradient, one_hot, softmax_loss
from simple_ml.study.sweep import grid
from simple_ml.two_layer import forward

RUNS = grid(
    seed=range(5),  # every seed a whole map
    loss=["cross-entropy", "squared"],
    hidden_dim=[64, 256, 1024],
    init=["hw0", "fan_in", "hw0+fan_in"],
    lr=[2.0**i / 1280 for i in range(14)],  # 0.2 and 0.4 are among them
)
SETTINGS = {"batch": 100, "epochs": 5}
SAMPLE = [
    (1, "squared", 64, "fan_in", 0.1),
    (2, "cross-entropy", 64, "fan_in", 0.2),
    (3, "squared", 64, "hw0+fan_in", 0.05),
]
FOUR_DIGITS = {"rel": 2e-2, "abs": 0.004}  # of a thousand
SLACK = dict.fromkeys(["train_err", "valid_err", "test_err"], FOUR_DIGITS)


def squared_loss(h, y):
    """Return the squared loss, the mean of ½‖h − e_y‖² over the rows."""
    return np.mean(((h - one_hot(y, h.shape[1])) ** 2).sum(axis=1)) / 2


LOSSES = {
    "cross-entropy": (softmax_loss, logit_gradient),
    "squared": (squared_loss, squared_gradient),
}


def train(data, *, seed, loss, hidden_dim, init, lr, batch, epochs):
    """Return one row: losses and errors at the end, and sizes at their largest and at the end."""
    X, y = data[:2]
    W = start(init, X.shape[1], hidden_dim, int(y.max()) + 1, seed)
    value, gradient = LOSSES[loss]
    sizes = []
    with np.errstate(over="ignore", invalid="ignore"):  # too large a rate may end in nan
        for part in batches(len(X), batch) * epochs:
            h, Z1, dW = step(X[part], y[part], W, None, lr, residual=gradient)
            sizes.append((rms(h), rms(Z1), float(np.sqrt(sum(np.sum(dV**2) for dV in dW)))))
        Z1, h = forward(X, *W)
        row = {"train_loss": float(value(h, y)), "dead": float(np.mean(~(Z1 > 0).any(axis=0)))}
        for name, A, labels in zip(("train", "valid", "test"), data[::2], data[1::2], strict=True):
            row[f"{name}_err"] = float(np.mean(forward(A, *W)[1].argmax(axis=1) != labels))
    for when, values in (("peak", np.max(sizes, axis=0)), ("last", sizes[-1])):
        for name, size in zip(("logits", "activations", "gradient"), values, strict=True):
            row[f"{when}_{name}"] = float(size)
    return [row]


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=train, **SETTINGS)
