"""How pytest runs here: the tests and, with ``--nbval``, the chapters, alike on every machine."""

import os
from pathlib import Path

# First of all, for tests and for kernels: NumPy reads it when it is imported. Where other programs
# use the cores, too, products on two spinning threads take up to thirty times as long.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import hypothesis
import pytest

# Hypothesis tries new cases on every run; on CI the same ones, so that a red run can be repeated.
# No deadlines: a machine that is busy with something else is not a bug of ours.
for name, options in {
    "new": {},
    "ci": {"derandomize": True, "database": None},
    "mutants": {"derandomize": True, "database": None, "max_examples": 30},
}.items():
    hypothesis.settings.register_profile(name, deadline=None, **options)
PROFILE = "ci" if os.environ.get("CI") == "true" else "new"
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", PROFILE))

SHARED = Path(__file__).resolve().parents[1] / "shared"  # a folder beside the checkout
CELL_SECONDS = 300  # no cell takes 15 on a quiet machine; a kernel that died is noticed, too


def pytest_configure(config):
    """Set nbval up, so that nobody needs to type more than ``pytest --nbval``."""
    options = config.option
    if not hasattr(options, "nbval"):  # it is not installed where only the package is tested
        return
    if not options.nbval_kernel_name:
        options.nbval_current_env = True  # not another Python that the user has named "python3"
    if options.nbval:
        import matplotlib.font_manager  # noqa: F401  lists the fonts, or a first figure logs it
    if "--nbval-cell-timeout" not in " ".join(config.invocation_params.args):
        options.nbval_cell_timeout = CELL_SECONDS


def pytest_collection_modifyitems(items):
    """Let nbval compare no drawings: a kernel of its own makes none, and pixels it never compares.

    That there is a figure, it sees by the `text/plain`; test_chapters.py compares pictures.
    """
    for notebook in {item.parent for item in items if hasattr(item.parent, "skip_compare")}:
        notebook.skip_compare += ("image/svg+xml",)


@pytest.fixture(scope="session")
def full_mnist():
    """Return the folder of the full MNIST; skip the test if it is not here."""
    if folder := os.environ.get("SIMPLE_ML_DATA"):
        return Path(folder)  # if it is wrong, the test fails and says so
    folder = SHARED / "mnist"
    if folder.is_dir():
        return folder
    message = "full MNIST not found: set SIMPLE_ML_DATA to the folder of its four files"
    if os.environ.get("CI") == "true" and SHARED.is_dir():
        pytest.fail(message)  # there it is promised, and a skipped test would hide its loss
    pytest.skip(message)
