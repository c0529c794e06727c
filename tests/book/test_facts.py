"""No formula, piece of code, reference or link of a page changes unseen (tools/facts.py)."""

import json

import facts
import pytest
import records

PAGE = """# A page

As {cite}`Rumelhart1986` says, $a = b^\\top$ costs <!--ch3-cost-->17 %<!--/--> more, twice as
much as `deep.backward` in [chapter 3](03.md) and at <https://a.org/b>.

$$
c = d
$$ (eq-c)

Here $e$ is large and $f$ is not.
"""
CELLS = [
    {"cell_type": "markdown", "source": "## A section\n\n$S - I_y$\n", "metadata": {}},
    {"cell_type": "code", "source": "print(5)", "metadata": {}},
    {
        "cell_type": "code",
        "source": "assert abs(G2 - 2) < 1e-9",
        "metadata": {"equation_checks": {}, "mystnb": {"figure": {"caption": "It ends at $x_1$."}}},
    },
]
BIB = "@article{Rumelhart1986,\n  title = {Learning},\n  pages = {533--536},\n  year = {1986}\n}\n"


def test_no_fact_of_a_page_has_changed_unseen():
    assert records.differences(facts.LOCK, facts.listing()) == [], (
        "See `git diff` of these pages: is each changed formula, reference and check right? "
        "Then: make renew"
    )


@pytest.fixture
def changes(tmp_path):
    """Return a function that changes a small book and says which pages have other facts then."""
    files = {
        "book/page.md": PAGE,
        "book/references.bib": BIB,
        "notebooks/02_x.ipynb": json.dumps({"cells": CELLS}),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = facts.listing(tmp_path)

    def change(old, new):
        (changed,) = (name for name, text in files.items() if old in text)
        text = files[changed].replace(old, new)
        (tmp_path / changed).write_text(text, encoding="utf-8")
        both = zip(before.splitlines(), facts.listing(tmp_path).splitlines(), strict=True)
        return changed, [line.split("  ")[1] for line, now in both if line != now]

    return change


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("S - I_y", "S + I_y"),
        ("1e-9", "1e-1"),  # a weaker check
        ("b^\\top", "b"),
        ("c = d", "c = e"),
        ("$f$", "$g$"),
        ("ch3-cost", "ch3-gain"),
        ("{cite}`Rumelhart1986`", "{cite}`LeCun1998`"),
        ("(03.md)", "(04.md)"),
        ("a.org/b", "a.org/c"),
        ("`deep.backward`", "`deep.forward`"),
        ("$x_1$", "$x_2$"),
        ("536", "563"),
        ("= {1986}", "= {1968}"),
    ],
)
def test_a_changed_fact_is_noticed(changes, old, new):
    changed, found = changes(old, new)
    assert found == [changed]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("says", "writes"),
        ("17 %", "16 %"),  # other tests hold the numbers
        ("twice as\n", "half\nas "),
        ("# A page", "# Another `page`"),
        ("## A section", "## Both sections"),
        ("print(5)", "print(6)"),
        ("Learning", "To learn"),
    ],
)
def test_words_numbers_headings_and_line_breaks_may_change(changes, old, new):
    assert changes(old, new)[1] == []


def test_a_record_is_renewed_and_says_what_changed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(records, "ROOT", tmp_path)
    record = tmp_path / "record.txt"
    for text, said in (
        ("a\nb\n", "record.txt: 2 changed lines\n  + a\n  + b\n"),
        ("a\nc\n", "record.txt: 2 changed lines\n  - b\n  + c\n"),
        ("a\nc\n", "record.txt: no changed lines\n"),
    ):
        assert len(records.differences(record, text)) == said.count("\n  ")
        records.renew(record, text)
        assert (capsys.readouterr().out, record.read_text()) == (said, text)
