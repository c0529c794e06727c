"""No symbol of the notation without a use, no letter without a row, one advice in one wording."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
MATHS = re.compile(r"\$\$(.*?)\$\$|\$([^$]+)\$", re.DOTALL)
LABELLED = re.compile(r"\$\$((?:(?!\$\$).)*)\$\$ \((eq-[\w-]+)\)", re.DOTALL)
NOTATION = (ROOT / "book" / "notation.md").read_text(encoding="utf-8")


def prose(path: Path) -> str:
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def maths(text: str) -> str:
    """Return the formulas of a text, blanks and needless braces left out."""
    return " ".join(plain(shown or inline) for shown, inline in MATHS.findall(text))


def plain(tex: str) -> str:
    return re.sub(r"\s|(?<=[_^])\{(\w)\}", r"\1", tex).replace(r"\|", r"\lVert")


def symbols() -> list[str]:
    """Return what the first column of the notation's tables writes down, left of an equals sign."""
    cells = re.findall(r"^\* - (\$.+)$", NOTATION, re.MULTILINE)
    return [s.partition("=")[0].strip() for cell in cells for s in re.findall(r"\$([^$]+)\$", cell)]


# Words and signs that are no letters of their own.
NAMED = re.compile(
    r"\\(?:text|operatorname|mathrm|mathbb|mathsf|begin|end|underbrace)\*?\{[^}]*\}|_\{?(?:max|min)\}?"
)
GREEK = {
    "alpha", "beta", "gamma", "delta", "varepsilon", "epsilon", "eta", "theta", "Theta", "kappa",
    "lambda", "mu", "rho", "sigma", "Sigma", "Gamma", "tau", "phi", "varphi", "xi", "zeta", "omega",
}  # fmt: skip


def letters(tex: str) -> set[str]:
    tex = NAMED.sub(" ", tex)
    found = re.findall(r"\\([A-Za-z]+)|([A-Za-z])", tex)
    return {name for name, _ in found if name in GREEK} | {letter for _, letter in found if letter}


def letters_of_two_chapters() -> dict[str, set[str]]:
    used = defaultdict(set)
    for chapter in CHAPTERS:
        for tex, _ in LABELLED.findall(prose(chapter)):
            for letter in letters(tex):
                used[letter].add(chapter.name[:2])
    return {letter: chapters for letter, chapters in used.items() if len(chapters) > 1}


@pytest.mark.parametrize("symbol", symbols())
def test_each_symbol_of_the_notation_is_used_in_a_chapter(symbol):
    assert any(plain(symbol) in maths(prose(chapter)) for chapter in CHAPTERS)


def test_each_letter_that_two_chapters_use_in_numbered_equations_is_in_the_notation():
    known = letters(" ".join(shown or inline for shown, inline in MATHS.findall(NOTATION)))
    used = letters_of_two_chapters()
    assert len(used) > 30
    assert {letter: where for letter, where in used.items() if letter not in known} == {}


def test_a_letter_without_a_row_is_noticed():
    assert letters(r"\operatorname{softmax}(h)_i + \zeta \max x") == {"h", "i", "zeta", "x"}


ADVICE = (
    "keep W1 as it is and divide W2 by √d instead of √k. One learning rate then serves every width"
)
MODEST = "At 100 hidden units and the homework's rate it hardly matters"
GIVEN = (
    "book/index.md",
    "book/cheat_sheet.md",
    "book/lab.md",
    "notebooks/05_initialization.ipynb",
    "notebooks/06_width_and_learning_rate.ipynb",
)


@pytest.mark.parametrize("name", GIVEN)
def test_the_advice_is_the_same_in_the_same_words(name):
    text = re.sub(r"\\sqrt\{?(\w)\}?|\\sqrt (\w)", r"√\1\2", prose(ROOT / name))
    text = re.sub(r"[*$]|\s+", lambda m: " " * m[0].isspace(), text.replace("W_", "W"))
    assert ADVICE.casefold() in text.casefold()
    assert MODEST.casefold() in text.casefold()
