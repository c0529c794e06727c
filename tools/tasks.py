"""The steps of `make test`, `make notebooks` and `make renew`, for doit (https://pydoit.org).

A step runs again when a file that it reads has another content, is new or is gone; dates do not
count, for a checkout gives every file a new one. Three steps run at a time, since one of them often
waits for a browser; each writes what it prints to `build/steps/NAME.log`. A summary closes the run.

    doit list --all      every step
    doit run site        one of them
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from doit.exceptions import TaskFailed
from doit.reporter import ConsoleReporter
from doit.tools import config_changed

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "build" / "steps"
ON_CI = os.environ.get("CI") == "true"
PYTHON = sys.executable
PYTEST = [PYTHON, "-m", "pytest", "--durations=8"]
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))

# On shared cores two spinning BLAS threads make small products many times slower. And where the
# site has been built, a test of the site that does not find it fails.
ENVIRONMENT = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "REQUIRE_SITE"), "1"
)
ENVIRONMENT["PYTHONDONTWRITEBYTECODE"] = ""  # Python starts some hundred times: compile once

# What the steps read: folders (everything in them), files, and patterns.
PACKAGE = ("simple_ml", "pyproject.toml", "requirements.lock")
SOURCES = ("notebooks/*.ipynb", "notebooks/results")
SITE = (*PACKAGE, *SOURCES, "book", "_config.yml", "_toc.yml", "tools/equations.py")
LABORATORY = ("book/lab", "book/lab.md", "book/_ext/laboratory.py", "book/_static/try-*.svg")
TESTS = ("conftest.py", "tests/conftest.py")
TOP = ("*.md", "*.cff", "*.txt", "LICENSE", "Makefile", ".ci", ".github")
NOT_READ = ("__pycache__", ".ipynb_checkpoints", ".hypothesis")


def files(*reads: str) -> list[str]:
    """Return all files that the patterns name, those in folders included."""
    found: set[Path] = set()
    for pattern in reads:
        for path in ROOT.glob(pattern):
            found |= {path} if path.is_file() else {f for f in path.rglob("*") if f.is_file()}
    return sorted(
        path.relative_to(ROOT).as_posix() for path in found if not set(path.parts) & set(NOT_READ)
    )


def without_words(chapters: tuple[str, ...]) -> str:
    """Return a digest of chapters without the text of their Markdown cells."""
    found = {name: json.loads((ROOT / name).read_text("utf-8")) for name in files(*chapters)}
    for cell in (cell for notebook in found.values() for cell in notebook["cells"]):
        if cell["cell_type"] == "markdown":
            cell["source"] = ""
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


# ---------------------------------------------------------------- running a step

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COUNTS = re.compile(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s(?: \([\d:]+\))? ?=*$", re.MULTILINE)
CLOSING = re.compile(
    r"build (?:succeeded|finished with problems).*|All checks passed!|Found \d+ .*|Would reformat.*"
)

outcomes: dict[str, dict] = {}  # of the steps of this run: seconds, what they found, or not_run


def added(counts: list[str]) -> str:
    """Return counts of tests, such as `12 passed, 1 skipped`, added up."""
    total = Counter()
    for number, word in re.findall(r"(\d+) ([a-z]+)", ", ".join(counts)):
        total[word] += int(number)
    return ", ".join(f"{number} {word}" for word, number in total.items())


def found(log: str) -> str:
    """Return what the tools of a step say at their end: `12 passed`, `build succeeded`."""
    return added(COUNTS.findall(log)) or "".join(CLOSING.findall(log)[-1:]).rstrip(".")


def log_of(name: str) -> Path:
    return LOGS / f"{name.replace(':', '-')}.log"


def run(name: str, commands: list[list[str]], environment: dict[str, str] | None = None):
    """Run the commands of a step until one fails; return its outcome, as doit wants it."""
    LOGS.mkdir(parents=True, exist_ok=True)
    start, status = time.monotonic(), 0
    with log_of(name).open("w", encoding="utf-8") as log:
        for command in commands:
            status = subprocess.call(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=os.environ | ENVIRONMENT | (environment or {}),
            )
            if status:
                break
    log = COLOUR.sub("", log_of(name).read_text(encoding="utf-8", errors="replace"))
    outcomes[name] = {"seconds": time.monotonic() - start, "found": found(log)}
    return TaskFailed(f"{name}: exit status {status}") if status else outcomes[name]


def run_in_browser(name: str, commands: list[list[str]]):
    """Run a step that needs a browser; where none can be had, say so, and fail on CI only."""
    start = time.monotonic()
    looked = subprocess.run(
        [PYTHON, "tools/browser.py"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    if looked.returncode:
        reason = looked.stdout.strip()
        outcomes[name] = {"seconds": time.monotonic() - start, "not_run": reason}
        return TaskFailed(reason) if ON_CI else outcomes[name]
    return run(name, commands, {"CHROMIUM": looked.stdout.strip()})


def was_run(task, values) -> bool:
    """Return False after a step that could not run, so that the next time tries again."""
    return "not_run" not in values


def step(name, *commands: list[str], reads, code_of=(), after=(), runner=run, **others) -> dict:
    """Return a step as doit wants it; of chapters in ``code_of`` it does not read the sentences."""
    return {
        "name" if ":" in name else "basename": name.partition(":")[2] or name,
        "actions": [(runner, [name, list(commands)])],
        "file_dep": files(*reads),
        "task_dep": list(after),
        "uptodate": [was_run, config_changed(without_words(code_of))],
        **others,
    }


class Summary(ConsoleReporter):
    """Says when a step starts and how it ended, and closes with a line for each."""

    desc = "a line a step"

    def __init__(self, outstream, options):
        super().__init__(outstream, options)
        self.done: dict[str, tuple[str, dict]] = {}
        self.old: dict[str, object] = {}

    def execute_task(self, task):
        if task.actions:
            self.say(f"--- {task.name}: started")

    def skip_uptodate(self, task):
        if task.actions:
            self.old[task.name] = task  # doit reads its values a moment later
            self.done[task.name] = ("passed", {})

    def add_success(self, task):
        if task.actions:
            word = "NOT RUN:" if "not_run" in task.values else "passed"
            self.finish(task, word, task.values)

    def add_failure(self, task, fail):
        if not task.actions:  # a group: its steps have said it already
            return
        outcome = outcomes.get(task.name)
        if outcome is None:
            outcome = {"not_run": " ".join(fail.get_msg().split())}
        self.finish(task, "NOT RUN:" if "not_run" in outcome else "FAILED", outcome)
        self.failures.append(task.name)

    def finish(self, task, word, outcome):
        """Show the end of a step's log; all of it where somebody has to look for the cause."""
        self.done[task.name] = (word, outcome)
        if "seconds" in outcome and "not_run" not in outcome:
            lines = log_of(task.name).read_text(encoding="utf-8", errors="replace").splitlines()
            self.say(*(lines if word == "FAILED" else lines[-12:]))
        self.say(f"--- {task.name}: {word} {outcome.get('not_run', '')}".rstrip())

    def say(self, *lines):
        self.write("".join(f"{line}\n" for line in lines))
        self.outstream.flush()

    def complete_run(self):
        """Print the summary: a line a step, the chapters' steps as one."""
        groups: dict[str, list] = {}
        for name, (word, outcome) in self.done.items():
            outcome = self.old[name].values if name in self.old else outcome
            groups.setdefault(name.partition(":")[0], []).append((name, word, outcome))
        self.say("", "summary")
        for name, steps in groups.items():
            self.say(f"  {name:10} {self.line(steps)}")
        if self.runtime_errors:
            self.say(*self.runtime_errors)
        if self.failures:
            logs = ", ".join(log_of(name).relative_to(ROOT).as_posix() for name in self.failures)
            self.say(f"FAILED: {', '.join(self.failures)}. Look into {logs}.")
        elif not self.runtime_errors:
            self.say(f"Every step passed. Their logs are in {LOGS.relative_to(ROOT).as_posix()}/.")

    @staticmethod
    def line(steps) -> str:
        """Return what there is to say of a step, or of the steps of all chapters together."""
        for name, word, outcome in steps:
            if word != "passed":
                return f"{word} {outcome.get('not_run') or name + ' ' + outcome['found']}"
        seconds = sum(outcome.get("seconds", 0) for _, _, outcome in steps)
        said = [outcome.get("found", "") for _, _, outcome in steps]
        return f"passed {seconds:6.1f} s  {added(said) if len(said) > 1 else said[0]}".rstrip()


DOIT_CONFIG = {
    "backend": "json",
    "dep_file": str(ROOT / "build" / "steps.json"),
    "par_type": "thread",
    "num_process": 3,
    "continue": True,
    "verbosity": 0,
    "reporter": Summary,
    # What `make test` runs, the longest first; `book` runs because `browser` waits for it.
    "default_tasks": [
        *("browser", "chapters", "laboratory", "package", "jupyterlab"),
        *("experiments", "recipes", "site", "records", "lint"),
    ],
}


# ---------------------------------------------------------------- the steps of `make test`


def task_lint():
    """The code's form."""
    return step(
        "lint",
        [PYTHON, "-m", "ruff", "check", "."],
        [PYTHON, "-m", "ruff", "format", "--check", "."],
        reads=(*PACKAGE, "notebooks/*.ipynb", "tools", "tests", "experiments", "book/_ext"),
    )


def clean_site():
    """Remove the old site: Sphinx does not build a page again that warned the last time."""
    shutil.rmtree(ROOT / "_build", ignore_errors=True)


def task_book():
    """The site, without a warning."""
    build = ["jupyter-book", "build", ".", "-W", "-n", "--keep-going"]
    command = [str(Path(PYTHON).with_name(build[0])), *build[1:]]
    one = step("book", command, reads=SITE, targets=["_build/html/index.html"])
    return one | {"actions": [clean_site, *one["actions"]]}


def pytest_step(name, *arguments, reads, **others) -> dict:
    """Return a step that runs tests; it reads the package, too."""
    return step(name, [*PYTEST, *arguments], reads=(*PACKAGE, *TESTS, *reads), **others)


def site_step(name, *arguments, runner=run_in_browser) -> dict:
    """Return a step that runs tests of the built site."""
    reads = (*SITE, "tests/site", "tools")
    return pytest_step(name, *arguments, reads=reads, after=["book"], runner=runner)


def task_package():
    """The tests of the package and of the checker."""
    folders = ("tests/package", "tests/check")
    return pytest_step("package", *folders, reads=(*folders, "experiments", "book/*.md"))


def task_chapters():
    """Each chapter: nbval, and once more with other sums, its pictures and its mutants.

    That its sentences and its numbers agree is tested in `records`.
    """
    again = "tests/book/test_chapters.py"
    tools = ("tools/equation*.py", "tools/execute_notebooks.py", "tools/quotes.py")
    for name in CHAPTERS:
        chapter = f"notebooks/{name}.ipynb"
        arguments = ("--nbval", chapter, again, "-k", name)
        reads = (*tools, again, "notebooks/results")
        yield pytest_step(f"chapters:{name}", *arguments, reads=reads, code_of=(chapter,))


def task_experiments():
    """The recorded tables, some runs of each made again, and what records them."""
    reads = ("tests/experiments", "experiments", "notebooks/results")
    return pytest_step("experiments", "tests/experiments", reads=reads)


def task_records():
    """The tests of all else that is committed: pages, numbers, tools."""
    reads = (*SITE, *TOP, "tests/book", "tools", "experiments")
    return pytest_step("records", "tests/book", "-m", "not chapter", reads=reads)


def task_recipes():
    """What CONTRIBUTING and README tell one to type, typed."""
    reads = (
        *("tests/recipes", "tests/book", "tools", "experiments", "Makefile", "notebooks/results"),
        *("book", "_config.yml", "_toc.yml", "CONTRIBUTING.md"),
    )
    return pytest_step("recipes", "tests/recipes", reads=reads, code_of=("notebooks/*.ipynb",))


def task_site():
    """The built pages, as files."""
    return site_step("site", "tests/site", "-m", "not browser and not jupyterlab", runner=run)


def task_browser():
    """The built pages, in a browser."""
    return site_step("browser", "tests/site", "-m", "browser and not jupyterlab")


def task_jupyterlab():
    """The readers' notebooks, in JupyterLab."""
    return site_step("jupyterlab", "tests/site/test_reader_jupyterlab.py")


def task_laboratory():
    """The laboratory, in a browser; the pages around it do not concern it."""
    looking = ("tests/site/checks.py", "tests/site/looking.js", "tests/site/axe")
    tools = ("tools/browser.py", "tools/browsing.py", "tools/draw_*.py")
    reads = (*LABORATORY, *looking, *tools, "tests/laboratory")
    return pytest_step(
        "laboratory", "tests/laboratory", reads=reads, after=["book"], runner=run_in_browser
    )


# ---------------------------------------------------------------- the steps of `make renew`


def task_execute():
    """Each chapter: run in a fresh kernel, its outputs stored."""
    for name in CHAPTERS:
        chapter = f"notebooks/{name}.ipynb"
        yield step(
            f"execute:{name}",
            [PYTHON, "tools/execute_notebooks.py", chapter],
            reads=(*PACKAGE, chapter, "notebooks/results"),
        )


RENEWERS = {  # what is derived from the chapters and the package, and who writes it
    "digests": "tools/digests.py",
    "reports": "tools/check_reports.py",
}


def task_write():
    """The records that take a moment."""
    for name, script in RENEWERS.items():
        yield step(f"write:{name}", [PYTHON, script], reads=(), after=["execute"], uptodate=[False])
