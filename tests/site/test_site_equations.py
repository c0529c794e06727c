"""On the site each equation has its number, its check and its row in the index.

What Sphinx and `book/_ext/equation_checks.py` have made of the chapters is compared with what
`tools/equations.py` reads in them.
"""

import html
import re

import equations
import pytest
from browsing import SITE
from bs4 import BeautifulSoup

FORMULA = re.compile(r"<mjx-container.*?</mjx-container>", re.DOTALL)
ROW = re.compile(
    r'<tr class="row-\w+"><td[^>]*><p><a [^>]*#equation-(eq-[^"]+)">\(([\d.]+)\)(.*?)</tr>',
    re.DOTALL,
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


def below(block):
    """Yield the lines of an equation, or of a row of them, and the fold right below."""
    for node in block.find_next_siblings():
        kinds = set(node.get("class", []))
        if kinds & {"equation-check", "code-fold"}:
            yield node
        if "code-fold" in kinds or not (kinds & {"math", "equation-check"} or node.name == "span"):
            return


@pytest.fixture(scope="module")
def printed(book):
    """Return number, kinds and checks of each equation, and what the cell at an anchor checks."""
    shown, anchors = {}, {}
    for name in {equation.file.replace(".ipynb", ".html") for equation in book.labelled}:
        page = BeautifulSoup(FORMULA.sub("", text(name)), "html.parser")
        for place in page.select("[id^=check-eq-]"):
            cell = place if "cell" in place.get("class", []) else place.find_parent(class_="cell")
            anchors[place["id"]] = [
                c.removeprefix("tag_checks:") for c in cell["class"] if c.startswith("tag_checks:")
            ]
        for block in page.select("div.math[id^=equation-]"):
            label = block["id"].removeprefix("equation-")
            number = block.select_one(".eqno").get_text().partition(")")[0].strip("( ")
            own = re.compile(rf"check-{label}(-\d+)?")
            kinds, places = set(), []
            for node in below(block):
                folded = node.name == "details"
                said = (node.summary if folded else node).get_text()
                found = [n["id"] for n in node.select("[id^=check-]")]
                if found := list(filter(own.fullmatch, found or LINK.findall(str(node)))):
                    places += found
                    kinds |= {kind for kind in equations.KINDS if kind in said}
                    assert not folded or f"({number})" in said
            shown[label] = (number, kinds, places)
    return shown, anchors


def test_every_equation_has_the_number_of_its_chapter_and_place(book, printed):
    shown, _ = printed
    assert {label: number for label, (number, _, _) in shown.items()} == book.numbers


def test_every_equation_leads_to_each_cell_that_checks_it_or_has_it_below(book, printed):
    shown, anchors = printed
    for equation in book.labelled:
        _, kinds, places = shown[equation.label]
        assert kinds >= {check.kind for check in equation.checks}
        assert len(places) == len(set(places)) == len(equation.checks)
        assert [place for place in places if equation.label not in anchors[place]] == []


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
