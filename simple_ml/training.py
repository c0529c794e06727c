"""Training loops: an epoch, a look at both sets of digits, and again.

`fit` draws rows out of a generator, `_trained`: each row is one epoch and what it reached. Printing
the rows and showing how long the rest will take are layers around that generator. `train_softmax`
and `train_nn` choose the starting weights, `train_from` is given them; all three hand an epoch to
`fit`, which returns data.
"""

import sys
import warnings
from time import perf_counter
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from simple_ml import _validate
from simple_ml.initialization import starting_weights
from simple_ml.losses import loss_err
from simple_ml.softmax_regression import softmax_regression_epoch
from simple_ml.threads import BlasThreads
from simple_ml.two_layer import forward, nn_epoch

__all__ = ["Run", "TrainingDiverged", "fit", "train_from", "train_nn", "train_softmax"]

HEADER = "| Epoch | Train Loss | Train Err | Test Loss | Test Err |"
ROW = "|  {:>4} |    {:.5f} |   {:.5f} |   {:.5f} |  {:.5f} |"
LONG = 10  # seconds of training after which a terminal shows a progress bar
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


def fit(epoch, logits, weights, data, *, epochs, batch=100, verbose=True):
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
    batch : int, default 100
        Rows of a step, for the choice between one BLAS thread and all (`simple_ml.threads`).
    verbose : bool, default True
        Print the course's table, a row an epoch, to standard output. A terminal also shows a
        progress bar on standard error once training has taken ten seconds.

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
    weights, done = tuple(weights), []
    with BlasThreads(lambda: logits(data[0][:batch], *weights)) as blas:
        rows = _trained(epoch, logits, weights, data, epochs, blas)
        if verbose:
            print(HEADER)
            rows = _watched(_printed(rows), epochs)
        try:
            for row in rows:
                done.append(row)
        except TrainingDiverged as error:
            error.epoch, error.history = len(done), _history(done)
            raise
        except KeyboardInterrupt as stopped:
            stopped.run = Run(_history(done), weights)
            stopped.add_note(f"{len(done)} of {epochs} epochs are done: sys.last_value.run")
            raise
    return Run(_history(done), weights)


def _trained(epoch, logits, weights, data, epochs, blas):
    """Train, and yield losses and errors after each epoch, in the order of `COLUMNS`."""
    X_tr, y_tr, X_te, y_te = data
    for i in range(epochs):
        blas.adapt()
        # A diverging epoch overflows many times; it is reported once, below, as an error.
        with np.errstate(over="ignore", invalid="ignore"):
            epoch(X_tr, y_tr, *weights)
        if not all(np.isfinite(W).all() for W in weights):
            raise TrainingDiverged(f"epoch {i}: {_advice(X_tr, X_te)}")
        yield (*loss_err(logits(X_tr, *weights), y_tr), *loss_err(logits(X_te, *weights), y_te))


def _printed(rows):
    """Print each row of the course's table while it passes by."""
    for i, row in enumerate(rows):
        tqdm.write(ROW.format(i, *row), file=sys.stdout)  # above the bar, if there is one
        sys.stdout.flush()  # so that finished epochs show even after a crash
        yield row


def _watched(rows, epochs):
    """Let the rows pass by; when this takes long, show a progress bar in a terminal."""
    start, early = perf_counter(), 0
    while early < epochs and perf_counter() - start <= LONG:
        yield next(rows)
        early += 1
    if early < epochs:
        bar = {"initial": early, "total": epochs, "unit": "epoch", "leave": False}
        yield from tqdm(rows, **bar, disable=None)  # None: not in a file, a pipe or a notebook


def _history(rows):
    """Return one float64 array for each of `COLUMNS`."""
    table = np.array(rows, dtype=np.float64).reshape(-1, len(COLUMNS))
    return dict(zip(COLUMNS, table.T.copy(), strict=True))


def _advice(X_tr, X_te):
    """Return what weights that are no longer finite have as their likely cause."""
    if not (np.isfinite(X_tr).all() and np.isfinite(X_te).all()):
        return "the weights are not finite, since the inputs already were not"
    return (
        "the weights are not finite any more; "
        "try a lower learning rate, a smaller initialisation, or inputs scaled to [0, 1]"
    )


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
    k = _validate.data_sets(tr=(X_tr, y_tr), te=(X_te, y_te))
    epochs = _validate.count("epochs", epochs, least=0)
    lr, batch = _validate.step(lr, batch)
    theta = np.zeros((X_tr.shape[1], k), X_tr.dtype)
    return fit(
        lambda X, y, theta: softmax_regression_epoch(X, y, theta, lr=lr, batch=batch),
        lambda X, theta: X @ theta,
        (theta,),
        (X_tr, y_tr, X_te, y_te),
        epochs=epochs,
        batch=batch,
        verbose=verbose,
    )


def train_nn(X_tr, y_tr, X_te, y_te, hidden_dim=500, epochs=10, lr=0.5, batch=100, *, verbose=True):
    """Train the two-layer ReLU network from the course's starting weights.

    They are what ``np.random.seed(0)`` makes the course draw: rule "hw0", first W1, then W2. The
    global random state is left alone. `train_from` takes any other weights.

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

    Warns
    -----
    UserWarning
        Once before training, of inputs that are not scaled to [0, 1]; and after it, of a network
        that is dead: no hidden unit is on for any row, and the loss stays at log k.
    """
    k = _validate.data_sets(tr=(X_tr, y_tr), te=(X_te, y_te))
    sizes = X_tr.shape[1], _validate.count("hidden_dim", hidden_dim, least=1), k
    weights = starting_weights("hw0", sizes, np.random.RandomState(0), X_tr.dtype)
    return _train_two_layers(weights, (X_tr, y_tr, X_te, y_te), epochs, lr, batch, verbose)


def train_from(weights, X_tr, y_tr, X_te, y_te, epochs=10, lr=0.5, batch=100, *, verbose=True):
    """Train the two-layer ReLU network from given weights.

    Parameters
    ----------
    weights : pair of ndarray, float32 or float64
        W1 of shape (n, d) and W2 of shape (d, k); not modified. See
        `simple_ml.initialization.starting_weights`.
    X_tr, y_tr, X_te, y_te, epochs, lr, batch, verbose
        As in `train_nn`; the labels are 0 … k−1.

    Returns
    -------
    run : Run
        ``weights`` is ``(W1, W2)``, of the dtypes given.

    Raises
    ------
    TypeError, ValueError, TrainingDiverged
        As `train_nn`.

    Warns
    -----
    UserWarning
        As `train_nn`; of a dead network whose weights are all 0 only where the table was printed.
    """
    if not isinstance(weights, (tuple, list)) or len(weights) != 2:
        raise TypeError(
            f"weights is a {type(weights).__name__}, expected the pair (W1, W2); draw one with "
            "simple_ml.initialization.starting_weights"
        )
    W1, W2 = weights
    _validate.data_sets(tr=(X_tr, y_tr), te=(X_te, y_te))
    _validate.float_matrix("W1", W1)
    _validate.float_matrix("W2", W2)
    _validate.chain("X_tr", X_tr, "W1", W1)
    _validate.chain("W1", W1, "W2", W2)
    _validate.label_vector(y_tr, len(X_tr), W2.shape[1], rows="X_tr", name="y_tr")
    data = X_tr, y_tr, X_te, y_te
    return _train_two_layers((W1.copy(), W2.copy()), data, epochs, lr, batch, verbose)


def _train_two_layers(weights, data, epochs, lr, batch, verbose):
    """Train, and warn of inputs or of an end that only look right: for both functions above."""
    epochs = _validate.count("epochs", epochs, least=0)
    lr, batch = _validate.step(lr, batch)
    _warn_of_raw_inputs(X_tr=data[0], X_te=data[2])
    run = fit(
        lambda X, y, W1, W2: nn_epoch(X, y, W1, W2, lr=lr, batch=batch),
        lambda X, W1, W2: forward(X, W1, W2)[1],
        weights,
        data,
        epochs=epochs,
        batch=batch,
        verbose=verbose,
    )
    if _is_dead(run, data[0]) and (verbose or run.weights[0].any()):  # zeros may be meant
        warnings.warn(_obituary(run, data[0], lr), stacklevel=3)
    return run


def _warn_of_raw_inputs(**inputs):
    """Warn of inputs that were not scaled: above 1 and never negative, or beyond ±10.

    Standardised inputs, which have negative numbers among them, are left alone.
    """
    for name, X in inputs.items():
        low, high = X.min(), X.max()
        if (low >= 0 and high > 1) or max(-low, high) > 10:
            warnings.warn(
                f"{name} holds numbers from {low:g} to {high:g}, expected inputs in [0, 1]; "
                "with larger ones the first step may switch all hidden units off; "
                f"are these raw pixels? Scale them: {name} / {max(-low, high):g}",
                stacklevel=4,
            )
            return


def _is_dead(run, X):
    """Return whether no hidden unit is on for any row, so that no step can change anything."""
    W1, W2 = run.weights
    loss, k = run.history["train_loss"], W2.shape[1]
    return len(loss) > 0 and np.isclose(loss[-1], np.log(k)) and not forward(X, W1, W2)[0].any()


def _obituary(run, X, lr):
    """Return what a network is told whose units are all off, with the likely cause."""
    W1, W2 = run.weights
    if not W1.any():
        cause = "the weights are all 0, and zeros stay zeros: draw them"
    elif X.max() > 1:
        cause = f"inputs up to {X.max():g} made the first steps too long: scale them to [0, 1]"
    else:
        cause = f"a step at lr={lr:g} was too long: try a lower learning rate"
    return (
        f"the network is dead: no hidden unit is on for any of the {len(X)} training rows, so all "
        f"gradients are 0 and the loss stays at log {W2.shape[1]}; probably {cause}"
    )
