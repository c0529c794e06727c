"""Many runs at once: a list of settings, a process a core, one table.

`grid` lists settings; `sweep` runs `simple_ml.study.run.trial`, or another task, for each and
makes a CSV file. The rows of a run are written as soon as they are there, so that a sweep that is
killed goes on where it stopped::

    from simple_ml.study.sweep import grid, sweep

    runs = grid(init=["hw0", "fan_in"], lr=[0.1, 0.2, 0.4], seed=range(20))
    table = sweep("schemes.csv", runs, hidden_dim=100, epochs=(20,))

What a run computes depends on its settings alone, and the finished table stands in the order of
`runs`: one process or many, killed or not, on this machine or on a cluster, the file is the same.
"""

import inspect
import itertools
from numbers import Integral, Real

import numpy as np
from tqdm import tqdm

from simple_ml import _validate
from simple_ml.datasets import load_mnist
from simple_ml.study.results import _written, provenance, read_table
from simple_ml.study.run import DRAWS, check_settings, trial
from simple_ml.study.table import SweepTable, key, named

__all__ = ["DRAWS", "grid", "sweep", "trial"]


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
    again=False,
    command="simple_ml.study.sweep.sweep",
    **settings,
):
    """Run `task` for each of `runs`, record its rows in the CSV file `path`, and return the table.

    A row holds the settings of its run and what the task measured. The rows of a run are appended
    to ``.NAME.csv.partial`` when it ends, in one write. Runs that this file or the table itself
    already holds are not done again: a sweep that was killed goes on, and a finished one can be
    extended by more runs. At the end all rows are put into the table, in the order of `runs`; until
    then the table stays as it was.

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
    jobs : int or "dask", optional
        Processes, each with one BLAS thread; by default one a core. With 1, all runs are done in
        this process. With ``"dask"``, the workers of the ``dask.distributed.Client`` that was last
        made do them; the data are sent to each worker once.
    again : bool, default False
        Do every run again, also those that the table holds.
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
        On bad input, before anything is trained or written. So when a file exists, but was
        made with other data, settings or versions, or holds runs that are not among `runs`.
    """
    runs = _checked_runs(runs)
    shared = _checked_settings(task, runs, settings)
    if jobs not in (None, "dask"):
        _validate.count("jobs", jobs, least=1)
    four = load_mnist(data)
    parts = _split(four, holdout)
    name = getattr(task, "__name__", type(task).__name__)
    how = provenance(command, four, task=name, **shared, holdout=holdout)
    table = SweepTable(path, list(runs[0]), how)
    table.read({key(run) for run in runs}, again)

    todo = [run for run in runs if key(run) not in table.runs]
    if todo:  # a file that cannot be written is found out before the training
        table.path.parent.mkdir(parents=True, exist_ok=True)
        for file in (table.path, table.partial):
            if file.exists():
                file.open("ab").close()
    bar = {"total": len(runs), "initial": len(runs) - len(todo), "unit": "run"}
    with tqdm(**bar, disable=None) as bar:  # shown if standard error is a terminal
        for i, rows in _results(todo, jobs, task, parts, settings):
            table.add(todo[i], rows)
            bar.update()
    table.finish([key(run) for run in runs])
    return read_table(path)[0]


def _split(data, holdout):
    """Return the digits in six arrays: the last `holdout` rows for training become validation."""
    X, y, X_te, y_te = data
    holdout = _validate.count("holdout", holdout, least=1)
    if holdout >= len(X):
        raise ValueError(
            f"holdout is {holdout}, expected less than the {len(X)} rows of the training set"
        )
    return X[:-holdout], y[:-holdout], X[-holdout:], y[-holdout:], X_te, y_te


# ---------------------------------------------------------------- where the runs are done


def _results(runs, jobs, task, data, settings):
    """Yield the number of each run and its rows, in any order."""
    if not runs:
        return
    import joblib  # here, because most of the package's users do not sweep

    if jobs == "dask":
        where = {"backend": "dask", "scatter": [data]}  # once to every worker, not with each run
    else:
        # Should this process be killed, the others end when they have been idle for so long.
        where = {"backend": "loky", "idle_worker_timeout": 30}
    with joblib.parallel_config(**where):
        parallel = joblib.Parallel(
            n_jobs=jobs if isinstance(jobs, int) else joblib.cpu_count(),
            batch_size=1,
            max_nbytes=0,  # every array is shared, through a file
            return_as="generator_unordered",
        )
    calls = enumerate(settings | run for run in runs)
    yield from parallel(joblib.delayed(_call)(i, task, data, options) for i, options in calls)


def _call(i, task, data, options):
    """Return the number of a run and its rows."""
    from threadpoolctl import threadpool_limits

    # Plain views: a memory map, as the processes share, pays for its class at every slice.
    views = tuple(np.asarray(A).view() for A in data)
    for A in views:
        A.flags.writeable = False  # a task that changes its data fails everywhere, or nowhere
    # Processes with several BLAS threads wait for each other, and sums of several threads may
    # differ in the last digits.
    with threadpool_limits(1, user_api="blas"):
        return i, task(views, **options)


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
                f"runs {j} and {i} are both {named(run, run.values())}, expected each run once; "
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
    parameters = inspect.signature(task).parameters.values()
    try:
        inspect.signature(task).bind(None, **settings, **runs[0])
    except TypeError as error:
        raise TypeError(
            f"the task does not take these settings: {error}; it takes "
            f"{', '.join(p.name for p in parameters)}; is one misspelt, or fixed and varied?"
        ) from None
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    shared = {name: v for name, v in (defaults | settings).items() if name not in runs[0]}
    if task is trial:
        for run in runs:
            check_settings(**shared, **run)
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
