"""Show beside each labelled equation that it is checked, and by which cell.

- After an equation: "✓ checked: symbolic · see the check", a link to the cell, unless the cell
  follows, folded: its own line says so (``cells.py``).
- Above the checking cell: "This cell checks equation (2.3)", a link back.
- ``{equation-index}``: all equations with their checks, one table a chapter.

``tools/equations.py`` reads what is checked where.
"""

import re
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import equations
from cells import checked_by, is_cell, kind, part

logger = logging.getLogger(__name__)


def anchor(label: str, repeat: int = 0) -> str:
    """Return the id of the cell that checks ``label`` (of its n-th checking cell)."""
    return f"check-{label}" + (f"-{repeat + 1}" if repeat else "")


def read_the_book(app) -> None:
    app.env.book_equations = equations.read_book(Path(app.srcdir))


def docname_of(file: str) -> str:
    return file.rpartition(".")[0]


def link(docname: str, domain: str, role: str, target: str, *content: nodes.Node) -> nodes.Node:
    """Return a reference that Sphinx resolves when it writes the page."""
    return addnodes.pending_xref(
        "",
        *content,
        refdomain=domain,
        reftype=role,
        reftarget=target,
        refdoc=docname,
        refexplicit=True,
        refwarn=True,
    )


def cells_below(block: nodes.math_block) -> set[int]:
    """Return the places of the checks that fold right below an equation, or a row of them."""
    found = set()
    for node in block.parent.children[block.parent.index(block) + 1 :]:
        if is_cell(node) and kind(node) == "check":
            found.add(node["cell_index"])
        elif is_cell(node) and kind(node) == "plot" and not part(node, "output"):
            continue  # set-up code, in the same fold
        elif found or not isinstance(node, nodes.math_block | nodes.target):
            break
    return found


def check_line(docname: str, label: str, checks: dict[int, equations.Check]) -> nodes.paragraph:
    """Build the line that follows an equation; its n-th check has the key n."""
    kinds = dict.fromkeys(check.kind for check in checks.values())
    line = nodes.paragraph("", f"✓ checked: {', '.join(kinds)} · ", classes=["equation-check"])
    for position, repeat in enumerate(checks):
        text = "see the check" if not position else f"and another\N{NO-BREAK SPACE}({position + 1})"
        if position:
            line += nodes.Text(", ")
        line += link(docname, "std", "ref", anchor(label, repeat), nodes.inline("", text))
    return line


def back_line(docname: str, labels: Iterable[str]) -> nodes.paragraph:
    """Build the line above a checking cell."""
    labels = list(labels)
    noun = "equation" if len(labels) == 1 else "equations"
    line = nodes.paragraph("", f"This cell checks {noun} ", classes=["equation-check-of"])
    for position, label in enumerate(labels):
        if position:
            line += nodes.Text(" and " if position == len(labels) - 1 else ", ")
        line += link(docname, "math", "eq", label, nodes.inline("", label))
    line += nodes.Text(".")
    return line


def mark_page(app, doctree: nodes.document) -> None:
    """Add both kinds of lines, and the cells' ids, to a page that was read."""
    book, docname = app.env.book_equations, app.env.docname
    by_label = {equation.label: equation for equation in book.labelled}

    for block in list(doctree.findall(nodes.math_block)):
        equation = by_label.get(block.get("label") or "")
        below = cells_below(block)
        checks = {
            repeat: check
            for repeat, check in enumerate(equation.checks if equation else ())
            if docname_of(check.file) != docname or check.cell not in below
        }
        if checks:
            parent = block.parent
            parent.insert(parent.index(block) + 1, check_line(docname, equation.label, checks))

    std = app.env.get_domain("std")
    for cell in list(doctree.findall(is_cell)):
        checked = checked_by(cell)
        if not checked:
            continue
        for label in checked:
            if label not in by_label:
                continue  # read_book has a problem to report
            places = [(check.file, check.cell) for check in by_label[label].checks]
            mine = [docname_of(file) == docname and at == cell["cell_index"] for file, at in places]
            name = anchor(label, mine.index(True) if True in mine else 0)
            cell["ids"].append(name)
            std.anonlabels[name] = (docname, name)
            std.labels[name] = (docname, name, f"the check of {label}")
        parent = cell.parent
        line = back_line(docname, [label for label in by_label if label in checked])
        parent.insert(parent.index(cell), line)


def report_problems(app, env) -> None:
    """Turn what is wrong into warnings: an equation without a check fails a strict build."""
    pages = {docname_of(equation.file) for equation in env.book_equations.labelled}
    for problem in env.book_equations.problems:
        if docname_of(re.split("[,:]", problem)[0]) in env.found_docs:
            logger.warning("%s", problem, type="equation_checks")
    numbered = env.get_domain("math").equations
    for equation in env.book_equations.labelled:
        docname = docname_of(equation.file)
        if docname in env.found_docs & pages and equation.label not in numbered:
            logger.warning(
                "%s: %s was not read as a labelled equation",
                equation.file,
                equation.label,
                type="equation_checks",
            )


class EquationIndex(SphinxDirective):
    """``{equation-index}``: a table a chapter of its equations and their checks."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()  # it depends on every chapter
        listed = [
            equation
            for equation in self.env.book_equations.labelled
            if docname_of(equation.file) in self.env.found_docs
        ]
        covered = sum(bool(equation.checks) for equation in listed)
        lines = [f"{covered} of {len(listed)} labelled equations are checked.", ""]
        for file, group in groupby(listed, key=lambda equation: equation.file):
            lines += self.table(file, list(group))
        holder = nodes.container(classes=["equation-index"])
        self.state.nested_parse(StringList(lines, self.env.docname), self.content_offset, holder)
        return [holder]

    def table(self, file: str, group: list[equations.Equation]) -> list[str]:
        """Return a chapter's table as MyST lines."""
        chapter = f"**Chapter {group[0].chapter}:** " if group[0].chapter else ""
        lines = [f"{chapter}[](/{file})", "", "::::{list-table}", ":header-rows: 1"]
        lines += [":class: equation-index-table", ""]
        lines += row("Equation", "Section", "Checked", "Mistake caught")
        for equation in group:
            checks = [
                f"[{check.kind}](#{anchor(equation.label, repeat)})"
                for repeat, check in enumerate(equation.checks)
            ]
            caught = "; ".join(check.catches for check in equation.checks)
            lines += row(
                f"{{eq}}`{equation.label}` ${in_a_line(equation.tex)}$",
                equation.heading,
                ", ".join(checks) or "not yet",
                caught or "none yet",
            )
        return [*lines, "::::", ""]


def in_a_line(tex: str) -> str:
    tex = " ".join(tex.split())
    has_rows = r"\\" in tex and r"\begin" not in tex
    return rf"\begin{{aligned}}{tex}\end{{aligned}}" if has_rows else tex


def row(*cells: str) -> list[str]:
    """Return a row of a list-table."""
    return [f"{'* -' if not position else '  -'} {cell}" for position, cell in enumerate(cells)]


def setup(app):
    app.connect("builder-inited", read_the_book)
    app.connect("doctree-read", mark_page)
    app.connect("env-check-consistency", report_problems)
    app.add_directive("equation-index", EquationIndex)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
