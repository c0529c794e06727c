"""Fixtures of the site's tests: its pages, a server, a tab. The browser is in tests/conftest.py."""

from dataclasses import asdict

import nbformat
import pytest
from browsing import ROOT, Tab, serving
from checks import Page, Visit, alike, files_of, glance, visit
from seen import Memory


@pytest.fixture(scope="session")
def pages(site) -> dict[str, Page]:
    """Return the pages of the built site by name."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if not name.startswith("_static/"):
            found[name] = Page(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def copies(pages, site) -> dict[str, nbformat.NotebookNode]:
    """Return the chapters' copies for readers by name."""
    assert pages
    paths = sorted((site.parent / "notebooks").glob("*.ipynb"))
    return {path.stem: nbformat.read(path, as_version=4) for path in paths}


@pytest.fixture(scope="session")
def address(site):
    """Return where the built site is served."""
    with serving(site) as address:
        yield address


@pytest.fixture(scope="session")
def tab(browser):
    """Return a tab that the tests share: ``open`` starts each page anew."""
    allowed = ["clipboard-read", "clipboard-write"]
    tab = Tab(browser, permissions=allowed, accept_downloads=True)
    yield tab
    tab.close()


@pytest.fixture(scope="session")
def visits(tab, browser, pages, address, site) -> dict[str, Visit]:
    """Return what was found on each page, opened once for all that is checked on it."""
    memory, found, words_alone = Memory("pages", browser.version), {}, alike(pages)
    for name in (name for name, page in pages.items() if not page.redirects):
        known_as = f"{name}, at a glance" if name in words_alone else name
        if kept := memory.recall(known_as):
            found[name] = Visit(**kept)
            continue
        url, chapter = f"{address}/{name}", (ROOT / name).with_suffix(".ipynb")
        found[name] = glance(tab, url) if name in words_alone else visit(tab, url, chapter)
        if not found[name].wrong:
            files = {site / name, chapter} | files_of(found[name].asked)
            memory.keep(known_as, files, asdict(found[name]))
    return found
