"""Recorded results: a table that says how it was made.

A figure that takes minutes to compute is recorded once, by a script in ``experiments/``, as a CSV
file in ``notebooks/results/``. Above the table, lines ``# key: value`` name the command, the
settings, the versions and the digests of the data, so that anyone can make it again. No times and
no machine names: the same run writes the same file::

    # command: python experiments/record_softmax.py
    # lr: 0.2
    # numpy: 2.4.6
    epoch,test_err
    1,0.0925
    2,0.0871
"""

import csv
import hashlib
import os
import platform
from importlib import metadata
from pathlib import Path

import numpy as np

from simple_ml.datasets import MNIST

__all__ = ["DIGITS", "best", "data_digests", "provenance", "read_table", "select", "write_table"]

DIGITS = 6  # significant digits kept: more than any plot shows, fewer than BLAS kernels agree on


def write_table(path, columns, rows, provenance):
    """Write rows under named columns as CSV, with the provenance in comment lines above.

    Parameters
    ----------
    path : str or os.PathLike
        The file; replaced if it exists, in one step when all is written: whatever happens, there
        is the old table or the new one. Its folder is created.
    columns : sequence of str
        Names of the columns.
    rows : iterable of sequences
        One value a column: int, float (kept to `DIGITS` significant digits) or str. For columns
        that are arrays: ``zip(*arrays)``.
    provenance : dict
        How the table was made; each key and value becomes a line ``# key: value``, in this order.

    Raises
    ------
    ValueError
        If the columns have no or equal names, a row does not have one value a column, or something
        would not be read back: a line break in it, or a colon in a key of the provenance. Nothing
        is written then.
    """
    columns = [_one_line(name) for name in columns]
    if not columns or len(set(columns)) < len(columns) or columns[0].startswith("#"):
        raise ValueError(f"columns {columns}, expected different names, the first without a #")
    table = [[_one_line(_written(value)) for value in row] for row in rows]
    for i, row in enumerate(table):
        if len(row) != len(columns):
            raise ValueError(
                f"row {i} has {len(row)} values, expected {len(columns)}, one for each of "
                f"{', '.join(columns)}; for arrays a column pass zip(*arrays)"
            )
    header = [_comment(str(key), str(value)) for key, value in provenance.items()]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with scratch.open("w", encoding="utf-8", newline="") as file:
            file.writelines(header)
            csv.writer(file, lineterminator="\n").writerows([columns, *table])
        os.replace(scratch, path)
    finally:  # after a full disk or Ctrl-C, no part of the file is left
        scratch.unlink(missing_ok=True)


def read_table(path):
    """Return the columns and the provenance of a table that `write_table` wrote.

    Parameters
    ----------
    path : str or os.PathLike
        The file.

    Returns
    -------
    columns : dict of str to ndarray of shape (rows,)
        In the order of the file; int64 where all values are whole numbers, else float64 where all
        are numbers, else str.
    provenance : dict of str to str
        What the comment lines say.

    Raises
    ------
    ValueError
        If the file is not text, has no line of column names or the same name twice, or a row of
        another length.
    """
    columns, rows, how = _read_rows(path)
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    return {name: _array(column) for name, column in zip(columns, values, strict=True)}, how


def provenance(command, data, **settings):
    """Return what is needed to make a table again, for `write_table`.

    Parameters
    ----------
    command : str
        What was typed.
    data : tuple of ndarray
        ``(X_tr, y_tr, X_te, y_te)`` as `simple_ml.load_mnist` returned them.
    **settings
        Learning rate, batch size, seed and whatever else decides the result.

    Returns
    -------
    provenance : dict of str to object
        The command, the settings, the versions of Python, NumPy and `simple_ml`, and the digests
        of the data.
    """
    return {
        "command": command,
        **settings,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "simple_ml": metadata.version("two-layers-by-hand"),
        **data_digests(data),
    }


def data_digests(data):
    """Return the md5 of the decompressed IDX files that `data` was read from.

    Parameters
    ----------
    data : tuple of ndarray
        ``(X_tr, y_tr, X_te, y_te)``, images as float rows in [0, 1] and labels.

    Returns
    -------
    digests : dict of str to str
        ``"md5 of train-images-idx3-ubyte"`` and so on. They are computed from the arrays, so they
        describe what was trained on, not what the files were called.
    """
    digests = {}
    for file, array in zip(MNIST, data, strict=True):
        digest = hashlib.md5(usedforsecurity=False)
        shape = (len(array), 28, 28) if array.ndim == 2 else array.shape
        digest.update(np.array([file.magic, *shape], dtype=">u4").tobytes())
        for start in range(0, len(array), 5000):  # in parts: the full set is 188 MB of float32
            part = array[start : start + 5000]
            pixels = np.rint(part * 255) if array.ndim == 2 else part
            digest.update(pixels.astype(np.uint8).tobytes())
        digests[f"md5 of {file.name}"] = digest.hexdigest()
    return digests


def select(table, **values):
    """Return the rows of a table in which each named column has the given value.

    Parameters
    ----------
    table : dict of str to ndarray of shape (rows,)
        As from `read_table`.
    **values
        ``init="hw0", epoch=20``, say.

    Returns
    -------
    table : dict of str to ndarray
        All columns, in the order of the table; empty where no row fits.
    """
    rows = np.logical_and.reduce([table[name] == value for name, value in values.items()])
    return {name: column[rows] for name, column in table.items()}


def best(table, choose, by):
    """Return the value of one column at which another is smallest on average.

    Parameters
    ----------
    table : dict of str to ndarray of shape (rows,)
        As from `read_table` or `select`.
    choose : str
        The column whose value is wanted, ``"lr"``.
    by : str
        The column that decides, ``"valid_err"``. It is averaged over all rows that share a value
        of `choose`: the seeds. A value with a run that diverged (nan) is not chosen.

    Returns
    -------
    value : numpy scalar
        The smallest such value if several are equally good.

    Raises
    ------
    ValueError
        If the table has no row, or if no value is free of nan.
    """
    candidates = np.unique(table[choose])
    means = np.array([table[by][table[choose] == value].mean() for value in candidates])
    if not np.isfinite(means).any():
        raise ValueError(
            f"{by} has no finite mean at any of {len(candidates)} values of {choose}; "
            "is the selection empty, or did all runs diverge?"
        )
    return candidates[np.nanargmin(means)]


def _read_rows(path, *, cut=False):
    """Return columns, rows and provenance of a table as text; `cut`: without an unfinished line."""
    path = Path(path)
    raw = path.read_bytes()
    if cut:
        raw = raw[: raw.rfind(b"\n") + 1]
    try:
        lines = raw.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path.name}: byte {error.start} is not text; is it a table?") from None
    start = next((i for i, line in enumerate(lines) if not line.startswith("# ")), len(lines))
    if start == len(lines):
        raise ValueError(f"{path.name}: no line of column names; was the file cut short?")
    entries = (line.removeprefix("# ").partition(": ") for line in lines[:start])
    try:
        columns, *rows = csv.reader(lines[start:], strict=True)
    except (csv.Error, ValueError) as error:
        raise ValueError(f"{path.name}: not a table of comma-separated values: {error}") from None
    if len(set(columns)) < len(columns):
        raise ValueError(f"{path.name}: columns {columns}, expected different names")
    for i, row in enumerate(rows):
        if len(row) != len(columns):
            raise ValueError(
                f"{path.name}: row {i} has {len(row)} values, expected {len(columns)}; "
                "was the file cut short or edited by hand?"
            )
    return columns, rows, {key: value for key, _, value in entries}


def _written(value):
    """Return a value as it stands in the file: floats rounded, everything else as it is."""
    if isinstance(value, (float, np.floating)):
        return repr(float(f"{value:.{DIGITS}g}"))
    return str(value)


def _one_line(text):
    """Return the text of a cell, or raise if it would not be read back unchanged."""
    if text.splitlines() not in ([], [text]) or "\0" in text:
        raise ValueError(f"a cell would hold {text!r}, expected one line")
    return text


def _comment(key, value):
    """Return one comment line, or raise if it could not be read back."""
    if ":" in key or (key + value).splitlines() != [key + value]:
        raise ValueError(
            f"provenance entry {key!r}: {value!r}, expected one line and no colon in the key"
        )
    return f"# {key}: {value}\n"


def _array(column):
    """Return a column of text as int64, float64 or text, the first that fits."""
    for dtype in (np.int64, np.float64):
        try:
            return np.array([dtype(text) for text in column], dtype=dtype)
        except (ValueError, OverflowError):  # not a number, or a whole one of twenty digits
            continue
    return np.array(column)
