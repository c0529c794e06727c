"""No formula, number or reference changes without being looked at (tools/facts.py)."""

import json

import facts
import pytest

PAGE = """# A page

As {cite}`Rumelhart1986` says, $a = b^\\top$ costs 17 % more, twice as
much as `deep.backward` in [chapter 3](03.md) ({glue:text}`ch3-cost`).

$$
c = d
$$

Here $e$ is large and $f$ is not.
"""
EQUATION = "## A section\n\n$$\nG_2 = S - I_y\n$$ (eq-g2)\n"
CHECK = "G2 = S - I_y\nassert abs(G2 - 2) < 1e-9"
BIB = "@article{Rumelhart1986,\n  pages = {533--536},\n  year = {1986}\n}\n"
SHOWN = {"image": {"alt": "Falls to 3."}, "figure": {"caption": "It ends at $x_1$."}}


def test_no_formula_number_or_reference_has_changed_unseen():
    found = facts.differences()
    assert found == [], (
        "Look at each: an equation beside its check, a picture beside its description, a value in "
        "its sentence. Then: python tools/facts.py --lock"
    )


@pytest.fixture
def book(tmp_path):
    """Return a function that spoils a small book and says what is noticed."""
    checks = {"eq-g2": {"kind": "numeric", "mutant": ["-", "+"], "catches": "a sign"}}
    metadata = {"tags": ["checks:eq-g2"], "equation_checks": checks}
    cells = [
        {"cell_type": "markdown", "source": EQUATION, "metadata": {}},
        {"cell_type": "code", "source": CHECK, "metadata": metadata},
        {"cell_type": "code", "source": "ax.plot(x)", "metadata": {"mystnb": SHOWN}},
    ]
    files = {
        "README.md": "# Read me",
        "book/page.md": PAGE,
        "book/references.bib": BIB,
        "notebooks/02_x.ipynb": json.dumps({"cells": cells}),
        facts.LOCK: "",  # is written below
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    facts.lock(tmp_path)
    assert facts.differences(tmp_path) == []

    def spoil(old, new):
        changed = 0
        for path in (path for path in tmp_path.rglob("*.*") if path.suffix != ".lock"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(old, new), encoding="utf-8")
            changed += old in text
        assert changed
        return facts.differences(tmp_path)

    return spoil


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("S - I_y\\n$$", "S + I_y\\n$$"),  # the formula, not its check
        ("assert abs(G2 - 2)", "abs(G2 - 2)"),  # the check, not its formula
        ("1e-9", "1e-1"),
        ("b^\\top", "b"),
        ("c = d", "c = e"),
        ("$f$", "$g$"),  # after a display without a label
        ("17 %", "16 %"),
        ("twice", "half"),
        ("ch3-cost", "ch3-gain"),
        ("{cite}`Rumelhart1986`", "{cite}`LeCun1998`"),
        ("(03.md)", "(04.md)"),
        ("`deep.backward`", "`deep.forward`"),
        ("Falls", "Rises"),
        ("$x_1$", "$x_2$"),
        ("plot(x)", "plot(y)"),
        ("536", "563"),
        ("= {1986}", "= {1968}"),
    ],
)
def test_a_changed_fact_is_noticed(book, old, new):
    (found,) = book(old, new)
    assert found.endswith("has changed")


@pytest.mark.parametrize(("old", "new"), [("says", "writes"), ("twice as\n", "twice\nas ")])
def test_words_and_line_breaks_may_change(book, old, new):
    assert book(old, new) == []


def test_what_is_new_and_what_is_gone_is_said(book):
    assert book("eq-g2", "eq-g3") == ["eq-g2: is gone", "eq-g3: is new"]
    assert "book/page.md: Another page: is new" in book("# A page", "# Another page")
