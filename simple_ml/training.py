"""Training loops: an epoch, a look at both sets of digits, and again.

`train_softmax` and `train_nn` are thin: they choose the starting weights and hand an epoch to
`fit`, which returns data. What is printed on the way is `fit`'s only side effect, and optional.
"""

import sys
import time
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from simple_ml import _validate
from simple_ml.initialization import pair
from simple_ml.losses import loss_err
from simple_ml.softmax_regression import softmax_regression_epoch
from simple_ml.threads import BlasThreads
from simple_ml.two_layer import forward, nn_epoch

__all__ = ["Run", "TrainingDiverged", "fit", "train_nn", "train_softmax"]

HEADER = "| Epoch | Train Loss | Train Err | Test Loss | Test Err |"
ROW = "|  {:>4} |    {:.5f} |   {:.5f} |   {:.5f} |  {:.5f} |"
LONG = 10  # seconds of training from which on a progress bar is shown
COLUMNS = ("train_loss", "train_err", "test_loss", "test_err")


class Run(NamedTuple):
    """What a training run leaves behind.

    Attributes
    ----------
    history : dict of str to ndarray of shape (epochs,), float64
        ``train_loss``, ``train_err``, ``test_loss``, ``test_err`` after each epoch; losses in
        nats, error rates in [0, 1].
    weights : tuple of ndarray
        ``(theta,)`` or ``(W1, W2)`` after the last epoch.
    """

    history: dict
    weights: tuple


class TrainingDiverged(FloatingPointError):
    """The weights are no longer finite.

    Attributes
    ----------
    epoch : int
        The epoch, counted from 0 as in the printed table, after which they were not.
    history : dict
        As in `Run`, of the epochs before it.
    """

    def __init__(self, message, epoch, history):
        super().__init__(message)
        self.epoch = epoch
        self.history = history


def fit(epoch, logits, weights, data, *, epochs, lr, batch=100, verbose=True):
    """Run `epoch` repeatedly and return the history and the weights.

    Parameters
    ----------
    epoch : callable
        ``epoch(X, y, *weights)`` updates the weights in place.
    logits : callable
        ``logits(X, *weights)`` returns an array of shape (m, k).
    weights : tuple of ndarray
        Starting weights; modified.
    data : tuple of ndarray
        ``(X_tr, y_tr, X_te, y_te)``.
    epochs : int
        How often; 0 returns empty columns.
    lr : float
        The learning rate, named in the advice when the weights diverge.
    batch : int, default 100
        Rows of a step, for the choice between one BLAS thread and all (`simple_ml.threads`).
    verbose : bool, default True
        Print the course's table, a row an epoch, to standard output; and in a terminal or a
        notebook, when it will take more than ten seconds, show a progress bar on standard error.

    Returns
    -------
    run : Run

    Raises
    ------
    TrainingDiverged
        When a weight is infinite or not a number after an epoch.
    KeyboardInterrupt
        When somebody stops it. Nothing that was done is lost: the exception's ``run`` is the `Run`
        of the epochs before, with the weights as they were when it was stopped. (An interactive
        Python keeps the last exception as ``sys.last_value``.)
    """
    X_tr, y_tr, X_te, y_te = data
    history = {name: np.full(epochs, np.nan) for name in COLUMNS}
    if verbose:
        print(HEADER)
    done = 0
    blas = BlasThreads(lambda: logits(X_tr[:batch], *weights))
    try:
        for i in _watched(epochs) if verbose else range(epochs):
            # A diverging epoch overflows many times; it is reported once, below, as an error.
            with np.errstate(over="ignore", invalid="ignore"):
                blas.adapt()
                epoch(X_tr, y_tr, *weights)
            if not all(np.isfinite(W).all() for W in weights):
                past = {name: column[:i] for name, column in history.items()}
                raise TrainingDiverged(_advice(i, lr, data), i, past)
            row = (*loss_err(logits(X_tr, *weights), y_tr), *loss_err(logits(X_te, *weights), y_te))
            for name, value in zip(COLUMNS, row, strict=True):
                history[name][i] = value
            done = i + 1
            if verbose:
                tqdm.write(ROW.format(i, *row), file=sys.stdout)  # above the bar, if there is one
                sys.stdout.flush()  # what is done is seen, also if the next epoch is not survived
    except KeyboardInterrupt as stopped:
        stopped.run = Run({name: column[:done] for name, column in history.items()}, tuple(weights))
        stopped.add_note(f"{done} of {epochs} epochs are done: sys.last_value.run has them")
        raise
    finally:
        blas.restore()
    return Run(history, tuple(weights))


def train_softmax(X_tr, y_tr, X_te, y_te, epochs=10, lr=0.5, batch=100, *, verbose=True):
    """Train softmax regression from zero weights and return the history and the weights.

    Parameters
    ----------
    X_tr, X_te : ndarrays of shape (m, n), float32 or float64
        Training and test inputs.
    y_tr, y_te : ndarrays of shape (m,), integer
        Labels 0 … k−1; k is taken from `y_tr`.
    epochs : int, default 10
        Passes over the training set.
    lr : float, default 0.5
        Learning rate.
    batch : int, default 100
        Rows asked for in a step.
    verbose : bool, default True
        As in `fit`.

    Returns
    -------
    run : Run
        ``weights`` is ``(theta,)`` of shape (n, k).

    Raises
    ------
    TypeError, ValueError
        On bad input, before anything is trained.
    TrainingDiverged
        When the weights turn non-finite.
    """
    k, epochs = _classes_and_epochs(X_tr, y_tr, X_te, y_te, epochs)
    theta = np.zeros((X_tr.shape[1], k), X_tr.dtype)
    return fit(
        lambda X, y, theta: softmax_regression_epoch(X, y, theta, lr=lr, batch=batch),
        lambda X, theta: X @ theta,
        (theta,),
        (X_tr, y_tr, X_te, y_te),
        epochs=epochs,
        lr=lr,
        batch=batch,
        verbose=verbose,
    )


def train_nn(
    X_tr,
    y_tr,
    X_te,
    y_te,
    hidden_dim=500,
    epochs=10,
    lr=0.5,
    batch=100,
    *,
    init="hw0",
    rng=None,
    verbose=True,
):
    """Train the two-layer ReLU network and return the history and the weights.

    Parameters
    ----------
    X_tr, X_te : ndarrays of shape (m, n), float32 or float64
        Training and test inputs.
    y_tr, y_te : ndarrays of shape (m,), integer
        Labels 0 … k−1; k is taken from `y_tr`.
    hidden_dim : int, default 500
        Hidden units d.
    epochs : int, default 10
        Passes over the training set.
    lr : float, default 0.5
        Learning rate.
    batch : int, default 100
        Rows asked for in a step.
    init : str, callable or pair of them, default "hw0"
        A name in `simple_ml.initialization.SCHEMES`, or a function of the same form; or one for
        each layer: ``("hw0", "fan_in")`` or ``"hw0+fan_in"`` (`simple_ml.initialization.pair`).
    rng : numpy.random.Generator or numpy.random.RandomState, optional
        Source of the starting weights. By default the legacy generator with seed 0, which draws the
        numbers that the course's ``np.random.seed(0)`` draws and leaves the global state alone.
    verbose : bool, default True
        As in `fit`.

    Returns
    -------
    run : Run
        ``weights`` is ``(W1, W2)`` of shapes (n, hidden_dim) and (hidden_dim, k) and of the dtype
        of `X_tr`.

    Raises
    ------
    TypeError, ValueError
        On bad input, before anything is trained.
    TrainingDiverged
        When the weights turn non-finite.
    """
    k, epochs = _classes_and_epochs(X_tr, y_tr, X_te, y_te, epochs)
    hidden_dim = _validate.count("hidden_dim", hidden_dim, least=1)
    first, second = pair(init)
    rng = np.random.RandomState(0) if rng is None else rng
    if not isinstance(rng, (np.random.Generator, np.random.RandomState)):
        raise TypeError(
            f"rng is a {type(rng).__name__}, expected a generator; "
            "make one from a seed: np.random.default_rng(0)"
        )
    W1 = first(X_tr.shape[1], hidden_dim, rng, X_tr.dtype)
    W2 = second(hidden_dim, k, rng, X_tr.dtype)
    return fit(
        lambda X, y, W1, W2: nn_epoch(X, y, W1, W2, lr=lr, batch=batch),
        lambda X, W1, W2: forward(X, W1, W2)[1],
        (W1, W2),
        (X_tr, y_tr, X_te, y_te),
        epochs=epochs,
        lr=lr,
        batch=batch,
        verbose=verbose,
    )


def _classes_and_epochs(X_tr, y_tr, X_te, y_te, epochs):
    """Return k and a whole number of epochs, or raise if the two sets do not belong together."""
    _validate.float_matrix("X_tr", X_tr)
    _validate.float_matrix("X_te", X_te)
    if X_tr.shape[1] != X_te.shape[1]:
        raise ValueError(
            f"X_tr has {X_tr.shape[1]} columns and X_te has {X_te.shape[1]}, expected equal "
            "numbers; are they from one data set?"
        )
    _validate.label_vector(y_tr, len(X_tr), None, rows="X_tr", name="y_tr")
    k = int(y_tr.max()) + 1  # int, or a uint8 label keeps k a uint8 and its square root a float16
    _validate.label_vector(y_te, len(X_te), k, rows="X_te", name="y_te")
    return k, _validate.count("epochs", epochs, least=0)


def _advice(epoch, lr, data):
    """Return the sentence that goes with weights that are no longer finite."""
    if not all(np.isfinite(X).all() for X in (data[0], data[2])):
        return f"epoch {epoch}: the weights are not finite, since the inputs already were not"
    return (
        f"epoch {epoch}: the weights are not finite any more at lr={lr}; "
        "try a lower learning rate, a smaller initialisation, or inputs scaled to [0, 1]"
    )


def _watched(epochs):
    """Yield 0 … epochs−1, from the second on with a progress bar if somebody would wait for it."""
    started = time.perf_counter()
    yield from range(min(epochs, 1))
    seconds = epochs * (time.perf_counter() - started)
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    rest = range(1, epochs)
    yield from tqdm(
        rest,
        initial=1,
        total=epochs,
        unit="epoch",
        leave=False,
        disable=not (seen and seconds > LONG),
    )
