"""Many runs at once: a list of settings, a process a core, one table.

`trial` trains one network and returns what it measured; `grid` lists settings; `sweep` runs them
and appends the rows of each run to a CSV file as soon as they are there, so that a sweep that is
killed goes on where it stopped::

    from simple_ml.study.sweep import grid, sweep

    runs = grid(init=["hw0", "fan_in"], lr=[0.1, 0.2, 0.4], seed=range(20))
    table = sweep("schemes.csv", runs, hidden_dim=100, epochs=(20,))

What a run computes depends on its settings alone, and the finished table stands in the order of
`runs`: one process or many, killed or not, on this machine or on a cluster, the file is the same.
"""

import csv
import inspect
import io
import itertools
import math
import signal
import sys
import threading
from contextlib import contextmanager
from functools import partial
from numbers import Integral, Real
from pathlib import Path

import numpy as np
from tqdm import tqdm

from simple_ml import _validate
from simple_ml.datasets import load_mnist
from simple_ml.initialization import normal, pair, uniform
from simple_ml.losses import loss_err, softmax_loss
from simple_ml.study.results import _written, provenance, read_table, write_table
from simple_ml.two_layer import forward, nn_epoch

__all__ = ["DRAWS", "grid", "sweep", "trial"]

DRAWS = {"normal": normal, "uniform": uniform}
PARTS = ("train", "valid", "test")
LOSSES = [f"{part}_{what}" for part in PARTS for what in ("loss", "err")]
MOVED = ["moved1", "moved2"]
CHUNK = 5000  # rows in a forward pass that only measures: hidden activations of 60,000 are large
ROWS = "rows a run"  # the provenance entry by which a run that was written in part is noticed


# ---------------------------------------------------------------- one run


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
    _check_settings(init, draw, gain, imbalance, hidden_dim, lr, seed, batch, epochs)
    k = _classes(data)
    X, y = data[:2]
    first, second = _rules(init, draw)
    rng = np.random.default_rng(seed)
    W1 = first(X.shape[1], hidden_dim, rng, X.dtype) * math.sqrt(gain / imbalance)  # (n, d)
    W2 = second(hidden_dim, k, rng, X.dtype) * math.sqrt(gain * imbalance)  # (d, k)
    start = W1.copy(), W2.copy()
    # A diverging run overflows many times over; it is reported once, as nan.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        known = {"initial_loss": _measure(X, y, W1, W2)[0], "peak_loss": math.nan}
        measured = {}
        for epoch in range(1, epochs[-1] + 1):
            if epoch == 1:
                peak = _first_epoch(X, y, W1, W2, lr, batch)
            else:
                nn_epoch(X, y, W1, W2, lr=lr, batch=batch)
            if not (np.isfinite(W1).all() and np.isfinite(W2).all()):
                break
            known["peak_loss"] = peak
            if epoch in epochs:
                row = _checkpoint(data, (W1, W2), start)
                if not math.isfinite(row["train_loss"]):
                    break
                measured[epoch] = row
    nothing = dict.fromkeys([*LOSSES, *MOVED], math.nan)
    rows = ({"epoch": epoch} | measured.get(epoch, nothing) | known for epoch in epochs)
    return [{name: row[name] for name in ("epoch", *LOSSES, *known, *MOVED)} for row in rows]


def _first_epoch(X, y, W1, W2, lr, batch):
    """Train one epoch as `nn_epoch` does and return the largest loss of a batch before its step."""
    losses = []
    for i in range(0, len(X), batch):
        Xb, yb = X[i : i + batch], y[i : i + batch]
        losses.append(softmax_loss(forward(Xb, W1, W2)[1], yb))
        nn_epoch(Xb, yb, W1, W2, lr=lr, batch=batch)
    return float(np.max(losses))


def _checkpoint(data, weights, start):
    """Return losses and errors on the three parts, and how far the weights have moved."""
    row = {}
    for part, X, y in zip(PARTS, data[::2], data[1::2], strict=True):
        row[f"{part}_loss"], row[f"{part}_err"] = _measure(X, y, *weights)
    for name, W, W0 in zip(MOVED, weights, start, strict=True):
        row[name] = float(np.linalg.norm(W - W0) / np.linalg.norm(W0))
    return row


def _measure(X, y, W1, W2):
    """Return loss and error as Python floats."""
    logits = [forward(X[i : i + CHUNK], W1, W2)[1] for i in range(0, len(X), CHUNK)]
    loss, err = loss_err(np.concatenate(logits), y)
    return float(loss), float(err)


def _rules(init, draw):
    """Return the two layers' rules, each with the shape of `draw` if it draws at all."""
    if draw not in DRAWS:
        raise ValueError(f"draw is {draw!r}, expected one of {', '.join(DRAWS)}")
    return [
        partial(rule, draw=DRAWS[draw]) if "draw" in inspect.signature(rule).parameters else rule
        for rule in pair(init)
    ]


def _check_settings(init, draw, gain, imbalance, hidden_dim, lr, seed, batch, epochs):
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


def _classes(data):
    """Return the number of classes k, or raise if the three parts do not belong together."""
    if len(data) != 6:
        raise ValueError(
            f"data has {len(data)} arrays, expected six: X_tr, y_tr, X_va, y_va, X_te, y_te"
        )
    k = None
    for part, X, y in zip(("tr", "va", "te"), data[::2], data[1::2], strict=True):
        _validate.float_matrix(f"X_{part}", X)
        if X.shape[1] != data[0].shape[1]:
            raise ValueError(
                f"X_tr has {data[0].shape[1]} columns and X_{part} has {X.shape[1]}, expected "
                "equal numbers; are they from one data set?"
            )
        _validate.label_vector(y, len(X), k, rows=f"X_{part}", name=f"y_{part}")
        k = _validate.number_of_classes(y, f"y_{part}") if k is None else k
    return k


# ---------------------------------------------------------------- many runs


def grid(**axes):
    """Return every combination of the axes' values, the last axis varying fastest.

    Parameters
    ----------
    **axes : iterable
        The values that a setting takes.

    Returns
    -------
    runs : list of dict
        The settings of each run, for `sweep`.

    Raises
    ------
    TypeError, ValueError
        If an axis is a single value, or empty.

    Examples
    --------
    >>> grid(init=["hw0", "fan_in"], seed=range(2))
    [{'init': 'hw0', 'seed': 0}, {'init': 'hw0', 'seed': 1}, {'init': 'fan_in', 'seed': 0}, \
{'init': 'fan_in', 'seed': 1}]
    """
    for name, values in axes.items():
        if isinstance(values, str) or not np.iterable(values):
            raise TypeError(
                f"{name} is {values!r}, expected a list of values; for one: [{values!r}]"
            )
    lists = [list(values) for values in axes.values()]
    for name, values in zip(axes, lists, strict=True):
        if not values:
            raise ValueError(
                f"{name} has no values, expected at least one; the grid would be empty"
            )
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*lists)]


def sweep(
    path,
    runs,
    data="embedded",
    *,
    holdout=1000,
    task=trial,
    jobs=None,
    backend=None,
    progress=True,
    command="simple_ml.study.sweep.sweep",
    **settings,
):
    """Run `task` for each of `runs`, record its rows in the CSV file `path`, and return the table.

    A row holds the settings of its run and what the task measured. The rows of a run are appended
    when it ends, in one write. If the file exists, the runs that it already holds are not done
    again: a sweep that was killed goes on, and a finished one can be extended by more runs. At the
    end the rows are put into the order of `runs`.

    Parameters
    ----------
    path : str or os.PathLike
        The table. Its folder is created.
    runs : list of dict
        The settings of each run: numbers (floats are rounded to the digits that a table keeps, so
        that a run is what its row says) or text, under the same names in all. See `grid`.
    data : str or path, default "embedded"
        As `simple_ml.load_mnist` takes it.
    holdout : int, default 1000
        How many of the training rows, the last, are kept for validation. Learning rates are chosen
        on them, so that the test set is only reported on.
    task : callable, default trial
        ``task(data, **settings, **run)`` returns a list of dicts, the rows of one run: equally many
        for each run, under the same names. `data` is ``(X_tr, y_tr, X_va, y_va, X_te, y_te)``,
        shared between processes and read-only.
    jobs : int, optional
        Processes, each with one BLAS thread; by default one a core. With 1, all runs are done in
        this process. On a cluster, its workers count.
    backend : str, optional
        One of joblib's; by default ``"loky"``, processes on this machine. ``"dask"`` uses the
        ``dask.distributed.Client`` that was last made; the data are sent to each worker once.
    progress : bool, default True
        Show a progress bar on standard error when somebody watches: in a terminal or a notebook.
    command : str
        What was typed, for the table's head.
    **settings
        The settings that all runs share.

    Returns
    -------
    columns : dict of str to ndarray of shape (rows,)
        The table, as from `simple_ml.study.results.read_table`.

    Raises
    ------
    TypeError, ValueError
        On bad input, before anything is trained or written. So when the file exists, but was
        made with other data, settings or versions, or holds runs that are not among `runs`.
    """
    path = Path(path)
    runs = _checked_runs(runs)
    shared = _checked_settings(task, runs, settings)
    names = list(runs[0])
    four = load_mnist(data, progress=progress)
    holdout = _validate.count("holdout", holdout, least=1)
    if holdout >= len(four[0]):
        raise ValueError(
            f"holdout is {holdout}, expected less than the {len(four[0])} rows of the training set"
        )
    how = provenance(
        command,
        four,
        task=getattr(task, "__name__", type(task).__name__),
        **shared,
        holdout=holdout,
    )
    how = {key: str(value) for key, value in how.items()}
    table = _Table(path, names, how)
    table.read({_key(run): run for run in runs})

    X, y, X_te, y_te = four
    parts = X[:-holdout], y[:-holdout], X[-holdout:], y[-holdout:], X_te, y_te
    todo = [run for run in runs if _key(run) not in table.runs]
    execute = _executor(jobs, backend, parts, len(todo))
    if todo:  # a file that cannot be written is found out before the training
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    calls = [(i, task, parts, settings | run) for i, run in enumerate(todo)]
    seen = sys.stderr.isatty() or "ipykernel" in sys.modules
    with (
        _stopped_by_sigterm(),
        tqdm(
            total=len(runs), initial=len(table.runs), unit="run", disable=not (progress and seen)
        ) as bar,
    ):
        for i, rows in execute(calls):
            table.add(todo[i], rows)
            bar.update()
    table.finish([_key(run) for run in runs])
    return read_table(path)[0]


# ---------------------------------------------------------------- where the runs are done


def _call(i, task, data, options):
    """Return the number of a run and its rows."""
    # Plain views: a memory map, as the processes share, pays for its class at every slice.
    views = tuple(np.asarray(A).view() for A in data)
    for A in views:
        A.flags.writeable = False  # a task that changes its data fails everywhere, or nowhere
    return i, task(views, **options)


def _executor(jobs, backend, data, runs):
    """Return a function that yields the result of each call of `_call`, in any order."""
    if jobs is not None:
        _validate.count("jobs", jobs, least=1)
    if runs == 0 or (backend is None and jobs == 1):
        return _in_this_process
    import joblib  # here, because most of the package's users do not sweep

    backend = backend or "loky"
    options = {}
    if backend == "loky":
        options["inner_max_num_threads"] = 1
        options["idle_worker_timeout"] = 30  # seconds: soon, should this process be killed
    if backend == "dask":
        options["scatter"] = [data]  # to every worker once, and not along with each run
    with joblib.parallel_config(backend=backend, **options):
        parallel = joblib.Parallel(
            n_jobs=jobs or joblib.cpu_count(),
            batch_size=1,
            max_nbytes=0,  # every array is shared, through a file
            return_as="generator_unordered",
        )
    return lambda calls: parallel(joblib.delayed(_call)(*call) for call in calls)


def _in_this_process(calls):
    """Yield the results one after the other."""
    if not calls:
        return
    from threadpoolctl import threadpool_limits

    for call in calls:
        # As in the other processes: sums of several threads may differ in the last digits.
        with threadpool_limits(1, user_api="blas"):
            result = _call(*call)
        yield result


@contextmanager
def _stopped_by_sigterm():
    """Let SIGTERM end this process as an exception does, or its workers would wait for more."""
    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


# ---------------------------------------------------------------- the table


class _Table:
    """The file of a sweep: head, names of the columns, and the rows of each run as text."""

    def __init__(self, path, names, how):
        self.path = path
        self.names = names  # of the settings that vary
        self.how = how
        self.columns = None
        self.runs = {}  # key of a run: its rows

    def read(self, expected):
        """Take over the whole runs of the file, if there is one; refuse one that does not fit."""
        if not self.path.exists() or self.path.stat().st_size == 0:
            return
        name = self.path.name
        raw = self.path.read_bytes()
        try:
            lines = raw[: raw.rfind(b"\n") + 1].decode().splitlines()  # half a line is none
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{name} is no text at byte {error.start}; write to another file, or delete it"
            ) from None
        start = next((i for i, line in enumerate(lines) if not line.startswith("# ")), len(lines))
        head = dict(line[2:].partition(": ")[::2] for line in lines[:start])
        if start == len(lines) or ROWS not in head:
            raise ValueError(
                f"{name} exists and was not made by a sweep; write to another file, or delete it"
            )
        for key in {**self.how, **head}:
            old, new = head.get(key), self.how.get(key)
            if key not in ("command", ROWS) and old != new:
                raise ValueError(
                    f"{name} was made with {key}: {old or 'nothing'}, and this sweep has "
                    f"{new or 'nothing'}; write to another file, or delete this one to start again"
                )
        columns, *rows = csv.reader(lines[start:])
        if columns[: len(self.names)] != self.names:
            raise ValueError(
                f"{name} has the columns {', '.join(columns)}, expected {', '.join(self.names)} "
                "first; were other settings varied?"
            )
        runs = {}
        for row in rows:
            if len(row) < len(self.names):
                raise ValueError(
                    f"{name} holds a row of {len(row)} values, expected {len(columns)}; "
                    "was it edited by hand? Write to another file, or delete that row"
                )
            runs.setdefault(tuple(row[: len(self.names)]), []).append(row)
        size = int(head[ROWS])
        for key, its_rows in runs.items():
            if key not in expected:
                raise ValueError(
                    f"{name} holds the run {_named(self.names, key)}, which is not among the "
                    "runs of this sweep; write to another file, or ask for that run, too"
                )
            if len(its_rows) > size or any(len(row) != len(columns) for row in its_rows):
                raise ValueError(
                    f"{name} holds {len(its_rows)} rows of the run {_named(self.names, key)}, "
                    f"expected {size} of {len(columns)} values; did two sweeps write to it, or "
                    "was it edited by hand?"
                )
        self.how, self.columns = head, columns
        self.runs = {key: its_rows for key, its_rows in runs.items() if len(its_rows) == size}
        if len(self.runs) < len(runs) or not raw.endswith(b"\n"):
            self._save(self.runs)

    def add(self, run, rows):
        """Append the rows of a run, in one write."""
        table = self._text(run, rows)
        self.runs[_key(run)] = table
        if len(self.runs) == 1 and ROWS not in self.how:
            self.how = {**self.how, ROWS: str(len(rows))}
            self._save(self.runs)
            return
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table)
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())

    def _text(self, run, rows):
        """Return the rows as they stand in the file, or raise if they do not fit."""
        rows = list(rows)
        which = _named(run, run.values())
        if not rows or not all(isinstance(row, dict) for row in rows):
            raise TypeError(
                f"the task returned {rows!r} for the run {which}, expected its rows, a list of "
                "dicts"
            )
        if self.columns is None:
            self.columns = [*run, *rows[0]]
            if len(set(self.columns)) < len(self.columns):
                raise ValueError(
                    f"the task measured {', '.join(rows[0])} for the run {which}, expected other "
                    "names than those of the run's settings"
                )
        measured = self.columns[len(run) :]
        size = int(self.how.get(ROWS, len(rows)))
        if len(rows) != size or any(list(row) != measured for row in rows):
            raise ValueError(
                f"the task returned {len(rows)} rows of {', '.join(rows[-1])} for the run {which}, "
                f"expected {size} of {', '.join(measured)} as in the rest of the table; "
                "was the task changed meanwhile?"
            )
        return [[*_key(run), *(_cell(row[name]) for name in measured)] for row in rows]

    def finish(self, order):
        """Put the runs in order."""
        if list(self.runs) != order:
            self._save(order)

    def _save(self, order):
        """Write the table anew, which is done in one step: there is always a whole one."""
        rows = (row for key in order for row in self.runs[key])
        write_table(self.path, self.columns, rows, self.how)


def _cell(value):
    """Return a value as text for a table."""
    text = _written(value)
    if len(text.splitlines()) > 1:
        raise ValueError(f"a cell would hold {text!r}, expected one line")
    return text


def _key(run):
    """Return the settings of a run as they stand in the table."""
    return tuple(_cell(value) for value in run.values())


def _named(names, values):
    """Return ``init=hw0, lr=0.2``."""
    return ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))


# ---------------------------------------------------------------- what is asked for


def _checked_runs(runs):
    """Return the runs with plain Python values, as their rows will show them, or raise."""
    found = []
    for i, run in enumerate(runs):
        if not isinstance(run, dict):
            raise TypeError(f"run {i} is a {type(run).__name__}, expected a dict of settings")
        if found and set(run) != set(found[0]):
            raise ValueError(
                f"run {i} sets {', '.join(run)}, expected {', '.join(found[0])} as in run 0; "
                "every row has the same columns, so give each run every setting"
            )
        names = found[0] if found else run
        found.append({name: _plain(f"{name} of run {i}", run[name]) for name in names})
    if not found or not found[0]:
        raise ValueError("runs is empty, expected a list of dicts; see grid")
    first = {}
    for i, run in enumerate(found):
        j = first.setdefault(tuple(run.values()), i)
        if j != i:
            raise ValueError(
                f"runs {j} and {i} are both {_named(run, run.values())}, expected each run once; "
                "does a list hold a value twice, or do two differ beyond six digits?"
            )
    return found


def _plain(name, value):
    """Return a number as Python's own, with the digits that a table keeps; text as it is."""
    if isinstance(value, str) and len(value.splitlines()) == 1:
        return value
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(_written(float(value)))
    raise TypeError(
        f"{name} is {value!r}, expected a number or a line of text, since it stands in the table; "
        "give a function by its name, and what is the same for all runs as a setting"
    )


def _checked_settings(task, runs, settings):
    """Return all that the runs share, the task's defaults included, or raise if it does not fit."""
    both = [name for name in settings if name in runs[0]]
    if both:
        raise ValueError(
            f"{', '.join(both)} is a setting and varies between the runs, expected one"
        )
    parameters = inspect.signature(task).parameters.values()
    try:
        inspect.signature(task).bind(None, **settings, **runs[0])
    except TypeError as error:
        raise TypeError(
            f"the task does not take these settings: {error}; it takes "
            f"{', '.join(p.name for p in parameters)}; is one misspelt?"
        ) from None
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    shared = {name: v for name, v in (defaults | settings).items() if name not in runs[0]}
    if task is trial:
        for run in runs:
            _check_settings(**shared, **run)
    for name, value in shared.items():
        if not _printable(value):
            raise TypeError(
                f"{name} is {value!r}, expected a number, text or a tuple of them, "
                "since it stands in the head of the table"
            )
    return shared


def _printable(value):
    """Return whether the text of `value` says all about it."""
    if isinstance(value, (tuple, list)):
        return all(map(_printable, value))
    return value is None or isinstance(value, (str, int, float))
