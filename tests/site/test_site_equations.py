"""On the site each equation has its number, its check and its row in the index.

What Sphinx and `book/_ext/equation_checks.py` have made of the chapters is compared with what
`tools/equations.py` reads in them.
"""

import html
import re

import equations
import pytest
from browsing import SITE

EQUATION = re.compile(
    r'id="equation-(eq-[^"]+)"[^>]*>\s*<span class="eqno">\(([\d.]+)\).*?</div>\s*'
    r'<p class="equation-check">✓ checked: (.*?) · (.*?)</p>',
    re.DOTALL,
)
CELL = re.compile(r'<div class="cell ([^"]*)"(?: id="([^"]+)")?>((?:\s*<span id="[^"]+"></span>)*)')
ROW = re.compile(
    r'<tr class="row-\w+"><td><p><a [^>]*#equation-(eq-[^"]+)">\(([\d.]+)\)(.*?)</tr>', re.DOTALL
)
LINK = re.compile(r'href="[^"]*#(check-[^"]+)"')


@pytest.fixture(scope="module")
def book(pages):
    assert pages
    return equations.read_book()


def text(name):
    return (SITE / name).read_text(encoding="utf-8")


def words(markup):
    """Return what a reader reads, with straight quotes."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).replace("’", "'")


def kinds(equation):
    return ", ".join(dict.fromkeys(check.kind for check in equation.checks))


@pytest.fixture(scope="module")
def printed(book):
    """Return number, kinds and links of each equation, and what the cell at an anchor checks."""
    shown, anchors = {}, {}
    for name in {equation.file.replace(".ipynb", ".html") for equation in book.labelled}:
        page = text(name)
        for label, number, how, links in EQUATION.findall(page):
            shown[label] = (number, how, LINK.findall(links))
        for classes, name, spans in CELL.findall(page):
            for anchor in [name, *re.findall(r'id="([^"]+)"', spans)]:
                anchors[anchor] = re.findall(r"tag_checks:(\S+)", classes)
    return shown, anchors


def test_every_equation_has_the_number_of_its_chapter_and_place(book, printed):
    shown, _ = printed
    assert {label: number for label, (number, _, _) in shown.items()} == book.numbers


def test_every_equation_leads_to_each_cell_that_checks_it(book, printed):
    shown, anchors = printed
    for equation in book.labelled:
        _, how, links = shown[equation.label]
        assert words(how) == kinds(equation)
        assert len(links) == len(set(links)) == len(equation.checks)
        assert [link for link in links if equation.label not in anchors[link]] == []


def test_the_index_lists_every_equation_with_its_checks_and_mistakes(book):
    page = text("book/equations.html")
    rows = {label: (number, rest) for label, number, rest in ROW.findall(page)}
    assert {label: number for label, (number, _) in rows.items()} == book.numbers
    for equation in book.labelled:
        _, rest = rows[equation.label]
        assert len(LINK.findall(rest)) == len(equation.checks)
        assert [
            c.catches for c in equation.checks if c.catches.replace("`", "") not in words(rest)
        ] == []
    count = len(book.labelled)
    assert f"{count} of {count} labelled equations are checked." in page
