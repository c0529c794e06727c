"""Fixtures that several test files use."""

import os
from pathlib import Path

import hypothesis
import pytest
from drift import pytest_terminal_summary  # noqa: F401  a hook: see tools/drift.py

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

SHARED = Path(__file__).resolve().parents[2] / "shared"  # a folder beside the checkout


@pytest.fixture(scope="session")
def full_mnist():
    """Return the folder of the full MNIST, or skip the test where there is none."""
    if folder := os.environ.get("SIMPLE_ML_DATA"):
        return Path(folder)  # if it is wrong, the test fails and says so
    folder = SHARED / "mnist"
    if folder.is_dir():
        return folder
    message = "full MNIST not found: set SIMPLE_ML_DATA to the folder of its four files"
    if os.environ.get("CI") == "true" and SHARED.is_dir():
        pytest.fail(message)  # there it is promised, and a skipped test would hide its loss
    pytest.skip(message)
