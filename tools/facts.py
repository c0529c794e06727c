"""Did a formula, a piece of code, a reference or a link in a page change by accident?

A check computes; it cannot read the formula beside it. No program knows which paper a sentence
should cite, or that `Z1 >= 0` was meant to be `Z1 > 0`. So tests/book/facts.lock holds a digest of
these for each page, in their order. Words, numbers and headings are not in it: other tests hold the
numbers, and words may change freely.

    python tools/facts.py        renews the digests and prints which pages changed
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import equations
import records

ROOT = records.ROOT
LOCK = ROOT / "tests" / "book" / "facts.lock"
PAGES = ("book/*.md", "book/*.bib", "notebooks/*.ipynb")
HEADING = re.compile(r"^#{1,6} .*$", re.MULTILINE)
FACT = re.compile(
    r"\$\$[^$]+\$\$|\$[^$]+\$"  # a formula
    r"|\{[\w:-]+\}`[^`]+`"  # a citation, a reference
    r"|`[^`]+`"
    r"|<!--[\w+.-]+-->"  # which number is quoted here
    r"|\]\([^)]*\)|https?://[^\s)>]+"  # where a link leads
)
BIB = re.compile(r"^@\w+\{\w+|\d+", re.MULTILINE)


def facts(path: Path) -> list[str]:
    """Return the facts of a page, a notebook or a list of references, in their order."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".bib":
        return BIB.findall(text)
    if path.suffix == ".md":
        return FACT.findall(HEADING.sub("", text))
    found = []
    for cell in json.loads(text)["cells"]:
        source, metadata = equations.source(cell), cell["metadata"]
        if cell["cell_type"] == "markdown":
            found += FACT.findall(HEADING.sub("", source))
        elif "equation_checks" in metadata:
            found.append(source)  # so that a check gets no weaker
        found += FACT.findall(metadata.get("mystnb", {}).get("figure", {}).get("caption", ""))
    return found


def listing(root: Path = ROOT) -> str:
    """Return a digest of its facts and the name of each page, a line each."""
    lines = []
    for path in sorted(path for pattern in PAGES for path in root.glob(pattern)):
        # Where a line breaks is no fact.
        text = "\0".join("".join(fact.split()) for fact in facts(path))
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        lines.append(f"{digest}  {path.relative_to(root).as_posix()}\n")
    return "".join(lines)


if __name__ == "__main__":
    records.renew(LOCK, listing())
