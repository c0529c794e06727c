"""Publish the live laboratory: its modules and digits, loaded by its own page only.

The files of ``book/lab/`` are copied to ``_static/lab/`` at the end of the build, as they are.
(In ``book/_static`` Jupyter Book would add each script to every page.) The page ``book/lab``
alone gets the style sheet and the first module; the module asks for the others itself.
"""

from __future__ import annotations

import shutil
from pathlib import Path

PAGE = "book/lab"
SOURCE = Path(__file__).resolve().parents[1] / "lab"


def load_on_its_page(app, pagename, templatename, context, doctree) -> None:
    if pagename == PAGE:
        app.add_css_file("lab/lab.css")
        app.add_js_file("lab/lab.js", type="module")


def copy_laboratory(app, exception) -> None:
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "lab")
    shutil.rmtree(target, ignore_errors=True)  # a file that was renamed leaves none behind
    shutil.copytree(SOURCE, target)


def setup(app):
    app.connect("html-page-context", load_on_its_page)
    app.connect("build-finished", copy_laboratory)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
