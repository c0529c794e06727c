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
    ("old", "new", "seen"),
    [
        ("S - I_y", "S + I_y", True),
        ("1e-9", "1e-1", True),  # a weaker check
        ("b^\\top", "b", True),
        ("c = d", "c = e", True),
        ("$f$", "$g$", True),
        ("ch3-cost", "ch3-gain", True),
        ("{cite}`Rumelhart1986`", "{cite}`LeCun1998`", True),
        ("(03.md)", "(04.md)", True),
        ("a.org/b", "a.org/c", True),
        ("`deep.backward`", "`deep.forward`", True),
        ("$x_1$", "$x_2$", True),
        ("536", "563", True),
        ("= {1986}", "= {1968}", True),
        ("says", "writes", False),
        ("17 %", "16 %", False),  # other tests hold the numbers
        ("twice as\n", "half\nas ", False),
        ("# A page", "# Another `page`", False),
        ("## A section", "## Both sections", False),
        ("print(5)", "print(6)", False),
        ("Learning", "To learn", False),
    ],
)
def test_a_changed_fact_is_seen_and_words_numbers_and_headings_may_change(changes, old, new, seen):
    changed, found = changes(old, new)
    assert found == [changed] * seen


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
