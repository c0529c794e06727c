"""Show of each code cell what a reader came for; the rest folds into a line that opens in place.

- Code to read has no mark, or the tag ``teach``. It stays open.
- A check has a tag ``checks:…``: "✓ checks (2.15), (2.14) · symbolic · 9 lines".
- A figure's cell, or one with the tag ``hide-input``, shows its output, and below it
  "Code of Figure 2.1", "Code" or, where no output is, "Set-up".

Neighbours that fold share a line. The copies for readers are written before, and hold each cell
as it was (``reader_notebooks.py``). What has the tag ``remove-cell`` MyST-NB leaves out.
"""

from html import escape

from docutils import nodes


class fold(nodes.General, nodes.Element):
    """A ``<details>`` with code; its attributes are what its line says."""

    def __init__(self, *arguments, **attributes):
        super().__init__(*arguments, **attributes)
        for name in ("figures", "labels", "kinds"):
            self.setdefault(name, [])


def is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def checked_by(cell: nodes.container) -> dict[str, dict]:
    """Return what a cell's metadata say of the equations that it checks."""
    return (cell.get("cell_metadata") or {}).get("equation_checks", {})


def kind(cell: nodes.container) -> str:
    """Return "teach", "check" or "plot"."""
    metadata = cell.get("cell_metadata") or {}
    tags = metadata.get("tags", [])
    if "teach" in tags:
        return "teach"
    if "hide-input" in tags or "figure" in metadata.get("mystnb", {}):
        return "plot"
    return "check" if checked_by(cell) else "teach"


def is_line(node: nodes.Node) -> bool:
    """Whether it is "This cell checks equation (2.3)", above a cell (``equation_checks.py``)."""
    return isinstance(node, nodes.paragraph) and "equation-check-of" in node["classes"]


def part(cell: nodes.container, name: str) -> nodes.Element | None:
    """Return the source or the output of a cell, if it has one."""
    return next((p for p in cell if p.get("nb_element") == f"cell_code_{name}" and len(p)), None)


def take_out_code(cell: nodes.container) -> nodes.container:
    """Take a cell's code, and what leads there, away from its output."""
    code = cell.copy()
    cell["ids"] = []
    if source := part(cell, "source"):
        cell.remove(source)
        code += source
    return code


def arrange(children: list[nodes.Node]) -> list[nodes.Node]:
    """Return the children of a section with code in folds where it is to be folded."""
    placed, above = [], []
    for node in children:
        if is_line(node):
            above = [node]
            continue
        if not is_cell(node) or kind(node) == "teach":
            placed += [*above, node]
        else:
            last = placed.pop() if placed and isinstance(placed[-1], fold) else fold()
            code = node
            if kind(node) == "plot" and part(node, "output"):
                if last["labels"] or last.get("below"):
                    placed.append(last)
                    last = fold()
                last["below"] = True
                last["figures"] += [figure["ids"][0] for figure in node.findall(nodes.figure)]
                code = take_out_code(node)
                placed.append(node)
            last["labels"] += checked_by(node)
            last["kinds"] += [check["kind"] for check in checked_by(node).values()]
            last += [*above, code]
            placed.append(last)
        above = []
    return placed


def count_lines(node: fold) -> int:
    blocks = [
        b for b in node.findall(nodes.literal_block) if b.parent["nb_element"][-6:] == "source"
    ]
    return sum(block.astext().strip().count("\n") + 1 for block in blocks)


def line(node: fold, equations: dict[str, str], figures: dict[str, tuple[int, ...]]) -> str:
    """Return what the closed fold says, with the numbers that things have."""
    parts = []
    if node["figures"]:
        found = (".".join(map(str, figures.get(name, ()))) for name in node["figures"])
        parts = ["Code of Figure " + ", ".join(found)]
    elif not node["labels"]:
        parts = ["Code" if node.get("below") else "Set-up"]
    if node["labels"]:
        found = {equations[label] for label in node["labels"] if label in equations}
        found = sorted(found, key=lambda number: int(number.partition(".")[2]))
        lines = count_lines(node)
        parts += [f"✓ checks ({'), ('.join(found)})", *dict.fromkeys(node["kinds"])]
        parts.append("1 line" if lines == 1 else f"{lines}\N{NO-BREAK SPACE}lines")
    return " · ".join(parts)


def show_outputs(app, doctree: nodes.document) -> None:
    """Keep MyST-NB from folding code above its output."""
    for cell in doctree.findall(is_cell):
        if cell.get("hide_mode") == "input":
            del cell["hide_mode"]


def fold_code(app, doctree: nodes.document, docname: str) -> None:
    if app.builder.format != "html":
        return
    figures = app.env.toc_fignumbers.get(docname, {}).get("figure", {})
    parents = {id(cell.parent): cell.parent for cell in doctree.findall(is_cell)}
    for parent in parents.values():
        parent[:] = arrange(parent.children)
    for node in doctree.findall(fold):
        node["line"] = line(node, app.env.book_equations.numbers, figures)


def visit_fold(self, node: fold) -> None:
    summary = f"<summary>{escape(node['line'])}</summary>"
    self.body.append(f'<details class="code-fold">{summary}\n')


def depart_fold(self, node: fold) -> None:
    self.body.append("</details>\n")


def add_switch(app, pagename, templatename, context, doctree) -> None:
    """Add the button that opens all folds to the header of a page that has some."""
    if doctree and next(doctree.findall(fold), None):
        context["header_buttons"].append(
            {
                "type": "javascript",
                "javascript": "showAllCode(this)",
                "tooltip": "Show all code",
                "icon": "fas fa-code",
                "label": "show-code",
                "classes": "pst-navbar-icon pst-js-only",
            }
        )


def setup(app):
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.connect("doctree-read", show_outputs)
    app.connect("doctree-resolved", fold_code, priority=950)
    app.connect("html-page-context", add_switch, priority=502)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
