"""Mutation testing: change one thing in the package and see whether a test notices.

    python tools/mutants.py                      all modules of TESTS (hours: `check` is large)
    python tools/mutants.py losses deep          these modules
    python tools/mutants.py --changed main       only lines that differ from a git revision
    python tools/mutants.py --minutes 10         stop then; what was not tried is counted
    python tools/mutants.py --sample 40          so many of each module, the same ones every time
    python tools/mutants.py --list losses        no test is run

A mutant is one small edit of one file: another operator, another number, a statement that is gone
(`edits` has them all). It runs in a copy of the tree against the tests of its module, and is
*killed* when one of them fails. A survivor is either a hole in the tests or changes nothing that a
caller could see; the second kind stands in `tests/book/equivalent_mutants.toml`, each with the
reason. The exit code is 1 if another survived.

Why not mutmut or cosmic-ray. Both were tried. mutmut 3 changes only what stands in functions, so
tables and lambdas (every activation of `deep`, all of `check.mistakes`) would go untested, and it
numbers its mutants, so that a list of survivors dies at the next edit; cosmic-ray edits the
checkout in place and starts an interpreter a mutant. This file needs nothing that the tests do not
need, forks from a process that has imported everything slow, and names a mutant by its line.

What is not mutated: prose (docstrings, and text that is no code), annotations, `__all__`, imports,
and f-strings, which are messages here.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "simple_ml"
EQUIVALENT = ROOT / "tests" / "book" / "equivalent_mutants.toml"
CHECK = [
    f"check/test_check{part}.py"
    for part in ("_tasks", "_sandbox", "_report", "", "_mistakes", "_held_out")  # quick ones first
]

TESTS = {
    "losses": ["package/test_losses.py"],
    "softmax_regression": ["package/test_softmax_regression.py"],
    "two_layer": ["package/test_two_layer.py"],
    "deep": ["package/test_deep.py"],
    "initialization": ["package/test_initialization.py", "package/test_sweep.py"],
    "gradcheck": ["package/test_gradcheck.py"],
    "datasets": ["package/test_datasets.py"],
    "check": CHECK,
}
"""The tests that must kill the mutants of a module (or of all modules of a folder)."""

GIGABYTES = 6  # address space of a run: a mutant may ask for anything


@dataclass(frozen=True)
class Mutant:
    """One edit: bytes `start` to `end` of a file become `new`."""

    module: str  # a key of TESTS
    file: str  # relative to the package
    scope: str  # the function it is in, or ""
    line: str  # the line as it stands, without what surrounds it
    number: int
    start: int
    end: int
    old: str
    new: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies it as long as its line is not edited."""
        return self.file, self.scope, self.line, f"{self.old} → {self.new}"

    def __str__(self) -> str:
        return f"{self.file}:{self.number} {self.scope}: {self.old} → {self.new}   in   {self.line}"


# ---------------------------------------------------------------- the edits

OPERATORS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "//"),
    ast.Pow: ("**", "*"),
    ast.MatMult: ("@", "*"),
    ast.LShift: ("<<", ">>"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}
ATTRIBUTES = {
    "maximum": "minimum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "zeros": "ones",
    "ones_like": "zeros_like",
    "sum": "mean",
    "mean": "sum",
    "all": "any",
    "any": "all",
    "exp": "expm1",
    "log": "log1p",
    "sqrt": "square",
    "standard_normal": "random",
}
NAMES = {"all": "any", "any": "all", "max": "min", "min": "max"}


def edits(source: str) -> Iterator[tuple[int, int, str, str]]:
    """Yield every edit of a source as (start, end, new text, scope); positions count bytes."""
    raw = source.encode()
    starts = [0]
    for line in raw.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def span(node):
        return (
            starts[node.lineno - 1] + node.col_offset,
            starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def between(left, right, operator, new):
        """Return the edit of an operator between two operands."""
        start, end = span(left)[1], span(right)[0]
        gap = re.sub(rb"#[^\n]*", lambda found: b" " * len(found[0]), raw[start:end])
        at = start + re.search(re.escape(operator).replace(r"\ ", r"\s+").encode(), gap).start()
        return at, at + len(operator), new

    def without(node, comma_before=True):
        """Return the edit that removes an argument together with a comma beside it."""
        start, end = span(node)
        before = re.search(rb",\s*$", raw[:start])
        after = re.match(rb"\s*,\s*", raw[end:])
        if comma_before and before:
            return before.start(), end, ""
        return start, end + (after.end() if after else 0), ""

    def visit(node, scope):
        if isinstance(node, (ast.JoinedStr, ast.Import, ast.ImportFrom)):
            return
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return
        for edit in of(node):
            yield *edit, scope
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            scope = f"{scope}.{node.name}" if scope else node.name
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not is_docstring(child):
                    yield from visit(child, scope)

    def of(node):
        match node:
            case ast.BinOp(left, operator, right):
                if type(operator) in OPERATORS:
                    yield between(left, right, *OPERATORS[type(operator)])
            case ast.BoolOp(operator, values):
                for left, right in pairwise(values):
                    yield between(left, right, *OPERATORS[type(operator)])
            case ast.Compare(left, operators, right):
                for a, operator, b in zip([left, *right], operators, right, strict=False):
                    yield between(a, b, *OPERATORS[type(operator)])
            case ast.UnaryOp(ast.USub()):
                yield span(node)[0], span(node)[0] + 1, ""
            case ast.UnaryOp(ast.Not()):
                yield span(node)[0], span(node)[0] + 4, ""
            case ast.AugAssign(target, operator, value) if type(operator) in OPERATORS:
                old, new = OPERATORS[type(operator)]
                yield between(target, value, old + "=", new + "=")
            case ast.Constant(value):
                yield from of_constant(node, value)
            case ast.Attribute(_, "T"):
                yield span(node)[1] - 2, span(node)[1], ""
            case ast.Attribute(_, name) if name in ATTRIBUTES:
                yield span(node)[1] - len(name), span(node)[1], ATTRIBUTES[name]
            case ast.Call(function, arguments, keywords):
                if isinstance(function, ast.Name) and function.id in NAMES:
                    yield *span(function), NAMES[function.id]
                for keyword in keywords:
                    if keyword.arg is not None:
                        yield without(keyword, comma_before=bool(arguments or keywords[1:]))
            case ast.Return(ast.AST() as value) if not (
                isinstance(value, ast.Constant) and value.value is None
            ):
                yield *span(value), "None"
            case ast.Raise() | ast.Expr(ast.Call()) | ast.Continue() | ast.Break():
                yield *span(node), "pass"
            case ast.If(test) | ast.IfExp(test) | ast.While(test):
                if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
                    start, end = span(test)
                    yield start, end, f"not ({raw[start:end].decode()})"

    def of_constant(node, value):
        start, end = span(node)
        if isinstance(value, bool):
            yield start, end, str(not value)
        elif isinstance(value, int):
            yield start, end, str(value + 1)
        elif isinstance(value, float):
            yield start, end, repr(value * 2 if value else 1.0)
        elif isinstance(value, str) and is_code(value) and raw[start:end].count(b"\n") == 0:
            quote = re.match(rb"\w*(\"\"\"|'''|\"|')", raw[start:end])
            text = raw[start:end].decode()
            yield start, end, text[: quote.end()] + "XX" + text[quote.end() :]

    yield from visit(ast.parse(source), "")


def is_docstring(node: ast.AST) -> bool:
    """Return whether a statement is text alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_code(text: str) -> bool:
    """Return whether text could be meant for a machine: a name, a key, a line of a program."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return bool(text.strip())


def mutants_of(module: str, root: Path = ROOT) -> list[Mutant]:
    """Return all mutants of a module, in the order of its files."""
    base = root / PACKAGE
    paths = sorted((base / module).rglob("*.py")) or [base / f"{module}.py"]
    found = []
    for path in paths:
        raw = path.read_bytes()
        for start, end, new, scope in edits(raw.decode()):
            number = raw[:start].count(b"\n") + 1
            found.append(
                Mutant(
                    module,
                    path.relative_to(base).as_posix(),
                    scope,
                    raw.splitlines()[number - 1].decode().strip(),
                    number,
                    start,
                    end,
                    " ".join(raw[start:end].decode().split()),
                    new,
                )
            )
    return found


# ---------------------------------------------------------------- one run


class Runner:
    """A copy of the tree in which one mutant at a time is tried."""

    def __init__(self, root: Path = ROOT):
        self.folder = tempfile.TemporaryDirectory(prefix="mutants-")
        self.tree = Path(self.folder.name, "tree")
        self.tree.mkdir()
        skip = shutil.ignore_patterns("__pycache__", "*.pyc", ".hypothesis")
        for entry in root.iterdir():
            if entry.name in (PACKAGE, "tests", "tools"):
                shutil.copytree(entry, self.tree / entry.name, ignore=skip)
            elif not entry.name.startswith(".") and entry.name not in ("build", "_build"):
                (self.tree / entry.name).symlink_to(entry)
        shared = root.parent / "shared" / "mnist"
        if shared.is_dir():
            os.environ.setdefault("SIMPLE_ML_DATA", str(shared))
        self.kills: dict[str, Counter] = {}  # of each file of the package, by test
        self.durations: dict[str, float] = {}  # of each test
        self.seconds: dict[str, float] = {}  # of all tests of a module

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def clean(self, module: str) -> None:
        """See that the tests pass as the code stands, and how long they take."""
        start = time.monotonic()
        verdict, durations = self.tests(module, "", None)
        if verdict is not None:
            raise SystemExit(f"{module}: its tests fail on the code as it stands: {verdict}")
        self.durations |= durations
        self.seconds[module] = time.monotonic() - start

    def killed_by(self, mutant: Mutant) -> str | None:
        """Return the test that fails (or "timeout"), None if all pass."""
        path = self.tree / PACKAGE / mutant.file
        raw = path.read_bytes()
        try:
            path.write_bytes(raw[: mutant.start] + mutant.new.encode() + raw[mutant.end :])
            limit = 10 + 4 * self.seconds[mutant.module]
            verdict, _ = self.tests(mutant.module, mutant.file, limit)
        finally:
            path.write_bytes(raw)
        if verdict:
            self.kills.setdefault(mutant.file, Counter())[verdict] += 1
        return verdict

    def tests(self, module: str, file: str, limit: float | None) -> tuple[str | None, dict]:
        """Run a module's tests in a fork; return the first that fails, and how long each took."""
        # A file, for tests that write into every pipe they find would write into ours.
        answer = Path(self.folder.name, "verdict.json")
        answer.unlink(missing_ok=True)
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            try:
                result = self._in_child(module, file)
            except BaseException as error:
                result = f"crash: {error!r}", {}
            answer.write_text(json.dumps(result), encoding="utf-8")
            os._exit(0)
        deadline = None if limit is None else time.monotonic() + limit
        try:
            while os.waitpid(child, os.WNOHANG) == (0, 0):
                if deadline is not None and time.monotonic() > deadline:
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, 0)
                    return "timeout", {}
                time.sleep(0.01)
        finally:
            with contextlib.suppress(OSError):
                os.killpg(child, signal.SIGKILL)  # its own children, too
        return json.loads(answer.read_text("utf-8")) if answer.exists() else ("crash", {})

    def _in_child(self, module: str, file: str) -> tuple[str | None, dict]:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
        os.chdir(self.tree)
        resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES << 30, GIGABYTES << 30))
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        # Python compares the dates of a source and its bytecode in whole seconds: write none.
        sys.dont_write_bytecode = True
        os.environ |= {
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.tree),
            "HYPOTHESIS_PROFILE": "mutants",
            "MPLBACKEND": "Agg",
        }
        sys.path.insert(0, str(self.tree))
        for name in list(sys.modules):  # what our parent has imported is not the mutant
            if name.split(".")[0] in (PACKAGE, "conftest", "held_out_check") or "test_" in name:
                del sys.modules[name]
        import pytest

        plugin = FirstFailure(self.kills.get(file, Counter()), self.durations)
        files = [str(self.tree / "tests" / name) for name in TESTS[module]]
        # Nobody reads what the assertions would say, and notebooks are not among the tests.
        options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:nbval"]
        status = pytest.main([*options, *filter(os.path.exists, files)], [plugin])
        loaded = Path(sys.modules[PACKAGE].__file__) if PACKAGE in sys.modules else self.tree
        if not loaded.is_relative_to(self.tree):
            return f"crash: {loaded} was tested", {}
        verdict = plugin.failed or (None if status == 0 else "it cannot be imported")
        return verdict, plugin.durations


class FirstFailure:
    """A pytest plugin that remembers the first failure.

    The tests that will probably fail soonest come first: those that have killed most mutants of
    the file in each second that they take.
    """

    def __init__(self, kills: Counter, durations: dict[str, float]):
        self.kills, self.failed = kills, None
        self.expected, self.durations = durations, {}

    def pytest_collection_modifyitems(self, items):
        def kills_per_second(item):
            return (self.kills[item.nodeid] + 0.1) / (self.expected.get(item.nodeid, 0.1) + 0.01)

        items.sort(key=kills_per_second, reverse=True)

    def pytest_runtest_logreport(self, report):
        self.durations[report.nodeid] = self.durations.get(report.nodeid, 0.0) + report.duration
        if report.failed and self.failed is None:
            self.failed = report.nodeid


# ---------------------------------------------------------------- which mutants


def equivalent(path: Path = EQUIVALENT) -> list[dict]:
    """Return the entries of the survivors' file: file, scope, line, edit, reason."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return entries.get("mutant", [])


def is_equivalent(mutant: Mutant, entries: list[dict]) -> bool:
    """Return whether the survivors' file has the mutant."""
    return any(
        entry["file"] == mutant.file
        and entry["line"] == mutant.line
        and entry.get("scope", mutant.scope) == mutant.scope
        and entry["edit"] == mutant.key[3]
        for entry in entries
    )


def changed_lines(revision: str) -> dict[str, set[int]]:
    """Return which lines of which files of the package differ from a git revision."""
    diff = subprocess.run(
        ["git", "diff", "--unified=0", "--no-color", revision, "--", PACKAGE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, set[int]] = {}
    file = ""
    for line in diff.splitlines():
        if line.startswith("+++ "):
            file = line[4:].removeprefix("b/").removeprefix(f"{PACKAGE}/")
        elif match := re.match(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@", line):
            start, count = int(match[1]), int(match[2] or 1)
            found.setdefault(file, set()).update(range(start, start + count))
    return found


def sample(mutants: list[Mutant], size: int, seed: int = 0) -> list[Mutant]:
    """Return `size` of the mutants, the same ones every time."""
    if size >= len(mutants):
        return mutants
    return random.Random(seed).sample(mutants, size)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--changed", metavar="REVISION", help="only lines that differ from it")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop then")
    parser.add_argument("--sample", type=int, default=10**9, help="so many of each module")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument("--file", help="only those of this file of the package")
    options = parser.parse_args()
    for name in options.modules:
        if name not in TESTS:
            parser.error(f"{name} is none of {', '.join(TESTS)}")
    deadline = time.monotonic() + 60 * options.minutes

    entries = equivalent()
    lines = changed_lines(options.changed) if options.changed else None
    todo: dict[str, list[Mutant]] = {}
    for module in options.modules or TESTS:
        found = [
            mutant
            for mutant in mutants_of(module)
            if (lines is None or mutant.number in lines.get(mutant.file, ()))
            and options.file in (None, mutant.file)
        ]
        todo[module] = sample(found, options.sample, options.seed)
    if options.list:
        for mutant in [mutant for found in todo.values() for mutant in found]:
            print(mutant)
        return 0

    import hypothesis.extra.numpy  # noqa: F401  what is slow to import is imported once
    import pytest  # noqa: F401

    holes = 0
    with Runner() as runner:
        for module, mutants in todo.items():
            if not mutants:
                continue
            runner.clean(module)
            counts: Counter = Counter()
            for mutant in mutants:
                if time.monotonic() > deadline:
                    counts["not tried"] += 1
                    continue
                if is_equivalent(mutant, entries):
                    counts["equivalent"] += 1
                    continue
                if runner.killed_by(mutant):
                    counts["killed"] += 1
                else:
                    counts["survived"] += 1
                    print(f"SURVIVED {mutant}", flush=True)
            holes += counts["survived"]
            tried = counts["killed"] + counts["survived"] + counts["equivalent"]
            share = f"{100 * counts['killed'] / tried:.1f} %" if tried else "none"
            print(
                f"{module}: {len(mutants)} mutants, {share} killed ("
                + ", ".join(f"{number} {name}" for name, number in counts.items())
                + ")",
                flush=True,
            )
    if holes:
        print(
            f"{holes} mutants survived. Write the test that would have noticed, or, if nobody "
            f"could notice, give the reason in {EQUIVALENT.relative_to(ROOT)}."
        )
    return int(holes > 0)


if __name__ == "__main__":
    sys.exit(main())
