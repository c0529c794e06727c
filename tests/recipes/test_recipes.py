"""The recipes of CONTRIBUTING work as written, each in a copy of the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tasks

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path):
    """Return a copy of all files that git knows, committed, with this environment."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folder = tmp_path / "copy"
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    me = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    for command in (["init", "-q"], ["add", "."], [*me, "commit", "-qm", "start"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def python(folder, *arguments):
    """Run Python in the copy, with the copy's package, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout


def renew(folder, *chapters, derived=tuple(tasks.RENEWERS)):
    """Do what `make renew` does after this change; ``derived`` names what hangs on it."""
    for name in chapters:
        doit = ["-m", "doit", "-f", "tools/tasks.py", "-d", ".", "run"]
        python(folder, *doit, f"execute:{name}")
    for name in derived:
        python(folder, tasks.RENEWERS[name])


def git(folder, *arguments):
    done = ["git", *arguments]
    return subprocess.run(done, cwd=folder, capture_output=True, text=True, check=True).stdout


def changed(folder):
    """Return which files differ from the commit."""
    lines = git(folder, "status", "--porcelain", "--untracked-files=all").splitlines()
    return {line[3:] for line in lines}


def test_it_is_short_enough_to_be_read():
    assert len(TEXT.split()) <= 700


MISTAKEN = """
from simple_ml import check, softmax_regression_epoch as right

def epoch(X, y, theta, lr=0.1, batch=100):
    right(X, y, theta, lr / len(X), batch)

print(check.softmax_regression_epoch(epoch).mistakes)
"""


def test_a_named_mistake_is_one_row(copy):
    """The row is the one that the page for teachers has for an example."""
    page, table = "notebooks/check_your_homework.ipynb", "simple_ml/check/mistakes.toml"
    cells = json.loads((copy / page).read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)
    row = re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1]
    with open(copy / table, "a", encoding="utf-8") as file:
        file.write("\n" + row)
    assert "rate_over_rows" in python(copy, "-c", MISTAKEN)
    renew(copy, "check_your_homework")
    assert changed(copy) == {page, table}
    tests = "no_other and regression or words or somewhere"
    python(copy, "-m", "pytest", "-q", "tests/check/test_check_mistakes.py", "-k", tests)


RECORDING = '''"""Record one small sweep: notebooks/results/small.csv.

A second::

    python experiments/record_small.py
"""

from recording import record

from simple_ml.study.sweep import grid

RUNS = grid(lr=[0.1], seed=range(2))
SETTINGS = {"hidden_dim": 4, "batch": 100, "epochs": (1,), "jobs": 1}


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, **SETTINGS)
'''


def test_a_result_is_one_script_and_one_command(copy):
    (copy / "experiments" / "record_small.py").write_text(RECORDING, encoding="utf-8")
    assert "The table is complete." in python(copy, "tools/results.py", "small")
    made = {"experiments/record_small.py", "notebooks/results/small.csv"}
    assert changed(copy) == made | {"tests/book/digests.txt"}


def markdown(text, **metadata):
    return {"cell_type": "markdown", "metadata": metadata, "source": text}


def code(text, **metadata):
    source = {"cell_type": "code", "metadata": metadata, "source": text}
    return source | {"execution_count": None, "outputs": []}


INDEX_ROW = "| 99 | [One more chapter](../notebooks/99_more.ipynb) | say what is left of one |"
CHECKS = {"eq-99-zero": {"kind": "numeric", "mutant": ["- 1", "- 2"], "catches": "a lost one"}}
CHAPTER = [
    markdown("# One more chapter\n\n## What is left of one?\n\n$$\n1 - 1 = 0\n$$ (eq-99-zero)"),
    code("assert 1 - 1 == 0", tags=["checks:eq-99-zero"], equation_checks=CHECKS),
    markdown("Half of three is <!--half--><!--/-->."),
    code(
        "from simple_ml.study.quoting import quote\n\nquote(half=f'{3 / 2:.1f}')",
        tags=["remove-cell"],
    ),
]


def test_a_chapter_is_its_notebook_and_two_lines_and_words_are_one_file(copy):
    first = copy / "notebooks" / "01_softmax_loss.ipynb"
    text = first.read_text(encoding="utf-8")
    for old, new in ("The ", "Indeed, the "), ("## ", "## Once more: "):
        assert f'    "{old}' in text
        text = text.replace(f'    "{old}', f'    "{new}', 1)
    first.write_text(text, encoding="utf-8")
    notebook = copy / "notebooks" / "99_more.ipynb"
    content = {"cells": CHAPTER, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    notebook.write_text(json.dumps(content), encoding="utf-8")
    for name, after, line in (
        ("_toc.yml", "- file: notebooks/07_speed", "      - file: notebooks/99_more"),
        ("book/index.md", "(../notebooks/07_speed.ipynb)", INDEX_ROW),
    ):
        path = copy / name
        lines = path.read_text(encoding="utf-8").splitlines()
        lines.insert(next(i for i, old in enumerate(lines) if after in old) + 1, line)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    renew(copy, "99_more", derived=["digests"])
    lock = "tests/book/equations.lock"
    touched = {"notebooks/99_more.ipynb", "_toc.yml", "book/index.md", lock}
    assert changed(copy) == touched | {"notebooks/01_softmax_loss.ipynb"}
    assert git(copy, "diff", "--numstat", lock).split() == ["1", "0", lock]  # a line for its check
    assert "three is <!--half-->1.5<!--/-->." in notebook.read_text(encoding="utf-8")
    names = "99_more or test_equations"
    python(copy, "-m", "pytest", "-q", "--nbval", str(notebook), "tests/book", "-k", names)
