"""In code cells, let each name of the package lead to its place on the API page.

Which names those are is read from the cell's syntax tree: what it, or a cell above it,
imported from ``simple_ml``, until the page gives the name to something else. A string, a
keyword argument or an attribute of the same spelling stays as it is. The link's title is
the first line of the docstring, and what a reader copies is unchanged.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator

PACKAGE = "simple_ml"
WORD = re.compile(r"\n|\w+|[^\w\n]+")
BLOCKS = "div.highlight-ipython3 pre, div.highlight-python pre, div.highlight-default pre"


class Api:
    """The documented objects of the package: where they are, and what they are."""

    def __init__(self, app):
        objects = app.env.get_domain("py").objects
        self.places = {
            name: (entry.docname, entry.node_id)
            for name, entry in objects.items()
            if name.startswith(f"{PACKAGE}.")
        }

    def find(self, module: str, name: str) -> str | None:
        """Return the documented name of what ``from module import name`` brings in."""
        value = getattr(importlib.import_module(module), name)
        home = getattr(value, "__module__", module)
        names = f"{module}.{name}", f"{home}.{name}"
        return next((full for full in names if full in self.places), None)

    def summary(self, full: str) -> str:
        """Return the signature and the first line of the docstring."""
        module, _, name = full.rpartition(".")
        value = getattr(importlib.import_module(module), name)
        if not callable(value):
            return full
        first = inspect.getdoc(value).partition("\n")[0].replace("`", "")
        return f"{name}{inspect.signature(value)}: {first}"


def assigned(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds to something of its own."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
        elif isinstance(inner, ast.FunctionDef | ast.ClassDef):
            yield inner.name


def names_in(text: str, known: dict[str, str], api: Api) -> dict[tuple[int, int], str]:
    """Map (line, column) to the documented name that stands there; renews ``known``.

    ``known`` maps what the page calls it to what the API page calls it.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:  # a magic command, or an excerpt
        return {}
    found = {}
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
                for alias in node.names:
                    if full := api.find(node.module, alias.name):
                        known[alias.asname or alias.name] = full
                        found[alias.lineno, alias.col_offset] = full
            elif isinstance(node, ast.Name) and node.id in known:
                if isinstance(node.ctx, ast.Load):
                    found[node.lineno, node.col_offset] = known[node.id]
        for name in assigned(statement):
            known.pop(name, None)
    return found


def link_block(block, places: dict[tuple[int, int], str], page, api: Api) -> None:
    """Make links of the words at these places of a highlighted block."""
    line, column = 1, 0
    for piece in list(block.find_all(string=True)):
        parts = []
        for word in WORD.findall(piece):
            full = places.get((line, column))
            parts.append(link(word, full, page, api) if full else word)
            line, column = (line + 1, 0) if word == "\n" else (line, column + len(word.encode()))
        piece.replace_with(*parts)


def link(word: str, full: str, page, api: Api):
    docname, anchor = api.places[full]
    address = page.app.builder.get_relative_uri(page.docname, docname)
    tag = page.soup.new_tag("a", href=f"{address}#{anchor}", title=api.summary(full))
    tag["class"] = "code-link"
    tag.string = word
    return tag


def link_names(page) -> None:
    """Link the package's names in all code of a page."""
    if page.docname not in page.app.env.found_docs:
        return
    api = Api(page.app)
    known: dict[str, str] = {}
    for block in page.soup.select(BLOCKS):
        if block.select_one("a.code-link"):
            return  # an earlier build has done this page
        places = names_in(block.get_text(), known, api)
        link_block(block, places, page, api)
