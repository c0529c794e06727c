"""The built site in a real browser: every page, both themes, three widths.

Which browser it is: tools/browser.py. The checks are in `checks.py`; that each of them notices
what it is for is tested in `test_site_broken.py`.
"""

import re

import pytest
from browsing import ROOT, SITE, Tab
from checks import WIDTHS, ask, content, focus_marks

CHAPTER = "notebooks/04_training.html"


def test_every_page(visits):
    """No error, no outside request, no TeX left over, nothing too wide, nothing inaccessible.

    On a phone nothing jumps, boxes fold by keyboard, and buttons copy what the cell says.
    """
    assert {name: visit.wrong for name, visit in visits.items() if visit.wrong} == {}
    assert sum(visit.folded for visit in visits.values()) > 20


def test_a_first_visit_in_the_dark_is_dark(tab, address):
    assert content(tab.open(f"{address}/{CHAPTER}", theme="dark"), "dark") == []
    assert tab.wrong == []


def test_maths_is_typeset_from_a_file_address(pages, tab):
    assert pages
    page = tab.open((SITE / "book" / "notation.html").as_uri(), whole=True)
    assert content(page, "light") + tab.wrong == []


# ---------------------------------------------------------------- what is far is left for later

LAID_OUT = """() => {
  const all = [...document.querySelectorAll("mjx-c")].filter(c => c.checkVisibility());
  return all.filter(c => c.checkVisibility({contentVisibilityAuto: true})).length / all.length;
}"""
CHAPTER_2 = "notebooks/02_two_layer_gradients"


@pytest.fixture(params=[390, 1440])
def long_chapter(request, tab, address):
    """Open a chapter, at an anchor."""
    return lambda at="": tab.open(f"{address}/{CHAPTER}{at}", width=request.param)


def top_of(page, anchor: str) -> float:
    return page.evaluate("id => document.getElementById(id).getBoundingClientRect().top", anchor)


def test_a_long_chapter_lays_out_what_is_near_the_window(long_chapter):
    page = long_chapter()
    assert 0 < page.evaluate(LAID_OUT) < 0.3
    page.emulate_media(media="print")
    assert page.evaluate(LAID_OUT) == 1


@pytest.fixture
def count_laid_out(browser, address):
    """Count what is laid out when the longest chapter is opened in a process of its own."""

    def go(without: str = "") -> float:
        tab = Tab(browser)
        if without:
            tab.page.route(f"**/{without}*", lambda route: route.fulfill(body=""))
        session = tab.context.new_cdp_session(tab.open(f"{address}/{CHAPTER_2}.html"))
        session.send("Performance.enable")
        metrics = session.send("Performance.getMetrics")["metrics"]
        tab.close()
        return next(m["value"] for m in metrics if m["name"] == "LayoutObjects")

    return go


def test_the_theme_lays_out_no_box_of_code_that_is_far(count_laid_out):
    """Without boxes.js it measures all of them at once."""
    assert count_laid_out(without="boxes.js") > 2 * count_laid_out()


def test_the_theme_measures_a_box_of_code_when_it_comes_near(tab, address):
    page = tab.open(f"{address}/{CHAPTER}")
    code = "[...document.querySelectorAll('section ~ section > div.cell .cell_input pre')].at(-1)"
    box = page.evaluate_handle(code).as_element()
    assert box.evaluate("box => box.tabIndex") == 0
    box.evaluate("box => box.scrollIntoView()")
    page.wait_for_function("box => box.tabIndex === -1", arg=box)


@pytest.mark.parametrize("place", [0.3, 0.6, 1])
def test_a_link_into_a_chapter_leads_to_the_place(place, long_chapter, pages):
    """All of the page is laid out then: what stands before the place has its height."""
    assert pages
    text = (SITE / CHAPTER).read_text(encoding="utf-8")
    anchors = re.findall(r'<div class="math[^>]* id="(equation-[^"]+)"', text)
    anchor = anchors[round(place * (len(anchors) - 1))]
    page = long_chapter(f"#{anchor}")
    assert -1 <= top_of(page, anchor) < 450
    assert page.evaluate(LAID_OUT) == 1


# A section has come to rest when its place is the same in two frames that follow each other.
AT_REST = """async id => {
  const top = () => document.getElementById(id).getBoundingClientRect().top;
  const frame = () => new Promise(requestAnimationFrame);
  location.hash = id;
  for (let before = NaN; before !== top(); await frame(), await frame()) before = top();
}"""


def test_a_link_within_a_chapter_leads_to_its_section(long_chapter):
    page = long_chapter()
    found = page.evaluate("[...document.querySelectorAll('section section')].map(s => s.id)")
    bottom = "window.scrollY + window.innerHeight >= document.body.scrollHeight - 2"
    missed = {}
    for section in found[::-2]:
        page.evaluate(AT_REST, section)
        top = top_of(page, section)
        if not (-1 <= top < 450 or (top < 900 and page.evaluate(bottom))):
            missed[section] = top
    assert missed == {}


def test_a_focus_mark_is_whole_where_a_line_begins(long_chapter):
    """What is left for later is clipped to its box, which must not clip the mark around a link."""
    page = long_chapter()
    page.set_viewport_size({"width": 390, "height": 900})
    find = """() => [...document.querySelectorAll("section ~ section > p a[href]")]
        .find(a => a.getClientRects().length === 1 && a.getBoundingClientRect().left < 17)"""
    link = page.evaluate_handle(find).as_element()
    link.scroll_into_view_if_needed()
    for _ in range(3):  # what comes near is laid out, and moves the link
        ask(page, "nextFrame")
    box = link.bounding_box()
    beside = {"x": box["x"] - 8, "y": box["y"], "width": 7, "height": box["height"]}
    before = page.screenshot(clip=beside)
    link.evaluate("a => a.focus({focusVisible: true})")
    assert page.screenshot(clip=beside) != before


# ---------------------------------------------------------------- no dead button, no third sheet


@pytest.fixture
def chapter(tab, address):
    return tab.open(f"{address}/{CHAPTER}", width=390)


def test_the_theme_button_changes_the_theme(chapter):
    seen = []
    for _ in range(3):
        chapter.locator("button.theme-switch-button").first.click()
        seen.append(chapter.evaluate("document.documentElement.dataset.mode"))
    assert set(seen) == {"light", "dark", "auto"}


@pytest.mark.parametrize("width", WIDTHS[::2])
def test_the_focus_can_be_seen(width, chapter):
    chapter.set_viewport_size({"width": width, "height": 900})
    assert focus_marks(chapter) == []


@pytest.mark.parametrize(
    ("button", "inside"),
    [("primary-toggle", "nav.bd-links a"), ("secondary-toggle", "nav.page-toc a")],
)
def test_on_a_phone_the_contents_open(button, inside, chapter):
    link = chapter.locator(inside).first
    assert not link.is_visible()
    chapter.locator(f"button.{button}").click()
    link.wait_for(state="visible")


def test_a_chapter_downloads_as_the_stored_notebook(chapter):
    chapter.locator(".dropdown-download-buttons button").first.click()
    with chapter.expect_download() as download:
        chapter.locator("a.btn-download-source-button").click()
    stored = ROOT / "notebooks" / "04_training.ipynb"
    assert download.value.suggested_filename == stored.name
    published = SITE / "_sources" / "notebooks" / stored.name
    assert download.value.path().read_bytes() == published.read_bytes()


def test_names_of_the_package_in_code_lead_to_their_description(chapter):
    link = chapter.locator("a.code-link:visible", has_text="train_nn").first
    assert "starting weights" in link.get_attribute("title")
    link.click()
    chapter.wait_for_url("**/api.html#simple_ml.training.train_nn")
    assert chapter.locator("[id='simple_ml.training.train_nn']").is_visible()


def test_the_404_page_stands_at_any_depth(tab, address):
    """A host shows it at the address that was asked for."""
    text = (SITE / "404.html").read_text(encoding="utf-8")
    tab.page.route("**/a/b/gone.html", lambda route: route.fulfill(status=200, body=text))
    page = tab.open(f"{address}/a/b/gone.html")
    page.locator("article a").first.click()
    page.wait_for_url(f"{address}/book/index.html")
    tab.page.unroute_all()
    assert tab.wrong == []


def test_the_cheat_sheet_fills_two_sides_of_a4(tab, address):
    page = tab.open(f"{address}/book/cheat_sheet.html", theme="dark")
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 2
