"""The laboratory in a real browser, served from a folder below the root, as it may be published."""

from pathlib import Path

import pytest
from browsing import SITE, Tab, serving
from driving import state

COMPARE = Path(__file__).with_name("compare.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def published(site):
    """Return where the site is served."""
    with serving(site.parent) as address:
        yield f"{address}/{SITE.name}"


@pytest.fixture(scope="session")
def still(browser):
    """Return a tab of a reader who has asked for less motion: it draws less often."""
    allowed = ["clipboard-read", "clipboard-write"]
    tab = Tab(browser, permissions=allowed)
    yield tab
    tab.close()


@pytest.fixture
def visit(browser, still, published):
    """Open the laboratory as often as wanted; whatever goes wrong there fails the test.

    With options of a browser's context it is in a tab of its own.
    """
    others = []

    def go(hash="", *, width=1280, theme="light", ready=True, **options):
        if options:
            others.append(Tab(browser, **options))
        tab = others[-1] if options else still
        page = tab.open(f"{published}/book/lab.html{hash}", theme, width)
        if ready:
            state(page, "ready")
        return page

    yield go
    wrong = [line for tab in (still, *others) for line in tab.wrong]
    still.page.unroute_all()
    for tab in others:
        tab.close()
    # Where there are no scripts, or no digits, a request is given up.
    assert [line for line in wrong if not line.startswith("failed: ")] == []


@pytest.fixture(scope="session")
def modules(browser, published):
    """A call of a function of compare.js in an empty page of the same origin."""
    context = browser.new_context()
    tab = context.new_page()
    folder = f"{published}/_static/lab/"
    files = {
        "empty.html": {"body": "", "content_type": "text/html"},
        "compare.js": {"body": COMPARE, "content_type": "text/javascript"},
    }
    for name in files:
        tab.route(folder + name, lambda r: r.fulfill(**files[r.request.url.rpartition("/")[2]]))
    tab.goto(f"{folder}empty.html")

    def call(name, **values):
        return tab.evaluate(
            f"async values => (await import('./compare.js')).{name}(values)",
            {"folder": folder, **values},
        )

    call.evaluate = tab.evaluate
    yield call
    context.close()
