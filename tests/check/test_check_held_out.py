"""Homework that the table was not written for: how often is the verdict right?"""

import pytest
from held_out_check import verdict
from held_out_check.right import RIGHT, SLOW
from held_out_check.wrong import DOUBLES, WRONG


def named(report):
    """Return the names of what is wrong; what lies beyond the assignment is another matter."""
    return [name for name in report.mistakes if name not in report.beyond]


def test_at_least_95_percent_of_single_mistakes_are_named(capsys):
    wrong = {}
    for function, (kind, name) in WRONG.items():
        report = verdict(function, kind)
        if (named(report) or report.mistakes) != name:
            wrong[function.__name__] = report.mistakes
    with capsys.disabled():
        print(f"\nsingle mistakes named: {len(WRONG) - len(wrong)} of {len(WRONG)}")
    assert len(WRONG) >= 30
    assert len(wrong) <= 0.05 * len(WRONG), wrong


def test_no_right_function_is_accused(capsys):
    accused = [str(r) for f, kind in RIGHT if not (r := verdict(f, kind, strict=True))]
    with capsys.disabled():
        print(f"\nright functions accused: {len(accused)} of {len(RIGHT)}")
    assert len(RIGHT) >= 20
    assert not accused


def test_two_mistakes_are_named_as_two_or_not_at_all(capsys):
    found = {f.__name__: (set(both), verdict(f, kind)) for f, (kind, both) in DOUBLES.items()}
    right = [name for name, (both, report) in found.items() if set(report.mistakes) == both]
    with capsys.disabled():
        print(f"\ndouble mistakes named as two: {len(right)} of {len(DOUBLES)}")
    for name, (both, report) in found.items():
        assert set(report.mistakes) == both or named(report) == ["unknown"], (name, report)
    assert len(right) >= 0.9 * len(DOUBLES)


@pytest.mark.parametrize(("function", "kind"), SLOW)
def test_a_needlessly_slow_function_is_right_and_told_so(function, kind):
    report = verdict(function, kind)
    assert report
    assert [name for name, _ in report.remarks] == ["slow"]
