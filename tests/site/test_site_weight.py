"""What a page weighs on the wire is held to its budget, in KB of 1,000 bytes.

Text is weighed after gzip, as a static host sends it, pictures and fonts as they are. "First" is
the first visit: HTML, style, scripts and fonts; "further" is what the page needs after the book's
first page and the first chapter have been read; "figures" are its pictures.
"""

import gzip
import time
from pathlib import Path

import pytest
from browsing import SITE, QuietHandler, serving
from checks import files_of

BUDGETS = {"first": 300, "further": 100, "figures": 300}
READ_BEFORE = ("book/index.html", "notebooks/01_softmax_loss.html")
WORDS = {".html", ".css", ".js", ".woff", ".woff2"}
PICTURES = {".png", ".svg", ".jpg", ".webp", ".gif"}
AS_THEY_ARE = {".png", ".jpg", ".webp", ".gif", ".woff", ".woff2"}


def kilobytes(files: set[Path]) -> float:
    raw = {file: file.read_bytes() for file in files}
    sent = (b if f.suffix in AS_THEY_ARE else gzip.compress(b, 6) for f, b in raw.items())
    return sum(map(len, sent)) / 1000


def weigh(asked: list[str], page: str, before: set[Path]) -> dict[str, float]:
    """Return what a page weighs that asked for these addresses, after others had been read."""
    files = files_of(asked)
    words = {path for path in files if path.suffix in WORDS}
    return {
        "first": kilobytes(words),
        "further": kilobytes((words - before) | {SITE / page}),
        "figures": kilobytes({path for path in files if path.suffix in PICTURES}),
    }


@pytest.fixture(scope="module")
def weights(visits):
    before = set().union(*(files_of(visits[name].asked) for name in READ_BEFORE))
    pages = [name for name in visits if name.startswith(("book/", "notebooks/"))]
    return {name: weigh(visits[name].asked, name, before) for name in pages}


def test_every_page_keeps_to_its_budget(weights):
    for name, weight in weights.items():
        assert weight["first"] > 50, name  # what is not there weighs nothing
        heavy = {part: weight[part] for part, most in BUDGETS.items() if weight[part] > most}
        assert heavy == {}, name


class LateFonts(QuietHandler):
    """Lets fonts wait, as a busy machine or a slow network does."""

    def do_GET(self):
        if self.path.endswith(".woff"):
            time.sleep(0.5)
        super().do_GET()


def test_fonts_that_come_late_are_weighed_too(weights, tab):
    """Which font a formula needs next shows once the one before has come."""
    name = "book/cheat_sheet.html"
    with serving(SITE, LateFonts) as address:
        tab.open(f"{address}/{name}", whole=True)
    assert weigh(tab.asked, name, set())["first"] == weights[name]["first"]
