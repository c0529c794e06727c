"""`pytest --nbval`, as typed at the root, runs each cell of each chapter and no built copy."""

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(folder, *arguments):
    """Return how many cells of each notebook pytest collects in a folder."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--collect-only", "-q"]
    done = subprocess.run([*command, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    return Counter(line.split("::")[0] for line in done.stdout.splitlines() if "::Cell " in line)


def test_at_the_root_each_code_cell_is_a_test():
    assert cells(ROOT, "--nbval") == {
        f"notebooks/{path.name}": sum(
            cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells
        )
        for path in NOTEBOOKS
    }


@pytest.mark.parametrize("arguments", [["--nbval"], ["--nbval", "."]])
def test_copies_in_built_folders_are_left_alone(tmp_path, arguments):
    for name in ("pyproject.toml", "conftest.py"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    (tmp_path / "tests").mkdir()
    for folder in ("notebooks", "_build/html/_sources/notebooks", "build/x", ".venv/lib"):
        (tmp_path / folder).mkdir(parents=True)
        nbformat.write(notebook, tmp_path / folder / "chapter.ipynb")
    assert cells(tmp_path, *arguments) == {"notebooks/chapter.ipynb": 1}


def test_a_kernel_that_hangs_or_belongs_to_another_python_is_not_waited_for(request):
    option = request.config.option
    assert option.nbval_cell_timeout <= 300  # nbval's own is 2,000 s
    assert option.nbval_current_env or option.nbval_kernel_name
