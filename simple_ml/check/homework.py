"""Somebody's file: what it defines, found without running it; and running it, in a child only.

A homework is a Python file, a notebook, or a folder that holds one. It is read first: that shows
which functions are there, and where it is not Python. It runs in the child process of each check,
where it can neither hang the terminal nor change anything.
"""

import ast
import contextlib
import importlib.util
import inspect
import json
import linecache
import os
import sys
import tokenize
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from simple_ml.check import sandbox
from simple_ml.check.tasks import SCALES, TASKS

KNOWN = (*TASKS, *SCALES)
SOON = 2.0  # seconds after which a file that still runs is looked at
IMPORTS = 30.0  # seconds for a file whose imports take long


class Unusable(ValueError):
    """A file that cannot be checked, in one sentence."""


@dataclass(frozen=True)
class Homework:
    """A file that has been read."""

    path: Path
    parts: tuple  # name and text of what is run one after another: the file, or a notebook's cells

    def run(self):
        """Run it and return its names and values. Only in a child: it changes this process."""
        folder = self.path.parent
        sys.path.insert(0, str(folder))
        os.chdir(folder.parent if folder.name == "src" else folder)  # where the course's tests run
        values = {"__name__": "homework", "__file__": str(self.path)}
        book = sys.modules["simple_ml"]
        if (folder / "simple_ml.py").exists():
            del sys.modules["simple_ml"]  # `import simple_ml` means the file beside it
        try:
            for name, text in self.parts:
                linecache.cache[name] = len(text), None, text.splitlines(True), name
                exec(compile(text, name, "exec"), values)  # noqa: S102  in a child
        finally:
            sys.modules["simple_ml"] = book
        return values

    def survey(self):
        """Run it and return, for each name in `KNOWN`, how many parameters it has; −1 if none."""
        values = self.run()
        return tuple(map(_parameters, map(values.get, KNOWN)))


class FromFile:
    """A function of a homework, which is run when the function is needed: in the child."""

    def __init__(self, homework, name, parameters):
        self.homework, self.name, self.parameters = homework, name, parameters
        self.__code__ = _code_of(homework, name)  # so that an empty body shows without running it
        self.function = None

    def prepare(self):
        """Run the homework."""
        self.function = self.homework.run()[self.name]

    def __call__(self, *arguments):
        """Call the homework's function."""
        if self.function is None:
            self.prepare()
        return self.function(*arguments)


# ---------------------------------------------------------------- reading


def find(path):
    """Return the homework at a path: a Python file, a notebook, or a folder that holds one.

    An `Unusable` says why there is none: nothing to read, not Python, or nothing that is known.
    """
    path = Path(path).resolve()
    if path.is_dir():
        return _in_folder(path)
    homework = read(path)
    if not defined(homework):
        raise Unusable(_defines_nothing(path))
    return homework


def _defines_nothing(path):
    what = "a notebook, and its cells define" if path.suffix == ".ipynb" else "a file, and defines"
    return (
        f"{path.name} is {what} none of {', '.join(KNOWN)}; is it the right file? "
        "In a notebook, a function is checked in a cell: from simple_ml import check; "
        "check.softmax_loss(softmax_loss)"
    )


def read(path):
    """Return the homework of one file, which is Python; whether it runs is not known yet."""
    data = path.read_bytes()
    if path.suffix == ".ipynb":
        parts = _cells(path, data)
    else:
        parts = ((str(path), _decoded(path, data)),)
    for name, text in parts:
        try:
            ast.parse(text)
        except SyntaxError as error:
            where = f", line {error.lineno}" if error.lineno else ""  # a null byte has no line
            raise Unusable(f"{Path(name).name}{where}: {error.msg}") from None
        except (ValueError, RecursionError, MemoryError) as error:  # zeros; nested too deeply
            raise Unusable(f"{path.name} is not a Python file: {error}") from None
    return Homework(path, parts)


def _decoded(path, data):
    """Return the text of a Python file, whose first lines may name its encoding."""
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        raise Unusable(
            f"{path.name} is not a Python file: it is not UTF-8 text, and its first line does not "
            "name another encoding, as # -*- coding: gbk -*- does"
        ) from None


def _cells(path, data):
    """Return names and texts of a notebook's code cells, without what only IPython understands."""
    try:
        cells = json.loads(data)["cells"]
        codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError):
        raise Unusable(f"{path.name} is not a notebook that can be read") from None
    return tuple(
        (f"{path}, cell {number}", _without_magics(text)) for number, text in enumerate(codes, 1)
    )


def _without_magics(text):
    """Return a cell whose lines for IPython are comments, so that the others keep their numbers."""
    if text.lstrip().startswith("%%"):
        return ""
    lines = (
        "pass  # " + line if line.lstrip().startswith(("%", "!")) else line
        for line in text.split("\n")
    )
    return "\n".join(lines)


def _in_folder(folder):
    """Return the homework in a folder: the course's `src/simple_ml.py`, or the only one there."""
    for path in (folder / "src" / "simple_ml.py", folder / "simple_ml.py"):
        if path.exists():
            return find(path)
    found = []
    for path in sorted([*folder.glob("*.py"), *folder.glob("src/*.py"), *folder.glob("*.ipynb")]):
        try:
            homework = read(path)
        except (OSError, Unusable):
            continue
        if defined(homework):
            found.append(homework)
    if len(found) == 1:
        return found[0]
    names = ", ".join(str(each.path.relative_to(folder)) for each in found)
    raise Unusable(
        f"{folder.name} is a folder; name one file in it: {names}"
        if found
        else f"{folder.name} is a folder, and no file in it defines any of {', '.join(KNOWN)}"
    )


def defined(homework):
    """Return the known names that a homework binds, and around each the function or class, if any.

    What ``import *`` binds is not known before it is run: then ``"*"`` is among the names.
    """
    found = {}
    for _, text in homework.parts:
        for outer, name in _bindings(ast.parse(text)):
            if name in (*KNOWN, "*") and (name not in found or not outer):
                found[name] = outer
    return found


def _bindings(tree, outer=""):
    """Yield each name that is bound, behind the function or class around it."""
    for node in ast.iter_child_nodes(tree):
        inner = outer
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield outer, node.name
            inner = outer or f"{node.name}, line {node.lineno}"
        elif isinstance(node, ast.alias):
            yield outer, node.asname or node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield outer, node.id
        yield from _bindings(node, inner)


def _code_of(homework, name):
    """Return the code of a function that is defined at the top level; None if there is none."""
    for part, text in homework.parts:
        for code in reversed(compile(text, part, "exec").co_consts):
            if inspect.iscode(code) and code.co_name == name:
                return code
    return None


# ---------------------------------------------------------------- running


def _load_libraries(homework):
    """Import here what a homework imports of installed libraries: once, and not in every child."""
    for _, text in homework.parts:
        for node in ast.parse(text).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for name in names:
                first = name.partition(".")[0]
                found = importlib.util.find_spec(first)
                own = any(homework.path.parent.glob(f"{first}*"))  # a file beside it comes first
                if found and not own and str(found.origin).startswith(sandbox.INSTALLED):
                    with contextlib.suppress(Exception):  # it will be told where it is imported
                        importlib.import_module(name)


def functions_in(homework):
    """Return the known functions of a homework that has been run in a child: name and parameters.

    An `Unusable` says that it does not run to its end, or binds none of these functions.
    """
    _load_libraries(homework)
    event = _surveyed(homework, SOON)
    if isinstance(event, sandbox.Hung) and _imports(event.lines):
        event = _surveyed(homework, IMPORTS)
    if isinstance(event, sandbox.Ran):
        counts = dict(zip(KNOWN, event.returned, strict=True))
        if found := {name: count for name, count in counts.items() if count >= 0}:
            return found
        name, outer = next(iter(defined(homework).items()))
        if name == "*":
            raise Unusable(_defines_nothing(homework.path))
        where = outer or "a branch that is not run"
        raise Unusable(
            f"{homework.path.name}: {name} is defined inside {where}, where it cannot be called; "
            "move it to the top level of the file"
        )
    raise Unusable(_why(homework, event))


def _surveyed(homework, limit):
    events, _ = sandbox.run(homework.survey, [()], limit)
    return events[0]


def _imports(lines):
    """Return whether a file was importing when it was stopped."""
    return bool(lines) and lines[0].code.startswith(("import ", "from "))


def _parameters(value):
    """Return how many parameters a function of the student's has; −1 if it is none."""
    if not callable(value) or getattr(value, "__module__", "").startswith("simple_ml."):
        return -1
    try:
        return len(inspect.signature(value).parameters)
    except (TypeError, ValueError):
        return 0


HINTS = {
    "ModuleNotFoundError": "install it, or import it inside the function that needs it",
    "FileNotFoundError": 'read files below `if __name__ == "__main__":` only',
    "SystemExit": 'end a program below `if __name__ == "__main__":` only',
}


def _why(homework, event):
    """Return in one sentence why a homework did not run to its end."""
    lines = getattr(event, "lines", ())
    where = f"{lines[-1]}" if lines else homework.path.name
    if isinstance(event, sandbox.Hung):
        return (
            f"{homework.path.name} does not finish when it is imported ({where}); put what trains "
            'or waits below `if __name__ == "__main__":`'
        )
    if isinstance(event, sandbox.Died):
        return f"{homework.path.name} cannot be imported: the process {event.how}"
    what = f"{event.type}: {event.message}" if event.message else event.type
    hint = f"; {HINTS[event.type]}" if event.type in HINTS else ""
    return f"{homework.path.name} cannot be imported ({where}): {what}{hint}"
