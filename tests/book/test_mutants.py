"""A few mutants on every run, and that the tool which makes them works (`make mutants`: all)."""

from __future__ import annotations

import ast

import mutants
import pytest

SOURCE = '''
"""A docstring."""
from x import y

LIMIT = 3
TABLE = {"relu": lambda A: A > 0}

def f(a, b=0.5, *, flag=True):
    """Return something."""
    if a < b and not flag:
        raise ValueError(f"{a + 1} is small")
    check(a)
    total = (a @ b.T).sum(axis=1)
    total -= 1
    return np.maximum(total, 0)
'''

WANTED = {
    ("3", "4"),
    ("A > 0", "A >= 0"),
    ('"relu"', '"XXrelu"'),
    ("b=0.5", "b=1.0"),
    ("flag=True", "flag=False"),
    ("a < b", "a <= b"),
    ("and not", "or not"),
    ("not flag", "flag"),
    ('raise ValueError(f"{a + 1} is small")', "pass"),
    ("check(a)", "pass"),
    ("a @ b", "a * b"),
    ("b.T", "b"),
    (".sum(", ".mean("),
    ("axis=1)", ")"),
    ("total -= 1", "total += 1"),
    ("return np.maximum(total, 0)", "return None"),
    ("maximum", "minimum"),
}


def mutated(source):
    raw = source.encode()
    return [
        (raw[:start] + new.encode() + raw[end:]).decode()
        for start, end, new, _ in mutants.edits(source)
    ]


@pytest.mark.parametrize(("old", "new"), WANTED)
def test_the_edit_is_made(old, new):
    assert SOURCE.replace(old, new, 1) in mutated(SOURCE)


def test_every_edit_changes_the_program_and_leaves_one():
    before = ast.dump(ast.parse(SOURCE))
    for text in mutated(SOURCE):
        assert ast.dump(ast.parse(text)) != before


def test_prose_messages_annotations_and_imports_are_left_alone():
    for text in mutated(SOURCE):
        for part in ("A docstring.", "Return something.", "from x import y"):
            assert part in text
        assert "{a + 1} is small" in text or "raise" not in text


@pytest.mark.parametrize("module", mutants.TESTS)
def test_every_mutant_of_a_module_is_a_program_and_has_its_own_key(module):
    found = mutants.mutants_of(module)
    assert len(found) > 10
    for mutant in mutants.sample(found, 30):
        raw = (mutants.ROOT / mutants.PACKAGE / mutant.file).read_bytes()
        ast.parse(raw[: mutant.start] + mutant.new.encode() + raw[mutant.end :])


def test_every_entry_of_the_list_of_survivors_is_a_mutant_of_today_with_a_reason():
    found = [m for module in mutants.TESTS for m in mutants.mutants_of(module)]
    for entry in mutants.equivalent():
        assert entry["reason"].strip()
        assert any(mutants.is_equivalent(mutant, [entry]) for mutant in found), entry


# One sample of each module whose tests take a second or two; the same every time.
FAST = {"losses": 3, "softmax_regression": 3, "two_layer": 3, "deep": 3, "gradcheck": 3}


@pytest.fixture(scope="module")
def runner():
    import hypothesis.extra.numpy  # noqa: F401  before the fork

    with mutants.Runner() as runner:
        yield runner


@pytest.mark.parametrize("module", FAST)
def test_mutants_of_a_sample_are_killed(module, runner):
    entries = mutants.equivalent()
    runner.seconds[module] = 10
    for mutant in mutants.sample(mutants.mutants_of(module), FAST[module], seed=1):
        assert mutants.is_equivalent(mutant, entries) or runner.killed_by(mutant), str(mutant)


def test_a_mutant_that_no_test_kills_is_noticed(runner, tmp_path):
    """An edit of a comment: nothing can notice it."""
    raw = (mutants.ROOT / mutants.PACKAGE / "losses.py").read_bytes()
    at = raw.index(b"#")
    runner.seconds["losses"] = 10
    harmless = mutants.Mutant("losses", "losses.py", "", "", 0, at, at + 1, "#", "##")
    assert runner.killed_by(harmless) is None


def test_the_changed_lines_are_read_from_git(monkeypatch):
    diff = """
+++ b/simple_ml/losses.py
@@ -10,0 +11,2 @@ def f():
@@ -30 +33 @@
+++ b/simple_ml/check/tasks.py
@@ -1,2 +1,0 @@
"""
    monkeypatch.setattr(
        mutants.subprocess, "run", lambda *_, **__: type("Done", (), {"stdout": diff})
    )
    assert mutants.changed_lines("HEAD") == {"losses.py": {11, 12, 33}, "check/tasks.py": set()}
