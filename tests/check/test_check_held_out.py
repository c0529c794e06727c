"""Homework that the table was not written for: how often is the verdict right?"""

import check_records
import pytest
from held_out_check import homework, verdict
from held_out_check.doubles import DOUBLES
from held_out_check.right import RIGHT, SLOW
from held_out_check.wrong import WRONG


@pytest.mark.parametrize(
    ("title", "function", "kind"), [pytest.param(*each, id=each[0]) for each in homework()]
)
def test_what_is_said_of_a_homework_is_what_was_recorded(title, function, kind):
    found = check_records.held_out_record(function.__name__, verdict(function, kind))
    problem = check_records.difference(check_records.REPORTS, title, found)
    assert not problem, problem


def test_every_recorded_report_is_made():
    groups = ("wrong: ", "doubles: ", "right: ")
    recorded = check_records.recorded(check_records.REPORTS)
    made = [title for title in recorded if title.startswith(groups)]
    assert made == [title for title, *_ in homework()]


def test_at_least_95_percent_of_single_mistakes_are_named(capsys):
    wrong = {
        function.__name__: (name, report.mistakes)
        for function, (kind, name) in WRONG.items()
        if (report := verdict(function, kind)).mistakes != [name]
    }
    with capsys.disabled():
        print(f"\nsingle mistakes named: {len(WRONG) - len(wrong)} of {len(WRONG)}")
    assert len(WRONG) >= 30
    assert len(wrong) <= 0.05 * len(WRONG), wrong


def test_no_right_function_is_accused(capsys):
    accused = [str(report) for f, kind in RIGHT if not (report := verdict(f, kind))]
    with capsys.disabled():
        print(f"\nright functions accused: {len(accused)} of {len(RIGHT)}")
    assert len(RIGHT) >= 20
    assert not accused


def test_two_mistakes_are_named_as_two_or_not_at_all(capsys):
    found = {f.__name__: (kind, both, verdict(f, kind)) for f, (kind, both) in DOUBLES.items()}
    named = [name for name, (_, both, report) in found.items() if set(report.mistakes) == both]
    with capsys.disabled():
        print(f"\ndouble mistakes named as two: {len(named)} of {len(DOUBLES)}")
    for name, (_, both, report) in found.items():
        assert set(report.mistakes) == both or report.mistakes == ["unknown"], (name, report)
    assert len(named) >= 0.8 * len(DOUBLES)


@pytest.mark.parametrize(("function", "kind"), SLOW)
def test_a_needlessly_slow_function_is_right_and_told_so(function, kind):
    report = verdict(function, kind)
    assert report
    assert [name for name, _ in report.remarks] == ["slow"]
