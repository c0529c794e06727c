"""Write the document tree of a page as Markdown that every notebook program renders.

No roles, directives or extensions: numbers, references and citations stand in the text, as Sphinx
has resolved them. What Markdown lacks is HTML that JupyterLab, VS Code, Colab and GitHub let
through: anchors (``<a id>``), folding (``<details>``), line breaks.
"""

import html
import re
import textwrap
from collections.abc import Callable, Iterable

from docutils import nodes
from sphinx.locale import admonitionlabels

# A character that Markdown would read as a mark. Underscores and asterisks are left alone where
# they cannot open or close emphasis: a source that is easy to read is worth the longer pattern.
MARK = re.compile(
    r"[\\`$<]|(?<![^\W_])_|_(?![^\W_])|\*(?! )|(?<! )\*|\](?=[(\[:])|~(?=~)|&(?=#?\w+;)"
)
# The same at the beginning of a line: headings, lists, quotations.
LINE_MARK = re.compile(
    r"^ *(\d+(?=[.)](?: |$))|(?=[-+*](?: |$)|>|#+(?: |$)|=+ *$|--+ *$))", re.MULTILINE
)
DISPLAYED = re.compile(r"\$\$\n(.*?)\n\$\$", re.DOTALL)
ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
LANGUAGES = {"ipython3": "python", "default": "", "none": "", "myst-ansi": ""}


def escape(text: str) -> str:
    return MARK.sub(lambda mark: "\\" + mark[0], text)


def one_line(text: str) -> str:
    return " ".join(text.split())


def between(mark: str, text: str) -> str:
    """Put marks around a text; blanks at its ends stay outside, where Markdown wants them."""
    inner = text.strip()
    return text.replace(inner, f"{mark}{inner}{mark}", 1) if inner else text


def fence(text: str) -> str:
    """Return more backticks than stand together in a text."""
    return "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)


def quotation(text: str) -> str:
    """Quote blocks. A formula gets one line: JupyterLab would take the ``>`` for a part of it."""
    text = DISPLAYED.sub(lambda formula: f"$${one_line(formula[1])}$$", text)
    return textwrap.indent(text, "> ", lambda line: True).replace("> \n", ">\n")


def folded(title: str, text: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


def anchors(node: nodes.Element) -> str:
    """Return the places that links to a node lead to."""
    return "".join(f'<a id="{name}"></a>' for name in node["ids"])


class Markdown:
    """Writes nodes. A node's method is called like its class, or like a class that this extends.

    It is told where a link of the page leads in the notebook (None: write a text without a link),
    which number the figure, equation, … of an id has, and how a picture is addressed.
    """

    def __init__(
        self,
        address: Callable[[str], str | None],
        number: Callable[[str, str], str],
        picture: Callable[[nodes.image], str],
    ):
        self.address, self.number, self.picture = address, number, picture
        self.in_table = False

    def write(self, node: nodes.Node) -> str:
        for kind in type(node).__mro__:
            if method := getattr(self, f"write_{kind.__name__}", None):
                return method(node)
        is_text = isinstance(node, nodes.Inline | nodes.TextElement)
        return self.inline(node) if is_text else self.blocks(node.children)

    def inline(self, node: nodes.Element) -> str:
        return "".join(self.write(child) for child in node.children)

    def blocks(self, children: Iterable[nodes.Node]) -> str:
        return "\n\n".join(filter(None, map(self.write, children)))

    # ------------------------------------------------------------ in a line

    def write_Text(self, node) -> str:
        return escape(str(node))

    def write_emphasis(self, node) -> str:
        return between("*", self.inline(node))

    def write_strong(self, node) -> str:
        return between("**", self.inline(node))

    def write_literal(self, node) -> str:
        code = one_line(node.astext())
        if self.in_table:
            code = code.replace("|", r"\|")
        edge = " " * (code.startswith("`") or code.endswith("`"))
        return f"{fence(code)}{edge}{code}{edge}{fence(code)}"

    def write_math(self, node) -> str:
        tex = one_line(node.astext())
        if self.in_table:  # where a bar ends the cell
            tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        return f"${tex}$"

    def write_reference(self, node) -> str:
        text = self.inline(node)
        if node.children and isinstance(node[0], nodes.image):
            return text
        uri = node.get("refuri") or "#" + node.get("refid", "")
        address = self.address(uri)
        blank = text[: len(text) - len(text.lstrip())]
        return f"{blank}[{text.strip()}]({address})" if address else text

    def write_raw(self, node) -> str:
        if "html" not in node["format"].split():
            return ""
        return re.sub(r"<br ?/>", "<br>", COMMENT.sub("", node.astext()))

    def write_image(self, node) -> str:
        if "only-dark" in node["classes"]:
            return ""  # its twin is shown, on white
        return f"![{escape(one_line(node.get('alt', '')))}]({self.picture(node)})"

    def write_Invisible(self, node) -> str:
        return ""

    # ------------------------------------------------------------ blocks

    def write_paragraph(self, node) -> str:
        text = self.inline(node).strip()
        return LINE_MARK.sub(r"\1\\", text)

    def write_math_block(self, node) -> str:
        tex = node.astext().strip()
        if r"\\" in ENVIRONMENT.sub("", tex) and not node["nowrap"]:
            tex = f"\\begin{{split}}\n{tex}\n\\end{{split}}"  # as Sphinx has it
        if node["number"]:
            tex += f"\n\\tag{{{self.number('displaymath', node['ids'][0])}}}"
        return "\n\n".join(filter(None, [anchors(node), f"$$\n{tex}\n$$"]))

    def write_literal_block(self, node) -> str:
        code, language = node.astext(), node.get("language", "")
        marks = max("```", fence(code), key=len)
        return f"{marks}{LANGUAGES.get(language, language)}\n{code.rstrip()}\n{marks}"

    def write_bullet_list(self, node) -> str:
        return self.items(node, ["- "] * len(node))

    def write_enumerated_list(self, node) -> str:
        first = node.get("start", 1)
        return self.items(node, [f"{first + i}. " for i in range(len(node))])

    def items(self, node, marks: list[str]) -> str:
        """Write the items of a list, each behind its mark; apart if one has several blocks."""
        texts = [
            mark + textwrap.indent(self.blocks(item.children), " " * len(mark)).lstrip()
            for mark, item in zip(marks, node.children, strict=True)
        ]
        apart = any(len(item.children) > 1 for item in node.children)
        return ("\n\n" if apart else "\n").join(texts)

    def write_block_quote(self, node) -> str:
        return quotation(self.blocks(node.children))

    def write_Admonition(self, node) -> str:
        """Write a note as a quotation with its title, or folded where the site folds it."""
        title, *rest = node.children
        if not isinstance(title, nodes.title):
            label = admonitionlabels[type(node).__name__]
            title, rest = nodes.title("", "", nodes.Text(label)), node.children
        if "dropdown" in node["classes"]:
            return folded(html.escape(title.astext()), self.blocks(rest))
        return quotation(f"**{self.inline(title)}**\n\n{self.blocks(rest)}")

    def write_caption(self, node) -> str:
        """Write the caption of a figure or of a listing, with its number."""
        is_figure = isinstance(node.parent, nodes.figure)
        word, kind = ("Figure", "figure") if is_figure else ("Listing", "code-block")
        return self.captioned(word, kind, node.parent, node)

    def captioned(self, word: str, kind: str, node, title) -> str:
        number = self.number(kind, node["ids"][0]) if node["ids"] else ""
        start = f"{anchors(node)}**{word} {number}** " if number else ""
        return start + one_line(self.inline(title))

    def write_table(self, node) -> str:
        self.in_table = True
        try:
            title = next((n for n in node.children if isinstance(n, nodes.title)), None)
            head = [self.row(row) for part in node.findall(nodes.thead) for row in part.children]
            body = [self.row(row) for part in node.findall(nodes.tbody) for row in part.children]
            first = next(node.findall(nodes.row)).children
        finally:
            self.in_table = False
        rules = {"text-center": ":---:", "text-right": "---:"}
        line = [next((rules[c] for c in cell["classes"] if c in rules), "---") for cell in first]
        head = head or ["| " + " | ".join(" " for _ in first) + " |"]
        table = "\n".join([*head[:1], "| " + " | ".join(line) + " |", *head[1:], *body])
        caption = self.captioned("Table", "table", node, title) if title else anchors(node)
        return "\n\n".join(filter(None, [caption, table]))

    def row(self, node) -> str:
        """Write a row of a table: a line, so that paragraphs of a cell become breaks in it."""
        cells = (
            "<br>".join(one_line(self.inline(text)) for text in cell.findall(nodes.paragraph))
            for cell in node.children
        )
        return "| " + " | ".join(cells) + " |"
