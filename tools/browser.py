"""Find a browser for the site's tests, or set one up.

    python tools/browser.py        prints what to start; where no browser can be had, prints why
                                   and what to type, with exit status 3

If the variable CHROMIUM names a browser, it is that one. Otherwise it is the first that starts of

1. a Chromium or Chrome on the PATH, a Chrome or Edge where Playwright knows to look for it,
2. the Chromium that Playwright has downloaded,
3. the same, downloaded now,
4. Debian's package, installed now, where this runs as root with apt-get.

Tests and tools only look for what is there (``launch``); the command also sets one up.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHANNELS = ("chrome", "msedge")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
)  # fmt: skip
DOWNLOAD = (sys.executable, "-m", "playwright", "install", "chromium")
TRY = f"Try: {shlex.join(DOWNLOAD)} --with-deps, or install Chrome, or set CHROMIUM to a path"
MINUTES = 10  # for a download


class NoBrowser(Exception):
    """No browser starts. The message, one line, says why and what to type."""


def candidates(driver: Playwright, set_up: bool) -> Iterator[str]:
    """Yield the browsers that may be there; with ``set_up``, also those that can be had."""
    yield from filter(None, map(shutil.which, NAMES))
    yield from CHANNELS
    yield driver.chromium.executable_path
    if set_up:
        run(*DOWNLOAD)
        yield driver.chromium.executable_path
        if is_root() and shutil.which("apt-get"):
            run("apt-get", "-qq", "update")
            run("apt-get", "-qq", "install", "--yes", "chromium")
            yield from filter(None, map(shutil.which, NAMES))


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def run(*command: str) -> None:
    """Run a command that may fail or take minutes; standard output is kept for the result."""
    print(f"No browser yet; trying: {shlex.join(command)}", file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, stdout=sys.stderr, timeout=60 * MINUTES, env=environment)
    except subprocess.TimeoutExpired as error:
        print(error, file=sys.stderr)


def start(driver: Playwright, name: str) -> Browser:
    place = {"channel": name} if name in CHANNELS else {"executable_path": name}
    return driver.chromium.launch(**place, args=list(FLAGS), timeout=120_000)


def find(driver: Playwright, set_up: bool = False) -> str:
    """Return the path, or Playwright's name, of the first browser that starts.

    A path alone is not enough: on some systems ``chromium-browser`` only says what to install.
    """
    named = os.environ.get("CHROMIUM")
    failures = {}
    for name in [shutil.which(named) or named] if named else candidates(driver, set_up):
        try:
            start(driver, name).close()
            return name
        except Error as error:
            line = str(error).removeprefix("BrowserType.launch: ").partition("\n")[0]
            failures[name] = f"{name} does not start: {line.rstrip('.: ')}"
    why = "; ".join(failures.values())
    if named:
        raise NoBrowser(f"the variable CHROMIUM names no browser: {why}. Try: unset CHROMIUM")
    raise NoBrowser(f"no browser was found ({why}). {TRY}")


def launch(driver: Playwright) -> Browser:
    """Start a browser that is there."""
    return start(driver, find(driver))


def main() -> int:
    """Print what to start, or why there is nothing."""
    with sync_playwright() as driver:
        try:
            print(find(driver, set_up=True))
        except NoBrowser as reason:
            print(reason)
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
