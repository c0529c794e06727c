"""The table of named mistakes, `mistakes.toml`: one table a mistake.

A row says when one makes the mistake, where the book explains it and, as text, the *lines* of the
right program (`simple_ml.check.programs`) that are wrong. A mistake that people write in several
ways has several sets of lines; a row applies to every function whose program has those lines. To
add a mistake, add a row:

    [ascent]                                                # its name in `report.mistakes`
    when = "the step goes uphill: the gradient is added"    # "... is what you get when ..."
    see = "update"                                          # what to read: a key of `READ`
    ways = [{rate = "-lr"}]                                 # the lines that are wrong

A row may have its own ``write``, the line as it should read, where that is not the one that stands
on the page. ``each`` holds what is put for ``$`` in its lines, one after another. In braces stands
a number that is measured in the function's results (`simple_ml.check.explanation.measured`).

The tests in ``tests/check`` then see that the row changes the results, that no other row gives the
same ones, and that it is found, alone and beside another.
"""

from typing import NamedTuple

from simple_ml.check.programs import fits, tables

ANY_ORDER = "'every order of the rows'"  # a value for the line "order": they are tried one by one


class Page(NamedTuple):
    """What a reader is sent to, and the line as it should read there: a table of `pages.toml`."""

    chapter: int
    write: str
    label: str = ""  # of an equation, if one is about it


READ = {name: Page(**row) for name, row in tables("pages.toml").items()}
"""Where a mistake sends its reader."""

GRADIENT_OF = {"W2": "dW2", "dW2": "dW2", "theta": "error"}
"""Where the gradient of an output is derived, for rows that say "dW1" and hold for others, too."""


class Mistake(NamedTuple):
    """One row of the table."""

    name: str  # as in `Report.mistakes`
    when: str  # completes "Your W1 is what you get when …"
    see: str  # a key of `READ`
    ways: tuple  # for each way of writing it the wrong lines: name and expression
    write: str  # how the line should read


def _ways(row):
    """Return the ways of a row, those with a ``$`` once for each of its values."""
    found = []
    for way in row["ways"]:
        for value in row["each"] if any("$" in line for line in way.values()) else [""]:
            found.append({name: line.replace("$", value) for name, line in way.items()})
    return tuple(found)


TABLE = [
    Mistake(name, row["when"], row["see"], _ways(row), row.get("write", READ[row["see"]].write))
    for name, row in tables("mistakes.toml").items()
]
"""Every named mistake. What a function *does* (prints, changes X, …) is in `FACTS`."""


class Fact(NamedTuple):
    """What can be seen of a function without a hypothesis: a table of `facts.toml`."""

    seen: str
    see: str = ""
    uncheckable: bool = False
    implied_by: tuple = ()


FACTS = {name: Fact(**row) for name, row in tables("facts.toml").items()}
"""The facts by name, in the order of a report."""


def rows(task):
    """Return the `(mistake, ways)` that apply to a function."""
    found = [(row, [way for way in row.ways if fits(task, way)]) for row in TABLE]
    return [(row, ways) for row, ways in found if ways]
