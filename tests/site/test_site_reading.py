"""A chapter shows its point first, and little else than what a reader came for.

What is counted is what a browser shows: in closed boxes nothing is.
"""

from pathlib import Path

import pytest
from browsing import ROOT, Tab
from checks import WIDTHS

CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("[01]*.ipynb"))
CORE = [name for name in CHAPTERS if int(name[:2]) <= 7]
PHONE, LAPTOP = (390, 844), (1440, 900)


@pytest.fixture(scope="module")
def measured(visits):
    """Return what was measured on each page of the book, by what it is and at which width."""
    pages = [name for name in visits if name.startswith(("book/", "notebooks/"))]
    return {Path(name).stem: visits[name].measured for name in pages}


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_is_not_long_and_no_paragraph_or_code_is(name, measured):
    seen = measured[name]["reading 1440"]
    assert seen["words"] <= 3500
    assert seen["code"] <= 0.15  # what is open of it, of the height
    count, paragraph = seen["numbers"]
    assert count <= 3, paragraph


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_first_figure_is_low_and_on_the_first_screen(name, measured):
    for width, height in (PHONE, LAPTOP):
        high, top, bottom = measured[name][f"firstFigure {width}"]
        assert 0 < high <= 300, width
        assert 0 <= top < bottom <= height, width


def test_the_core_has_20000_words(measured):
    assert sum(measured[name]["reading 1440"]["words"] for name in CORE) <= 20_000


# ---------------------------------------------------------------- folds

CHAPTER = "notebooks/04_training.html"
LONGEST = "notebooks/02_two_layer_gradients.html"
WRONG = "notebooks/check_your_homework.html"
SOURCE = "_modules/simple_ml/check/gallery.html"


@pytest.fixture
def chapter(tab, address):
    return tab.open(f"{address}/{CHAPTER}")


@pytest.fixture
def plain(browser, address):
    """Return a page for a browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("script", [True, False])
def test_a_link_to_a_check_opens_it(script, chapter, plain, address):
    page = chapter if script else plain
    if not script:
        page.goto(f"{address}/{CHAPTER}")
    link = page.locator("p.equation-check a[href^='#check']").first
    target = page.locator(f"[id='{link.get_attribute('href')[1:]}']")
    fold = page.locator("details.code-fold").filter(has=target)
    assert fold.get_attribute("open") is None
    link.click()
    fold.and_(page.locator("[open]")).wait_for()
    assert fold.locator("div.cell").first.is_visible()


def test_without_javascript_solutions_are_closed_and_open_by_their_bar(plain, address):
    plain.goto(f"{address}/{CHAPTER}")
    solution = plain.locator("details.solution").first
    bar = solution.locator(":scope > summary")
    inside = solution.locator(":scope > :not(summary)").first
    assert not inside.is_visible()
    box = bar.bounding_box()
    for place in (0.1, 0.5, 0.95):  # also where a link stood
        before = inside.is_visible()
        bar.click(position={"x": place * box["width"], "y": box["height"] / 2})
        assert inside.is_visible() is not before
        arrow = "node => getComputedStyle(node, '::after').getPropertyValue('--icon')"
        drawn = "name => getComputedStyle(document.documentElement).getPropertyValue(name)"
        name = "--icon-right" if before else "--icon-down"
        assert bar.evaluate(arrow) == plain.evaluate(drawn, name)
    assert plain.url.endswith(CHAPTER)


def test_one_switch_opens_all_code_and_is_remembered(browser, address):
    tab = Tab(browser)
    page = tab.open(f"{address}/{CHAPTER}")
    closed = page.locator("details.code-fold:not([open])")
    assert closed.count() > 5
    switch = page.locator(".btn-show-code")
    switch.click()
    assert (closed.count(), switch.get_attribute("aria-pressed")) == (0, "true")
    assert page.evaluate("localStorage.getItem('code')") == "open"
    switch.click()
    assert page.locator("details.code-fold[open]").count() == 0
    tab.close()


def test_no_bars_stand_one_on_the_other(pages):
    for name, page in pages.items():
        assert '</details>\n<details class="code-fold">' not in page.text, name


# ---------------------------------------------------------------- reading

LONG_LINES = """() => [...document.querySelectorAll("article section > p:not([class])")]
  .map((p) => p.textContent.length / (p.getClientRects()[0].height
    / parseFloat(getComputedStyle(p).lineHeight)))"""
CUT = """() => [...document.querySelectorAll("[class^='highlight-'] pre, article > .highlight pre")]
  .filter((pre) => pre.checkVisibility() && pre.scrollWidth > pre.clientWidth + 1)
  .map((pre) => pre.textContent.slice(0, 40))"""


def test_a_line_has_some_70_letters(tab, address):
    page = tab.open(f"{address}/notebooks/04_training.html", whole=True)
    lengths = sorted(page.evaluate(LONG_LINES))
    assert 50 < lengths[-1] < 85
    assert lengths[len(lengths) // 2] <= 75


@pytest.mark.parametrize("name", [LONGEST, WRONG, "book/sweeps.html", SOURCE])
def test_no_code_is_cut_on_a_phone(name, tab, address):
    page = tab.open(f"{address}/{name}", width=390, whole=True)
    page.evaluate("document.querySelectorAll('details').forEach(box => { box.open = true })")
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize(
    "what", ["wideOutputs 390", "wideOutputs 1440", "broken 390", "smallFormulas 390"]
)
@pytest.mark.parametrize("name", CHAPTERS)
def test_tables_names_and_formulas_are_whole_and_large_if_they_can_be(name, what, measured):
    assert measured[name][what] == []


@pytest.mark.parametrize("name", ["api", "sweeps", "cheat_sheet", "equations"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_of_a_table_or_a_signature_is_broken(name, width, measured):
    assert measured[name][f"broken {width}"] == []


@pytest.mark.parametrize("name", ["book/cheat_sheet", "book/equations"])
def test_on_a_phone_a_cell_has_the_head_of_its_column(name, tab, address):
    page = tab.open(f"{address}/{name}.html", width=390, whole=True)
    cells = page.eval_on_selector_all(
        "article table tbody tr:first-child td",
        "all => all.map(cell => [cell.dataset.head, getComputedStyle(cell, '::before').content])",
    )
    assert cells
    for head, shown in cells:
        assert shown == "none" or head in shown
    assert len([shown for _, shown in cells if shown != "none"]) >= len(cells) / 2


def test_a_dark_page_prints_light(tab, address):
    page = tab.open(f"{address}/notebooks/check_your_homework.html", theme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.evaluate(
        "addEventListener('beforeprint', () => {"
        "window.printed = document.documentElement.dataset.theme })"
    )
    page.pdf()
    assert page.evaluate("window.printed") == "light"
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_all_letters_of_formulas_are_there_before_somebody_prints(tab, address):
    """A page that is printed lays out all formulas, and does not wait for fonts."""
    page = tab.open(f"{address}/{CHAPTER}")
    page.wait_for_function("[...document.fonts].every(font => font.status === 'loaded')")


def test_on_a_phone_a_choice_closes_the_contents(tab, address):
    page = tab.open(f"{address}/{CHAPTER}", width=390)
    page.locator("button.secondary-toggle").click()
    link = page.locator("dialog[open] nav.page-toc a").nth(4)
    anchor = link.get_attribute("href")
    link.click()
    page.wait_for_function("!document.querySelector('dialog[open]')")
    assert page.evaluate("location.hash") == anchor
    page.wait_for_function(
        """id => {
      const top = document.querySelector(id).getBoundingClientRect().top;
      return top > -20 && top < 400; }""",
        arg=anchor,
    )


def test_a_jump_into_a_section_marks_it_in_the_contents(chapter):
    """Into the longest, where the window shows no heading; then back to the start of one."""
    marked = "document.querySelector('#pst-page-toc-nav [aria-current]')?.hash"
    section = chapter.evaluate(
        """() => {
      const heads = [...document.querySelectorAll("section section > :is(h2, h3)")];
      const top = (head) => head.getBoundingClientRect().top + scrollY;
      const length = (head, at) => at + 1 < heads.length ? top(heads[at + 1]) - top(head) : 0;
      const longest = heads.toSorted((a, b) => length(b, heads.indexOf(b))
        - length(a, heads.indexOf(a)))[0];
      scrollTo(0, top(longest) + length(longest, heads.indexOf(longest)) / 2);
      return "#" + longest.parentElement.id; }"""
    )
    chapter.wait_for_function(f"section => {marked} === section", arg=section)
    chapter.evaluate("scrollTo(0, 0)")
    chapter.wait_for_function(f"() => !{marked}")


def test_the_section_that_one_reads_stays_in_view_in_the_contents(chapter):
    chapter.set_viewport_size({"width": 1440, "height": 500})
    chapter.evaluate("""() => [...document.querySelectorAll("section[id] > h2")].at(-2)
      .scrollIntoView()""")
    chapter.wait_for_function("""() => {
      const here = document.querySelector("#pst-page-toc-nav [aria-current]");
      const box = here?.getBoundingClientRect();
      return box && scrollY > 2000 && box.top > 0 && box.bottom < innerHeight; }""")
