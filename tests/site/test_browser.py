"""Which browser the tests of the site get: one of the system, one that is set up, or a sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import browser as browsers
import pytest
from playwright.sync_api import Error

TOOL = Path(browsers.__file__)


def program(path: Path, text: str = "") -> Path:
    """Write a file that looks like a program; the driver below starts those that say "works"."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text or "works", encoding="utf-8")
    path.chmod(0o755)
    return path


class Driver:
    """As much of Playwright as is asked for; its own Chromium is in a folder of the test."""

    def __init__(self, folder: Path):
        self.chromium = self
        self.executable_path = str(folder / "playwright" / "chrome")

    def launch(self, executable_path="", channel="", **options):
        path = Path(executable_path or Path(self.executable_path).parents[1] / channel)
        if not path.is_file() or "works" not in path.read_text():
            raise Error("BrowserType.launch: It is no browser.\nAnd much more.")
        return SimpleNamespace(close=lambda: None)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """A machine without a browser: folders that are empty, a user who may install nothing."""
    commands = []
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(browsers, "is_root", lambda: False)
    monkeypatch.setattr(browsers, "run", lambda *command: commands.append(command))
    return SimpleNamespace(driver=Driver(tmp_path), folder=tmp_path, commands=commands)


def find(machine, ways=browsers.OBTAINABLE):
    return browsers.find(machine.driver, ways)


@pytest.mark.parametrize("name", ["chromium", "google-chrome-stable"])
def test_a_browser_on_the_path_is_found(machine, name):
    path = program(machine.folder / "bin" / name)
    assert find(machine) == str(path)
    assert machine.commands == []


@pytest.mark.parametrize("channel", browsers.CHANNELS)
def test_a_browser_that_playwright_knows_where_to_find_is_started_by_its_name(machine, channel):
    program(machine.folder / channel)
    assert find(machine) == channel
    assert machine.commands == []


def test_what_chromium_names_comes_first(machine, monkeypatch):
    program(machine.folder / "bin/chromium")
    mine = program(machine.folder / "elsewhere/my browser")
    monkeypatch.setenv("CHROMIUM", str(mine))
    assert find(machine) == str(mine)


def test_chromium_may_name_a_command(machine, monkeypatch):
    program(machine.folder / "bin/brave")
    monkeypatch.setenv("CHROMIUM", "brave")
    assert find(machine) == str(machine.folder / "bin/brave")


def test_if_chromium_names_nothing_no_other_browser_is_taken(machine, monkeypatch):
    program(machine.folder / "bin/chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere")
    with pytest.raises(browsers.NoBrowser, match=r"/nowhere does .* unset CHROMIUM"):
        find(machine)


def test_a_program_that_is_no_browser_is_passed_over(machine):
    """Ubuntu's chromium-browser, where snaps cannot be installed, only says so."""
    program(machine.folder / "bin/chromium-browser", "echo install the snap")
    works = program(machine.folder / "bin/google-chrome")
    assert find(machine) == str(works)


def test_the_browser_that_playwright_has_is_found_and_no_other_is_downloaded(machine):
    program(Path(machine.driver.executable_path))
    assert find(machine, browsers.PRESENT) == machine.driver.executable_path
    assert machine.commands == []


def test_without_a_browser_playwright_downloads_one(machine, monkeypatch):
    def run(*command):
        assert command == (sys.executable, "-m", "playwright", "install", "chromium")
        program(Path(machine.driver.executable_path))

    monkeypatch.setattr(browsers, "run", run)
    assert find(machine) == machine.driver.executable_path


@pytest.mark.parametrize("download", ["fails", "does not start"])
def test_where_the_download_is_of_no_use_root_installs_debian_s_package(
    machine, monkeypatch, download
):
    def run(*command):
        machine.commands.append(command)
        if "playwright" in command:
            if download == "fails":
                raise OSError("playwright install chromium failed")
            program(Path(machine.driver.executable_path), "a library is missing")
        elif "install" in command:
            program(machine.folder / "bin/chromium")

    monkeypatch.setattr(browsers, "run", run)
    monkeypatch.setattr(browsers, "is_root", lambda: True)
    program(machine.folder / "bin/apt-get")
    assert find(machine) == str(machine.folder / "bin/chromium")
    assert [command[0] for command in machine.commands] == [sys.executable, "apt-get", "apt-get"]


def test_where_none_can_be_had_one_line_says_why_and_what_to_type(machine, monkeypatch):
    def run(*command):
        raise OSError("playwright install chromium failed")

    monkeypatch.setattr(browsers, "run", run)
    with pytest.raises(browsers.NoBrowser) as raised:
        find(machine)
    why, typed = str(raised.value).split(". Try: ")
    assert why.startswith("no browser was found (")
    assert why.endswith("playwright install chromium failed)")
    assert "-m playwright install chromium --with-deps" in typed
    assert "\n" not in typed


def test_tests_download_nothing(machine):
    with pytest.raises(browsers.NoBrowser):
        find(machine, browsers.PRESENT)
    assert machine.commands == []


# ---------------------------------------------------------------- as typed


def typed(tmp_path, **environment) -> subprocess.CompletedProcess:
    """Run the command where the PATH has no browser and Playwright cannot download one."""
    kept = {name: value for name, value in os.environ.items() if name != "CHROMIUM"}
    nowhere = {
        "PATH": str(tmp_path),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "playwright"),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",  # nobody answers there
    }
    return subprocess.run(
        [sys.executable, TOOL], env=kept | nowhere | environment, text=True, capture_output=True
    )


def test_the_command_says_why_there_is_no_browser(tmp_path):
    done = typed(tmp_path)
    assert done.returncode == 3
    assert done.stdout.startswith("no browser was found (")
    assert "playwright install chromium failed). Try: " in done.stdout
    assert done.stdout.count("\n") == 1
    assert "ECONNREFUSED" in done.stderr


def test_the_command_says_that_chromium_names_nothing(tmp_path):
    done = typed(tmp_path, CHROMIUM="/nowhere")
    assert (done.returncode, done.stdout.count("\n")) == (3, 1)
    assert "CHROMIUM names no browser: /nowhere" in done.stdout


def test_the_command_prints_the_path_of_a_browser(driver, browser, tmp_path):
    assert browser.is_connected()
    path = browsers.find(driver)
    done = typed(tmp_path, CHROMIUM=path)
    assert (done.returncode, done.stdout) == (0, f"{path}\n")
