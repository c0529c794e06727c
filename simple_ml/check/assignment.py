"""What the homework asks of a function, and what lies beyond it: the table `assignment.toml`.

A probe that goes beyond the assignment carries the key of a row of `BEYOND`: a function that fails
only on such probes meets the assignment. The book asks for more, and says so with ``strict=True``.
"""

from typing import NamedTuple

from simple_ml.check.programs import tables


class Beyond(NamedTuple):
    """One kind of input that the assignment does not ask for."""

    name: str  # what failing there is called if no row of the table of mistakes explains it
    where: str
    asked: str
    see: str


_TABLES = tables("assignment.toml")
ASSIGNED, ALLOWED = _TABLES["assigned"], _TABLES["allowed"]
BEYOND = {kind: Beyond(f"fails_on_{kind}", **row) for kind, row in _TABLES["beyond"].items()}


def why_allowed(fact, task):
    """Return why the assignment allows a function to do what was seen; nothing if it does not."""
    row = ALLOWED.get(fact, {"to": ()})
    return row["why"] if task in row["to"] else ""
