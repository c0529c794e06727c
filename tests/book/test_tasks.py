"""`make test` runs every step, believes none that failed, and is what CI runs (tools/tasks.py)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import tasks
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

HEAD = """
import sys
from pathlib import Path

sys.path.insert(0, {tools!r})
import tasks
from tasks import DOIT_CONFIG, run_in_browser, step

tasks.ROOT = Path.cwd()
tasks.LOGS = Path.cwd() / "build" / "steps"
DOIT_CONFIG["dep_file"] = "steps.json"

def python(code):
    return [sys.executable, "-c", code]

"""


@pytest.fixture
def steps(tmp_path):
    """Return a function that runs steps, the bodies of functions, in a folder with one input."""
    (tmp_path / "input").write_text("one")

    def call(environment=None, **bodies):
        text = HEAD.format(tools=str(ROOT / "tools"))
        for name, body in bodies.items():
            text += f"def task_{name}():\n    return step({name!r}, {body}, reads=('input*',))\n\n"
        (tmp_path / "dodo.py").write_text(text)
        outside = {name: value for name, value in os.environ.items() if name != "CI"}
        return subprocess.run(
            [sys.executable, "-m", "doit", "run", *bodies],
            cwd=tmp_path,
            env=outside | (environment or {}),
            capture_output=True,
            text=True,
        )

    return call


def exits(code):
    return f"python('print(12345); raise SystemExit({code})')"


@pytest.mark.parametrize("codes", [(0, 1), (5, 0)])
def test_one_failed_step_fails_the_whole(steps, codes):
    done = steps(first=exits(codes[0]), second=exits(codes[1]))
    assert done.returncode == 1
    assert done.stdout.count("FAILED") == 3  # when it ends, its line in the summary, the last line
    assert "12345" in done.stdout  # what it printed
    assert "Every step passed" not in done.stdout


def test_every_command_of_a_step_has_to_pass(steps):
    done = steps(only=f"{exits(1)}, {exits(0)}")
    assert (done.returncode, done.stdout.count("12345")) == (1, 1)


def test_what_pytest_counts_stands_in_the_summary(steps):
    done = steps(only="python('print(\"=== 7 passed, 2 skipped in 0.53s ===\")')")
    assert done.returncode == 0
    assert re.search(r"^  only +passed +\d+\.\d s  7 passed, 2 skipped$", done.stdout, re.MULTILINE)
    assert "Every step passed" in done.stdout


def test_a_step_runs_again_if_it_failed_or_if_what_it_reads_has_changed(steps, tmp_path):
    def started(**more):
        return "one: started" in steps(one=exits(0), **more).stdout

    assert started(two=exits(3))
    os.utime(tmp_path / "input", (1, 1))  # a date is no change
    again = steps(one=exits(0), two=exits(3)).stdout
    assert ("one: started" in again, "two: started" in again) == (False, True)
    assert re.search(r"^  one +passed", again, re.MULTILINE)
    for change in (
        lambda: (tmp_path / "input").write_text("two"),
        lambda: (tmp_path / "input2").write_text("new"),
        lambda: (tmp_path / "input2").unlink(),
    ):
        change()
        assert started()
        assert not started()


def test_a_step_that_reads_the_code_of_a_chapter_runs_again_for_its_code_and_outputs(
    steps, tmp_path
):
    def started(text, *codes, outputs=None):
        cells = [new_code_cell(c, id=f"c{i}", outputs=outputs or []) for i, c in enumerate(codes)]
        notebook = new_notebook(cells=[new_markdown_cell(text, id="a"), *cells])
        nbformat.write(notebook, tmp_path / "one.ipynb")
        return "one: started" in steps(one=f"{exits(0)}, code_of=('*.ipynb',)").stdout

    assert started("A word", "1")
    assert not started("Another word", "1")
    assert started("Another word", "2")
    assert started("Another word", "2", "3")
    assert started("Another word", "2", "3", outputs=[new_output("stream", text="x")])
    (tmp_path / "two.ipynb").write_text((tmp_path / "one.ipynb").read_text())
    assert started("Another word", "2", "3")


NO_BROWSER = """
import sys
print("no browser; try: install chromium")
sys.exit(3)
"""


@pytest.mark.parametrize(("ci", "status"), [("false", 0), ("true", 1)])
def test_without_a_browser_the_rest_passes_and_only_ci_fails(steps, tmp_path, ci, status):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "browser.py").write_text(NO_BROWSER)
    for _ in range(2):  # the second time it looks again
        done = steps({"CI": ci}, one=exits(0), shown=f"{exits(0)}, runner=run_in_browser")
        assert done.returncode == status
        assert "shown: started" in done.stdout
        line = r"^  shown +NOT RUN: no browser; try: install chromium$"
        assert re.search(line, done.stdout, re.MULTILINE)
        assert re.search(r"^  one +passed", done.stdout, re.MULTILINE)


def test_a_browser_that_was_found_is_what_the_tests_use(steps, tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "browser.py").write_text("print('/where/it/is')")
    shown = "python('import os; print(os.environ[\"CHROMIUM\"])'), runner=run_in_browser"
    assert "/where/it/is\n" in steps(shown=shown).stdout


# ---------------------------------------------------------------- nothing is left out


def commands(name):
    """Return what the step of this name types, as one text."""
    found = getattr(tasks, f"task_{name}")()
    found = [found] if isinstance(found, dict) else list(found)
    actions = [action for one in found for action in one["actions"] if isinstance(action, tuple)]
    return "\n".join(" ".join(command) for _, (_, lines) in actions for command in lines)


@pytest.mark.parametrize("name", [*tasks.DOIT_CONFIG["default_tasks"], "book"])
def test_make_test_has_the_step_and_the_step_leaves_nothing_out(name):
    assert name != "book" or "book" in tasks.task_browser()["task_dep"]
    assert (" -k " in commands(name)) == (name == "chapters")
    assert not re.search(r"--ignore|--deselect|-lax|sanitize", commands(name))
    assert re.search(r"^test: .*\n\t@\$\(STEPS\)\n", MAKEFILE, re.MULTILINE)


def test_all_tests_that_need_jupyterlab_are_in_its_step():
    named = re.findall(r"tests/site/(\S+\.py)", commands("jupyterlab"))
    texts = {p.name: p.read_text("utf-8") for p in (ROOT / "tests" / "site").glob("*.py")}
    assert [name for name, text in texts.items() if "mark.jupyterlab" in text] == named


def test_every_chapter_and_every_folder_of_tests_is_in_a_step():
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{path.name}" in commands("chapters")
    typed = "\n".join(map(commands, tasks.DOIT_CONFIG["default_tasks"]))
    for folder in (path for path in (ROOT / "tests").iterdir() if list(path.glob("test_*.py"))):
        assert f"tests/{folder.name}" in typed


def test_a_step_reads_the_files_that_it_names():
    read = tasks.task_book()["file_dep"]
    for path in ("simple_ml/losses.py", "notebooks/01_softmax_loss.ipynb", "book/notation.md"):
        assert path in read
    assert [path for path in read if "__pycache__" in path] == []


@pytest.mark.parametrize("name", ["experiments", "package", "laboratory", "recipes", "chapters"])
def test_a_changed_sentence_does_not_run_these_tests_again(name):
    found = getattr(tasks, f"task_{name}")()
    read = (found if isinstance(found, dict) else next(found))["file_dep"]
    assert {"simple_ml/losses.py", "tests/conftest.py"} <= set(read)
    assert [path for path in read if path.endswith(".ipynb")] == []
