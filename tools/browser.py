"""Find a browser for the site's tests, or set one up.

    python tools/browser.py        prints the path of a browser that starts; where none can be
                                   had, prints why and what to type, with exit status 3

If the variable CHROMIUM names a browser, it is that one. Otherwise it is the first that starts of

1. a Chrome, Chromium or Edge of the system,
2. the Chromium that Playwright has downloaded,
3. the same, downloaded now,
4. Debian's package, installed now, where this runs as root with apt-get.

Tests and tools only look for what is there (``launch``); the command also sets one up.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "microsoft-edge-stable", "msedge",
)  # fmt: skip
ON_MACOS = ("Google Chrome", "Chromium", "Microsoft Edge")
ON_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
WINDOWS_FOLDERS = ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
)  # fmt: skip
# How to install a browser, by the package manager that is there.
INSTALL = {
    "apt-get": "sudo apt-get install chromium",
    "dnf": "sudo dnf install chromium",
    "zypper": "sudo zypper install chromium",
    "pacman": "sudo pacman -S chromium",
    "brew": "brew install --cask google-chrome",
    "winget": "winget install Google.Chrome",
}
MINUTES = 10  # for a download


class NoBrowser(Exception):
    """No browser starts. The message, one line, says why and what to type."""


# ---------------------------------------------------------------- where a browser may be


def installed(driver: Playwright) -> Iterator[str]:
    """Yield the browsers of the system: on the PATH, then where macOS and Windows keep them."""
    yield from filter(None, map(shutil.which, NAMES))
    folders = [Path("/Applications"), Path.home() / "Applications"]
    places = [
        folder / f"{name}.app/Contents/MacOS/{name}" for folder in folders for name in ON_MACOS
    ]
    folders = [Path(os.environ[name]) for name in WINDOWS_FOLDERS if name in os.environ]
    places += [folder / name for folder in folders for name in ON_WINDOWS]
    yield from (str(path) for path in places if path.is_file())


def downloaded(driver: Playwright) -> Iterator[str]:
    """Yield the Chromium that Playwright has downloaded, if it has."""
    if os.path.exists(driver.chromium.executable_path):
        yield driver.chromium.executable_path


def download(driver: Playwright) -> Iterator[str]:
    """Let Playwright download its Chromium, and yield it."""
    run(sys.executable, "-m", "playwright", "install", "chromium")
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


def start(driver: Playwright, path: str) -> Browser:
    return driver.chromium.launch(executable_path=path, args=list(FLAGS), timeout=120_000)


def find(driver: Playwright, ways: tuple[Callable, ...] = PRESENT) -> str:
    """Return the path of the first browser that starts.

    A path alone is not enough: on some systems ``chromium-browser`` only says what to install.
    """
    named = os.environ.get("CHROMIUM")
    failures = []
    for way in [lambda _: [shutil.which(named) or named]] if named else ways:
        try:
            for path in way(driver):
                try:
                    start(driver, path).close()
                    return path
                except Error as error:
                    failures.append(f"{path} does not start: {first_line(error)}")
        except (OSError, subprocess.SubprocessError) as error:
            failures.append(first_line(error))
    if named:
        raise NoBrowser(
            f"the variable CHROMIUM names no browser: {failures[0]}. Try: unset CHROMIUM"
        )
    why = f" ({'; '.join(failures)})" if failures else ""
    raise NoBrowser(f"no browser was found{why}. Try: {what_to_type()}")


def launch(driver: Playwright) -> Browser:
    """Start a browser that is there."""
    return start(driver, find(driver))


def first_line(error: Exception) -> str:
    return str(error).removeprefix("BrowserType.launch: ").partition("\n")[0].rstrip(".: ")


def what_to_type() -> str:
    """Return the one command that would help here."""
    if os.path.exists("/etc/os-release") and platform.freedesktop_os_release()["ID"] == "ubuntu":
        # Ubuntu's package is a snap, which containers cannot install.
        command = f"sudo {sys.executable} -m playwright install --with-deps chromium"
    else:
        managers = (command for name, command in INSTALL.items() if shutil.which(name))
        command = next(managers, "CHROMIUM=/path/of/a/browser make test")
    return command.removeprefix("sudo ") if is_root() else command


def main() -> int:
    """Print the path of a browser, or why there is none."""
    with sync_playwright() as driver:
        try:
            print(find(driver, OBTAINABLE))
        except NoBrowser as reason:
            print(reason)
            return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
