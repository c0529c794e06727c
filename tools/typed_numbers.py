"""Which numbers in the prose did somebody type, and why may they be typed?

A result in the prose comes from a cell that quotes it (tools/quotes.py), so it cannot grow stale.
This module reads what a reader reads: the notebooks' Markdown, captions and descriptions of
figures, and the pages in ``book/``. It lists every number except

- a quote, between ``<!--name-->`` and ``<!--/-->``;
- 0, 1 and 2, the number of a chapter, section, question or step, and dates;
- a setting: a number that stands in a code cell of the same notebook. With a per cent sign,
  "times" or "fold" behind it, it counts as a result all the same;
- those in ``tests/book/typed_numbers.toml``, each with the reason why it is no result.

It reads digits, not words such as "nine"; in inline formulas only powers of ten and numbers with
a decimal point. `tests/book/test_numbers.py` asks it.
"""

import ast
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import equations
import quotes

ROOT = Path(__file__).resolve().parents[1]
REASONS = ROOT / "tests" / "book" / "typed_numbers.toml"

NUMBER = re.compile(r"(?<![\w.−-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w]|\.\d)")
IN_FORMULA = re.compile(r"(?<![\d.])\d+\.\d+|10\^\{?-?\d+\}?")
RESULT = re.compile(r"^\s*(?:%|per cent|times\b|fold\b|-fold\b)")
# What a number may be the number of, or what makes it a date.
NAMED = re.compile(
    r"(?:[Cc]hapters?|[Ss]ections?|[Qq]uestions?|[Hh]omework|[Ff]igures?|[Tt]ables?|[Ee]xercises?|[Ss]teps?"
    r"|Python|NumPy|Matplotlib|[Cc]lass|[Rr]ow|[Ll]ayer|[Uu]nit|[Ss]eed|10-)"
    r"\s*(?:\d[\d.]*(?:,\s|\s*(?:and|to|or|–|-)\s*))*$"
)
DATE = re.compile(r"^(?:19|20)\d\d$")
# The number before a step of a list, and before a chapter's title in a table of contents.
ENUMERATED = re.compile(r"^\s*\d+[.)]\s|^\|\s*\d+\s*\|\s*\[[^]]*\]\([^)]*\.ipynb\)")
CODE = r"^[ >]*(`{3,})(?!\{(?!code)).*?^[ >]*\1"  # a block of it, and no other directive
REMOVED = [  # what is not typed prose, in this order
    re.compile(CODE, re.DOTALL | re.MULTILINE),
    re.compile(r"\$\$.*?\$\$(?: \(eq-[\w-]+\))?", re.DOTALL),
    quotes.QUOTE,
    re.compile(r"(?<!`)`+(?!`)[^`]*`+"),  # code, and the arguments of roles
    re.compile(r"\]\([^)]*\)"),
    re.compile(r"<[^>]*>"),
    re.compile(r"https?://\S+"),
    re.compile(r"^\s*:[\w-]+:.*$", re.MULTILINE),  # options of directives
    re.compile(r"^\s*:{3,}\{(?!.*title).*$", re.MULTILINE),
    re.compile(r"&#?\w+;"),
]
FORMULA = re.compile(r"\$[^$]+\$")


@dataclass(frozen=True)
class Typed:
    """A number, and the line it stands in."""

    file: str
    number: str
    line: str

    def __str__(self) -> str:
        return f"{self.file}: {self.number:>9}   {self.line}"


def blank(found: re.Match) -> str:
    """Return spaces, so that positions stay."""
    return re.sub(r"[^\n]", " ", found[0])


def value(text: str) -> float:
    return float(text.replace(",", ""))


def numbers(text: str) -> list[tuple[str, str, bool]]:
    """Return each number of a text, the line around it, and whether it is written as a result."""
    prose = text
    for pattern in REMOVED:
        prose = pattern.sub(blank, prose)
    formulas = FORMULA.sub(blank, prose)
    found = []
    start = 0
    for original, line, whole in zip(
        text.split("\n"), formulas.split("\n"), prose.split("\n"), strict=True
    ):
        for match in NUMBER.finditer(line):
            if ENUMERATED.match(original) and not line[: match.start()].strip(" |"):
                continue
            before = prose[: start + match.start()].replace("\n", " ")[-60:]
            if NAMED.search(before) or DATE.match(match[0]):
                continue
            found.append((match[0], original.strip(), bool(RESULT.match(line[match.end() :]))))
        for formula in FORMULA.finditer(whole):
            found += [(n, original.strip(), False) for n in IN_FORMULA.findall(formula[0])]
        start += len(line) + 1
    return found


def settings(cells: list[dict]) -> set[float]:
    """Return every number that stands in the code of a notebook."""
    found = set()
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        for node in ast.walk(ast.parse(equations.source(cell))):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                found.add(float(node.value))
    return found


def prose_of(path: Path) -> tuple[list[str], set[float]]:
    """Return what a reader reads of a file, and the settings in its code."""
    if path.suffix != ".ipynb":
        return [path.read_text(encoding="utf-8")], set()
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    texts = [equations.source(cell) for cell in cells if cell["cell_type"] == "markdown"]
    for cell in cells:
        shown = cell.get("metadata", {}).get("mystnb", {})
        texts.append(shown.get("image", {}).get("alt", ""))
        texts.append(shown.get("figure", {}).get("caption", ""))
    return texts, settings(cells)


def typed(path: Path, root: Path = ROOT) -> list[Typed]:
    """Return the numbers of a file that are neither small, nor named, nor settings."""
    file = path.relative_to(root).as_posix()
    texts, known = prose_of(path)
    found = []
    for text in texts:
        for number, line, result in numbers(text):
            if "^" in number or "." in number or value(number) not in (0, 1, 2) or result:
                setting = "^" not in number and value(number) in known
                if result or not setting:
                    found.append(Typed(file, number, line))
    return found


def reasons(path: Path = REASONS) -> list[dict]:
    """Return the entries file, text (a part of the line, with the numbers), reason."""
    return tomllib.loads(path.read_text(encoding="utf-8")).get("number", [])


def excused(number: Typed, entries: list[dict]) -> bool:
    """Return whether the list has the number: in its file, in its line, inside the text given."""
    return any(
        entry["file"] in (number.file, "*")
        and entry["text"] in number.line
        and number.number in entry["text"]
        for entry in entries
    )


def pages(root: Path = ROOT) -> list[Path]:
    """Return the chapters and the pages."""
    return [*sorted((root / "notebooks").glob("*.ipynb")), *sorted((root / "book").glob("*.md"))]
