"""Has a formula, a number or a reference changed without anybody looking at it?

The check beside an equation is its twin in code: it computes, but it cannot read the TeX. Nor can
a test know that a value is quoted in the wrong sentence, or that a citation has another year. So
a person compares them once, and ``tests/book/facts.lock`` keeps a digest of what was compared:

- of each labelled equation: its TeX and the cells that check it, together, so that neither changes
  without the other being looked at;
- of each picture: its description, its caption and the cell that draws it, for the same reason;
- of each section: its formulas, code, numbers (words such as "twice", too), quoted values,
  citations and links, in their order. Other words may change freely;
- of each entry in ``book/references.bib``.

    python tools/facts.py           lists what has changed; exit code 1 if there is anything
    python tools/facts.py --lock    writes the digests down, after you have looked
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import equations

ROOT = Path(__file__).resolve().parents[1]
LOCK = "tests/book/facts.lock"
FACT = re.compile(
    r"\$\$[^$]+\$\$|\$[^$]+\$"  # a formula
    r"|\{[\w:-]+\}`[^`]+`"  # a role: a quoted value, a citation, a reference
    r"|`[^`]+`"
    r"|\]\([^)]*\)"  # where a link leads
    r"|\d[\d.,]*"
    r"|\b(?:half|halves|twice|double|thirds?|quarters?|tenth|hundredth|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|hundreds?|thousands?|millions?)\b",
    re.IGNORECASE,
)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$", re.MULTILINE)
ENTRY = re.compile(r"^@\w+\{(\w+),(.*?)^\}", re.MULTILINE | re.DOTALL)


def digest(parts: list[str]) -> str:
    """Return 16 hexadecimal digits that depend on the parts and on their order."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def flat(text: str) -> str:
    """Return a text without its white space: where its lines break is no fact."""
    return re.sub(r"\s+", "", text)


def passages(cells: list[dict]) -> Iterator[tuple[str, str]]:
    """Yield the text of each Markdown cell in pieces, each with the heading that it begins with."""
    heading = "top"
    for cell in cells:
        if cell["cell_type"] == "markdown":
            start, *rest = HEADING.split(equations.source(cell))
            yield heading, start
            for heading, text in zip(rest[::2], rest[1::2], strict=True):
                yield heading, f"{heading}\n{text}"


def pictures(cells: list[dict]) -> Iterator[tuple[str, list[str]]]:
    """Yield the name of each described picture, its description, its caption and its code."""
    for number, cell in enumerate(cells):
        shown = cell.get("metadata", {}).get("mystnb", {})
        alt, figure = shown.get("image", {}).get("alt", ""), shown.get("figure", {})
        if alt or figure:
            name = figure.get("name", f"in cell {number}")
            yield name, [flat(alt), flat(figure.get("caption", "")), equations.source(cell)]


def facts(root: Path = ROOT) -> dict[str, list[str]]:
    """Return the facts of each equation, picture, section and reference, by name."""
    root = Path(root)
    found: dict[str, list[str]] = {}
    cells = {}
    pages = [*root.glob("notebooks/*.ipynb"), *root.glob("book/*.md"), root / "README.md"]
    for path in sorted(pages):
        text, file = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        page = {"cells": [{"cell_type": "markdown", "source": text}]}
        cells[file] = (page if path.suffix == ".md" else json.loads(text))["cells"]
        for heading, passage in passages(cells[file]):
            prose = equations.DISPLAY.sub(lambda m: m[0] if not m["label"] else "", passage)
            found.setdefault(f"{file}: {heading}", []).extend(map(flat, FACT.findall(prose)))
        found |= {f"{file}: picture {name}": parts for name, parts in pictures(cells[file])}
    for equation in equations.read_book(root).labelled:
        twins = [equations.source(cells[check.file][check.cell]) for check in equation.checks]
        found[equation.label] = [flat(equation.tex), *twins]
    for path in root.glob("book/*.bib"):
        for key, entry in ENTRY.findall(path.read_text(encoding="utf-8")):
            found[f"reference {key}"] = [flat(entry)]
    return {name: parts for name, parts in found.items() if parts}


def differences(root: Path = ROOT) -> list[str]:
    """Return what has changed since the lock was written, a sentence each."""
    now = {name: digest(parts) for name, parts in facts(root).items()}
    lines = (Path(root) / LOCK).read_text(encoding="utf-8").splitlines()
    before = {name: value for value, _, name in (line.partition("  ") for line in lines)}
    return [
        *(f"{name}: is gone" for name in before if name not in now),
        *(f"{name}: is new" for name in now if name not in before),
        *(f"{name}: has changed" for name in now if before.get(name, now[name]) != now[name]),
    ]


def lock(root: Path = ROOT) -> None:
    """Write the digests of today's facts down."""
    lines = [f"{digest(parts)}  {name}\n" for name, parts in sorted(facts(root).items())]
    (Path(root) / LOCK).write_text("".join(lines), encoding="utf-8")


def main() -> int:
    if sys.argv[1:] == ["--lock"]:
        lock()
        return 0
    found = differences()
    print("\n".join([*found, f"{len(found)} differences from {LOCK}"]))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
