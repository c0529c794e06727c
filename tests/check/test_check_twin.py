"""The book's package and a homework of the same name: a warning says which was imported."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import simple_ml

PACKAGE = Path(simple_ml.__file__).parent


def imported(code, folder, *, package):
    """Return what a fresh Python says that finds the package in `package`, as pip installs it."""
    env = {**os.environ, "PYTHONPATH": str(package)}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, env=env
    )
    return ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(PACKAGE, folder / "simple_ml", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def homework(tmp_path):
    path = tmp_path / "src" / "simple_ml.py"
    path.parent.mkdir()
    path.write_text("def softmax_loss(Z, y):\n    return 0.0\n", encoding="utf-8")
    return path


def test_who_tests_the_book_for_their_homework_is_warned(installed, homework, tmp_path):
    """The course's tests append `src` to the path: the installed package comes first."""
    course = "import sys; sys.path.append('./src')\nfrom simple_ml import *\n"
    said = imported(course, tmp_path, package=installed)
    assert f"in {installed / 'simple_ml'}, not your file {homework}" in said
    assert said.count("UserWarning") == 1
    assert "NameError" in imported(course + "add(1, 2)", tmp_path, package=installed)
    first = "import sys; sys.path.insert(0, './src')\nimport simple_ml\nprint(simple_ml.__file__)"
    assert imported(first, tmp_path, package=installed).endswith("src/simple_ml.py\n")


@pytest.mark.parametrize("place", ["simple_ml.py", "elsewhere/simple_ml.py"])
def test_a_homework_is_found_in_the_folder_and_on_the_path(installed, tmp_path, place):
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.write_text("", encoding="utf-8")
    code = "import sys; sys.path[:] = sys.path[1:] + ['elsewhere']; import simple_ml"
    assert f"not your file {path}" in imported(code, tmp_path, package=installed)


def test_nobody_else_is_warned(installed, homework, tmp_path):
    (tmp_path / "other").mkdir()
    assert imported("import simple_ml", tmp_path / "other", package=installed) == ""
    script = tmp_path / "two-layers"
    script.write_text("import simple_ml", encoding="utf-8")
    ran = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True)
    assert ran.stderr == ""  # the command is about the homework
