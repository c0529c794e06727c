r"""Let the search know formulas by their symbols, not by TeX's commands.

Sphinx puts the source of each formula into the index, where ``\operatorname`` and
``\mathbf`` are among the most frequent words of a chapter. Here a formula counts as the
symbols and names in it: ``\nabla_{W_1}\ell`` as "nabla", "W_1" and "ell".
"""

from __future__ import annotations

import re

from docutils import nodes

# Commands whose names are what one says.
SPOKEN = {
    "alpha", "beta", "delta", "ell", "epsilon", "eta", "exp", "gamma", "lambda", "log", "max",
    "min", "mu", "nabla", "partial", "phi", "pi", "rho", "sigma", "sqrt", "sum", "theta", "zeta",
}  # fmt: skip


def words(tex: str) -> str:
    """Return the symbols and names of a formula, as words."""
    tex = re.sub(r"\\(begin|end)\{[a-z*]+\}|\\label\{[^}]*\}", " ", tex)
    tex = re.sub(r"\\([A-Za-z]+)", lambda m: f" {m[1]} " if m[1] in SPOKEN else " ", tex)
    return " ".join(re.findall(r"[A-Za-z]+(?:_[A-Za-z0-9]\b|_\{\w+\})?", tex)).replace("{", "")


def index_symbols(app) -> None:
    """Hand the indexer each page with its formulas turned into words."""
    builder = app.builder
    if not hasattr(builder, "index_page"):
        return
    index_page = builder.index_page

    def index_page_in_words(pagename, doctree, title):
        doctree = doctree.deepcopy()
        for formula in [*doctree.findall(nodes.math), *doctree.findall(nodes.math_block)]:
            text = words(formula.astext()).replace("}", "")
            formula.parent.replace(formula, nodes.inline("", f" {text} "))
        index_page(pagename, doctree, title)

    builder.index_page = index_page_in_words


def setup(app):
    app.connect("builder-inited", index_symbols)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
