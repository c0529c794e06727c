"""The built site: nothing from elsewhere, maths typeset, readable on a phone and in the dark.

The site is the one in `_build/html`; `make test` builds it first. A browser opens every
page at two widths and in both themes. Which browser: the one that the environment
variable CHROMIUM names, else the system's, else the one `make browser` fetches.
"""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
REQUIRED = bool(os.environ.get("REQUIRE_SITE") or os.environ.get("CI"))
WIDTHS = (390, 1440)
THEMES = ("light", "dark")
MATHJAX = (
    "tex-chtml.js",
    "input/tex/extensions/ams.js",
    "output/chtml/fonts/woff-v2/MathJax_Main-Regular.woff",
    "LICENSE.txt",
)


def unavailable(reason: str):
    """Fail where the site must be tested, skip loudly elsewhere."""
    (pytest.fail if REQUIRED else pytest.skip)(reason)


# ---------------------------------------------------------------- reading pages


LOADING = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src",
    "audio": "src", "embed": "src", "object": "data", "input": "src",
}  # fmt: skip
LOADING_RELS = {
    "stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch",
    "icon", "shortcut", "apple-touch-icon", "manifest",
}  # fmt: skip


class Page(HTMLParser):
    """What a page loads and shows: resources, images, ids, links, redirection."""

    def __init__(self, text: str):
        super().__init__()
        self.resources: list[str] = []
        self.images: list[dict] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.redirects = False
        self.feed(text)
        css = re.findall(r"""(?:url\(|@import)\s*['"]?((?:https?:)?//[^'")\s]+)""", text)
        self.resources += css

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag in LOADING and attributes.get(LOADING[tag]):
            self.resources.append(attributes[LOADING[tag]])
        if tag == "link" and LOADING_RELS & set(attributes.get("rel", "").lower().split()):
            self.resources.append(attributes.get("href", ""))
        if tag == "img":
            self.images.append(attributes)
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.redirects = True


def resources_from_elsewhere(page: Page) -> list[str]:
    return [url for url in page.resources if urlsplit(url).netloc]


def images_without_description(page: Page) -> list[str]:
    """Return the images whose alt text is missing, short, or the name of a file."""
    bad = []
    for image in page.images:
        source, alt = image.get("src", ""), image.get("alt", "").strip()
        logo = "logo" in image.get("class", "")
        if (len(alt) < 20 and not logo) or not alt or re.search(r"\.(png|svg|jpe?g)$", alt):
            bad.append(f"{source}: alt {alt!r}")
    return bad


def broken_links(pages: dict[str, Page]) -> list[str]:
    """Return the links inside the site that lead to no page or to no anchor."""
    bad = []
    for name, page in pages.items():
        for href in page.links:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
                continue
            target = name
            if parts.path:
                target = os.path.normpath(os.path.join(os.path.dirname(name), unquote(parts.path)))
            if target not in pages:
                if not (SITE / target).is_file():
                    bad.append(f"{name}: {href}")
            elif parts.fragment and unquote(parts.fragment) not in pages[target].ids:
                bad.append(f"{name}: {href}: no such anchor")
    return bad


# ---------------------------------------------------------------- the files


@pytest.fixture(scope="session")
def pages() -> dict[str, Page]:
    if not (SITE / "index.html").exists():
        unavailable(f"there is no site in {SITE.relative_to(ROOT)}; build it with: make book")
    found = {}
    for path in sorted(SITE.rglob("*.html")):
        name = path.relative_to(SITE).as_posix()
        if not name.startswith("_static/"):
            found[name] = Page(path.read_text(encoding="utf-8"))
    return found


def test_no_page_names_a_resource_of_another_host(pages):
    found = {name: resources_from_elsewhere(page) for name, page in pages.items()}
    assert {name: urls for name, urls in found.items() if urls} == {}


def test_no_stylesheet_names_a_resource_of_another_host(pages):
    assert pages
    pattern = re.compile(r"""(?:url\(|@import)\s*['"]?(?:https?:)?//""")
    sheets = SITE.rglob("*.css")
    assert [p.name for p in sheets if pattern.search(p.read_text(encoding="utf-8"))] == []


def test_mathjax_is_part_of_the_site(pages):
    assert pages
    folder = SITE / "_static" / "mathjax"
    assert [name for name in MATHJAX if not (folder / name).is_file()] == []


def test_every_image_says_what_it_shows(pages):
    found = {name: images_without_description(page) for name, page in pages.items()}
    assert {name: images for name, images in found.items() if images} == {}


def test_every_link_inside_the_site_leads_somewhere(pages):
    assert broken_links(pages) == []


# The readers of pages notice what they are for.


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<script src="//cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="https://fonts.example.org/f.css">',
        '<link rel="preconnect" href="https://fonts.example.org">',
        '<img src="https://example.org/x.png" alt="">',
        '<style>@import "https://example.org/x.css";</style>',
    ],
)
def test_a_resource_from_elsewhere_is_noticed(html):
    assert resources_from_elsewhere(Page(html))


def test_a_link_elsewhere_is_not_a_resource():
    page = Page('<a href="https://dlsyscourse.org">course</a><link rel="canonical" href="//x/">')
    assert resources_from_elsewhere(page) == []


@pytest.mark.parametrize(
    "image",
    ['<img src="a.png">', '<img src="a.png" alt="../_images/0123456789abcdef.png">',
     '<img src="a.png" alt="figure">'],
)  # fmt: skip
def test_an_image_without_a_description_is_noticed(image):
    assert images_without_description(Page(image))


def test_broken_links_are_noticed():
    page = Page('<p id="here"><a href="#here">a</a><a href="#gone">b</a><a href="gone.html">c</a>')
    assert len(broken_links({"book/page.html": page})) == 2


# ---------------------------------------------------------------- the browser


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a tab that is closed early breaks the pipe


def serving(folder: Path):
    """Return a server of a folder on a free port of this machine, running."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    server = QuietServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="session")
def address(pages):
    assert pages
    server = serving(SITE)
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def chromium() -> str | None:
    """Return the path of a Chromium, or None to let Playwright look for its own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        path = chromium() or driver.chromium.executable_path
        if not Path(path).exists():
            unavailable(
                "no browser to test the site with: install Chromium (Debian: apt-get install "
                "chromium), run `make browser`, or let CHROMIUM name one"
            )
        browser = driver.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        )  # fmt: skip
        yield browser
        browser.close()


INSPECT = """async () => {
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  for (const image of document.images) { image.loading = "eager"; }
  await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
  const text = [...document.querySelectorAll(".bd-article, article")]
    .map(article => {
      const copy = article.cloneNode(true);
      copy.querySelectorAll("pre, code, script, mjx-container").forEach(node => node.remove());
      return copy.textContent;
    }).join("\\n");
  return {
    maths: document.querySelectorAll(".math").length,
    typeset: document.querySelectorAll("mjx-container").length,
    errors: [...document.querySelectorAll(
      "mjx-merror, mjx-mtext[style*='red'], [data-mjx-error], mjx-mtext[color='red']")]
      .map(node => node.getAttribute("data-mjx-error") || node.textContent),
    leftOver: (text.match(/\\\\[()\\[\\]]|\\$\\$/g) || []).length,
    width: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
    wide: [...document.querySelectorAll("main *")]
      .filter(node => node.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .filter(node => {
        for (let box = node.parentElement; box; box = box.parentElement)
          if (box.matches("main")) return true;
          else if (getComputedStyle(box).overflowX !== "visible") return false;
      })
      .slice(0, 3)
      .map(node => `${node.tagName}.${node.className}: ${node.textContent.slice(0, 40)}`),
    images: [...document.images].filter(image => image.complete && !image.naturalWidth
      && getComputedStyle(image).display !== "none").map(image => image.src),
    theme: document.documentElement.dataset.theme,
  };
}"""


def visit(browser, url: str, width: int, theme: str) -> list[str]:
    """Open a page with empty caches and return what is wrong with it."""
    wrong: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
    )
    try:
        tab = context.new_page()
        here = urlsplit(url).netloc

        def on_request(request):
            parts = urlsplit(request.url)
            if parts.scheme not in ("data", "blob", "about") and parts.netloc != here:
                wrong.append(f"asks another host: {request.url}")

        def on_response(response):
            if response.status >= 400:
                wrong.append(f"{response.status}: {response.url}")

        def on_console(message):
            if message.type in ("error", "warning"):
                wrong.append(f"console: {message.text}")

        tab.on("request", on_request)
        tab.on("response", on_response)
        tab.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        tab.on("console", on_console)
        tab.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        tab.goto(url, wait_until="load")
        seen = tab.evaluate(INSPECT)
    finally:
        context.close()
    if seen["maths"] and seen["typeset"] < seen["maths"]:
        wrong.append(f"{seen['typeset']} of {seen['maths']} formulas are typeset")
    if seen["errors"]:
        wrong.append(f"TeX errors: {seen['errors']}")
    if seen["leftOver"]:
        wrong.append(f"{seen['leftOver']} marks of untypeset maths in the text")
    if seen["width"] > seen["window"]:
        wrong.append(f"scrolls sideways: {seen['width']} > {seen['window']} px: {seen['wide']}")
    if seen["images"]:
        wrong.append(f"images that do not load: {seen['images']}")
    if seen["theme"] != theme:
        wrong.append(f"theme {seen['theme']!r}, expected {theme!r}")
    return wrong


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_in_the_browser(pages, address, browser, width, theme):
    names = [name for name, page in pages.items() if not page.redirects]
    found = {name: visit(browser, f"{address}/{name}", width, theme) for name in names}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_maths_is_typeset_from_a_file_address(pages, browser):
    name = next(n for n, page in pages.items() if n.startswith("book/notation"))
    wrong = visit(browser, (SITE / name).as_uri(), 1440, "light")
    assert [line for line in wrong if "typeset" in line or "host" in line] == []


# The browser's test notices what it is for.

BROKEN = {
    "an outside script": ('<script src="http://localhost:9/x.js"></script>', "asks another host"),
    "a missing file": ('<img src="gone.png" alt="x">', "404"),
    "a script error": ("<script>nothing.at.all()</script>", "script error"),
    "a console error": ("<script>console.error('no')</script>", "console: no"),
    "untypeset maths": ('<article><span class="math">\\(a\\)</span></article>', "typeset"),
    "a TeX error": ("<mjx-container><mjx-merror>bad</mjx-merror></mjx-container>", "TeX errors"),
    "a wide block": ('<main><div style="width: 700px">wide</div></main>', "scrolls sideways"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_browser_notices(name, browser, tmp_path):
    body, complaint = BROKEN[name]
    page = f'<!doctype html><html data-theme="light"><meta charset="utf-8">{body}</html>'
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (tmp_path / "favicon.ico").write_bytes(b"")
    server = serving(tmp_path)
    try:
        url = f"http://127.0.0.1:{server.server_port}/page.html"
        wrong = visit(browser, url, 390, "light")
    finally:
        server.shutdown()
        server.server_close()
    assert any(complaint in line for line in wrong), wrong
