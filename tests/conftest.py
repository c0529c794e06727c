"""Fixtures that several test files use."""

import os
from pathlib import Path

import hypothesis
import pytest
from browsing import FLAGS, ROOT, SITE, Page, chromium, serving, unavailable
from drift import pytest_terminal_summary  # noqa: F401  a hook: see tools/drift.py

# Hypothesis tries new cases on every run; on CI the same ones, so that a red run can be repeated.
# No deadlines: a machine that is busy with something else is not a bug of ours.
for name, options in {
    "new": {},
    "ci": {"derandomize": True, "database": None},
    "mutants": {"derandomize": True, "database": None, "max_examples": 30},
}.items():
    hypothesis.settings.register_profile(name, deadline=None, **options)
PROFILE = "ci" if os.environ.get("CI") == "true" else "new"
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", PROFILE))

SHARED = Path(__file__).resolve().parents[2] / "shared"  # a folder beside the checkout


@pytest.fixture(scope="session")
def full_mnist():
    """Return the folder of the full MNIST, or skip the test where there is none."""
    if folder := os.environ.get("SIMPLE_ML_DATA"):
        return Path(folder)  # if it is wrong, the test fails and says so
    folder = SHARED / "mnist"
    if folder.is_dir():
        return folder
    message = "full MNIST not found: set SIMPLE_ML_DATA to the folder of its four files"
    if os.environ.get("CI") == "true" and SHARED.is_dir():
        pytest.fail(message)  # there it is promised, and a skipped test would hide its loss
    pytest.skip(message)


# ---------------------------------------------------------------- the site


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
