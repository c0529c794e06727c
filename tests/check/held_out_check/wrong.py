"""Wrong homework: right homework of many styles in which one thing is changed, or two.

`WRONG` and `DOUBLES` map a function to (what it should be, the names of its mistakes).
"""

import inspect
import linecache
import tomllib
from pathlib import Path

from held_out_check import right

KINDS = {function.__name__: kind for function, kind in right.RIGHT}


def edited(name, title, edits):
    """Return the homework of this name with other words in its text."""
    text = inspect.getsource(getattr(right, name))
    text = text[text.index("def ") :]
    for old, new in edits.items():
        text, before = text.replace(old, new), text
        assert text != before, (title, old)
    values, file = dict(vars(right)), f"{title.replace(':', '')}.py"
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    exec(compile(text, file, "exec"), values)
    values[name].__name__ = title
    return values[name]


ALL = {}
for title, edits in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items():
    name, mistakes = title.split(": ")
    ALL[edited(name, title, edits)] = KINDS[name], mistakes.split()
WRONG = {function: row for function, row in ALL.items() if len(row[1]) == 1}
DOUBLES = {function: row for function, row in ALL.items() if len(row[1]) == 2}
