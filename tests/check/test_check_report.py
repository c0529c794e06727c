"""How a report is laid out, on a terminal and in a notebook."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from simple_ml.check.evidence import Evidence
from simple_ml.check.report import CODE, NUMBERS, Finding, Report, _code
from simple_ml.check.sandbox import Line

MASKED = f"chapter 2, equation ({NUMBERS['eq-2l-g1']})"


@pytest.mark.parametrize(("see", "where"), [("", ""), ("G1", MASKED), ("data", "chapter 4")])
def test_a_finding_says_where_to_read(see, where):
    assert Finding("name", "It is.", see).where == where


def test_what_stands_between_backticks_is_code():
    assert _code("use `X` & `y`") == f"use {CODE}X</code> &amp; {CODE}y</code>"
    assert _code("words") == "words"


# ---------------------------------------------------------------- the report

EVIDENCE = Evidence(
    "one row",
    ("X = np.array([[0.5]])", "lr = 0.1"),
    "X, lr",
    (("W1[0, 0]", "0.5", "−0.25"), ("W1[1, 0]", "1.25", "nan")),
    "raised `ValueError`",
    (Line("", 3, "g", "y[9]"),),
)
WRONG = Finding("mask_missing", "Your `W1` is < wrong.", "G1", "G1 = (Z1 > 0) * B1", shown=EVIDENCE)
RAISES = Finding("raises", "It raises ValueError: no.", lines=(Line("hw.py", 7, "f", "x[9]"),))
OTHER = Evidence("five rows", (), "X", (("W1[0, 0]", "1", "2"),))
BEYOND = Finding("short", "It drops it.", "batch", "m", (), "The course does not ask.", OTHER)


def report(*findings, **changes):
    values = {
        "function": "nn_epoch",
        "findings": findings or (WRONG, RAISES),
        "difference": "W1 differs.",
        "right": ("W2 everywhere", "X left as it was"),
        "remarks": (("prints", "It prints `here`."),),
    }
    return Report(**{**values, **changes})


BARE = {"findings": (), "difference": "", "right": (), "remarks": ()}


def test_a_report_on_a_terminal():
    assert str(report()) == (
        "nn_epoch: wrong: mask_missing, raises, unknown\n"
        "\n"
        "Right: W2 everywhere; X left as it was.\n"
        "\n"
        "Your `W1` is < wrong.\n"
        "  Write: G1 = (Z1 > 0) * B1\n"
        f"  Read: {MASKED}\n"
        "\n"
        "It raises ValueError: no.\n"
        "  hw.py, line 7, in f: x[9]\n"
        "\n"
        "W1 differs.\n"
        "\n"
        "The smallest input that shows mask_missing (one row):\n"
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
    assert str(report(**BARE)) == "nn_epoch: right"


def test_what_lies_beyond_the_assignment_is_said_with_the_reason_and_the_input():
    text = str(report(BEYOND, difference=""))
    assert text.startswith("nn_epoch: meets the assignment, but: short\n")
    assert (
        "\nBeyond the assignment, short: It drops it.\n"
        "  The course does not ask.\n"
        "  Write: m\n"
        f"  Read: chapter 4, equation ({NUMBERS['eq-tr-ragged']})\n"
    ) in text
    assert "Smallest input: five rows" not in text  # it is shown
    assert "The smallest input that shows short (five rows):\n  nn_epoch(X)\n" in text


def test_a_report_fits_on_a_screen_and_the_rest_is_told_in_full_on_request():
    long = report(WRONG, RAISES, BEYOND, difference="")
    assert "The course does not ask." not in str(long)
    assert "Smallest input: five rows" in str(long)
    assert "(five rows):" not in str(long)
    assert "The course does not ask." in long.text(full=True)
    assert long.text(full=True).count("The smallest input that shows") == 2
    page = ElementTree.fromstring(long._repr_html_())
    assert len(page.findall("details")) == 1
    assert "".join(page.itertext()).count("The course does not ask.") == 1


def test_long_lines_are_wrapped_and_none_is_broken_within_a_word():
    words = "word " * 40 + "x" * 100
    text = str(report(Finding("name", words, "", words)))
    lines = [line for line in text.split("\n") if "word" in line]
    assert max(map(len, lines)) <= 88
    assert max(map(len, lines)) > 80
    assert "x" * 100 in text
    assert all(line.startswith("  ") for line in lines[len(lines) // 2 + 1 :])
    shown = Evidence("", ("X = " + "[1, 2], " * 30 + "y" * 100,))
    lines = str(report(Finding("name", "", shown=shown))).split("\n")
    lines = [line for line in lines if "[1, 2]" in line]
    assert lines[0].startswith("  X = ")
    assert all(line.startswith(("      [", "      2")) for line in lines[1:])


@pytest.mark.parametrize(
    ("findings", "difference", "verdict", "mistakes", "beyond"),
    [
        ((WRONG, RAISES), "It.", "wrong", ["mask_missing", "raises", "unknown"], []),
        ((WRONG, BEYOND), "", "wrong", ["mask_missing", "short"], ["short"]),
        ((BEYOND,), "", "meets the assignment, but", ["short"], ["short"]),
        ((BEYOND,), "It.", "wrong", ["unknown", "short"], ["short"]),
        ((replace(BEYOND, beyond=""),), "", "wrong", ["short"], []),
        ((), "It.", "wrong", ["unknown"], []),
        ((), "", "right", [], []),
    ],
)
def test_a_verdict_has_names_for_programs(findings, difference, verdict, mistakes, beyond):
    one = Report("nn_epoch", findings, difference)
    assert (one.verdict, one.mistakes, one.beyond) == (verdict, mistakes, beyond)
    assert bool(one) is (verdict != "wrong")


def test_a_function_that_only_repeats_another_ones_mistake_is_right():
    one = report(follows="softmax_loss")
    assert one
    assert one.mistakes == []
    assert str(one) == "nn_epoch: right but for softmax_loss, which it calls"


def test_a_report_in_a_list_is_one_line():
    assert repr(report()) == (
        "<nn_epoch: wrong: mask_missing, raises, unknown. Your `W1` is < wrong.>"
    )
    assert repr(report(**{**BARE, "difference": "W1 differs."})) == (
        "<nn_epoch: wrong: unknown. W1 differs.>"
    )
    assert repr(report(**BARE)) == "<nn_epoch: right>"
    long = repr(report(**{**BARE, "difference": "word " * 100}))
    assert 160 < len(long) < 190


def test_a_report_in_a_notebook_says_what_the_terminal_says():
    html = report()._repr_html_()
    page = ElementTree.fromstring(html)  # every tag is closed
    text = " ".join(" ".join(page.itertext()).split())
    assert text == (
        "✗ nn_epoch: wrong: mask_missing, raises, unknown Right: W2 everywhere; X left as it was. "
        "Your W1 is < wrong. Write: G1 = (Z1 > 0) * B1 "
        f"Read: {MASKED} "
        "It raises ValueError: no. hw.py, line 7, in f: x[9] W1 differs. "
        "The smallest input that shows it (one row): X = np.array([[0.5]]) lr = 0.1 "
        "nn_epoch(X, lr) It raised ValueError line 3, in g: y[9] "
        "Expected and found entry expected found "
        "W1[0, 0] 0.5 −0.25 W1[1, 0] 1.25 nan Remark: It prints here ."
    ).replace("shows it", "shows mask_missing")
    wanted = [("0", "region", name) for name in ("Your lines", "The smallest input", "Your lines")]
    names = ("tabindex", "role", "aria-label")
    assert [tuple(map(each.get, names)) for each in page.iter("pre")] == wanted
    assert [each.get("scope") for each in page.iter("th")] == ["col", "col", "col", "row", "row"]
    cells = [*page.iter("th"), *page.iter("td")]
    assert all("text-align: right" in each.get("style") for each in cells)
    assert (page.tag, page.get("aria-label")) == ("section", "Check of nn_epoch")
    assert [each.attrib for each in page.iter("span")] == [{"aria-hidden": "true"}]
    assert "inherit; background: none;" in html


def test_colour_and_mark_say_what_the_verdict_is():
    right = Report("nn_epoch")._repr_html_()
    meets = Report("nn_epoch", (BEYOND,))._repr_html_()
    wrong = report()._repr_html_()
    colours = ["#2e8540", "#946300", "#c2410c"]
    for html, colour, mark in zip((right, meets, wrong), colours, "✓✓✗", strict=True):
        assert f"4px solid {colour};" in html
        assert mark in html
    bundle = report()._repr_mimebundle_()
    assert bundle == {"text/plain": str(report()), "text/html": report()._repr_html_()}
