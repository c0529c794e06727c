"""Which browser the tests of the site get: one of the system, one that is set up, or a sentence."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import browser as browsers
import pytest
from playwright.sync_api import Error

TOOL = Path(browsers.__file__)


class Machine:
    """A computer without a browser, and as much of Playwright as is asked for.

    ``files`` holds the programs by name; only one that "works" starts. ``after`` says which
    program is there after a command.
    """

    def __init__(self):
        self.files: dict[str, str] = {}
        self.after: dict[str, tuple[str, str]] = {}
        self.commands: list[str] = []
        self.chromium = self
        self.executable_path = "playwright's"

    def which(self, name):
        return f"/bin/{name}" if name in self.files else None

    def run(self, *command):
        name = next(word for word in command if word in ("playwright", "update", "install"))
        self.commands.append(name)
        self.files.update([self.after[name]] if name in self.after else [])

    def launch(self, executable_path="", channel="", **options):
        if self.files.get((executable_path or channel).removeprefix("/bin/")) != "works":
            raise Error("BrowserType.launch: It is no browser.\nAnd much more.")
        return SimpleNamespace(close=lambda: None)


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browsers.shutil, "which", machine.which)
    monkeypatch.setattr(browsers, "is_root", lambda: False)
    monkeypatch.setattr(browsers, "run", machine.run)
    return machine


LACKING = {"playwright": ("playwright's", "lacks a library")}
DEBIAN_S = {"install": ("chromium", "works")}


@pytest.mark.parametrize(
    ("name", "after", "found", "commands"),
    [
        ("google-chrome", {}, "/bin/google-chrome", []),
        ("msedge", {}, "msedge", []),
        ("playwright's", {}, "playwright's", []),
        ("", {"playwright": ("playwright's", "works")}, "playwright's", ["playwright"]),
        ("apt-get", DEBIAN_S, "/bin/chromium", ["playwright", "update", "install"]),
        ("apt-get", LACKING | DEBIAN_S, "/bin/chromium", ["playwright", "update", "install"]),
    ],
)
def test_what_is_there_is_taken_before_one_is_downloaded_or_installed(
    machine, monkeypatch, name, after, found, commands
):
    machine.files = {"chromium-browser": "says what to install", name: "works"}
    machine.after = after
    monkeypatch.setattr(browsers, "is_root", lambda: True)
    assert browsers.find(machine, set_up=True) == found
    assert machine.commands == commands


def test_what_chromium_names_comes_first_and_no_other_is_taken(machine, monkeypatch):
    machine.files = {"chromium": "works", "brave": "works"}
    monkeypatch.setenv("CHROMIUM", "brave")
    assert browsers.find(machine) == "/bin/brave"
    del machine.files["brave"]
    with pytest.raises(browsers.NoBrowser, match=r"names no browser: brave .* unset CHROMIUM"):
        browsers.find(machine)


def test_tests_download_nothing(machine):
    with pytest.raises(browsers.NoBrowser):
        browsers.find(machine)
    assert machine.commands == []


def test_the_command_says_in_one_line_why_there_is_no_browser_and_what_to_type(tmp_path):
    nowhere = {
        "PATH": str(tmp_path),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "playwright"),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",  # nobody answers there
        "CHROMIUM": "",
    }
    done = subprocess.run(
        [sys.executable, TOOL], env=os.environ | nowhere, text=True, capture_output=True
    )
    assert done.returncode == 3
    assert done.stdout.startswith("no browser was found (")
    assert "-m playwright install chromium --with-deps" in done.stdout
    assert done.stdout.count("\n") == 1
    assert "ECONNREFUSED" in done.stderr


def test_the_command_prints_the_path_of_a_browser(driver, browser):
    assert browser.is_connected()
    path = browsers.find(driver)
    command, environment = [sys.executable, TOOL], os.environ | {"CHROMIUM": path}
    assert subprocess.check_output(command, env=environment, text=True) == f"{path}\n"
