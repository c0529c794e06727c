"""Which equations does the book display, and which cell checks each of them?

The contract. A displayed equation carries a label that starts with ``eq-``::

    $$
    G_2 = S - I_y
    $$ (eq-g2)

A code cell that checks it has the tag ``checks:eq-g2`` and, in its metadata::

    "equation_checks": {"eq-g2": {"kind": "symbolic",
                                  "mutant": ["S - I_y", "S + I_y"],
                                  "catches": "a lost sign"}}

``mutant`` is text of this very cell and what replaces its first occurrence. The cell
must pass as it stands and end in an ``AssertionError`` when it is mutated: a check
that has not been seen to fail is not a check.

This module reads the notebooks and the Markdown pages, without Sphinx. The site's extension
``book/_ext/equation_checks.py`` shows what it finds; ``tools/equation_mutants.py`` runs mutants.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.colon_fence import colon_fence_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

ROOT = Path(__file__).resolve().parents[1]
KINDS = ("symbolic", "numeric", "invariant")
PREFIX = "eq-"
TAG = "checks:"


@dataclass(frozen=True)
class Check:
    """A code cell that claims to fail if the equation ``label`` is wrong."""

    label: str
    file: str  # relative to the book's root, "/" as separator
    cell: int  # index among all cells of the notebook
    kind: str
    mutant: tuple[str, str]
    catches: str
    source: str


@dataclass(frozen=True)
class Equation:
    """A displayed equation, with the cells that check it."""

    label: str  # "" if it has none
    file: str
    chapter: int | None  # from the file's name; None for a page of prose
    heading: str  # the nearest heading above
    cell: int | None  # index of the Markdown cell; None for a page of prose
    tex: str
    checks: tuple[Check, ...] = ()


@dataclass
class Book:
    """All equations and checks, and what is wrong with them."""

    equations: list[Equation] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def numbers(self) -> dict[str, str]:
        """The number that the site prints beside each labelled equation of a chapter: 2.14."""
        numbers, count = {}, {}
        for equation in self.labelled:
            if equation.chapter is not None:
                count[equation.chapter] = count.get(equation.chapter, 0) + 1
                numbers[equation.label] = f"{equation.chapter}.{count[equation.chapter]}"
        return numbers

    @property
    def labelled(self) -> list[Equation]:
        return [equation for equation in self.equations if equation.label]


# ---------------------------------------------------------------- reading

MARKDOWN = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)
MARKDOWN.use(amsmath_plugin).use(colon_fence_plugin)
DIRECTIVE = re.compile(r"\s*\{([\w:-]+)\}")
CODE = ("", "code", "code-block", "code-cell")  # fences whose content is no Markdown


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, and in place of a directive those of its content."""
    for token in MARKDOWN.parse(text):
        if token.type in ("fence", "colon_fence"):
            name = DIRECTIVE.match(token.info)
            if (name[1] if name else "") not in (*CODE, "math"):
                yield from tokens(token.content)
                continue
        yield token


def displayed(text: str, heading: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield ``(label, tex, heading above)`` of each displayed equation of a text.

    A display that a label cannot be given to (``$$`` inside a line, a ``{math}``
    directive, a bare ``\\begin{align}``) comes out with an empty label. The last item
    has an empty ``tex``: it carries the heading that the text ends under.
    """
    before = ""
    for token in tokens(text):
        if token.type == "inline" and before == "heading_open":
            heading = token.content
        elif token.type == "math_block_label":
            yield token.info, token.content.strip(), heading
        elif token.type in ("math_block", "amsmath") or token.info.strip() == "{math}":
            yield "", token.content.strip(), heading
        for child in token.children or ():
            if child.type == "math_inline_double":
                yield "", child.content.strip(), heading
        before = token.type
    yield "", "", heading


def source(cell: dict) -> str:
    """Return the text of a notebook's cell, however it is stored."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else "".join(text)


def chapter_number(file: str) -> int | None:
    """Return 4 for ``notebooks/04_training.ipynb`` and None for a page of prose."""
    match = re.match(r"(\d+)_", Path(file).name)
    return int(match[1]) if match and file.endswith(".ipynb") else None


def read_notebook(path: Path, file: str, book: Book) -> None:
    """Add a notebook's equations and checks to ``book``."""
    heading = ""
    for index, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "markdown":
            for label, tex, above in displayed(source(cell), heading):
                heading = above
                if tex:
                    number = chapter_number(file)
                    book.equations.append(Equation(label, file, number, heading, index, tex))
        elif cell["cell_type"] == "code":
            read_checks(cell, file, index, book)


def read_page(path: Path, file: str, book: Book) -> None:
    """Add a Markdown page's labelled equations to ``book``; the others are its own affair."""
    for label, tex, heading in displayed(path.read_text(encoding="utf-8")):
        if tex and label:
            book.equations.append(Equation(label, file, None, heading, None, tex))


def read_checks(cell: dict, file: str, index: int, book: Book) -> None:
    """Add the checks that a code cell claims, and say what is wrong with the claims."""
    where = f"{file}, cell {index}"
    metadata = cell.get("metadata", {})
    tags = [tag.removeprefix(TAG) for tag in metadata.get("tags", []) if tag.startswith(TAG)]
    entries = metadata.get("equation_checks", {})
    for label in sorted(set(tags) - set(entries)):
        book.problems.append(f"{where}: tag {TAG}{label} without equation_checks metadata")
    for label in sorted(set(entries) - set(tags)):
        book.problems.append(f"{where}: equation_checks for {label} without the tag {TAG}{label}")
    for label, entry in entries.items():
        kind, catches = entry.get("kind", ""), entry.get("catches", "")
        mutant = entry.get("mutant", [])
        if kind not in KINDS:
            book.problems.append(
                f"{where}: {label}: kind {kind!r} is not one of {', '.join(KINDS)}"
            )
        if not catches.strip():
            book.problems.append(f"{where}: {label}: `catches` does not say which mistake")
        if len(mutant) != 2 or not all(isinstance(text, str) for text in mutant):
            book.problems.append(f"{where}: {label}: mutant must be [old text, new text]")
            continue
        if not mutant[0] or mutant[0] not in source(cell):
            book.problems.append(f"{where}: {label}: mutant text {mutant[0]!r} is not in the cell")
        book.checks.append(Check(label, file, index, kind, tuple(mutant), catches, source(cell)))


def read_book(root: Path = ROOT) -> Book:
    """Read every chapter and page below ``root``: equations with their checks, problems."""
    book = Book()
    root = Path(root)
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        read_notebook(path, path.relative_to(root).as_posix(), book)
    for path in sorted((root / "book").glob("*.md")):
        read_page(path, path.relative_to(root).as_posix(), book)

    book.equations = [
        replace(equation, checks=tuple(c for c in book.checks if c.label == equation.label))
        for equation in book.equations
    ]
    book.problems += label_problems(book)
    return book


def label_problems(book: Book) -> Iterator[str]:
    """Yield what is wrong with the labels of equations and checks, a sentence each."""
    seen: dict[str, str] = {"": ""}
    for equation in book.equations:
        label = equation.label
        where = equation.file if equation.cell is None else f"{equation.file}, cell {equation.cell}"
        if not label:
            start = " ".join(equation.tex.split())[:50]
            yield f"{where}: a displayed equation has no label: {start}"
        elif not label.startswith(PREFIX):
            yield f"{where}: label {label!r} must start with {PREFIX!r}"
        elif label in seen:
            yield f"{where}: {label} is also the label of an equation in {seen[label]}"
        elif not equation.checks:
            yield f"{equation.file}: no cell checks {label}"
        seen.setdefault(label, where)
    for check in book.checks:
        if check.label not in seen:
            yield f"{check.file}, cell {check.cell}: checks {check.label}, but no equation has it"
