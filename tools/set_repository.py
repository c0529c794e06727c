"""Tell the book where its repository is, for the buttons that run a chapter elsewhere.

    python tools/set_repository.py https://github.com/OWNER/NAME

It writes the address into ``_config.yml``, and into each notebook a first line that leads whoever
meets the source on GitHub to its readable copy. The site does not show that line. The copies are
on the branch ``reader``, where ``.github/workflows/pages.yml`` puts them. Run it again after the
address has changed or a chapter was added.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
POINTER = (
    "*This is a source: markup for the book's site, to be changed with `make edit`. "
    "[Its copy to read and to run]({repository}/blob/reader/notebooks/{name}) "
    "has the numbers of equations, the references and the listings.*"
)


def pointing_cell(repository: str, name: str) -> dict:
    """Return the Markdown cell that leads to the copy of a chapter."""
    return {
        "cell_type": "markdown",
        "id": "readable-copy",
        "metadata": {"tags": ["remove-cell"]},
        "source": [POINTER.format(repository=repository, name=name)],
    }


def write_pointer(path: Path, repository: str) -> None:
    """Put the cell before all others of a notebook, in place of an earlier one."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    others = [cell for cell in notebook["cells"] if cell.get("id") != "readable-copy"]
    notebook["cells"] = [pointing_cell(repository, path.name), *others]
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")


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
        write_pointer(path, repository)
        print(f"notebooks/{path.name}: its first line leads to the copy for readers")
    print("Now: make test")


if __name__ == "__main__":
    main()
