"""Homework that the table was not written for; each is checked once for all tests."""

from functools import cache

import pytest

from simple_ml import check
from simple_ml.check import diagnosis


@cache
def verdict(function, kind):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(diagnosis, "PATIENCE", 1000)  # no verdict depends on how busy a machine is
        return check.check(function, kind, limit=2 if function.__name__ == "yves" else 20)


def homework():
    """Return title, function and kind of all homework."""
    from held_out_check.doubles import DOUBLES
    from held_out_check.right import RIGHT
    from held_out_check.wrong import WRONG

    groups = {
        "wrong": [(function, kind) for function, (kind, _) in WRONG.items()],
        "doubles": [(function, kind) for function, (kind, _) in DOUBLES.items()],
        "right": RIGHT,
    }
    return [
        (f"{group}: {function.__name__}", function, kind)
        for group, pairs in groups.items()
        for function, kind in pairs
    ]
