"""Open the built site in a browser: serve it, open a page, wait until it is drawn."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "html"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a tab that is closed early breaks the pipe


def serving(folder: Path, handler: type = QuietHandler) -> QuietServer:
    """Return a server of a folder on a free port of this machine, running."""
    server = QuietServer(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def open_context(browser, theme: str, width: int = 1440, **more):
    """Return a context that prefers a theme; each of its pages is a first visit."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(120_000)  # a busy machine is slow, not wrong
    context.add_init_script("try { localStorage.clear() } catch {}")
    return context


def open_page(context, url: str, wrong: list[str], whole: bool = True):
    """Open a page, note in ``wrong`` what goes wrong from then on, and wait until it is drawn.

    ``whole`` lays out what is far from the window, too, which the page leaves for later: a check
    of the whole page would see empty boxes there.
    """
    tab = context.new_page()
    here = urlsplit(url).netloc

    def on_request(request):
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about", "file") and parts.netloc != here:
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
    settle(tab, whole)
    return tab


def settle(tab, whole: bool = True) -> None:
    """Wait until nothing more is loaded."""
    if whole:
        tab.add_style_tag(content="* { content-visibility: visible !important }")
    tab.evaluate(SETTLE)


SETTLE = """async () => {
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
