"""Fixtures of the site's tests: the built pages, a server, a browser.

What is missing skips the tests that need it, with the command to type; `make test` sets
REQUIRE_SITE, and then they fail.
"""

import os

import browser as browsers
import nbformat
import pytest
from browsing import ROOT, SITE, Tab, serving
from checks import Page, Visit, visit


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: opens pages in a browser (marked by itself)")


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    for item in items:
        if "driver" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def unavailable(reason: str):
    (pytest.fail if os.environ.get("REQUIRE_SITE") else pytest.skip)(reason)


@pytest.fixture(scope="session")
def pages() -> dict[str, Page]:
    """Return the pages of the built site by name."""
    if not (SITE / "index.html").exists():
        unavailable(f"there is no site in {SITE.relative_to(ROOT)}; build it with: make book")
    found = {}
    for path in sorted(SITE.rglob("*.html")):
        name = path.relative_to(SITE).as_posix()
        if not name.startswith("_static/"):
            found[name] = Page(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def copies(pages) -> dict[str, nbformat.NotebookNode]:
    """Return the chapters' copies for readers by name."""
    assert pages
    paths = sorted((SITE.parent / "notebooks").glob("*.ipynb"))
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


@pytest.fixture(scope="session")
def address(pages):
    """Return where the built site is served."""
    assert pages
    with serving(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def driver():
    """Return Playwright, running."""
    with browsers.sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(driver):
    """Return a browser that is there; `make test` sets one up first."""
    try:
        browser = browsers.launch(driver)
    except browsers.NoBrowser as reason:
        unavailable(f"{reason}, or let one be set up by: make test")
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def tab(browser):
    """Return a tab that the tests share: ``open`` starts each page anew."""
    allowed = ["clipboard-read", "clipboard-write"]
    tab = Tab(browser, permissions=allowed, accept_downloads=True)
    yield tab
    tab.close()


@pytest.fixture(scope="session")
def visits(tab, pages, address) -> dict[str, Visit]:
    """Return what was found on each page, opened once for all that is checked on it."""
    return {
        name: visit(tab, f"{address}/{name}", (ROOT / name).with_suffix(".ipynb"))
        for name, page in pages.items()
        if not page.redirects
    }
