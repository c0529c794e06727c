"""Numbers in sentences: a cell computes them, and executing the chapter writes them there.

A Markdown cell, or the caption of a figure, holds a number between two comments::

    The test error is <!--test_err-->7.9 %<!--/-->.

A code cell of the same notebook computes it (``simple_ml.study.quote``)::

    quote("{:.1f} %", test_err=100 * err)

Every renderer hides the comments and shows the number, and a diff shows how it changed.
"""

import json
import re
from collections import Counter

QUOTE = re.compile(r"<!--(?P<name>[\w.+-]+)-->(?P<number>[^<>\n]*)<!--/-->")
STORED = re.compile(r"<!-- quotes (?P<numbers>\{.*\}) -->", re.DOTALL)  # what `quote` displays
COMMENT = re.compile(r"<!--.*")
# A line that starts with a comment, after the mark of a list or a quotation, is HTML and no text.
BLOCK = re.compile(r"^(?:[ \t>]|[-*+] |\d+[.)] )*<!--", re.MULTILINE)
# In a formula and in code a comment shows.
SHOWN = re.compile(r"\$\$.*?\$\$|\$[^$]+\$|(`+)[^`\n]+\1", re.DOTALL)


def quoted(output) -> dict[str, str]:
    """Return the numbers that an output of a cell hands to the sentences, by name."""
    found = STORED.fullmatch(output.get("data", {}).get("text/markdown", ""))
    return json.loads(found["numbers"]) if found else {}


def computed(notebook) -> list[tuple[str, str]]:
    """Return each name and number that the cells of a notebook quote, as stored."""
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [pair for cell in cells for output in cell.outputs for pair in quoted(output).items()]


def texts(notebook) -> list[tuple[int, dict, str]]:
    """Return where a sentence may quote: the cell's number, and the dict and key with the text."""
    places = []
    for number, cell in enumerate(notebook.cells):
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if cell.cell_type == "markdown":
            places.append((number, cell, "source"))
        elif "caption" in figure:
            places.append((number, figure, "caption"))
    return places


def fill(notebook) -> None:
    """Write the numbers that the cells have computed into the sentences that name them."""
    numbers = dict(computed(notebook))
    for _, holder, key in texts(notebook):
        holder[key] = QUOTE.sub(
            lambda found: f"<!--{found['name']}-->{numbers.get(*found.groups())}<!--/-->",
            holder[key],
        )


def changes(before, after) -> list[str]:
    """Return which quoted numbers are no longer what they were, a line each."""
    old = dict(computed(before))
    return [
        f"{name}: {old[name]} is now {number}"
        for name, number in computed(after)
        if old.get(name, number) != number
    ]


def wrong_numbers(text: str, numbers: dict[str, str]) -> list[str]:
    """Return which numbers of a text are not what the cells compute, a sentence each."""
    wrong = []
    for name, number in QUOTE.findall(text):
        if name not in numbers:
            wrong.append(f"no cell quotes {name!r}, which a sentence names")
        elif number != numbers[name]:
            wrong.append(
                f"the sentence says {number!r} for {name!r}, and the code says {numbers[name]!r}: "
                "run make notebooks"
            )
    return wrong


def wrong_comments(text: str) -> list[str]:
    """Return which comments of a text a reader would notice, a sentence each."""
    lone = COMMENT.findall(QUOTE.sub("", text))
    lines = (text[found.start() :].split("\n", 1)[0] for found in BLOCK.finditer(text))
    shown = (found[0] for found in SHOWN.finditer(text) if "<!--" in found[0])
    return [
        *(f"{alone} is no pair <!--name-->number<!--/--> in one line" for alone in lone),
        *(f"move a word before the comment, or it hides {line!r}" for line in lines),
        *(f"{part!r} shows the comment: end it before the number" for part in shown),
    ]


def problems(notebook) -> list[str]:
    """Return what is wrong with the quotes of a notebook, a sentence each."""
    pairs = computed(notebook)
    numbers, named, wrong = dict(pairs), set(), []
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1:
            wrong.append(f"{count} outputs quote {name!r}: give each number a name of its own")
    for cell, holder, key in texts(notebook):
        text = holder[key]
        named |= {name for name, _ in QUOTE.findall(text)}
        found = wrong_numbers(text, numbers) + wrong_comments(text)
        wrong += [f"cell {cell}: {problem}" for problem in found]
    for number, cell in enumerate(notebook.cells):
        if "<!--" in cell.metadata.get("mystnb", {}).get("image", {}).get("alt", ""):
            wrong.append(
                f"cell {number}: a description is plain text, in which a comment is read out"
            )
    for name in sorted(numbers.keys() - named):
        wrong.append(f"no sentence names {name!r}, which a cell quotes: use it or print it")
    return wrong
