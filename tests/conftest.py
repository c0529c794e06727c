"""Fixtures that several test files use."""

import os
from pathlib import Path

import pytest

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
