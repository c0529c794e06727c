"""Open the built site in a browser: serve it, go to a page, wait until it is drawn."""

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"
PATIENCE = 300_000  # milliseconds: a busy machine is slow, not wrong


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a page that is left early breaks the pipe


@contextlib.contextmanager
def serving(folder: Path, handler: type = QuietHandler) -> Iterator[str]:
    """Serve a folder from a free port of this machine, and give its address."""
    server = QuietServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Tab:
    """A tab that goes from page to page, each time as a first visitor.

    One tab serves many pages, since a new one takes the browser longer than most pages. ``wrong``
    holds what has gone wrong on the page that it shows, ``asked`` the addresses that it asked for.
    """

    def __init__(self, browser: Browser, **options):
        self.context = browser.new_context(**{"reduced_motion": "reduce"} | options)
        self.context.add_init_script("try { localStorage.clear() } catch {}")
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page = page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        network = self.context.new_cdp_session(page)
        network.send("Network.enable")
        network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.on("request", self.on_request)
        page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        page.on("response", self.on_response)
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))

    def on_request(self, request) -> None:
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about", "file") and parts.netloc != self.host:
            self.wrong.append(f"asks another host: {request.url}")

    def on_response(self, response) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status}: {response.url}")

    def on_console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"console: {message.text}")

    def open(self, url: str, theme: str = "light", width: int = 1440, whole: bool = False) -> Page:
        """Go to a page, wait until it is drawn, and return it; ``whole`` as in ``draw``."""
        self.page.goto("about:blank")  # else an address that differs in its anchor loads nothing
        self.wrong.clear()
        self.asked.clear()
        self.host = urlsplit(url).netloc
        self.page.emulate_media(color_scheme=theme, media="null")
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.goto(url, wait_until="load")
        draw(self.page, whole)
        return self.page

    def close(self) -> None:
        self.context.close()


def draw(page: Page, whole: bool) -> None:
    """Wait until nothing more is loaded.

    ``whole`` lays out what is far from the window, too, which the page leaves for later: a check
    of the whole page would see empty boxes there.
    """
    if whole:
        page.add_style_tag(content="* { content-visibility: visible !important }")
    page.evaluate(DRAWN)


DRAWN = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
  // Fonts are asked for when text is laid out, not when it is written, and a font that turns out
  // to lack a letter is followed by the next of its family: until a layout asks for no other.
  do {
    document.body.getBoundingClientRect();
    await document.fonts.ready;
    document.body.getBoundingClientRect();
  } while (document.fonts.status === "loading");
}"""
