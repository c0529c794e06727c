"""The words and numbers of a report, and how they are laid out."""

import itertools
import os
import random
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

import simple_ml
from simple_ml import check, deep
from simple_ml.check import diagnosis, sandbox
from simple_ml.check.mistakes import ANY_ORDER, Mistake
from simple_ml.check.report import CODE, Evidence, Finding, Report, _code, plain
from simple_ml.check.sandbox import Died, Hung, Line, Odd, Raised, Ran
from simple_ml.check.tasks import TASKS, Probe, initializer_task
from simple_ml.initialization import SCHEMES
from simple_ml.two_layer import forward

A = np.array

# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["W1"], "W1 is"),
        (["W1", "W2"], "W1 and W2 are"),
        (["a", "b", "c"], "a, b and c are"),
        ({"W2": True}, "W2 is"),
    ],
)
def test_names_are_listed_as_people_do(names, text):
    assert diagnosis.listed(names, "is", "are") == text
    assert diagnosis.listed(names) == text.rsplit(" ", 1)[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Odd("str", "'a'"), "a str ('a')"),
        (np.zeros((2, 3), np.float32), "an array of shape (2, 3) and dtype float32"),
        ((1.0, np.zeros(3)), "2 values (float, array (3,))"),
        ((1, 2, 3, 4, 5), "5 values (int, int, int, int)"),
        (None, "None"),
        (2.5, "the float 2.5"),
        (10**90, ("the int 1" + "0" * 90)[:80]),
    ],
)
def test_values_are_described_in_a_few_words(value, text):
    assert diagnosis.description(value) == text


def test_exceptions_and_numbers_read_as_python_and_people_print_them():
    assert diagnosis.exception(Raised("KeyError", "'x'", ())) == "KeyError: 'x'"
    assert diagnosis.exception(Raised("KeyboardInterrupt", "", ())) == "KeyboardInterrupt"
    assert diagnosis.number(1 / 3) == "0.333333"
    assert diagnosis.number(np.float32(-2)) == "−2"
    assert diagnosis.number(1234567) == "1.23457e+06"


def test_what_stands_between_backticks_is_code():
    assert _code("use `X` & `y`") == f"use {CODE}X</code> &amp; {CODE}y</code>"
    assert _code("words") == "words"


def test_the_weights_of_a_single_layer_are_written_as_a_list():
    probe = Probe("", ([A([[0.5]])], ["relu"]))
    task = SimpleNamespace(parameters=("weights", "activations"))
    lines = ["weights = [np.array([[0.5]])]", "activations = ['relu']"]
    assert list(diagnosis.assignments(task, probe)) == lines


def test_the_marks_of_formulas_are_taken_out_of_a_title():
    assert plain("why $W_1^\\top x$ becomes $X W_1$, $W_2$") == "why W1ᵀ x becomes X W1, W2"


@pytest.mark.parametrize(
    ("see", "where"),
    [
        ("", ""),
        ("G1", "chapter 2, “The gradient for W1”, equation (2.17)"),
        ("data", "chapter 4, “What is a digit, to a program?”"),
    ],
)
def test_a_finding_says_where_to_read(see, where):
    assert Finding("name", "It is.", see, "", ()).where == where


# ---------------------------------------------------------------- what differs


@pytest.mark.parametrize(
    ("old", "new", "is_changed"),
    [
        (A([1.0, np.nan]), A([1.0, np.nan]), False),
        (A([1.0]), A([2.0]), True),
        (A([1]), A([1]), False),
        (A([1]), A([1.0]), True),
        (A([1.0]), A([[1.0]]), True),
        (A([1.0]), None, True),
        ([A([1.0]), A([2.0])], (A([1.0]), A([2.0])), False),
        ([A([1.0]), A([2.0])], (A([1.0]), A([3.0])), True),
        ([A([1.0]), A([2.0])], (A([1.0]),), True),
        (({1: A([1.0])}, {1: A([2.0])}), ({1: A([1.0])}, {1: A([2.0])}), False),
        (({1: A([1.0])}, {1: A([2.0])}), ({1: A([1.0])}, {1: A([3.0])}), True),
        (({1: A([1.0])}, {1: A([2.0])}), ({1: A([1.0])}, {}), True),
        (({1: A([1.0])}, {}), ({1: A([0.0])}, {}), True),
        ([A([1.0]), 0.5], (A([1.0]), 0.25), False),
        ([0.5, A([1.0])], (0.5, A([2.0])), True),
        ([A([1.0]), A([2.0])], (A([2.0]), A([2.0])), True),
        (["relu", "tanh"], ("relu",), True),
        (({1: A([1.0]), 2: A([2.0])},), ({1: A([1.0]), 2: A([3.0])},), True),
        (({1: A([1.0])}, "name"), ({1: A([2.0])}, "name"), True),
        (0.5, 0.25, False),  # a number is the function's own
        (["relu"], ("tanh",), False),
    ],
)
def test_an_argument_has_changed_if_an_array_in_it_has(old, new, is_changed):
    assert diagnosis.changed(old, new) is is_changed


def rows(expected, found, before=None, **options):
    return diagnosis.compared("W", A(expected), A(found), before, 1e-5, **options)


def test_the_entries_that_differ_most_are_shown_in_their_order():
    expected = np.zeros((2, 3)) + 1
    found = expected + A([[0, 3, 0.5], [2, 0, 1]])
    assert rows(expected, found) == [
        ("W[0, 1]", "1", "4"),
        ("W[1, 0]", "1", "3"),
        ("W[1, 2]", "1", "2"),
    ]
    assert rows(expected, expected) == []
    assert rows([1.0, 2, 3], [1.0, np.nan, 4]) == [("W[1]", "2", "nan"), ("W[2]", "3", "4")]
    assert rows([1.0, 2, 3], [1.0, 2 + 1e-9, 4]) == [("W[2]", "3", "4")]  # what looks equal is not


def test_of_entries_that_differ_alike_the_first_are_shown():
    entries = [entry for entry, *_ in rows(np.zeros((20, 50)), np.ones((20, 50)))]
    assert entries == ["W[0, 0]", "W[0, 1]", "W[0, 2]"]
    found = np.tile([1.0, 2.0], (20, 25))
    entries = [entry for entry, *_ in rows(np.zeros((20, 50)), found)]
    assert entries == ["W[0, 1]", "W[0, 3]", "W[0, 5]"]
    entries = [entry for entry, *_ in rows([-1.0, -2, 5, 6, 7], [1, 2, 5.5, 6.5, 7.5])]
    assert entries == ["W[0]", "W[1]", "W[2]"]


def test_shapes_that_differ_are_shown_and_single_numbers_beside_them():
    assert rows([1.0, 2], [[1.0, 2]]) == [("W.shape", "(2,)", "(1, 2)")]
    assert rows(2.0, [3.0]) == [("W.shape", "()", "(1,)"), ("W", "2", "3")]
    assert rows(2.0, [2.0, 3]) == [("W.shape", "()", "(2,)")]
    assert rows(2.0, 3.0) == [("W", "2", "3")]
    assert rows(2.0, 2.0) == []
    assert rows(2.0, 2.0, moments=True) == [("W", "2", "2")]  # a deviation is always shown
    assert diagnosis.compared("shape", A([2, 3]), A([3, 2]), None, 1e-5) == []


def test_a_small_step_that_is_wrong_is_shown_beside_large_weights():
    before, expected = A([1000.0, 1000]), [1000.1, 1000.1]
    assert rows(expected, [1000.1, 1000.3], before) == [("W[1]", "1000.1", "1000.3")]
    assert rows(expected, [1000.1, 1000.1], before) == []


SOME = Probe("a probe", ())


@pytest.mark.parametrize(
    ("expected", "found", "before", "text"),
    [
        ([1, 2], [[1, 2]], None, "its shape is (1, 2), expected (2,)"),
        ([1, 2], [1, np.inf], None, "1 of 2 entries are inf or nan"),
        ([1, 2], [np.nan, np.inf], None, "2 of 2 entries are inf or nan"),
        ([1, -2], [3, -6], None, "in 2 of 2 entries, value 3"),
        ([1, 2, 4], [1, 4, 2], None, "in 2 of 3 entries, value 0.5 to 2"),
        ([0, 2], [5, 2], None, "in 1 of 2 entries, value 1"),
        ([0, 0], [5, 0], None, "in 1 of 2 entries"),
        ([11, 12], [12, 14], [10, 10], "in 2 of 2 entries, change 2"),
        ([-1, -2], [-2, -4.001], None, "in 2 of 2 entries, value 2.00025"),
        ([-1, -2], [2, 4.1], None, "in 2 of 2 entries, value −2.05 to −2"),
        ([1000, 0.5], [1000, 5], None, "in 1 of 2 entries, value 1"),
        ([1000, 1.5], [1000, 3], None, "in 1 of 2 entries, value 1 to 2"),
        ([1, 2], [1.000009, 2], None, "in 0 of 2 entries, value 1"),
        ([1, 2], [0, 0], None, "in 2 of 2 entries, value 0"),
        ([1, 1], [1.0010005, 1], None, "in 1 of 2 entries, value 1.0005"),
        ([1, 1], [1.0015, 1], None, "in 1 of 2 entries, value 1 to 1.0015"),
        ([1e-7, 2e-7], [3e-7, 6e-7], None, "in 2 of 2 entries, value 3"),
    ],
)
def test_how_much_differs_and_by_what_factor_is_said(expected, found, before, text):
    before = None if before is None else A(before)
    text = re.sub("(value|change) (.+)", r"where the \1 is \2 times the expected", text)
    assert diagnosis.ratio(A(expected), A(found), before, SOME) == f"on “a probe” {text}"


def test_the_arguments_are_written_so_that_they_can_be_pasted():
    task = SimpleNamespace(parameters=("X", "y", "F", "big", "lr", "weights", "names", "cache"))
    arguments = (
        A([[0.5, 1]]),
        A([1, 0]),
        A([2.0], np.float32),
        np.zeros(61),
        0.5,
        [A([[1.0]]), A([[2.0]])],
        ["relu", "identity"],
        deep.Cache({}, {}),
    )
    lines = list(diagnosis.assignments(task, Probe("", arguments)))
    assert lines == [
        "X = np.array([[0.5, 1.0]])",
        "y = np.array([1, 0])",
        "F = np.array([2.0], np.float32)",
        "big: float64, shape (61,)",
        "lr = 0.5",
        "weights = [np.array([[1.0]]), np.array([[2.0]])]",
        "names = ['relu', 'identity']",
        "cache: what simple_ml.deep.forward returns",
    ]
    (line,) = diagnosis.assignments(SimpleNamespace(parameters=("X",)), Probe("", (np.zeros(60),)))
    assert line.startswith("X = np.array([0.0, ")


# ---------------------------------------------------------------- the report

FINDINGS = (
    Finding("mask_missing", "Your `W1` is < wrong.", "G1", "G1 = (Z1 > 0) * B1", ()),
    Finding("raises", "It raises ValueError: no.", "", "", (Line("hw.py", 7, "f", "x[9]"),)),
)
EVIDENCE = Evidence(
    "one row",
    ("X = np.array([[0.5]])", "lr = 0.1"),
    "X, lr",
    (("W1[0, 0]", "0.5", "−0.25"), ("W1[1, 0]", "1.25", "nan")),
    "raised `ValueError`",
    (Line("", 3, "g", "y[9]"),),
)


def report(**changes):
    values = {
        "function": "nn_epoch",
        "right": ("W2 everywhere", "X left as it was"),
        "findings": FINDINGS,
        "ok": False,
        "evidence": EVIDENCE,
        "difference": "W1 differs.",
        "remarks": (("prints", "It prints `here`."),),
    }
    return Report(**{**values, **changes})


def test_a_report_on_a_terminal():
    assert str(report()) == (
        "nn_epoch: mask_missing, raises, unknown\n"
        "\n"
        "Right: W2 everywhere; X left as it was.\n"
        "\n"
        "Your `W1` is < wrong.\n"
        "  Write: G1 = (Z1 > 0) * B1\n"
        "  Read: chapter 2, “The gradient for W1”, equation (2.17)\n"
        "\n"
        "It raises ValueError: no.\n"
        "  hw.py, line 7, in f: x[9]\n"
        "\n"
        "W1 differs.\n"
        "\n"
        "The smallest input that shows it (one row):\n"
        "  X = np.array([[0.5]])\n"
        "  lr = 0.1\n"
        "  nn_epoch(X, lr)\n"
        "  raised `ValueError`\n"
        "    line 3, in g: y[9]\n"
        "            expected  found\n"
        "  W1[0, 0]       0.5  −0.25\n"
        "  W1[1, 0]      1.25    nan\n"
        "\n"
        "Remark: It prints `here`."
    )
    right = report(findings=(), ok=True, evidence=None, difference="", remarks=())
    assert str(right).split("\n")[0] == "nn_epoch: right"
    assert "smallest" not in str(right)
    assert str(report(right=())).split("\n")[2].startswith("Your")


def test_long_lines_are_wrapped_and_none_is_broken_within_a_word():
    words = "word " * 40 + "x" * 100
    text = str(report(findings=(Finding("name", words, "", words, ()),)))
    lines = [line for line in text.split("\n") if "word" in line]
    assert max(map(len, lines)) <= 88
    assert max(map(len, lines)) > 80
    assert "x" * 100 in text
    assert all(line.startswith("  ") for line in lines[len(lines) // 2 + 1 :])
    evidence = EVIDENCE._replace(setup=("X = " + "[1, 2], " * 30 + "y" * 100,))
    lines = [line for line in str(report(evidence=evidence)).split("\n") if "[1, 2]" in line]
    assert lines[0].startswith("  X = ")
    assert all(line.startswith("      [") or line.startswith("      2") for line in lines[1:])
    assert "y" * 100 in str(report(evidence=evidence))


@pytest.mark.parametrize(
    ("changes", "mistakes"),
    [
        ({}, ["mask_missing", "raises", "unknown"]),
        ({"difference": ""}, ["mask_missing", "raises"]),
        ({"findings": ()}, ["unknown"]),
        ({"findings": (), "difference": ""}, ["unknown"]),
        ({"findings": (), "difference": "", "ok": True}, []),
    ],
)
def test_mistakes_are_names_for_programs(changes, mistakes):
    assert report(**changes).mistakes == mistakes
    assert bool(report(**changes)) is changes.get("ok", False)


def test_a_report_in_a_list_is_one_line():
    assert repr(report()) == "<nn_epoch: mask_missing, raises, unknown. Your `W1` is < wrong.>"
    assert repr(report(findings=())) == "<nn_epoch: unknown. W1 differs.>"
    assert repr(report(findings=(), difference="", ok=True)) == "<nn_epoch: right>"
    long = repr(report(findings=(), difference="word " * 100))
    assert 160 < len(long) < 190


def test_what_is_said_later_is_added():
    more = report().with_difference("More.").with_remarks([("slow", "It is slow.")])
    assert more.difference == "W1 differs. More."
    assert [name for name, _ in more.remarks] == ["prints", "slow"]
    assert report(difference="").with_difference("More.").difference == "More."
    assert FINDINGS[0].led_by("First: ").sentence == "First: Your `W1` is < wrong."
    assert FINDINGS[0].led_by("First: ").name == "mask_missing"


class Text(HTMLParser):
    """The text of a page, cell by cell, and the attributes of its tags."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def test_a_report_in_a_notebook_says_what_the_terminal_says():
    html = report()._repr_html_()
    page = Text(html)
    text = " ".join(" ".join(page.text).split())
    assert text == (
        "✗ nn_epoch: mask_missing, raises, unknown Right: W2 everywhere; X left as it was. "
        "Your W1 is < wrong. Write: G1 = (Z1 > 0) * B1 "
        "Read: chapter 2, “The gradient for W1”, equation (2.17) "
        "It raises ValueError: no. hw.py, line 7, in f: x[9] W1 differs. "
        "The smallest input that shows it (one row): X = np.array([[0.5]]) lr = 0.1 "
        "nn_epoch(X, lr) It raised ValueError line 3, in g: y[9] "
        "Expected and found entry expected found "
        "W1[0, 0] 0.5 −0.25 W1[1, 0] 1.25 nan Remark: It prints here ."
    )
    assert [each["aria-label"] for each in page.all("pre")] == [
        "Your lines",
        "The smallest input that shows it",
        "Your lines",
    ]
    assert all(each["tabindex"] == "0" and each["role"] == "region" for each in page.all("pre"))
    assert [each["scope"] for each in page.all("th")] == ["col", "col", "col", "row", "row"]
    assert page.all("section")[0]["aria-label"] == "Check of nn_epoch"
    assert page.all("span") == [{"aria-hidden": "true"}]
    assert html.startswith("<section")
    assert html.endswith("</section>")
    assert html.count("\n") == html.count("\n<") + 2  # the three lines of the input
    assert "inherit; background: none;" in html


def test_colour_and_mark_say_whether_it_is_right():
    right = report(findings=(), ok=True, evidence=None, difference="", remarks=(), right=())
    html = right._repr_html_()
    assert "4px solid #2e8540;" in html
    assert "✓" in html
    assert len(Text(html).all("p")) == 1
    assert "4px solid #c2410c;" in report()._repr_html_()
    bundle = report()._repr_mimebundle_()
    assert bundle == {"text/plain": str(report()), "text/html": report()._repr_html_()}


# ---------------------------------------------------------------- what a report says of a function


def said(report):
    return " ".join(str(report).split())


def test_what_a_right_function_is_told():
    text = said(check.nn_epoch(simple_ml.nn_epoch))
    assert text == (
        "nn_epoch: right Right: the results for all 17 inputs; X and y left as they were; "
        "no global state changed."
    )
    assert "X, y, W1 and W2 left as they were" in said(check.gradients(simple_ml.gradients))
    assert "weights left as it was" not in said(check.gradients(simple_ml.gradients))
    assert said(check.parse_mnist(simple_ml.parse_mnist)) == (
        "parse_mnist: right Right: the results for all 3 inputs; no global state changed."
    )
    assert said(check.backward(deep.backward)).endswith(
        "y and weights left as they were; no global state changed."
    )


def gradients_with(change):
    def gradients(X, y, W1, W2):
        Z1, Z2 = forward(X, W1, W2)
        G2 = simple_ml.softmax(Z2) - simple_ml.one_hot(y, W2.shape[1], Z2.dtype)
        return change(X, y, W1, W2, Z1, G2, X.dtype.type(len(y)))

    return gradients


def test_what_is_right_beside_a_mistake_is_said():
    wrong = gradients_with(lambda X, y, W1, W2, Z1, G2, m: (X.T @ (G2 @ W2.T) / m, Z1.T @ G2 / m))
    report = check.gradients(wrong)
    assert report.mistakes == ["mask_missing"]
    assert "dW2 everywhere" in report.right
    assert "dW1 everywhere" not in report.right
    assert said(report).count("the results for") == 0  # no input on which the mask does not matter


def test_the_inputs_with_right_results_are_listed():
    loose = gradients_with(
        lambda X, y, W1, W2, Z1, G2, m: (X.T @ ((X @ W1 >= 0) * (G2 @ W2.T)) / m, Z1.T @ G2 / m)
    )
    report = check.gradients(loose)
    assert report.mistakes == ["mask_not_strict"]
    with TASKS["gradients"].probes() as probes:
        others = [probe.about for probe in probes if "exactly 0" not in probe.about]
    assert report.right[0] == "the results for " + "; for ".join(others)
    assert report.evidence.about == "a pre-activation of exactly 0"


def test_who_changes_the_callers_data_has_not_left_it_alone():
    def writes(X, y, W1, W2):
        result = simple_ml.gradients(X, y, W1, W2)
        if X.flags.writeable:
            X += 1
        return result

    report = check.gradients(writes)
    assert report.mistakes == ["inputs_modified"]
    assert report.right == ("the results for all 16 inputs", "no global state changed")


def test_two_mistakes_are_numbered():
    wrong = gradients_with(lambda X, y, W1, W2, Z1, G2, m: (X.T @ (G2 @ W2.T) / m, Z1.T @ G2))
    report = check.gradients(wrong)
    assert set(report.mistakes) == {"mask_missing", "no_mean"}
    first, second = (finding.sentence for finding in report.findings)
    both = "Your dW1 and dW2 are what you get with two mistakes at once. The first: "
    assert first.startswith(both)
    assert second.startswith("The second: ")


def test_of_two_mistakes_one_may_be_certain():
    def no_keepdims_no_shift(Z, y):
        E = np.exp(Z)
        return -np.log((E / E.sum(axis=1))[np.arange(len(y)), y]).mean()

    report = check.softmax_loss(no_keepdims_no_shift)
    assert report.mistakes == ["keepdims_missing"]
    assert report.difference == ""
    assert report.findings[0].sentence == (
        "Your loss is what you get with two mistakes at once, of which one is certain (the other "
        "cannot be told from here: no_max_shift or shift_of_whole_batch). It is: each row is "
        "divided by another row's sum: keepdims=True is missing."
    )


def test_a_mistake_that_shows_in_exceptions_alone_is_said_of_the_smallest_input(monkeypatch):
    row = Mistake(
        "row", "four is divided by", "mean", "…", {"count": "m // min(abs(k - 4) + (m == 1), 1)"}
    )
    monkeypatch.setattr(diagnosis, "TABLE", [row])
    monkeypatch.setattr(diagnosis, "rows", lambda program: [(row, row.ways)])

    report = check.softmax_loss(
        lambda Z, y: (
            simple_ml.softmax_loss(Z, y) * (1 // min(abs(Z.shape[1] - 4) + (len(y) == 1), 1))
        )
    )
    (finding,) = report.findings
    smallest = "the label's logit at 1000"
    assert (
        finding.sentence == f"What happens on “{smallest}” is what you get when four is divided by."
    )
    assert report.evidence.about == smallest


@pytest.mark.parametrize(
    ("stop", "fact"),
    [
        (lambda: None, "returns_nothing"),
        (lambda: os._exit(1), "crashes"),
        (lambda: time.sleep(60), "hangs"),
    ],
)
def test_who_does_not_come_to_an_end_is_told_this_first_and_no_more(stop, fact, impatient):
    def no_mean_and_then(X, y, W1, W2):
        if len(X) == 7:
            return stop()
        return tuple(len(X) * dW for dW in simple_ml.gradients(X, y, W1, W2))

    assert check.gradients(no_mean_and_then, limit=1).mistakes == [fact]


def test_two_mistakes_are_said_of_all_arrays_that_either_changes():
    wrong = gradients_with(
        lambda X, y, W1, W2, Z1, G2, m: (X.T @ ((X @ W1 >= 0) * (G2 @ W2.T)) / m, Z1.T @ G2)
    )
    report = check.gradients(wrong)
    assert set(report.mistakes) == {"mask_not_strict", "no_mean"}
    assert report.findings[0].sentence == (
        "Your dW2 and dW1 are what you get with two mistakes at once. The first: the gradient is "
        "summed over the rows and not divided by their number."
    )
    assert {entry[:3] for entry, *_ in report.evidence.rows} < {"dW1", "dW2"}


def test_another_order_is_claimed_only_where_it_can_be_seen(impatient):
    """Where there are too many orders to try them all, any numbers would do."""

    def wrong_with_a_short_batch(X, y, theta, lr=0.1, batch=100):
        simple_ml.softmax_regression_epoch(X, y, theta, lr, batch)
        theta[0, 0] += (len(X), batch) == (5, 2)

    assert check.softmax_regression_epoch(wrong_with_a_short_batch).mistakes == ["unknown"]

    def fails_with_many_rows(X, y, theta, lr=0.1, batch=100):
        if len(X) > 100:
            raise ValueError("too many")
        simple_ml.softmax_regression_epoch(X, y, theta, lr, batch)

    assert check.softmax_regression_epoch(fails_with_many_rows).mistakes == ["raises"]


def test_beside_wrong_numbers_the_exception_is_shown_and_the_smallest_input_described(impatient):
    def wrong(X, y, W1, W2):
        if len(X) == 7:
            raise ValueError("seven")
        factor = 1.7 if len(X) in (1, 5) else 1
        return tuple(factor * dW for dW in simple_ml.gradients(X, y, W1, W2))

    report = check.gradients(wrong)
    assert report.mistakes == ["raises", "unknown"]
    assert report.evidence.about == "all sizes but the batch equal"
    assert report.difference.count("differs on 5 of 16 probes; on “one row” in") == 2


def test_a_list_that_is_too_long_is_described(impatient):
    def longer(*arguments):
        return [*deep.backward(*arguments), np.zeros((2, 3), arguments[1][0].dtype)]

    report = check.backward(longer)
    assert report.mistakes == ["unknown"]
    assert (
        "dW[1] differs on 1 of 10 probes; on “one layer” there should be none." in report.difference
    )
    assert "dW[0]" not in report.difference


def test_the_moments_are_shown_even_where_they_are_right():
    rows = check.initializer(
        lambda rows, columns, rng: np.zeros((rows, columns)), "he"
    ).evidence.rows
    assert [entry for entry, *_ in rows] == ["mean", "std"]


def test_two_explanations_of_one_function_are_none(monkeypatch):
    twins = [Mistake(name, "…", "mean", "…", {"count": "1"}) for name in ("one", "other")]
    monkeypatch.setattr(diagnosis, "TABLE", twins)
    monkeypatch.setattr(diagnosis, "rows", lambda program: [(twin, twin.ways) for twin in twins])
    report = check.softmax_loss(lambda Z, y: len(y) * simple_ml.softmax_loss(Z, y))
    assert report.mistakes == ["unknown"]
    assert report.difference == ("These numbers cannot tell which mistake it is: `one` or `other`.")


def test_writing_into_the_data_hides_no_mistake_and_refusing_read_only_data_is_one(impatient):
    def writes(X, y, W1, W2):
        y[:] = np.array(y)
        X *= 1
        X[0, 0] += 1
        dW1, dW2 = simple_ml.gradients(X - (np.indices(X.shape).sum(axis=0) == 0), y, W1, W2)
        return len(X) * dW1, len(X) * dW2

    assert check.gradients(writes).mistakes == ["inputs_modified", "no_mean"]

    def refuses(X, y, W1, W2):
        if not X.flags.writeable:
            raise TypeError("read-only")
        return simple_ml.gradients(X, y, W1, W2)

    assert check.gradients(refuses).mistakes == ["raises"]


def test_what_a_shuffle_draws_and_what_unscaled_pixels_are_is_no_second_mistake():
    def shuffles(X, y, theta, lr=0.1, batch=100):
        order = np.random.permutation(len(X))
        simple_ml.softmax_regression_epoch(X[order], y[order], theta, lr, batch)

    assert check.softmax_regression_epoch(shuffles).mistakes == ["rows_reordered"]

    def unscaled(images, labels):
        X, y = simple_ml.parse_mnist(images, labels)
        return np.rint(255.0 * X.astype(np.float64)), y

    assert check.parse_mnist(unscaled).mistakes == ["pixels_not_scaled"]

    def one_hot(images, labels):
        X, y = simple_ml.parse_mnist(images, labels)
        return X, np.eye(10)[y]

    assert check.parse_mnist(one_hot).mistakes == ["labels_one_hot"]
    swapped = check.parse_mnist(lambda images, labels: simple_ml.parse_mnist(images, labels)[::-1])
    assert swapped.mistakes == ["images_and_labels_swapped"]


def test_files_that_are_told_apart_by_what_is_in_them_are_not_mixed_up():
    def any_order(one, other):
        return simple_ml.parse_mnist(*sorted((one, other), key=lambda path: "labels" in path))

    assert check.parse_mnist(any_order)
    swapped = check.parse_mnist(lambda images, labels: simple_ml.parse_mnist(labels, images))
    assert swapped.mistakes == ["files_swapped"]


def test_each_dtype_that_is_not_as_promised_is_named():
    def wide(images, labels):
        X, y = simple_ml.parse_mnist(images, labels)
        return X.astype(np.float64), y.astype(np.int64)

    report = check.parse_mnist(wide)
    assert report.mistakes == ["wrong_dtype"]
    assert report.findings[0].sentence == (
        "It returns another dtype: X is float64, expected float32; y is int64, expected uint8."
    )
    assert report.findings[0].where.startswith("chapter 4")


def test_of_two_mistakes_the_first_is_shown():
    def asked_rows_and_added_labels(X, y, theta, lr=0.1, batch=100):
        for start in range(0, len(X), batch):
            x, labels = X[start : start + batch], y[start : start + batch]
            G = simple_ml.softmax(x @ theta) + simple_ml.one_hot(labels, theta.shape[1], X.dtype)
            theta -= lr * (x.T @ G / X.dtype.type(batch))

    report = check.softmax_regression_epoch(asked_rows_and_added_labels)
    assert report.mistakes == ["divides_by_batch", "one_hot_added"]
    with TASKS["softmax_regression_epoch"].probes() as probes:
        (shown,) = (probe for probe in probes if probe.about == report.evidence.about)
    assert len(shown.arguments[0]) % shown.arguments[4]  # a short batch


def test_the_moments_of_an_initialiser_are_compared_one_by_one():
    report = check.initializer(SCHEMES["fan_in"], "he")
    assert report.mistakes == ["gain_missing"]
    assert report.findings[0].sentence.startswith("Your std is what you get when the variance is")
    assert [entry for entry, *_ in report.evidence.rows] == ["mean", "std"]
    assert report.evidence.setup == ()
    assert report.right == ("no global state changed",)
    transposed = check.initializer(
        lambda rows, columns, rng: SCHEMES["he"](columns, rows, rng).T, "he"
    )
    assert transposed.mistakes == ["fans_swapped"]


@pytest.fixture
def impatient(monkeypatch):
    """Leave out the search for two mistakes, which the tests of the verdicts hold."""
    monkeypatch.setattr(diagnosis, "PATIENCE", -1)


def test_the_first_batch_after_which_the_weights_differ_is_counted(impatient):
    def tired(X, y, theta, lr=0.1, batch=100):
        for number, start in enumerate(range(0, len(X), batch)):
            rows = slice(start, start + batch)
            simple_ml.softmax_regression_epoch(X[rows], y[rows], theta, lr * 0.8**number, batch)

    report = check.softmax_regression_epoch(tired)
    assert report.mistakes == ["unknown"]
    assert report.difference.endswith("the first batch after which they differ is number 2.")

    def long_steps(X, y, theta, lr=0.1, batch=100):
        simple_ml.softmax_regression_epoch(X, y, theta, 1.7 * lr, batch)

    report = check.softmax_regression_epoch(long_steps)
    says = "On “batches of one row” the first batch after which they differ is number 1."
    assert report.difference.endswith(f". {says}")

    def second_of_two(X, y, theta, lr=0.1, batch=100):
        simple_ml.softmax_regression_epoch(X, y, theta, lr, batch)
        if (len(X), batch) == (4, 2):
            theta[0, 0] += 1

    report = check.softmax_regression_epoch(second_of_two)
    says = "On “two batches” the first batch after which they differ is number 2."
    assert report.difference.endswith(f". {says}")


def test_where_the_batches_tell_nothing_nothing_is_said_of_them(impatient):
    right = simple_ml.softmax_regression_epoch
    calls = []

    def in_one_batch(X, y, theta, lr=0.1, batch=100):
        right(X, y, theta, lr, batch)
        theta[0, 0] += len(X) <= batch

    def with_rows_enough(X, y, theta, lr=0.1, batch=100):
        if len(X) < 3 and batch < 3:
            raise ValueError("too few")
        right(X, y, theta, 1.7 * lr, batch)

    def anew(X, y, theta, lr=0.1, batch=100):
        theta = theta.copy()
        right(X, y, theta, 1.7 * lr, batch)
        return theta

    def from_the_third_call_on(X, y, theta, lr=0.1, batch=100):
        calls.append(len(X))
        right(X, y, theta, lr, batch)
        theta[0, 0] += (len(X), batch) == (4, 2) and len(calls) > 2

    for function in (in_one_batch, with_rows_enough, anew, from_the_third_call_on):
        report = check.softmax_regression_epoch(function)
        assert "unknown" in report.mistakes, function
        assert re.search(r"times the expected\.$", report.difference), function
        assert "None" not in report.difference
    assert diagnosis.difference(len, SimpleNamespace(task=TASKS["gradients"]), 1) == ""


def test_two_mistakes_are_looked_for_as_long_as_patience_lasts(monkeypatch):
    def two(X, y, W1, W2):
        G2 = simple_ml.softmax(np.maximum(X @ W1, 0) @ W2) - simple_ml.one_hot(y, W2.shape[1])
        return X.T @ (G2 @ W2.T), np.maximum(X @ W1, 0).T @ G2

    assert set(check.gradients(two).mistakes) == {"no_mean", "mask_missing"}
    monkeypatch.setattr(diagnosis, "PATIENCE", -1)
    assert check.gradients(two).mistakes == ["unknown"]


def test_what_differs_is_described_array_by_array(impatient):
    wrong = gradients_with(
        lambda X, y, W1, W2, Z1, G2, m: (
            3 * (X.T @ ((Z1 > 0) * (G2 @ W2.T))) / m,
            Z1.T @ G2 / m,
        )
    )
    report = check.gradients(wrong)
    assert report.mistakes == ["unknown"]
    assert report.difference.startswith(
        "No mistake in the table gives these numbers. What differs: "
        "dW1 differs on 16 of 16 probes; on "
    )
    assert report.difference.endswith("where the value is 3 times the expected.")
    assert "dW2 differs" not in report.difference
    assert report.evidence.rows
    assert all(entry.startswith("dW1[") for entry, *_ in report.evidence.rows)


def test_what_is_wrong_on_a_single_input_is_described_too():
    def wrong_on_seven_rows(X, y, W1, W2):
        dW1, dW2 = simple_ml.gradients(X, y, W1, W2)
        return dW1, dW2 + (0.125 if X.shape == (7, 3) else 0)

    report = check.gradients(wrong_on_seven_rows)
    assert report.mistakes == ["unknown"]
    about = "labels that lack the first and last class, uint8"
    assert f"dW2 differs on 1 of 16 probes; on “{about}” in 30 of 30" in report.difference
    assert report.evidence.about == about
    assert report.right[1:3] == ("dW1 everywhere", "X, y, W1 and W2 left as they were")


def test_the_smallest_input_that_shows_it_is_the_smallest():
    report = check.gradients(
        gradients_with(lambda X, y, W1, W2, Z1, G2, m: (X.T @ (G2 @ W2.T) / m, Z1.T @ G2 / m))
    )
    with TASKS["gradients"].probes() as probes:
        sizes = {probe.about: probe.size for probe in probes}
    assert sizes[report.evidence.about] <= sorted(sizes.values())[2]
    assert report.evidence.arguments == "X, y, W1, W2"
    assert report.evidence.happened == ""
    assert len(report.evidence.setup) == 4


def test_an_upcast_is_shown_on_the_input_in_float32():
    def upcast(X, y, W1, W2):
        return tuple(dW.astype(np.float64) for dW in simple_ml.gradients(X, y, W1, W2))

    report = check.gradients(upcast)
    assert report.mistakes == ["upcast"]
    assert "It returns dW1 and dW2 in float64" in said(report)
    assert report.evidence.about == "float32"


def test_what_a_function_does_is_said_with_what_it_did():
    def out_of_range(Z, y):
        return Z[0, 99]

    report = check.softmax_loss(out_of_range)
    assert report.mistakes == ["raises"]
    assert said(report).startswith("softmax_loss: raises")
    assert "It raises IndexError: index 99 is out of bounds" in said(report)
    assert "return Z[0, 99]" in said(report)
    assert report.evidence.happened.startswith("raised IndexError: index 99")
    assert report.findings[0].see == ""
    nothing = check.softmax_loss(lambda Z, y: None)
    assert "It returns None where a number is expected." in said(nothing)
    assert "It returns None where a pair of numbers, loss and err is expected." in said(
        check.loss_err(lambda Z, y: None)
    )
    report = check.softmax_loss(lambda Z, y: "much")
    assert "It returns a str ('much') where a number is expected." in said(report)
    assert report.evidence.happened == "returned a str ('much')"


def test_arrays_that_are_not_changed_in_place_are_named():
    def lost(X, y, W1, W2, lr=0.1, batch=100):
        W1, W2 = W1.copy(), W2.copy()
        simple_ml.nn_epoch(X, y, W1, W2, lr, batch)

    report = check.nn_epoch(lost)
    assert report.mistakes == ["not_in_place"]
    assert "It leaves W1 and W2 as before the call." in said(report)
    assert "Right:" not in said(report)
    assert report.findings[0].see == "update"

    def returned(X, y, W1, W2, lr=0.1, batch=100):
        lost_too = W1.copy(), W2.copy()
        simple_ml.nn_epoch(X, y, *lost_too, lr, batch)
        return lost_too

    report = check.nn_epoch(returned)
    assert report.mistakes == ["returns_new_arrays"]
    assert "returns new arrays" in said(report)


def test_who_returns_weights_now_and_then_has_not_returned_them():
    def now_and_then(X, y, W1, W2, lr=0.1, batch=100):
        mine = W1.copy(), W2.copy()
        simple_ml.nn_epoch(X, y, *mine, lr, batch)
        return mine if len(X) > 4 else None

    assert check.nn_epoch(now_and_then).mistakes == ["not_in_place"]


def test_an_initialiser_draws_from_its_generator_and_from_nothing_else():
    def same_seed(fan_in, fan_out, rng):
        return SCHEMES["he"](fan_in, fan_out, np.random.default_rng(0))

    def no_seed(fan_in, fan_out, rng):
        return SCHEMES["he"](fan_in, fan_out, np.random.default_rng())

    def global_state(fan_in, fan_out, rng):
        return np.sqrt(2 / fan_in) * np.random.randn(fan_in, fan_out)

    for function in (same_seed, no_seed, global_state):
        assert check.initializer(function, "he").mistakes == ["generator_ignored"]
    equal = check.initializer(lambda fan_in, fan_out, rng: np.full((fan_in, fan_out), 0.01), "he")
    assert equal.mistakes == ["all_equal"]


def test_another_result_each_time_is_noticed():
    drawn = random.Random(0)
    report = check.softmax_loss(lambda Z, y: simple_ml.softmax_loss(Z, y) * (1 + drawn.random()))
    assert "not_repeatable" in report.mistakes
    report = check.softmax_loss(lambda Z, y: simple_ml.softmax_loss(Z, y) + 1e-9 * drawn.random())
    assert report


def diagnosed(task, change, *more):
    """Return the case of right answers to all probes that `change` has changed, and more."""
    with task.probes() as probes:
        events = [sandbox._call(task.reference, probe.arguments) for probe in probes]
        return diagnosis.Case(task, probes, [*map(change, probes, events), *more])


@pytest.mark.parametrize(
    ("factors", "is_noticed"),
    [
        ((1, 1), False),
        ((1 + 0.9e-3, 1 + 0.9e-3), False),  # sums of many numbers in another order
        ((1 + 1.1e-3, 1), True),
        ((1, 1 + 1.1e-3), True),
        ((1, np.ones(2)), True),
    ],
)
def test_a_call_is_repeated_and_compared_with_the_first(factors, is_noticed):
    task = TASKS["loss_err"]

    def given(probe, event):
        return event._replace(returned=(2.0, 4.0))

    again = Ran((2.0 * factors[0], 4.0 * factors[1]), (), "", ())
    assert ("not_repeatable" in diagnosed(task, given, again).facts) is is_noticed


@pytest.mark.parametrize("last", [Hung(1.0, ()), Died("ended"), Raised("KeyError", "", ())])
def test_a_call_that_did_not_return_again_is_not_another_result(last):
    facts = diagnosed(TASKS["loss_err"], lambda probe, event: event, last).facts
    assert "not_repeatable" not in facts
    assert "not_repeatable" not in diagnosed(TASKS["loss_err"], lambda probe, event: event).facts


def kept(probe, event):
    """Return the event of a function that leaves its arguments alone."""
    return event._replace(after=sandbox.copied(probe.arguments))


def failed(probe, event):
    return Raised("ValueError", "", (), sandbox.copied(probe.arguments))


def returning(*results):
    return lambda probe, event: kept(probe, event)._replace(returned=results)


def new_arrays(probe, event):
    return kept(probe, event)._replace(returned=event.after[2:4])


def W2_alone(probe, event):
    return event._replace(after=(*probe.arguments[:3], *event.after[3:]))


def one_new_array(probe, event):
    return kept(probe, event)._replace(returned=(event.after[2], np.zeros((1, 1))))


@pytest.mark.parametrize(
    ("change", "special", "about", "fact"),
    [
        (kept, kept, "float32", "not_in_place"),
        (kept, failed, "read-only X and y", "not_in_place"),
        (kept, failed, "float32", None),  # who knows what it would have done
        (kept, lambda probe, event: event, "float32", None),
        (failed, failed, "float32", None),
        (W2_alone, W2_alone, "float32", None),
        (new_arrays, new_arrays, "float32", "returns_new_arrays"),
        (new_arrays, kept, "float32", "not_in_place"),
        (one_new_array, one_new_array, "float32", "not_in_place"),
        (returning(1.0), kept, "float32", "not_in_place"),
    ],
)
def test_arrays_that_are_left_alone_on_all_inputs_are_a_fact(change, special, about, fact):
    def given(probe, event):
        return (special if probe.about == about else change)(probe, event)

    facts = diagnosed(TASKS["nn_epoch"], given).facts.keys()
    assert facts & {"not_in_place", "returns_new_arrays"} == ({fact} if fact else set())


def test_the_callers_data_are_all_but_what_is_to_be_updated():
    def writes(probe, event):
        X, y, *rest = event.after
        return event._replace(after=(X + 1, 0 * y - 1, *rest))

    assert diagnosed(TASKS["nn_epoch"], writes).facts == {"inputs_modified": {"arrays": "X and y"}}
    assert diagnosed(TASKS["nn_epoch"], lambda probe, event: event).facts == {}


def test_a_draw_that_differs_each_time_is_one_mistake():
    drawn = itertools.count()

    def anew(fan_in, fan_out, rng):
        return np.random.default_rng(next(drawn)).standard_normal((fan_in, fan_out))

    assert check.initializer(anew, "he").mistakes == ["generator_ignored", "not_scaled"]


def test_the_call_that_is_repeated_is_the_largest():
    sizes = [Probe("", (np.zeros(size),)) for size in (3, 7, 5)]
    assert diagnosis.largest(sizes) == 1


def test_another_order_decides_where_the_batches_start_too():
    assert diagnosis.decided({"rate": "-lr", "order": ANY_ORDER}) == {"rate", "order", "starts"}
    assert diagnosis.decided({"rate": "-lr", "order": "range(N)"}) == {"rate", "order"}
    assert diagnosis.decided({"rate": "-lr"}) == {"rate"}


def test_what_is_kept_of_one_scheme_is_not_taken_for_another():
    probe = Probe("", (), {"fan_in": 400, "fan_out": 100})
    for scheme, std in (("he", 2 / 400), ("hw0", 1 / 100), ("he", 2 / 400)):
        task = initializer_task(scheme, SCHEMES[scheme])
        (answer,) = diagnosis.answers_of(task, (("std", "gain / fan"),), 99, probe)
        assert answer["std"] == std


W = A([[1.0, 2.0]])


@pytest.mark.parametrize(
    ("draws", "is_ignored"),
    [
        ((W, 2 * W, W), False),
        ((W, W, W), True),
        ((W, 2 * W, 3 * W), True),
        ((W, W, None), False),
        ((W, W, 1.0), False),
        ((W, W), False),
        ((W[:0], W[:0], W[:0]), False),
        ((W[:, :1], W[:, :1], W[:, :1]), False),
        ((0 * W, 0 * W, 0 * W), False),  # all equal: that is another mistake
    ],
)
def test_two_seeds_and_one_seed_twice_tell_whether_a_generator_is_used(draws, is_ignored):
    task = initializer_task("he", SCHEMES["he"])
    with task.probes() as probes:
        events = [Ran(draw, (), "", ()) for draw in draws]
        events += [Raised("ValueError", "", ())] * (5 - len(draws))
        case = diagnosis.Case(task, probes, events)
    assert ("generator_ignored" in case.facts) is is_ignored


@pytest.mark.parametrize("name", ["gradients", "backward", "deep_gradients"])
def test_float64_for_float32_is_an_upcast(name):
    def upcast(*arguments):
        return [dW.astype(np.float64) for dW in TASKS[name].reference(*arguments)]

    report = check.check(upcast, name)
    assert report.mistakes == ["upcast"]
    assert report.evidence.about == "float32"


def test_the_exception_on_the_smallest_input_is_shown():
    def raises(Z, y):
        if Z.size == 4:
            raise ValueError("four numbers")
        raise ValueError("more numbers")

    (finding,) = check.softmax_loss(raises).findings
    assert finding.sentence == "It raises ValueError: four numbers."
    assert finding.lines[-1].code == 'raise ValueError("four numbers")'


def test_no_more_than_eight_numbers_are_shown(impatient):
    def wrong(probe, event):
        factor = 1.7 if probe.about == "four layers" else 1
        return event._replace(returned=[factor * dW for dW in event.returned])

    evidence = diagnosed(TASKS["backward"], wrong).report("backward", True).evidence
    assert evidence.about == "four layers"
    assert [entry[:5] for entry, *_ in evidence.rows] == 3 * ["dW[0]"] + 3 * ["dW[1]"] + 2 * [
        "dW[2]"
    ]


def test_what_is_printed_is_quoted_and_counted():
    def prints(Z, y):
        print("first line " + "x" * 100)
        print("second")
        return simple_ml.softmax_loss(Z, y)

    ((name, sentence),) = check.softmax_loss(prints).remarks
    assert name == "prints"
    text = ("first line " + "x" * 100)[:60]
    assert sentence == f"It prints, in 13 of 13 calls; first: {text!r}."

    def counts(Z, y):
        print(len(Z), "rows")
        return simple_ml.softmax_loss(Z, y)

    ((_, sentence),) = check.softmax_loss(counts).remarks
    assert sentence == "It prints, in 13 of 13 calls; first: '2 rows'."

    def blank(Z, y):
        print()
        return simple_ml.softmax_loss(Z, y)

    assert check.softmax_loss(blank).remarks == ()


@pytest.mark.parametrize(
    ("own", "reference", "factor"),
    [
        (0.02, 0.002, "10"),
        (0.0199, 0.0001, None),  # nobody waits for that
        (1.0, 0.1, "10"),
        (1.0, 0.1001, None),
        (1.0, 0.0029, "300"),
    ],
)
def test_ten_times_as_slow_is_slow(own, reference, factor, monkeypatch):
    event = Ran((own, reference), (), "", ())
    monkeypatch.setattr(sandbox, "run", lambda *given: ([event], True))
    remarks = diagnosis.speed(len, TASKS["softmax_loss"], 3)
    assert len(remarks) == (factor is not None)
    for name, sentence in remarks:
        assert name == "slow"
        assert sentence.startswith(f"It is right, and about {factor} times as slow as need be")


@pytest.mark.parametrize(
    ("event", "remarks"),
    [
        (Hung(3, ()), [("slow", "It is right, and slow: 400 rows took more than 3 s.")]),
        (Died("ended"), []),
        (Raised("ValueError", "", ()), []),
    ],
)
def test_who_is_stopped_while_the_clock_runs_is_slow_and_who_fails_is_not(
    event, remarks, monkeypatch
):
    monkeypatch.setattr(sandbox, "run", lambda *given: ([event], True))
    assert diagnosis.speed(len, TASKS["softmax_loss"], 3) == remarks


@pytest.mark.parametrize("own", [[0.19, 0.1, 0.12, 0.05, 0.3], [0.2]])
def test_the_best_of_five_runs_counts_unless_one_is_long(own, monkeypatch):
    clock, results = [0.0], []
    ahead = {"own": iter(own), "reference": iter([0.004, 0.005, 0.001, 0.002, 0.003])}

    def lasting(which):
        def function(Z, y):
            assert (Z.shape, y.shape) == ((400, 10), (400,))
            assert set(np.geterr().values()) == {"ignore"}
            clock[0] += next(ahead[which])

        return function

    def run(measure, calls, limit):
        results.append(measure(*calls[0]))
        return [Ran(results[0], (), "", ())], limit == 3

    monkeypatch.setattr(sandbox, "run", run)
    monkeypatch.setattr(diagnosis, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    task = replace(TASKS["softmax_loss"], reference=lasting("reference"))
    with np.errstate(all="raise"):
        ((name, _),) = diagnosis.speed(lasting("own"), task, 3)
    assert name == "slow"
    assert results[0] == pytest.approx((min(own), 0.001))
    assert [list(rest) for rest in ahead.values()] == [[], []]  # so many times, and no more


def test_how_slow_a_right_function_is_is_rounded():
    def slow(seconds):
        def loss(Z, y):
            if len(Z) == 400:
                end = diagnosis.time.perf_counter() + seconds
                while diagnosis.time.perf_counter() < end:
                    pass
            return simple_ml.softmax_loss(Z, y)

        return loss

    ((name, sentence),) = check.softmax_loss(slow(0.05)).remarks
    assert name == "slow"
    assert re.search(r"about [1-9]0+ times as slow as need be \(400 rows, measured\)", sentence)
    assert check.softmax_loss(slow(0.005)).remarks == ()  # nobody waits for that
    ((name, sentence),) = check.softmax_loss(slow(60), limit=0.5).remarks
    assert sentence == "It is right, and slow: 400 rows took more than 0.5 s."
