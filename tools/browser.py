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

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

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


# ---------------------------------------------------------------- where a browser may be


def installed(driver: Playwright) -> Iterator[str]:
    """Yield the browsers of the system."""
    yield from filter(None, map(shutil.which, NAMES))
    yield from CHANNELS


def downloaded(driver: Playwright) -> Iterator[str]:
    """Yield the Chromium that Playwright has downloaded, if it has."""
    if os.path.exists(driver.chromium.executable_path):
        yield driver.chromium.executable_path


def download(driver: Playwright) -> Iterator[str]:
    """Let Playwright download its Chromium, and yield it."""
    run(*DOWNLOAD)
    yield from downloaded(driver)


def install_on_debian(driver: Playwright) -> Iterator[str]:
    """Install Debian's package, if this process may, and yield what is there then."""
    if is_root() and shutil.which("apt-get"):
        run("apt-get", "-qq", "update")
        run("apt-get", "-qq", "install", "--yes", "chromium")
        yield from installed(driver)


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def run(*command: str) -> None:
    """Run a command that may take minutes; standard output is kept for the result."""
    print(f"No browser yet; trying: {shlex.join(command)}", file=sys.stderr, flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdout=sys.stderr, timeout=60 * MINUTES, env=environment)
    if done.returncode:
        raise OSError(f"{shlex.join(command)} failed")


# ---------------------------------------------------------------- the first that starts

PRESENT = (installed, downloaded)
OBTAINABLE = (*PRESENT, download, install_on_debian)


def start(driver: Playwright, name: str) -> Browser:
    place = {"channel": name} if name in CHANNELS else {"executable_path": name}
    return driver.chromium.launch(**place, args=list(FLAGS), timeout=120_000)


def find(driver: Playwright, ways: tuple[Callable, ...] = PRESENT) -> str:
    """Return the path, or Playwright's name, of the first browser that starts.

    A path alone is not enough: on some systems ``chromium-browser`` only says what to install.
    """
    named = os.environ.get("CHROMIUM")
    failures = []
    for way in [lambda _: [shutil.which(named) or named]] if named else ways:
        try:
            for name in way(driver):
                try:
                    start(driver, name).close()
                    return name
                except Error as error:
                    failures.append(f"{name} does not start: {first_line(error)}")
        except (OSError, subprocess.SubprocessError) as error:
            failures.append(first_line(error))
    if named:
        raise NoBrowser(
            f"the variable CHROMIUM names no browser: {failures[0]}. Try: unset CHROMIUM"
        )
    raise NoBrowser(f"no browser was found ({'; '.join(failures)}). {TRY}")


def launch(driver: Playwright) -> Browser:
    """Start a browser that is there."""
    return start(driver, find(driver))


def first_line(error: Exception) -> str:
    return str(error).removeprefix("BrowserType.launch: ").partition("\n")[0].rstrip(".: ")


def main() -> int:
    """Print what to start, or why there is nothing."""
    with sync_playwright() as driver:
        try:
            print(find(driver, OBTAINABLE))
        except NoBrowser as reason:
            print(reason)
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
