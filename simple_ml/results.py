"""Recorded results: a table that says how it was made.

A figure that takes minutes to compute is recorded once, by a script in ``tools/``, as a CSV file
in ``notebooks/results/``. Above the table, lines ``# key: value`` name the command, the settings,
the versions and the digests of the data, so that anyone can make it again. No times and no machine
names: the same run writes the same file::

    # command: python tools/record_softmax.py
    # lr: 0.2
    # numpy: 2.4.6
    epoch,test_err
    1,0.0925
    2,0.0871
"""

import csv
import hashlib
import platform
from importlib import metadata
from pathlib import Path

import numpy as np

from simple_ml.datasets import MNIST

__all__ = ["DIGITS", "data_digests", "provenance", "read_table", "write_table"]

DIGITS = 6  # significant digits kept: more than any plot shows, fewer than BLAS kernels agree on


def write_table(path, columns, rows, provenance):
    """Write rows under named columns as CSV, with the provenance in comment lines above.

    Parameters
    ----------
    path : str or os.PathLike
        The file; replaced if it exists. Its folder is created.
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
        If a row does not have one value a column, or a provenance entry would not be read back: a
        line break in it, or a colon in a key. Nothing is written then.
    """
    columns = list(columns)
    table = [[_written(value) for value in row] for row in rows]
    for i, row in enumerate(table):
        if len(row) != len(columns):
            raise ValueError(
                f"row {i} has {len(row)} values, expected {len(columns)}, one for each of "
                f"{', '.join(columns)}; for arrays a column pass zip(*arrays)"
            )
    header = [_comment(str(key), str(value)) for key, value in provenance.items()]
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(header)
        csv.writer(file, lineterminator="\n").writerows([columns, *table])


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
        If the file has no line of column names, or a row of another length.
    """
    path = Path(path)
    with path.open(encoding="utf-8", newline="") as file:
        lines = file.read().splitlines()
    start = next((i for i, line in enumerate(lines) if not line.startswith("# ")), len(lines))
    if start == len(lines):
        raise ValueError(f"{path.name}: no line of column names; was the file cut short?")
    entries = (line.removeprefix("# ").partition(": ") for line in lines[:start])
    columns, *rows = csv.reader(lines[start:])
    for i, row in enumerate(rows):
        if len(row) != len(columns):
            raise ValueError(
                f"{path.name}: row {i} has {len(row)} values, expected {len(columns)}; "
                "was the file cut short or edited by hand?"
            )
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    table = {name: _array(column) for name, column in zip(columns, values, strict=True)}
    return table, {key: value for key, _, value in entries}


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
        "simple_ml": metadata.version("simple-ml"),
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


def _written(value):
    """Return a value as it stands in the file: floats rounded, everything else as it is."""
    if isinstance(value, (float, np.floating)):
        return repr(float(f"{value:.{DIGITS}g}"))
    return str(value)


def _comment(key, value):
    """Return one comment line, or raise if it could not be read back."""
    if ":" in key or len((key + value).splitlines()) != 1:
        raise ValueError(
            f"provenance entry {key!r}: {value!r}, expected one line and no colon in the key"
        )
    return f"# {key}: {value}\n"


def _array(column):
    """Return a column of text as int64, float64 or text, the first that fits."""
    for dtype in (np.int64, np.float64):
        try:
            return np.array([dtype(text) for text in column], dtype=dtype)
        except ValueError:
            continue
    return np.array(column)
