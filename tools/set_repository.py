"""Tell the book where its repository is, for the buttons that run a chapter elsewhere.

    python tools/set_repository.py https://github.com/OWNER/NAME
    make notebooks test

It writes the address into ``_config.yml``, and into each notebook a first cell that fetches
the book when the notebook is opened on Colab, alone. Elsewhere, that cell does nothing, and
the site does not show it. Run it again after the address has changed or a chapter was added.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TAGS = ["colab", "remove-cell"]
SOURCE = """\
import sys

if "google.colab" in sys.modules:  # there, this notebook has come alone
    !git clone --quiet --depth 1 {repository} book
    %pip install --quiet "./book[plot]" sympy mpmath
    %cd book/notebooks
"""


def fetching_cell(repository: str) -> dict:
    """Return the code cell that fetches the book on Colab."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": "fetch-the-book",
        "metadata": {"tags": TAGS},
        "outputs": [],
        "source": SOURCE.format(repository=repository).rstrip().splitlines(keepends=True),
    }


def with_cell(notebook: dict, repository: str) -> dict:
    """Return the notebook with the cell before its first code cell."""
    cells = [cell for cell in notebook["cells"] if cell.get("id") != "fetch-the-book"]
    first = next(i for i, cell in enumerate(cells) if cell["cell_type"] == "code")
    return notebook | {"cells": [*cells[:first], fetching_cell(repository), *cells[first:]]}


def main(root: Path = ROOT, arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", help="https://github.com/OWNER/NAME")
    repository = parser.parse_args(arguments).repository.rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"https://[\w.-]+/[\w./-]+/[\w.-]+", repository):
        parser.error(f"{repository!r} is not like https://github.com/OWNER/NAME")
    config = root / "_config.yml"
    text = config.read_text(encoding="utf-8")
    text, count = re.subn(r"(?m)^( +book_repository:).*$", rf'\1 "{repository}"', text)
    if count != 1:
        raise SystemExit(f"{config.name}: {count} lines set book_repository, expected one")
    config.write_text(text, encoding="utf-8")
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        notebook = with_cell(json.loads(path.read_text(encoding="utf-8")), repository)
        text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8")
        print(f"notebooks/{path.name}: its first cell fetches the book on Colab")
    print("Now: make notebooks test")


if __name__ == "__main__":
    main()
