"""The file of a sweep: finished runs in the table, new ones beside it until all are done."""

import csv
import io
from itertools import groupby
from pathlib import Path

from simple_ml.study.results import _one_line, _read_rows, _written, write_table

__all__ = ["SweepTable", "key", "named"]

ROWS = "rows a run"  # the provenance entry by which a run that was written in part is noticed


def key(run):
    """Return the settings of a run as they stand in the table."""
    return tuple(_one_line(_written(value)) for value in run.values())


def named(names, values):
    """Return ``init=hw0, lr=0.2``."""
    return ", ".join(f"{name}={value}" for name, value in zip(names, values, strict=True))


class SweepTable:
    """The rows of each run as text, in ``NAME.csv`` and in ``.NAME.csv.partial``.

    New rows are appended to the partial file, which a killed sweep leaves behind. `finish` puts all
    rows in order into the table, in one step, and removes the partial file. Until then the table
    stays as it was.

    Parameters
    ----------
    path : path
        The table.
    names : list of str
        Settings that vary between the runs: the first columns.
    how : dict of str to object
        The head that the table is to have.
    """

    def __init__(self, path, names, how):
        self.path = Path(path)
        self.partial = self.path.with_name(f".{self.path.name}.partial")
        self.names = names
        self.how = {name: str(value) for name, value in how.items()}
        self.columns = None
        self.runs = {}  # key of a run: its rows
        self.new = []  # keys of the runs that the partial file holds
        self._open = False

    def read(self, expected, again=False):
        """Take over the finished runs, those of an interrupted sweep included.

        `expected` holds the keys of all runs. With `again`, the table itself is passed over.
        """
        if not again:
            self._take(self.path, expected)
        self.new = self._take(self.partial, expected)

    def _take(self, path, expected):
        """Parse a file, check that it belongs to this sweep, and take its complete runs."""
        if not path.exists() or path.stat().st_size == 0:
            return []
        try:
            columns, rows, head = _read_rows(path, cut=True)
            if not head.get(ROWS, "").isdecimal():
                raise ValueError("it was not made by a sweep")
            self._check(columns, head)
            runs, size = {}, int(head[ROWS])
            for run, its_rows in groupby(rows, key=lambda row: tuple(row[: len(self.names)])):
                which, most = named(self.names, run), size if run in expected else 0
                if run in runs:
                    raise ValueError(f"the rows of the run {which} are not together")
                runs[run] = list(its_rows)
                if len(runs[run]) > most:
                    raise ValueError(f"it has {len(runs[run])} rows of the run {which}, not {most}")
        except ValueError as error:
            why = str(error).removeprefix(f"{path.name}: ")
            raise ValueError(
                f"{path.name} cannot be continued ({why}); write to another file, or delete it"
            ) from None
        complete = {run: its_rows for run, its_rows in runs.items() if len(its_rows) == size}
        self.how, self.columns = head, columns
        self.runs |= complete
        return list(complete)

    def _check(self, columns, head):
        """Raise unless a table's columns and head are those of this sweep."""
        first = self.columns or self.names
        if columns[: len(first)] != first:
            raise ValueError(f"it has the columns {', '.join(columns)}, not {', '.join(first)}")
        for entry in {**self.how, **head}:
            old, new = head.get(entry), self.how.get(entry)
            if entry not in ("command", ROWS) and old != new:
                raise ValueError(
                    f"it was made with {entry}: {old or 'nothing'}, and this sweep has "
                    f"{new or 'nothing'}"
                )

    def add(self, run, rows):
        """Append the rows of a run to the partial file, in one write."""
        which = named(run, run.values())
        if not isinstance(rows, list) or not rows or not all(isinstance(r, dict) for r in rows):
            raise TypeError(
                f"the task returned {rows!r} for the run {which}, expected its rows, a list of "
                "dicts"
            )
        if self.columns is None:
            self.columns, self.how[ROWS] = [*run, *rows[0]], str(len(rows))
        found, size = [[*run, *row] for row in rows], int(self.how[ROWS])
        if found != [self.columns] * size:
            measured = ", ".join(self.columns[len(run) :])
            raise ValueError(
                f"the task returned {len(rows)} rows of {', '.join(rows[-1])} for the run {which}, "
                f"expected {size} of {measured} as in the rest of {self.path.name}; "
                "was the task changed meanwhile?"
            )
        lines = [[*key(run), *key(row)] for row in rows]
        self.runs[key(run)] = lines
        self.new.append(key(run))
        if not self._open:  # the first run of this process: write the file anew, without half runs
            self._save(self.partial, self.new)
            self._open = True
            return
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        with self.partial.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())

    def finish(self, order):
        """Put all runs into the table in this order, and remove the partial file."""
        if self.new or list(self.runs) != order:
            self._save(self.path, order)
        self.partial.unlink(missing_ok=True)

    def _save(self, path, order):
        """Write a file anew, which is done in one step: there is always a whole one."""
        write_table(path, self.columns, (row for run in order for row in self.runs[run]), self.how)
