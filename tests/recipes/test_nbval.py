"""`pytest --nbval`, as typed at the root, runs each cell of each chapter and no built copy."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def said(folder, *arguments):
    """Return what pytest prints in a folder, run from a shell that sets no number of threads."""
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in threads}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT / "tools")},
        capture_output=True,
        text=True,
    ).stdout


def cells(folder, *arguments):
    """Return how many cells of each notebook pytest collects in a folder."""
    lines = said(folder, "--collect-only", *arguments).splitlines()
    assert "error" not in lines[-1], "\n".join(lines)
    return Counter(line.split("::")[0] for line in lines if "::Cell " in line)


def test_at_the_root_each_code_cell_is_a_test():
    found = cells(ROOT, "--nbval", "--ignore=tests")  # whose import takes longer than all cells
    assert sum(found.values()) > 430  # fewer would mean that a chapter has lost some
    assert found == {
        f"notebooks/{path.name}": sum(
            cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells
        )
        for path in NOTEBOOKS
    }


@pytest.fixture
def book(tmp_path):
    """Return a folder with the root's configuration and a chapter with one right output of two."""
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, tmp_path)
    source = "import os\nprint(os.environ['OPENBLAS_NUM_THREADS'])"
    chapter = new_notebook(
        cells=[
            new_code_cell(source, execution_count=i, outputs=[new_output("stream", text=text)])
            for i, text in enumerate(("1\n", "2\n"), start=1)
        ]
    )
    (tmp_path / "tests").mkdir()
    for folder in ("notebooks", "_build/html/_sources/notebooks", "build/x", ".venv/lib"):
        (tmp_path / folder).mkdir(parents=True)
        nbformat.write(chapter, tmp_path / folder / "chapter.ipynb")
    return tmp_path


@pytest.mark.parametrize("arguments", [["--nbval"], ["--nbval", "."]])
def test_copies_in_built_folders_are_left_alone(book, arguments):
    assert cells(book, *arguments) == {"notebooks/chapter.ipynb": 2}


def test_outputs_are_compared_and_the_kernel_has_one_thread(book):
    assert "1 failed, 1 passed" in said(book, "--nbval")


def test_a_kernel_that_hangs_or_belongs_to_another_python_is_not_waited_for(request):
    option = request.config.option
    assert option.nbval_cell_timeout <= 300  # nbval's own is 2,000 s
    assert option.nbval_current_env or option.nbval_kernel_name
