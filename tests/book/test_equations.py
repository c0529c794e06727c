"""A cell checks each displayed equation (tools/equations.py).

The first test is about the book; the others see that it notices. test_chapters.py sees each check
fail.
"""

import copy

import digests
import equations
import nbformat
import pytest
import records
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from records import ROOT


def test_every_equation_is_labelled_once_and_checked_and_every_check_is_complete():
    book = equations.read_book(ROOT)
    assert book.labelled
    assert not book.problems, "\n".join(book.problems)


def test_no_equation_and_no_check_has_changed_unseen():
    assert records.differences(digests.LOCK, digests.equations_listing()) == [], (
        "See `git diff` of these pages: is each changed equation and check right? Then: make renew"
    )


# ---------------------------------------------------------------- the machinery

GOOD_CHECK = "G2 = S - I_y\nassert G2 == 2"


def check_cell(label="eq-g2", text=GOOD_CHECK, mutant=("S - I_y", "S + I_y"), **changes):
    entry = {"kind": "symbolic", "mutant": list(mutant), "catches": "a lost sign"} | changes
    metadata = {"tags": [f"checks:{label}"], "equation_checks": {label: entry}}
    return new_code_cell(text, metadata=metadata)


def equation_cell(label="eq-g2", before="## A section\n\n"):
    return new_markdown_cell(f"{before}$$\nG_2 = S - I_y\n$$ ({label})\n")


SETUP = new_code_cell("S, I_y = 3, 1")


@pytest.fixture
def write(tmp_path):
    """Return a function that writes cells as chapter 2 of a book."""

    def write(*cells):
        for folder in ("book", "notebooks"):
            (tmp_path / folder).mkdir(exist_ok=True)
        nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / "02_sample.ipynb")

    return write


def problems(tmp_path):
    return "\n".join(equations.read_book(tmp_path).problems)


def test_a_checked_equation_is_read_with_its_place_and_its_check(write, tmp_path):
    write(SETUP, equation_cell(), check_cell())
    book = equations.read_book(tmp_path)
    assert book.problems == []
    (equation,) = book.labelled
    assert (equation.label, equation.file) == ("eq-g2", "notebooks/02_sample.ipynb")
    assert (equation.chapter, equation.heading, equation.cell) == (2, "A section", 1)
    assert equation.tex == "G_2 = S - I_y"
    (check,) = equation.checks
    assert (check.kind, check.cell, check.catches) == ("symbolic", 2, "a lost sign")


def test_the_heading_is_found_in_an_earlier_cell(write, tmp_path):
    write(new_markdown_cell("# One\n\n## Two"), equation_cell(before=""), SETUP, check_cell())
    assert equations.read_book(tmp_path).labelled[0].heading == "Two"


def without(key, cell):
    del cell.metadata[key]
    return cell


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ([equation_cell()], "no cell checks eq-g2"),
        ([new_markdown_cell("$$\na = b\n$$\n")], "a displayed equation has no label: a = b"),
        ([new_markdown_cell("in a line $$a = b$$ of text")], "has no label"),
        ([new_markdown_cell("```{math}\n:label: eq-x\na = b\n```")], "has no label"),
        ([new_markdown_cell("\\begin{align}\na &= b\n\\end{align}")], "has no label"),
        ([new_markdown_cell("> quoted:\n> $$\n> a = b\n> $$\n")], "has no label"),
        ([new_markdown_cell("- an item\n\n  $$\n  a = b\n  $$\n")], "has no label"),
        ([equation_cell(), equation_cell(), check_cell()], "eq-g2 is also the label"),
        ([equation_cell("g2")], "must start with 'eq-'"),
        ([equation_cell(), check_cell("eq-x")], "checks eq-x, but no equation has it"),
        ([without("equation_checks", check_cell())], "without equation_checks metadata"),
        ([without("tags", check_cell())], "without the tag checks:eq-g2"),
        ([check_cell(kind="sampled")], "kind 'sampled' is not one of"),
        ([check_cell(catches=" ")], "does not say which mistake"),
        ([check_cell(mutant=["not there", "x"])], "is not in the cell"),
        ([check_cell(mutant=["S - I_y"])], "must be [old text, new text]"),
    ],
)
def test_what_is_wrong_with_equations_and_checks_is_reported(cells, complaint, write, tmp_path):
    write(SETUP, *cells)
    assert complaint in problems(tmp_path)


@pytest.mark.parametrize(
    "text", ["```python\nprice = '$$'\n```", "the marks `$$` open it", "costs $5 and $x$ more"]
)
def test_dollars_in_code_and_text_are_not_equations(text, write, tmp_path):
    write(new_markdown_cell(text))
    assert equations.read_book(tmp_path).equations == []


def test_a_labelled_equation_of_a_page_counts_and_an_unlabelled_one_does_not(write, tmp_path):
    write(SETUP, equation_cell(), check_cell())
    page = tmp_path / "book" / "page.md"
    page.write_text("# P\n\n$$\na\n$$\n\n$$\nb\n$$ (eq-b)\n")
    assert problems(tmp_path) == "book/page.md: no cell checks eq-b"


@pytest.mark.parametrize(("old", "new"), [("S - I_y", "S + I_y"), ("== 2", "> 0")])
def test_a_changed_equation_and_a_weaker_check_are_seen(old, new, write, tmp_path):
    def listing(*changed):
        book = copy.deepcopy(cells)
        for cell in book:
            cell.source = cell.source.replace(*changed)
        write(SETUP, *book)
        return digests.equations_listing(tmp_path)

    cells = [equation_cell(), check_cell(), new_markdown_cell("Words may change.")]
    assert listing(old, new) != listing(old, old) == listing("Words", "Commas")
