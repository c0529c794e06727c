"""Typeset the maths from files in the site, so that it needs no network.

Sphinx's default asks a content delivery network for MathJax on each page. The PyPI
package *sphinx-mathjax-offline* holds MathJax 3.2.2 (Apache 2.0); at the end of the
build this extension copies the parts that the pages use into ``_static/mathjax/``:
the TeX-to-CHTML program, its TeX extensions, its fonts, and what the screen-reader
explorer of MathJax's context menu loads when a reader switches it on.

The files are copied rather than put into ``_static`` because Jupyter Book adds every
script it finds in such a folder to every page.
"""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from sphinx.errors import ExtensionError

PACKAGE = "sphinx-mathjax-offline"
PROGRAM = "tex-chtml.js"
WANTED = (
    PROGRAM,
    "input/tex/extensions/",
    "output/chtml/fonts/woff-v2/",
    "a11y/",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
)
LICENSE = Path(__file__).with_name("mathjax-LICENSE.txt")


def mathjax_files() -> dict[str, Path]:
    """Map the path inside MathJax to the installed file, for every file we publish."""
    try:
        installed = files(PACKAGE) or []
    except PackageNotFoundError:
        raise ExtensionError(
            f"{PACKAGE} is not installed; run: pip install -r requirements.txt"
        ) from None
    found = {}
    for path in installed:
        _, marker, inside = path.as_posix().partition("/static/mathjax/")
        if marker and inside.startswith(WANTED):
            found[inside] = Path(path.locate())
    for wanted in WANTED:
        if not any(inside.startswith(wanted) for inside in found):
            raise ExtensionError(f"{PACKAGE} holds no {wanted}; has its layout changed?")
    return found


def use_the_site_s_copy(app, config) -> None:
    config.mathjax_path = f"mathjax/{PROGRAM}"  # relative to _static


def copy_mathjax(app, exception) -> None:
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "mathjax")
    for inside, source in mathjax_files().items():
        copy = target / inside
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    shutil.copyfile(LICENSE, target / "LICENSE.txt")


def setup(app):
    app.connect("config-inited", use_the_site_s_copy)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
