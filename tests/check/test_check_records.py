"""What the reports say, and where they send their readers, is what was recorded."""

import difflib

import check_reports
import pytest
import records


def parts(text):
    """Return the reports in a record: title and text."""
    found = (part.partition("\n\n") for part in ("\n" + text).split("\n# ")[1:])
    return {title: body.strip("\n") for title, _, body in found}


RECORDED = parts(check_reports.REPORTS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made():
    return dict(check_reports.reports())


def test_every_kind_of_function_and_of_verdict_has_a_report(made):
    assert list(made) == list(RECORDED)
    verdicts = [text.split("\n")[0].split(": ", 1)[1] for text in RECORDED.values()]
    for verdict in ("right", "meets the assignment, but", "wrong"):
        assert any(each.startswith(verdict) for each in verdicts)
    assert 15 <= len(made) <= 35


@pytest.mark.parametrize("name", RECORDED)
def test_a_report_says_what_was_recorded(name, made):
    wanted, found = check_reports.steady(RECORDED[name]), check_reports.steady(made[name])
    lines = difflib.unified_diff(wanted.split("\n"), found.split("\n"), lineterm="", n=0)
    assert wanted == found, "\n".join([*lines, "If it is meant: make renew"])


def test_readers_are_sent_to_the_equations_of_the_chapters():
    assert not records.differences(check_reports.NUMBERS, check_reports.numbers()), "make renew"


def test_what_another_machine_may_compute_differently_is_not_compared():
    steady = check_reports.steady
    assert steady("is 2.5 to 1e-05 times, −0.3 of 3") == "is # to # times, # of 3"
    assert steady("it raises ValueError: no 5") == "it raises ValueError: …"
    assert steady("  W1[0, 12]  2  3") == steady("  W1[1, 2]  4  5")
