"""``python -m simple_ml check my_file.py``: every function in a file whose name is known.

The file is read without running it, to see what is there; it runs in the child process of each
check, where it can neither hang the terminal nor change anything.
"""

import ast
import runpy
import sys
from pathlib import Path

from simple_ml.check import LIMIT, check
from simple_ml.check.tasks import SCALES, TASKS


def main(path, names=(), limit=LIMIT):
    """Print the reports on a file's functions; return 0 if all are right, else 1.

    Parameters
    ----------
    path : str or os.PathLike
        A Python file.
    names : sequence of str
        Which functions; by default all whose names are known.
    limit : float
        Seconds for each function.

    Raises
    ------
    OSError, ValueError
        If the file cannot be read, is not Python, or holds nothing to check.
    """
    path = Path(path).resolve()
    present = functions_in(path)
    known = [name for name in (*TASKS, *SCALES) if name in present]
    for name in names:
        if name not in present:
            raise ValueError(f"{path.name} defines no function {name!r}")
        if name not in (*TASKS, *SCALES):
            raise ValueError(f"nothing is known of a function called {name!r}")
    if not known:
        raise ValueError(
            f"{path.name} defines none of {', '.join([*TASKS, *SCALES])}; is it the right file?"
        )
    wrong = 0
    for number, name in enumerate(names or known):
        report = check(FromFile(path, name, present[name]), name, limit=limit)
        print(("\n" + "─" * 72 + "\n\n" if number else "") + str(report))
        wrong += not report
    return int(wrong > 0)


def functions_in(path):
    """Return the functions that a file defines at its top level: name and number of arguments."""
    try:
        tree = ast.parse(path.read_bytes().decode("utf-8-sig"))  # Windows marks its files
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""  # a null byte has no line
        raise ValueError(f"{path.name}{where}: {error.msg}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path.name} is not a Python file: it is not UTF-8 text") from None
    except (ValueError, RecursionError, MemoryError) as error:  # zeros in it; nested too deeply
        raise ValueError(f"{path.name} is not a Python file: {error}") from None
    return {
        node.name: len(node.args.posonlyargs) + len(node.args.args)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }


class FromFile:
    """A function of a file that is run when the function is needed, which is in the child."""

    def __init__(self, path, name, parameters):
        self.path, self.name, self.parameters = path, name, parameters
        self.function = None

    def prepare(self):
        """Run the file."""
        sys.path.insert(0, str(self.path.parent))
        self.function = runpy.run_path(str(self.path), run_name="homework")[self.name]

    def __call__(self, *arguments):
        """Call the file's function."""
        if self.function is None:
            self.prepare()
        return self.function(*arguments)


__all__ = ["FromFile", "functions_in", "main"]
