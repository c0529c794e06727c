"""What the site says about where it is published, if it is told.

- ``book_url`` (or the environment variable BOOK_URL): the site's own address. Only with it
  are there canonical links, cards for chats and a sitemap.
- ``book_repository``: the repository's address. Only with it are there buttons to run a
  chapter on Binder or Colab, and a link to the source. Colab opens a notebook alone, so each
  chapter then needs a cell that fetches the rest; ``tools/set_repository.py`` writes it,
  and a chapter without it fails the strict build.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from sphinx.util import logging

logger = logging.getLogger(__name__)


def configure(app, config) -> None:
    if url := os.environ.get("BOOK_URL") or config.book_url:
        config.html_baseurl = url.rstrip("/") + "/"
    if repository := config.book_repository.rstrip("/"):
        config.html_theme_options |= {
            "repository_url": repository,
            "repository_branch": "main",
            "use_repository_button": True,
            "launch_buttons": {
                "binderhub_url": "https://mybinder.org",
                "colab_url": "https://colab.research.google.com",
                "notebook_interface": "jupyterlab",
            },
        }


def fetches_the_book(notebook: Path, repository: str) -> bool:
    """Tell whether a notebook has the cell that Colab needs, for this repository."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return any(
        "colab" in cell["metadata"].get("tags", [])
        and f"git clone --quiet --depth 1 {repository} " in "".join(cell["source"])
        for cell in cells
    )


def look_for_the_cells(app, env) -> None:
    if not (repository := app.config.book_repository.rstrip("/")):
        return
    for docname in sorted(env.found_docs):
        path = Path(env.doc2path(docname))
        if path.suffix == ".ipynb" and not fetches_the_book(path, repository):
            logger.warning(
                "%s: no cell that fetches %s on Colab; run: python tools/set_repository.py %s",
                path.name, repository, repository, type="addresses",
            )  # fmt: skip


def setup(app):
    app.add_config_value("book_url", "", "html")
    app.add_config_value("book_repository", "", "env")
    app.connect("config-inited", configure)
    app.connect("env-check-consistency", look_for_the_cells)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
