"""What the tests of the site and of the laboratory share: a browser, if one can be had.

What is missing skips the tests that need it, with the command to type; `make test` sets
REQUIRE_SITE, and then they fail. Nothing is imported here that the package's own tests lack.
"""

import os

import pytest


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(items):
    for item in items:
        if "driver" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def unavailable():
    """Return the function that a fixture calls with the reason why it has nothing to give."""
    return pytest.fail if os.environ.get("REQUIRE_SITE") else pytest.skip


@pytest.fixture(scope="session")
def site(unavailable):
    """Return the folder of the built site."""
    from browsing import ROOT, SITE

    if not (SITE / "index.html").exists():
        unavailable(f"there is no site in {SITE.relative_to(ROOT)}; build it with: make book")
    return SITE


@pytest.fixture(scope="session")
def driver():
    """Return Playwright, running."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(driver, unavailable):
    """Return a browser that is there; `make test` sets one up first."""
    import browser as browsers

    try:
        browser = browsers.launch(driver)
    except browsers.NoBrowser as reason:
        unavailable(f"{reason}, or let one be set up by: make test")
    yield browser
    browser.close()
