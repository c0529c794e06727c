"""Fixtures of the site's tests: the built pages, a server, a browser."""

from pathlib import Path

import pytest
from browsing import FLAGS, ROOT, SITE, Page, chromium, serving, unavailable


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
def address(pages):
    """Return where the built site is served."""
    assert pages
    server = serving(SITE)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Return a Chromium; where there is none, the run says so, and fails where it must not."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        unavailable("playwright is not installed; pip install -r requirements.txt does it")
    with sync_playwright() as driver:
        path = chromium() or driver.chromium.executable_path
        if not Path(path).exists():
            unavailable(
                "no browser to test the site with: install Chromium (Debian: apt-get install "
                "chromium), run `make setup-browser`, or let CHROMIUM name one"
            )
        browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
