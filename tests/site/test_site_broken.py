"""The checks of the site notice what they are for: a built page, broken on purpose.

Each break is put into a page on its way to the browser; the site itself is not touched. What
the checks say about the whole page before it was broken is in `test_site_browser.py`.
"""

import re
from functools import reduce

import pytest
from browsing import ROOT, SITE
from checks import (
    Page,
    accessibility,
    alike,
    content,
    copies,
    focus_marks,
    folds,
    layout,
    results,
    shifts,
)
from seen import Memory

PAGE = "book/notation.html"
HOMEWORK = "notebooks/check_your_homework.html"
CHAPTER = "notebooks/04_training.html"


def after_title(html: str):
    """Return a change that puts something below the title."""
    return lambda page: page.replace("</h1>", "</h1>" + html, 1)


def swap(old: str, new: str, count: int = 1):
    """Return a change that replaces a pattern, which must be there."""

    def change(page: str) -> str:
        changed, found = re.subn(old, new, page, count=count, flags=re.DOTALL)
        assert found, old
        return changed

    return change


@pytest.fixture
def opened(tab, address):
    """Open a page as a change leaves it."""

    def go(name: str, change, **options):
        text = change((SITE / name).read_text(encoding="utf-8"))
        kind = "text/html; charset=utf-8"
        tab.page.route(
            f"{address}/{name}", lambda route: route.fulfill(content_type=kind, body=text)
        )
        return tab.open(f"{address}/{name}", **options)

    yield go
    tab.page.unroute_all()


# Breaks, and what is said of each. All of a group are put into one page: to open it takes longer
# than to look at it, and each has a complaint of its own.
LOADING = {
    '<script src="http://localhost:9/x.js"></script>': "asks another host: http://localhost:9/x.js",
    "<style>@font-face {font-family: X; src: url(http://localhost:9/x.woff)} "
    "h1 {font-family: X}</style>": "asks another host: http://localhost:9/x.woff",
    '<img src="gone.png" alt="x" width="9" height="9">': "404: .*/gone.png",
    "<script>nothing.at.all()</script>": "script error",
    "<script>console.error('no')</script>": "console: no$",
    "<script>console.error('Got invalid theme mode: undefined. Resetting to auto.')</script>": (
        "console: Got invalid theme mode"
    ),
}
LOOKING = {
    after_title(r"<p>\(a\)</p>"): "untypeset maths",
    after_title('<p>quotes { "a": "1 %" }</p>'): "quoted numbers in the text",
    swap("<mjx-container.*?</mjx-container>", ""): "formulas are typeset",
    swap('<mjx-c class="mjx-c[0-9A-F]+', '<mjx-c class="mjx-cF0000'): "the style sheet lacks",
    after_title('<img src="data:image/png;base64,AA" alt="x" width="9" height="9">'): "do not load",
    after_title('<img src="../_static/logo.svg" alt="x">'): "without width and height",
    after_title('<div style="width: 2000px">wide</div>'): "scrolls sideways",
    after_title(
        '<div class="math" style="height: 5px">'
        '<mjx-container style="display: block; height: 9px">x</mjx-container></div>'
    ): "formulas are cut",
}
INACCESSIBLE = {
    '<p style="color: #bbb; background: #fff">grey</p>': r"color-contrast .*#bbb",
    '<p style="color: #cccccd; background: #ccc">unseen</p>': r"color-contrast .*#cccccd",
    '<img src="../_static/logo.svg">': "image-alt",
    "<button></button>": "button-name",
    "<input type='text'>": " label ",
    "<div role='main'>main</div>": "landmark-no-duplicate-main",
    "<h4>deep</h4>": "heading-order",
}


def unsaid(complaints, found: list[str]) -> list[str]:
    """Return of the patterns of complaints those that match no line of what was found."""
    return [pattern for pattern in complaints if not re.search(pattern, "\n".join(found), re.M)]


def test_loading(opened, tab):
    opened(PAGE, swap("</head>", lambda _: "".join(LOADING) + "</head>"))
    assert unsaid(LOADING.values(), tab.wrong) == [], tab.wrong


def test_looking(opened):
    changes = lambda html: reduce(lambda html, change: change(html), LOOKING, html)  # noqa: E731
    page = opened(PAGE, changes, width=390, whole=True)
    found = content(page, "dark") + layout(page)
    said = [*LOOKING.values(), "theme 'light', expected 'dark'"]
    assert unsaid(said, found) == [], found


def test_accessibility(opened):
    found = accessibility(opened(PAGE, after_title("".join(INACCESSIBLE))))
    assert unsaid(INACCESSIBLE.values(), found) == [], found


def test_a_figure_that_comes_late_and_has_kept_no_place(opened):
    late = """<img id="late" alt="x"><script>addEventListener("load", () => setTimeout(
    () => { document.getElementById("late").src = "../_static/card.png"; }, 300))</script>"""
    page = opened(PAGE, after_title(late))
    page.wait_for_function("document.getElementById('late').naturalWidth > 0")
    page.wait_for_timeout(200)  # the next frame draws it
    assert any("shifts" in line for line in shifts(page))


def test_a_figure_on_the_dark_ground(opened):
    figure = '<img src="../_static/screenshot.png" alt="x" width="9" height="9" '
    figure += 'style="background: none !important">'
    wrong = content(opened(PAGE, after_title(figure), theme="dark"), "dark")
    assert any("on the dark ground" in line for line in wrong), wrong


def test_a_focus_that_cannot_be_seen_and_a_box_that_does_not_unfold(opened):
    style = "<style>.bd-header-article button { outline: 0 !important }</style>"
    deaf = "<script>addEventListener('click', event => event.preventDefault(), true)</script>"
    page = opened(CHAPTER, swap("</head>", f"{style}{deaf}</head>"))
    found = focus_marks(page) + folds(page)
    assert unsaid(["no focus mark on BUTTON", "does not unfold"], found) == [], found


def test_copy_buttons_that_copy_something_else_or_leave_the_clipboard_alone(opened):
    deaf = "<script>navigator.clipboard.writeText('before');"
    deaf += "addEventListener('keydown', event => event.preventDefault(), true)</script></head>"
    code = r'(<div class="highlight-ipython3[^>]*><div class="highlight"><pre[^>]*>)'
    page = opened(HOMEWORK, lambda html: swap(code, r"\1oops ")(swap("</head>", deaf)(html)))
    found = copies(page, (ROOT / HOMEWORK).with_suffix(".ipynb"))
    assert unsaid(["no button copies", "the clipboard holds 'before'"], found) == [], found


def test_a_listing_of_a_new_kind_of_element_is_looked_at_wholly():
    def page(*kinds):
        return Page("".join(f'<i class="{kind}">x</i>' for kind in kinds))

    pages = {"_modules/a.html": page("k"), "_modules/b.html": page("n", "k", "s"), "c.html": page()}
    assert alike(pages) == {"_modules/a.html"}
    assert alike(pages | {"_modules/a.html": page("k", "new")}) == set()


def test_a_search_without_its_records(tab, address):
    tab.page.route(
        "**/records.js*", lambda route: route.fulfill(status=200, body="bookSearch.records([])")
    )
    assert results(tab.open(f"{address}/search.html?q=hidden_dim")) == []
    tab.page.unroute_all()


def test_a_page_is_looked_at_again_if_a_file_of_it_or_what_looks_has_changed(tmp_path, monkeypatch):
    page, eye = files = [tmp_path / name for name in ("a.html", "eye.py")]
    monkeypatch.setattr("seen.EYES", [eye])
    for file in files:
        file.write_text("as it was", encoding="utf-8")

    def recalled(version="1.0"):
        return Memory("pages", version, folder=tmp_path).recall("a.html")

    Memory("pages", "1.0", folder=tmp_path).keep("a.html", {page, tmp_path / "absent"}, {"x": 1})
    assert recalled() == {"x": 1}
    assert recalled("1.1") is None
    for file in files:
        file.write_text("another", encoding="utf-8")
        assert recalled() is None
        file.write_text("as it was", encoding="utf-8")
        assert recalled() == {"x": 1}
    (tmp_path / "absent").write_text("now there", encoding="utf-8")
    assert recalled() is None
