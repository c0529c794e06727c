"""The copies of the chapters in JupyterLab, in a browser.

One JupyterLab in one tab shows them one after the other: to start either takes longer than a look.
"""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest
from browsing import PATIENCE
from seen import Memory
from test_reader_notebooks import COPIES, NAMES, RENDERER

MISSING = importlib.util.find_spec("jupyterlab") is None
pytestmark = [
    pytest.mark.jupyterlab,
    pytest.mark.skipif(MISSING, reason="JupyterLab is not installed; install it with: make lab"),
]

SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},  # all cells, also those far below
    "apputils-extension/themes": {"adaptive-theme": True},  # dark where the browser is
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
OPEN = """path => void jupyterapp.commands.execute("docmanager:open", {
  path, kernelPreference: { shouldStart: false, canStart: false } })"""
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
        "--core-mode",  # else it asks Node.js whether it would have to be built anew
        "--expose-app-in-browser",
    ]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *options]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/api", server)
        yield f"http://127.0.0.1:{port}/doc?reset"
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


@pytest.fixture(scope="module")
def desk(lab, browser):
    """Return a tab with JupyterLab and no notebook."""
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE)
    tab.goto(lab)
    tab.wait_for_function("window.jupyterapp")
    tab.evaluate("jupyterapp.restored")
    yield tab
    tab.close()


@pytest.fixture(scope="module")
def memory(browser):
    return Memory("jupyterlab", browser.version, importlib.metadata.version("jupyterlab"))


@pytest.mark.parametrize("name", NAMES)
def test_formulas_and_pictures_show_in_light_and_in_dark(name, memory, copies, request):
    copy = COPIES / f"{name}.ipynb"
    if memory.recall(name) is not None:
        return
    texts = [cell.source for cell in copies[name].cells if cell.cell_type == "markdown"]
    formulas = sum(RENDERER.render(text).count('class="math') for text in texts)
    tab = request.getfixturevalue("desk")
    tab.evaluate("jupyterapp.shell.currentWidget?.dispose()")  # to close it, it would ask to save
    tab.wait_for_function("!document.querySelector('.jp-Notebook')")
    tab.evaluate(OPEN, copy.name)
    tab.wait_for_selector(".jp-MarkdownOutput")
    tab.evaluate(OPEN_ALL)
    typeset = "document.querySelectorAll('.jp-MarkdownOutput mjx-container').length"
    tab.wait_for_function(f"{typeset} >= {formulas}")
    for theme in ("light", "dark")[:: -1 if NAMES.index(name) % 2 else 1]:  # each change takes long
        tab.emulate_media(color_scheme=theme)
        light = str(theme == "light").lower()
        tab.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        assert tab.evaluate(SEEN) == {"formulas": formulas, "errors": 0, "images": [], "left": []}
    memory.keep(name, [copy], {})
