"""One run: train a two-layer network and measure it at checkpoints."""

import inspect
import math
from functools import partial
from numbers import Real

import numpy as np

from simple_ml import _validate
from simple_ml.initialization import normal, pair, starting_weights, uniform
from simple_ml.losses import loss_err, softmax_loss
from simple_ml.two_layer import forward, nn_epoch

__all__ = ["DRAWS", "trial"]

DRAWS = {"normal": normal, "uniform": uniform}
PARTS = ("train", "valid", "test")
LOSSES = [f"{part}_{what}" for part in PARTS for what in ("loss", "err")]
MOVED = ["moved1", "moved2"]
CHUNK = 5000  # rows in a forward pass that only measures: hidden activations of 60,000 are large


def trial(
    data,
    *,
    init="hw0",
    draw="normal",
    gain=1.0,
    imbalance=1.0,
    hidden_dim=100,
    lr=0.2,
    seed=0,
    batch=100,
    epochs=(20,),
):
    """Train one two-layer network and return a row of measurements for each checkpoint.

    Batches are taken in the order of the rows. ``np.random.default_rng(seed)`` draws W1, then W2,
    so equal seeds give the same standard normal numbers under every scheme: runs are paired.

    Parameters
    ----------
    data : tuple of ndarray
        ``(X_tr, y_tr, X_va, y_va, X_te, y_te)``; the weights have the dtype of X_tr.
    init : str, callable or pair of them, default "hw0"
        As `simple_ml.initialization.pair` takes it.
    draw : {"normal", "uniform"}, default "normal"
        Shape of the distribution, for every rule that draws (``pytorch`` included, whose own is
        uniform).
    gain, imbalance : float, default 1.0
        g and b: the drawn W1 is multiplied by √(g/b) and W2 by √(g·b). On top of ``fan_in``, a gain
        of √(n/k) and an imbalance of d/√(nk) make ``hw0``.
    hidden_dim : int, default 100
        Hidden units d.
    lr : float, default 0.2
        Learning rate.
    seed : int, default 0
        Seed of the starting weights.
    batch : int, default 100
        Rows in a step.
    epochs : tuple of int, default (20,)
        After how many epochs to measure, increasing; training ends with the last.

    Returns
    -------
    rows : list of dict
        One for each checkpoint:

        - ``epoch``;
        - ``train_loss``, ``train_err``, ``valid_loss``, ``valid_err``, ``test_loss``, ``test_err``;
        - ``initial_loss``: the training loss before the first step;
        - ``peak_loss``: the largest loss that a batch of the first epoch had before its step;
        - ``moved1``, ``moved2``: ‖W − W(0)‖ / ‖W(0)‖ of each layer (Frobenius), nan for a layer of
          zeros that stayed zero.

        When weights or training loss are not finite after an epoch, training stops, and this
        and all later checkpoints hold nan; so does ``peak_loss`` if it was the first epoch.

    Raises
    ------
    TypeError, ValueError
        On bad input, before anything is trained.
    """
    check_settings(init, draw, gain, imbalance, hidden_dim, lr, seed, batch, epochs)
    if len(data) != 6:
        raise ValueError(
            f"data has {len(data)} arrays, expected six: X_tr, y_tr, X_va, y_va, X_te, y_te"
        )
    k = _validate.data_sets(tr=data[:2], va=data[2:4], te=data[4:])
    X, y = data[:2]
    sizes, rng = (X.shape[1], hidden_dim, k), np.random.default_rng(seed)
    W1, W2 = starting_weights(_rules(init, draw), sizes, rng, X.dtype)
    W1, W2 = W1 * math.sqrt(gain / imbalance), W2 * math.sqrt(gain * imbalance)
    start = W1.copy(), W2.copy()

    def logits(A):
        return forward(A, W1, W2)[1]

    # A diverging run overflows many times over; it is reported once, as nan.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        known = {"initial_loss": _measure(X, y, logits)[0], "peak_loss": math.nan}
        found = {}
        for epoch in range(1, epochs[-1] + 1):
            if epoch == 1:
                peak = _first_epoch(X, y, W1, W2, lr, batch)
            else:
                nn_epoch(X, y, W1, W2, lr=lr, batch=batch)
            if not (np.isfinite(W1).all() and np.isfinite(W2).all()):
                break
            known["peak_loss"] = peak
            if epoch in epochs:
                row = measured(data, logits)
                for name, W, W0 in zip(MOVED, (W1, W2), start, strict=True):
                    row[name] = float(np.linalg.norm(W - W0) / np.linalg.norm(W0))
                if not math.isfinite(row["train_loss"]):
                    break
                found[epoch] = row
    nothing = dict.fromkeys([*LOSSES, *MOVED], math.nan)
    rows = ({"epoch": epoch} | found.get(epoch, nothing) | known for epoch in epochs)
    return [{name: row[name] for name in ("epoch", *LOSSES, *known, *MOVED)} for row in rows]


def _first_epoch(X, y, W1, W2, lr, batch):
    """Train one epoch as `nn_epoch` does and return the largest loss of a batch before its step."""
    losses = []
    for i in range(0, len(X), batch):
        Xb, yb = X[i : i + batch], y[i : i + batch]
        losses.append(softmax_loss(forward(Xb, W1, W2)[1], yb))
        nn_epoch(Xb, yb, W1, W2, lr=lr, batch=batch)
    return float(np.max(losses))


def measured(data, logits):
    """Return loss and error on the training, validation and test digits of a sweep."""
    row = {}
    for part, X, y in zip(PARTS, data[::2], data[1::2], strict=True):
        row[f"{part}_loss"], row[f"{part}_err"] = _measure(X, y, logits)
    return row


def _measure(X, y, logits):
    """Return loss and error as Python floats."""
    h = [logits(X[i : i + CHUNK]) for i in range(0, len(X), CHUNK)]
    return tuple(map(float, loss_err(np.concatenate(h), y)))


def _rules(init, draw):
    """Return the two layers' rules, each with the shape of `draw` if it draws at all."""
    if draw not in DRAWS:
        raise ValueError(f"draw is {draw!r}, expected one of {', '.join(DRAWS)}")
    return [
        partial(rule, draw=DRAWS[draw]) if "draw" in inspect.signature(rule).parameters else rule
        for rule in pair(init)
    ]


def check_settings(init, draw, gain, imbalance, hidden_dim, lr, seed, batch, epochs):
    """Raise if a setting of `trial` is not what it should be."""
    _rules(init, draw)
    for name, value in (("gain", gain), ("imbalance", imbalance)):
        if not isinstance(value, Real):
            raise TypeError(f"{name} is a {type(value).__name__}, expected a number")
        if not 0 < value < math.inf:
            raise ValueError(
                f"{name} is {value}, expected a positive number; it multiplies variances, and 1 "
                "changes nothing"
            )
    _validate.count("hidden_dim", hidden_dim, least=1)
    _validate.step(lr, batch)
    _validate.count("seed", seed, least=0)
    if not isinstance(epochs, (tuple, list)):
        raise TypeError(
            f"epochs is a {type(epochs).__name__}, expected a tuple of checkpoints: (5, 20), or "
            "(20,) for one at the end"
        )
    found = [_validate.count("epochs", epoch, least=1) for epoch in epochs]
    if not found or found != sorted(set(found)):
        raise ValueError(
            f"epochs is {epochs}, expected at least one checkpoint, each later than the one before"
        )
