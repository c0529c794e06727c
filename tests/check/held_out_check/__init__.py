"""Homework that the table was not written for; each is checked once for all tests."""

from functools import cache

import pytest

from simple_ml import check
from simple_ml.check import explanation


@cache
def verdict(function, kind, strict=False):
    """Return the report on a homework; none depends on how busy the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explanation, "PATIENCE", 1000)
        limit = 2 if "hangs" in function.__name__ else 20
        return check.check(function, kind, limit=limit, strict=strict)
