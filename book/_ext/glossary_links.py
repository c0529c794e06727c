"""Link each glossary term at its first use in a page, so that no chapter has to.

The terms are read from ``book/glossary.md``. A use counts in running text, in the singular
or with an s, and in either case of its first letter; headings, links, code and formulas
stay as they are. What a page links itself, with ``{term}``, is not linked again.
"""

import re
from pathlib import Path

from docutils import nodes
from equation_checks import link
from sphinx import addnodes

GLOSSARY = "book/glossary"
BLOCK = re.compile(r"^:::\{glossary\}\n(.*?)^:::$", re.DOTALL | re.MULTILINE)
SKIPPED = (
    nodes.reference, nodes.title, nodes.literal, nodes.literal_block, nodes.math,
    nodes.math_block, nodes.rubric, nodes.image, nodes.raw, nodes.footnote, nodes.citation,
    nodes.strong, nodes.term, addnodes.pending_xref,
)  # fmt: skip


def read_terms(source: Path) -> list[str]:
    """Return the terms of the glossary: its lines that are not indented."""
    block = BLOCK.search(source.read_text(encoding="utf-8"))
    return [line for line in block[1].splitlines() if line and not line.startswith(" ")]


def pattern(terms: list[str]) -> re.Pattern:
    """Match any term; the longest first, so that "softmax loss" is not "softmax"."""
    words = []
    for term in sorted(terms, key=len, reverse=True):
        word = re.escape(term).replace(r"\ ", r"\s+")
        if term[0].islower():
            word = f"[{term[0].upper()}{term[0]}]{word[1:]}"
        words.append(word + r"(?!\s+of\b)" * (term == "in place"))  # that says "instead"
    return re.compile(rf"(?<![\w-])({'|'.join(words)})(s?)(?![\w-])")


def may_be_linked(text: nodes.Text) -> bool:
    """Tell whether a text stands in a paragraph, outside of links, code and headings."""
    node, in_paragraph = text.parent, False
    while node is not None:
        if isinstance(node, SKIPPED):
            return False
        in_paragraph = in_paragraph or isinstance(node, nodes.paragraph)
        node = node.parent
    return in_paragraph


def link_first_uses(app, doctree: nodes.document) -> None:
    docname = app.env.docname
    source = Path(app.srcdir, f"{GLOSSARY}.md")
    if not docname.startswith("notebooks/") or GLOSSARY not in app.env.found_docs:
        return
    app.env.note_dependency(str(source))
    terms = read_terms(source)
    names = {term.casefold(): term for term in terms}
    done = {
        node["reftarget"].casefold()
        for node in doctree.findall(addnodes.pending_xref)
        if node.get("reftype") == "term"
    }
    find = pattern(terms)
    for text in list(doctree.findall(nodes.Text)):
        if not may_be_linked(text):
            continue
        pieces, end = [], 0
        for match in find.finditer(str(text)):
            term = names[re.sub(r"\s+", " ", match[1]).casefold()]
            if term.casefold() in done:
                continue
            done.add(term.casefold())
            words = nodes.inline("", match[0], classes=["glossary-term"])
            pieces += [
                nodes.Text(text[end : match.start()]),
                link(docname, "std", "term", term, words),
            ]
            end = match.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(text[end:])])


def setup(app):
    app.connect("doctree-read", link_first_uses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
