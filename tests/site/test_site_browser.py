"""The built site in a real browser: every page, both themes, three widths.

Which browser: the one that the environment variable CHROMIUM names, else the system's, else
the one that `make setup-browser` fetches. The checks are in `browsing.py`; that each of them
notices what it is for is tested in `test_site_broken.py`.
"""

from __future__ import annotations

import re

import pytest
from browsing import ROOT, SITE, open_context, open_page
from checks import (
    THEMES,
    WIDTHS,
    accessibility,
    content,
    copied,
    copies,
    copy_by_click,
    focus_marks,
    folds,
    layout,
    results,
    shifts,
)


def names(pages) -> list[str]:
    return [name for name, page in pages.items() if not page.redirects]


@pytest.fixture(scope="session", params=THEMES)
def themed(request, browser):
    """Return a theme and a context of the browser that prefers it."""
    context = open_context(browser, request.param)
    yield request.param, context
    context.close()


def test_every_page(pages, address, themed):
    """No error, no outside request, no TeX left over, nothing too wide, nothing inaccessible."""
    theme, context = themed
    found = {}
    for name in names(pages):
        wrong: list[str] = []
        tab = open_page(context, f"{address}/{name}", wrong)
        wrong += content(tab, theme)
        for width in WIDTHS:
            wrong += layout(tab, width)
        wrong += accessibility(tab)
        tab.close()
        if wrong:
            found[name] = wrong
    assert found == {}


def test_on_a_phone_nothing_jumps(pages, address, browser):
    """Figures and formulas have their place before they come."""
    context = open_context(browser, "light", 390)
    found = {}
    for name in names(pages):
        tab = open_page(context, f"{address}/{name}", [], whole=False)
        if jumps := shifts(tab):
            found[name] = jumps
        tab.close()
    context.close()
    assert found == {}


def test_boxes_fold_by_keyboard_and_buttons_copy_what_the_cell_says(pages, address, browser):
    context = open_context(browser, "light", permissions=["clipboard-read", "clipboard-write"])
    folded, found = 0, {}
    for name in names(pages):
        notebook = (ROOT / name).with_suffix(".ipynb")
        if not notebook.is_file():
            continue
        tab = open_page(context, f"{address}/{name}", [], whole=False)
        folded += tab.locator("button.toggle-button").count()
        complaints = folds(tab) + copies(tab, notebook)
        first = copied(tab)[0]
        if (clip := copy_by_click(tab)) != first:
            complaints.append(f"the clipboard holds {clip[:60]!r}, not {first[:60]!r}")
        tab.close()
        if complaints:
            found[name] = complaints
    context.close()
    assert found == {}
    assert folded > 20


@pytest.mark.parametrize("words", ["hidden_dim", "fan-out"])
def test_the_search_finds(words, pages, address, browser):
    assert pages
    context = open_context(browser, "light")
    wrong: list[str] = []
    tab = open_page(context, f"{address}/search.html?q={words}", wrong)
    found = results(tab)
    excerpts = tab.locator("#search-results p.context").all_inner_texts()
    context.close()
    assert found
    assert wrong == []
    assert all("\\(" not in text for text in excerpts)


def test_the_search_works_from_files(pages, browser):
    assert pages
    context = open_context(browser, "light")
    tab = open_page(context, f"{SITE.as_uri()}/search.html?q=hidden_dim", [])
    found = results(tab)
    context.close()
    assert found


def test_maths_is_typeset_from_a_file_address(pages, browser):
    context = open_context(browser, "light")
    wrong: list[str] = []
    tab = open_page(context, (SITE / "book" / "notation.html").as_uri(), wrong)
    wrong += content(tab, "light")
    context.close()
    assert wrong == []


# ---------------------------------------------------------------- what is far is left for later

LAID_OUT = """() => {
  const all = [...document.querySelectorAll("mjx-c")].filter(c => c.checkVisibility());
  return all.filter(c => c.checkVisibility({contentVisibilityAuto: true})).length / all.length;
}"""
CHAPTER_2 = "notebooks/02_two_layer_gradients"


@pytest.fixture(params=[390, 1440])
def long_chapter(request, pages, browser):
    assert pages
    context = open_context(browser, "light", request.param)
    yield lambda url: open_page(context, url, [], whole=False)
    context.close()


def top_of(tab, anchor: str) -> float:
    return tab.evaluate("id => document.getElementById(id).getBoundingClientRect().top", anchor)


def test_a_long_chapter_lays_out_what_is_near_the_window(long_chapter, address):
    tab = long_chapter(f"{address}/{CHAPTER_2}.html")
    assert 0 < tab.evaluate(LAID_OUT) < 0.2
    tab.emulate_media(media="print")
    assert tab.evaluate(LAID_OUT) == 1


@pytest.mark.parametrize("place", [0.3, 0.6, 1])
def test_a_link_into_a_chapter_leads_to_the_place(place, long_chapter, address):
    """Although what stands before it has no height of its own yet."""
    text = (SITE / f"{CHAPTER_2}.html").read_text(encoding="utf-8")
    anchors = re.findall(r'<div class="math[^>]* id="(equation-[^"]+)"', text)
    anchor = anchors[round(place * (len(anchors) - 1))]
    tab = long_chapter(f"{address}/{CHAPTER_2}.html#{anchor}")
    assert -1 <= top_of(tab, anchor) < 450
    assert tab.evaluate(LAID_OUT) < 0.3


def test_a_link_within_a_chapter_leads_to_its_section(long_chapter, address):
    tab = long_chapter(f"{address}/{CHAPTER_2}.html")
    found = tab.evaluate("[...document.querySelectorAll('section section')].map(s => s.id)")
    bottom = "window.scrollY + window.innerHeight >= document.body.scrollHeight - 2"
    missed = {}
    for section in found[::-2]:
        tab.evaluate("id => { location.hash = id }", section)
        tab.wait_for_timeout(300)
        top = top_of(tab, section)
        if not (-1 <= top < 450 or (top < 900 and tab.evaluate(bottom))):
            missed[section] = top
    assert missed == {}


def test_a_focus_mark_is_whole_where_a_line_begins(long_chapter, address):
    """What is left for later is clipped to its box, which must not clip the mark around a link."""
    tab = long_chapter(f"{address}/{CHAPTER_2}.html")
    tab.set_viewport_size({"width": 390, "height": 900})
    find = """() => [...document.querySelectorAll("section ~ section > p a[href]")]
        .find(a => a.getClientRects().length === 1 && a.getBoundingClientRect().left < 17)"""
    link = tab.evaluate_handle(find).as_element()
    link.scroll_into_view_if_needed()
    box = link.bounding_box()
    beside = {"x": box["x"] - 8, "y": box["y"], "width": 7, "height": box["height"]}
    before = tab.screenshot(clip=beside)
    link.evaluate("a => a.focus({focusVisible: true})")
    assert tab.screenshot(clip=beside) != before


# ---------------------------------------------------------------- no dead button


@pytest.fixture
def chapter(pages, address, browser):
    assert pages
    context = open_context(browser, "light", 390, accept_downloads=True)
    yield open_page(context, f"{address}/notebooks/04_training.html", [])
    context.close()


def test_the_theme_button_changes_the_theme(chapter):
    seen = []
    for _ in range(3):
        chapter.locator("button.theme-switch-button").first.click()
        seen.append(chapter.evaluate("document.documentElement.dataset.mode"))
    assert set(seen) == {"light", "dark", "auto"}


@pytest.mark.parametrize("width", WIDTHS)
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


def test_the_search_button_leads_to_the_search(chapter):
    chapter.locator("button.search-button:visible").first.click()
    field = chapter.locator("#pst-search-dialog input")
    field.fill("mask")
    field.press("Enter")
    chapter.wait_for_url("**/search.html?q=mask")


def test_a_chapter_downloads_as_the_stored_notebook(chapter):
    chapter.locator(".dropdown-download-buttons button").first.click()
    with chapter.expect_download() as download:
        chapter.locator("a.btn-download-source-button").click()
    stored = ROOT / "notebooks" / "04_training.ipynb"
    assert download.value.suggested_filename == stored.name
    published = SITE / "_sources" / "notebooks" / stored.name
    assert download.value.path().read_bytes() == published.read_bytes()


def test_names_of_the_package_in_code_lead_to_their_description(chapter):
    link = chapter.locator("a.code-link", has_text="nn_epoch").first
    assert "in place" in link.get_attribute("title")
    link.click()
    chapter.wait_for_url("**/api.html#simple_ml.two_layer.nn_epoch")
    assert chapter.locator("[id='simple_ml.two_layer.nn_epoch']").is_visible()


def test_the_404_page_stands_at_any_depth(pages, address, browser):
    """A host shows it at the address that was asked for."""
    context = open_context(browser, "light")
    text = (SITE / "404.html").read_text(encoding="utf-8")
    context.route("**/a/b/gone.html", lambda route: route.fulfill(status=200, body=text))
    wrong: list[str] = []
    tab = open_page(context, f"{address}/a/b/gone.html", wrong)
    tab.locator("article a").first.click()
    tab.wait_for_url(f"{address}/book/index.html")
    context.close()
    assert wrong == []


# ---------------------------------------------------------------- on paper


def pages_on_paper(tab) -> int:
    return tab.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")


def test_the_cheat_sheet_fills_two_sides_of_a4(pages, address, browser):
    assert pages
    context = open_context(browser, "dark")
    tab = open_page(context, f"{address}/book/cheat_sheet.html", [])
    count = pages_on_paper(tab)
    context.close()
    assert count == 2
