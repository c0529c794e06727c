"""What a page weighs on the wire is held to its budget."""

from __future__ import annotations

import time

import pytest
import site_weight
from browsing import SITE, QuietHandler, serving

PAGES = ("book/", "notebooks/")


@pytest.fixture(scope="module")
def rows(visits):
    asked = {name: visit.asked for name, visit in visits.items() if name.startswith(PAGES)}
    return site_weight.weigh(asked, SITE)


def test_every_page_keeps_to_its_budget(rows):
    assert site_weight.too_heavy(rows) == []


def test_a_page_over_its_budget_is_noticed():
    row = {"page": "x.html", "first_kb": 301.0, "further_kb": 100.0, "figures_kb": 301.0}
    assert len(site_weight.too_heavy([row])) == 2


class LateFonts(QuietHandler):
    """Lets fonts wait, as a busy machine or a slow network does."""

    def do_GET(self):
        if self.path.endswith(".woff"):
            time.sleep(0.5)
        super().do_GET()


def test_fonts_that_come_late_are_weighed_too(rows, tab):
    """Which font a formula needs next shows once the one before has come."""
    name = "book/cheat_sheet.html"
    with serving(SITE, LateFonts) as address:
        tab.open(f"{address}/{name}", whole=True)
    (late,) = site_weight.weigh({name: tab.asked}, SITE)
    assert late["first_kb"] == next(row["first_kb"] for row in rows if row["page"] == name)
