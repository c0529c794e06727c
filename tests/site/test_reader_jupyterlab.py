"""The copies of the chapters in JupyterLab, in a browser, and in nbconvert, which comes with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from test_reader_notebooks import COPIES, NAMES, RENDERER, copy_words, on_the_page, site_words

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed; install it with: make lab")
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)

SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells, also those far below
    "apputils-extension/themes": {"adaptive-theme": True},  # dark where the browser is
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
OPEN_ALL = """() => {
  document.querySelectorAll(".jp-showHiddenCellsButton").forEach(solution => solution.click());
  document.querySelectorAll("details").forEach(hint => hint.open = true);
}"""
SEEN = """() => {
  const text = [...document.querySelectorAll(".jp-MarkdownOutput")].map(cell => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll("code, pre, mjx-container").forEach(node => node.remove());
    return copy.textContent;
  }).join("\\n");
  return {
    light: document.body.dataset.jpThemeLight,
    formulas: document.querySelectorAll(".jp-MarkdownOutput mjx-container").length,
    errors: document.querySelectorAll("mjx-merror, [data-mjx-error]").length,
    images: [...document.images].filter(image => !image.naturalWidth).map(image => image.src),
    left: text.match(/.*(?:\\$|\\*\\*|\\]\\(|\\\\[a-z]).*/g) || [],
  };
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory, copies):
    """Return the address of a JupyterLab that has the copies, and settings of its own."""
    assert copies
    folder = tmp_path_factory.mktemp("jupyter")
    for name, settings in SETTINGS.items():
        path = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings), encoding="utf-8")
    shutil.copytree(COPIES, folder / "notebooks")  # it writes beside what it opens
    names = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
             "JUPYTER_CONFIG_DIR": "config", "JUPYTER_RUNTIME_DIR": "runtime"}  # fmt: skip
    environment = os.environ | {name: str(folder / place) for name, place in names.items()}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        f"--port={port}",
        f"--notebook-dir={folder / 'notebooks'}",
        "--IdentityProvider.token=",
    ]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *options]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server)
        yield f"http://127.0.0.1:{port}/doc/tree"
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str, server: subprocess.Popen, seconds: int = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            return urllib.request.urlopen(url).close()
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"JupyterLab does not answer within {seconds} s")


@pytest.mark.parametrize("name", NAMES)
def test_formulas_and_pictures_show_in_light_and_in_dark(name, lab, browser, copies):
    texts = [cell.source for cell in copies[name].cells if cell.cell_type == "markdown"]
    formulas = sum(RENDERER.render(text).count('class="math') for text in texts)
    for theme in ("light", "dark"):
        tab = browser.new_page(color_scheme=theme)
        tab.set_default_timeout(120_000)
        tab.goto(f"{lab}/{name}.ipynb?reset")
        tab.wait_for_selector(".jp-MarkdownOutput")
        tab.evaluate(OPEN_ALL)
        typeset = "document.querySelectorAll('.jp-MarkdownOutput mjx-container').length"
        tab.wait_for_function(f"{typeset} >= {formulas}")
        assert tab.evaluate(SEEN) == {
            "light": str(theme == "light").lower(),
            "formulas": formulas, "errors": 0, "images": [], "left": [],
        }  # fmt: skip
        tab.close()


@pytest.mark.parametrize("name", NAMES)
def test_nbconvert_reads_what_the_page_says(name, copies):
    from nbconvert.filters import markdown2html

    def render(text: str) -> str:
        text = text.replace("(attachment:", "(")  # they are the cell's, not the text's
        html = re.sub(r' (?:id|href)="[^"]*\$[^"]*"', "", markdown2html(text))  # of headings
        return FORMULA.sub('<span class="math"></span>', html)

    assert copy_words(on_the_page(name, copies[name]), render) == site_words(name)
