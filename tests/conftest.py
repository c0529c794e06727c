"""Fixtures that several test files use."""

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "mnist"  # beside the checkout


@pytest.fixture(scope="session")
def full_mnist():
    """Return the folder of the full MNIST, or skip the test where there is none."""
    if folder := os.environ.get("SIMPLE_ML_DATA"):
        return Path(folder)  # if it is wrong, the test fails and says so
    if SHARED.is_dir():
        return SHARED
    pytest.skip("full MNIST not found: set SIMPLE_ML_DATA to the folder of its four files")
