"""`make results` records the tables that a change concerns, and no other (tools/results.py)."""

import os
import subprocess
from pathlib import Path

import pytest
import results


@pytest.fixture
def repository(tmp_path):
    """Return a committed repository in which two scripts make two tables from two modules."""
    for name, text in {
        "package/__init__.py": "",
        "package/wide.py": "def f():\n    from package import deep",
        "package/deep.py": "",
        "package/other.py": "",
        "experiments/record_width.py": "import numpy\nimport package.wide",
        "experiments/record_other.py": "import package.other",
        "notebooks/results/width_full.csv": "# command: python experiments/record_width.py 1\n",
        "notebooks/results/other.csv": "# command: python experiments/record_other.py\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (1000, 1000))
    me = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    for command in (["init", "-q"], ["add", "."], [*me, "commit", "-qm", "start"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def concerned(root: Path) -> dict[str, str]:
    changed = results.uncommitted(root)
    found = {
        name: results.reason(path, changed, root) for name, path in results.scripts(root).items()
    }
    return {name: why for name, why in found.items() if why}


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("package/deep.py", {"width"}),  # imported by what the script imports, inside a function
        ("package/other.py", {"other"}),
        ("package/__init__.py", {"width", "other"}),
        ("experiments/record_width.py", {"width"}),
        ("package/new.py", set()),
    ],
)
def test_a_change_concerns_the_tables_that_are_made_with_it(repository, file, names):
    (repository / file).write_text("x = 1\n")
    assert concerned(repository).keys() == names
    for why in concerned(repository).values():
        assert why == f"{file} changed after it was recorded"


def test_a_table_that_is_newer_than_the_change_is_not_recorded_again(repository):
    (repository / "package" / "deep.py").write_text("x = 1\n")
    os.utime(repository / "notebooks" / "results" / "width_full.csv")
    assert concerned(repository) == {}


def test_a_script_without_a_table_has_to_record(repository):
    (repository / "notebooks" / "results" / "other.csv").unlink()
    assert concerned(repository) == {"other": "it has no table yet"}


def test_a_mistake_of_the_checker_concerns_no_table():
    mistakes = results.ROOT / "simple_ml" / "check" / "mistakes.py"
    for script in results.scripts().values():
        used = results.inputs(script)
        assert mistakes not in used
        assert results.ROOT / "simple_ml" / "losses.py" in used or "speed" in script.name


def test_measured_seconds_are_recorded_by_name_only():
    assert results.BY_NAME == {"speed"} & results.scripts().keys()
