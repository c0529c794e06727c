"""`make test` runs every step, believes none that failed, and is what CI runs (tools/steps.py)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture
def tool(tmp_path):
    """Return the function that calls the tool in an empty folder."""

    def call(*arguments):
        command = [sys.executable, ROOT / "tools" / "steps.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    return call


def run(tool, *codes):
    """Run steps that exit with these codes; return their names."""
    names = [f"step{number}" for number in range(len(codes))]
    for name, code in zip(names, codes, strict=True):
        tool("run", name, "--", sys.executable, "-c", f"raise SystemExit({code})")
    return names


@pytest.mark.parametrize("codes", [(0, 1), (5, 0), (-9, 0)])
def test_one_failed_step_fails_the_whole(tool, codes):
    done = tool("summary", *run(tool, *codes))
    assert done.returncode == 1
    assert done.stdout.count("FAILED") == 2  # the step's line, and the last
    assert "All" not in done.stdout


def test_all_steps_have_to_pass_and_to_run(tool):
    names = run(tool, 0, 0)
    done = tool("summary", *names)
    assert (done.returncode, done.stdout.count("passed")) == (0, 3)
    done = tool("summary", *names, "another")
    assert done.returncode == 1
    assert "another    NOT RUN" in done.stdout


def test_a_failed_step_runs_again_and_one_that_passed_does_not(tool, tmp_path):
    run(tool, 0, 1)
    tool("forget-failures")
    assert [path.stem for path in tmp_path.glob("build/test/*.done")] == ["step0"]


def test_a_step_has_new_inputs_when_content_changes_and_not_when_a_date_does(tool, tmp_path):
    mark = tmp_path / "build" / "test" / "s.inputs"
    seen = []
    for text in ("one", "one", "two"):
        (tmp_path / "a").write_text(text)
        tool("inputs", "s", "a", "gone")
        seen.append((mark.read_text(), mark.stat().st_mtime_ns))
    assert seen[0] == seen[1]
    assert seen[1][0] != seen[2][0]


# ---------------------------------------------------------------- nothing is left out


def recipe(step):
    return re.search(rf"^build/test/{step}\.done:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)[1]


@pytest.mark.parametrize(
    ("step", "does"),
    [
        ("lint", ["ruff check .", "ruff format --check ."]),
        ("unit", ["REQUIRE_SITE=1", "-m pytest", " tests\n"]),
        ("notebooks", ["-m pytest $(NBVAL) notebooks\n"]),
        ("book", ["rm -rf _build", "jupyter-book build . -W -n --keep-going\n"]),
    ],
)
def test_make_test_has_the_step_and_the_step_leaves_nothing_out(step, does):
    asked = ["make", "--dry-run", "--always-make", "test"]
    outside = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    done = subprocess.run(asked, cwd=ROOT, env=outside, capture_output=True, text=True).stdout
    assert step in re.search(r"steps\.py summary (.*)", done)[1].split()
    assert f"build/test/{step}.done" in done
    assert [words for words in does if words not in recipe(step)] == []
    assert " -k " not in recipe(step)
    assert "--ignore" not in recipe(step)


def test_nbval_compares_outputs():
    options = re.search(r"^NBVAL := (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    assert options[0] == "--nbval"  # --nbval-lax would compare marked cells only
    assert [option for option in options if "sanitize" in option or "lax" in option] == []


def test_warnings_are_errors():
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '\nfilterwarnings = ["error"]\n' in pyproject


def test_ci_runs_make_test_on_every_change():
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").endswith("\nexec make test\n")
    workflow = (ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8")
    assert workflow.count("- run: .ci/run\n") == 2
    assert "\n  pull_request:\n" in workflow
    assert "continue-on-error" not in workflow
