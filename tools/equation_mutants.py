"""Run a chapter once and, before each cell that checks an equation, its mutants.

A check that has not been seen to fail is not a check. So the kernel that runs the chapter forks
before such a cell: the child runs the cell with one text replaced (``mutant`` in its metadata, see
tools/equations.py) and has to end in an ``AssertionError``; the chapter knows nothing of it.
tests/book/test_chapters.py does so for each chapter.
"""

import ast
import linecache
import os
import signal
import sys
from pathlib import Path

SECONDS = 300  # that a mutant may take
CAUGHT, SURVIVED = "caught", "survived"


def run(path: Path, **environment: str):
    """Return the executed notebook, and each mutant's label and verdict."""
    import execute_notebooks  # not above: the kernel imports this file, too

    verdicts = []

    async def before_cell(client, cell):
        entries = cell.metadata.get("equation_checks", {})
        wanted = {
            label: f"__import__('equation_mutants').verdict({mutated(cell, *entry['mutant'])!r})"
            for label, entry in entries.items()
        }
        if wanted:
            reply = await client.execute(
                "", silent=True, user_expressions=wanted, reply=True, timeout=2 * SECONDS
            )
            answers = reply["content"]["user_expressions"]
            verdicts.extend((label, said(answers[label])) for label in entries)

    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    notebook = execute_notebooks.execute(path, before_cell, **environment)
    return notebook, verdicts


def mutated(cell, old: str, new: str) -> str:
    """Return a cell's text with the first occurrence of ``old`` replaced."""
    return cell.source.replace(old, new, 1)


def said(answer: dict) -> str:
    """Return the value of an expression that the kernel has evaluated."""
    if answer["status"] != "ok":
        return f"the kernel cannot fork: {answer['ename']}: {answer['evalue']}"
    return ast.literal_eval(answer["data"]["text/plain"])


# ---------------------------------------------------------------- in the kernel


def verdict(text: str) -> str:
    """Run a mutated cell in a fork of this process; return what became of it."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reader)
        signal.alarm(SECONDS)
        os.write(writer, outcome(text).encode()[:4000])
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as pipe:
        found = pipe.read().decode(errors="replace")
    _, status = os.waitpid(child, 0)
    return found or f"wrong error: ended by signal {os.WTERMSIG(status)}"


def outcome(text: str) -> str:
    """Run a cell's text, unseen, in the namespace of the chapter."""
    from IPython import get_ipython

    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    sys.stdout = sys.stderr = open(os.devnull, "w")
    get_ipython().display_pub.publish = lambda *_, **__: None
    # So that tracebacks and `inspect.getsource` find the lines.
    linecache.cache["mutant"] = (len(text), None, text.splitlines(keepends=True), "mutant")
    try:
        exec(compile(text, "mutant", "exec"), sys.modules["__main__"].__dict__)
    except AssertionError:
        return CAUGHT
    except BaseException as error:
        return f"wrong error: {type(error).__name__}: {error}"
    return SURVIVED
