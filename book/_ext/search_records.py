r"""Write what the search knows: a record for each place of the book that can be an answer.

Each section, figure, table, equation, exercise, glossary term, symbol, function and mistake of the
gallery is a record of its own: where it is, what it is called, its first sentence, its words. They
are read from the pages as built, so numbers are those that a reader sees; code, outputs and
buttons are left out, and a formula is its symbols: ``\nabla_{W_1}\ell`` is "∇W1 ℓ".

``finish_pages.py`` hands over each page. ``book/search/`` holds what looks in the records:
``_static/search.js``, which every page has, loads it when a reader goes to the search field.
It all works from files, without a server. Sphinx's own index and its script are not made.
"""

import json
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from bs4 import NavigableString, Tag
from plain_markdown import one_line

SOURCE = Path(__file__).resolve().parents[1] / "search"
RECORDS = "records.js"

# ---------------------------------------------------------------- formulas as text

SPACED = set("=≈≃≤≥<>≠+−→←↦∈∘⪰≻≪≫∝≡")
UNSEEN = dict.fromkeys(map(ord, "\u2061\u2062\u2063\u2064"))
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def bracketed(text: str) -> str:
    return f"({text})" if " " in text else text


def below(text: str) -> str:
    """Return an index: W1, Sij, but G_(L+1)."""
    text = text.replace(" ", "")
    return text if len(text) <= 2 and text.isalnum() else text if text[1:].isdigit() else f"_{text}"


def above(text: str) -> str:
    if text in {"⊤", "′"}:
        return text
    return text.translate(RAISED) if text.isdigit() else f"^{bracketed(text)}"


def spoken(node: ElementTree.Element) -> str:
    """Return a MathML element as a line of text."""
    kind = node.tag.rpartition("}")[2]
    text = (node.text or "").translate(UNSEEN).strip()
    if kind == "mo":
        return f" {text} " if text in SPACED else text
    if kind in {"mi", "mtext"}:
        return f" {text} " if len(text) > 1 else text
    if kind in {"mn", "ms"}:
        return text
    parts = [one_line(spoken(child)) for child in node]
    match kind, parts:
        case "msub" | "munder", [base, index]:
            return base + below(index)
        case "msup", [base, power]:
            return base + above(power)
        case "mover", [base, _]:
            return base
        case "msubsup" | "munderover", [base, index, power]:
            return base + below(index) + above(power)
        case "mfrac", [numerator, denominator]:
            return f"{bracketed(numerator)}/{bracketed(denominator)}"
        case "msqrt", _:
            return "√" + bracketed(" ".join(parts))
        case "mtr", _:
            return " ".join(parts) + "; "
        case "mspace" | "mphantom", _:
            return " "
    # Side by side: names apart from each other, brackets close to what they hold.
    line = ""
    for child, part in zip(node, parts, strict=True):
        raw = spoken(child)
        apart = (part[:1].isalnum() and line[-1:].isalnum()) or raw[:1] == " " or line[-1:] in "⊤′"
        line += " " * bool(apart and line and not line.endswith((" ", "(", "["))) + part
        line += " " * (raw[-1:] == " ")
    return re.sub(r"(?<=\w) (?=[(\[])|(?<=[(\[]) | (?=[)\],;.])", "", line)


def formula_in_words(html: str) -> str:
    """Return a typeset formula as text, from the MathML beside it."""
    found = re.search(r"<math\b.*?</math>", html, re.DOTALL)
    text = spoken(ElementTree.fromstring(found[0].replace("&nbsp;", " "))) if found else ""
    return one_line(text).strip(" ;")


# ---------------------------------------------------------------- records


@dataclass
class Record:
    """A place that can be an answer."""

    kind: str
    title: str
    place: str
    url: str
    lead: str = ""
    text: list[str] = field(default_factory=list)

    def row(self) -> list[str]:
        words = one_line(" ".join(self.text))
        lead = first_sentence(self.lead or words)
        return [self.kind, self.title, self.place, self.url, lead, words.removeprefix(lead).strip()]


def short_name(full: str) -> str:
    """Return what one writes: parse_mnist, but check.parse_mnist and Report.show."""
    parts = full.split(".")
    return ".".join(parts[-2:] if "check" in parts[:-1] or parts[-2][:1].isupper() else parts[-1:])


SENTENCE = re.compile(r".{2,}?[.?!…](?=[”’)]* +[“‘(A-Z0-9]|[”’)]*$)[”’)]*")


def first_sentence(text: str, shortest: int = 40, longest: int = 220) -> str:
    """Return the first sentence, with the next one if it says little alone."""
    end = 0
    while end < shortest and (found := SENTENCE.match(text, end)):
        end = found.end()
    text = text[: end or None].strip()
    return text if len(text) <= longest else text[:longest].rpartition(" ")[0] + " …"


IN_A_LINE = {"span", "a", "em", "strong", "code", "cite", "wbr"}
SILENT_TAGS = {"script", "style", "button", "summary", "pre", "nav", "input", "svg", "template"}
SILENT_CLASSES = {
    "headerlink", "cell_input", "highlight", "cell_output", "eqno", "equation-check",
    "equation-check-of", "equation-index", "toctree-wrapper", "toggle-button", "caption-number",
    "sd-tab-label", "bd-toc", "run-it",
}  # fmt: skip


def is_silent(node: Tag) -> bool:
    return node.name in SILENT_TAGS or not SILENT_CLASSES.isdisjoint(node.get("class", []))


class Reader:
    """Reads the records of a page, in the order of its text."""

    def __init__(self, page):
        self.page, self.records = page, []
        for node in page.soup.select("article [id]"):
            if node.name == "mjx-container":
                del node["id"]

    def read(self) -> list[Record]:
        for section in self.page.soup.select("article.bd-article > section"):
            self.section(section, None)
        return self.records

    def words(self, node) -> str:
        """Return the text of an element, as one reads it."""
        if isinstance(node, NavigableString):
            return str(node) if type(node) is NavigableString else ""
        if node.name == "mjx-container":
            return formula_in_words(self.page.formulas[int(node["number"])])
        if is_silent(node):
            return ""
        text = "".join(map(self.words, node.children))
        return text if node.name in IN_A_LINE else f" {text} "

    def new(self, kind: str, title: str, anchor: str, inside: Record | None, **more) -> Record:
        url = self.page.name + (f"#{anchor}" if anchor else "")
        self.records.append(Record(kind, one_line(title), self.place(inside), url, **more))
        return self.records[-1]

    def place(self, inside: Record | None) -> str:
        if inside is None:
            return ""
        return inside.title if inside.kind == "page" or not inside.place else inside.place

    # ------------------------------------------------------------ the kinds

    def section(self, section: Tag, inside: Record | None) -> None:
        heading = section.find(re.compile("h[1-6]"), recursive=False)
        if heading is None:
            return self.blocks(section, inside) if inside else None
        if inside is None:
            record = self.new("page", self.words(heading), "", None)
        else:
            kind = "module" if section["id"].startswith("module-") else "section"
            record = self.new(kind, self.words(heading), section["id"], inside)
        for child in section.children:
            if child is not heading:
                self.block(child, record)

    def blocks(self, node: Tag, record: Record) -> None:
        for child in node.children:
            self.block(child, record)

    def block(self, node, record: Record) -> None:
        """Read a block: into a record of its own, or into the one that it stands in."""
        if isinstance(node, NavigableString):
            if type(node) is NavigableString:
                record.text.append(str(node))
            return
        classes, anchor = node.get("class", []), node.get("id", "")
        if node.name == "section":
            self.section(node, record)
        elif node.name == "div" and anchor.startswith("equation-"):
            self.equation(node, record)
        elif "notation" in classes:
            self.symbols(node, record)
        elif node.name in {"figure", "table"} and anchor and node.select_one(".caption-number"):
            self.captioned(node, record)
        elif "exercise" in classes or "solution" in classes:
            self.exercise(node, record)
        elif node.name == "dl" and not {"glossary", "py"}.isdisjoint(classes):
            self.defined(node, record)
        elif "citation" in classes and anchor:
            text = one_line(self.words(node.find("p")))
            authors, _, rest = re.sub(r"(?<!\b\w)\. ", "\n", text, count=1).partition("\n")
            self.new("source", authors, anchor, record, lead=rest).text = [rest]
        elif "cell_output" in classes:
            self.output(node, record)
        elif is_silent(node) or node.name == "mjx-container":
            pass
        elif node.name in {"div", "section", "details", "blockquote", "article"}:
            self.blocks(node, record)
        else:
            if node.name == "p" and not record.lead and "admonition-title" not in classes:
                record.lead = one_line(self.words(node))
            record.text.append(self.words(node))
            # What a text stresses is what it is about.
            record.text += [self.words(stressed) for stressed in node.select("em, strong")] * 2

    def equation(self, node: Tag, record: Record) -> None:
        formula = self.words(node.find("mjx-container"))
        number = node.select_one(".eqno").contents[0]
        before = record.text[-1] if record.text else ""
        about = one_line(before)[-120:].rpartition(". ")[2]
        new = self.new("equation", f"Equation {number}", node["id"], record, lead=formula)
        new.text = [record.title, about]
        record.text.append(formula)

    def captioned(self, node: Tag, record: Record) -> None:
        number = node.select_one(".caption-number").get_text()
        caption = node.find(["figcaption", "caption"])
        kind = "figure" if node.name == "figure" else "table"
        image = node.find("img")
        new = self.new(kind, number, node["id"], record, lead=one_line(self.words(caption)))
        new.text = [record.title, self.words(caption), image["alt"] if image else self.words(node)]

    def exercise(self, node: Tag, record: Record) -> None:
        """Read an exercise; its solution, which stands apart, belongs to it."""
        title = node.find(class_="admonition-title")
        text = " ".join(self.words(child) for child in node.children if child is not title)
        name = one_line(title.get_text()) if title else "Exercise"
        of = next((r for r in self.records if f"Solution to {r.title}" == name), None)
        if of:
            of.text.append(text)
        else:
            of = self.new("exercise", name, node.get("id", ""), record, lead=one_line(text))
            of.text = [record.title, text]
        for equation in node.select("div[id^='equation-']"):
            self.equation(equation, of)
        self.output(node, of)

    def defined(self, node: Tag, record: Record) -> None:
        """Read the terms of a glossary, or the functions of a module."""
        kind = "term" if "glossary" in node["class"] else "function"
        for name in node.find_all("dt", id=True, recursive=False):
            meaning = name.find_next_sibling("dd")
            title = self.words(name) if kind == "term" else short_name(name["id"])
            text = self.words(meaning) if meaning else ""
            of_check = "check" * name["id"].startswith("simple_ml.check.")
            new = self.new(of_check or kind, title, name["id"], record, lead=one_line(text))
            new.text = [text] if kind == "term" else [name["id"], text]
            for inner in meaning.find_all("dl", class_="py") if meaning else ():
                self.defined(inner, record)

    def symbols(self, node: Tag, record: Record) -> None:
        """Read a table of symbols: each row is a place that one can look up."""
        for row in node.select("tbody tr[id]"):
            symbol, *cells = (one_line(self.words(cell)) for cell in row.find_all("td"))
            lead = f"{symbol}: {cells[-1]}" + f" {cells[-2]}" * bool(cells[-2:-1] and cells[-2])
            name = symbol.partition(" = ")[0]
            self.new("symbol", name, row["id"], record, lead=lead).text = [*cells, symbol]

    def output(self, node: Tag, record: Record) -> None:
        """Read what a cell shows: its figures, and the reports of the gallery."""
        for figure in node.select("figure[id], table[id]"):
            if figure.select_one(".caption-number"):
                self.captioned(figure, record)


def give_symbols_their_places(page) -> None:
    """Let the search lead to a row of the notation: its id is the symbol's name in the code."""
    taken: set[str] = set()
    for row in page.soup.select("table.notation tbody tr"):
        cells = row.find_all("td")
        code = cells[1].get_text().strip() or cells[0].get_text()
        name = "symbol-" + re.sub(r"\W+", "-", code.lower()).strip("-")
        while name in taken:
            name += "-more"  # another symbol of that name
        taken.add(name)
        row["id"] = name


def of(page) -> list[Record]:
    return Reader(page).read()


def write(app, records: list[Record]) -> None:
    """Publish the records and the scripts that look in them."""
    target = Path(app.outdir, "_static", "search")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(SOURCE, target, ignore=shutil.ignore_patterns("*.md"))
    rows = json.dumps([record.row() for record in records], ensure_ascii=False, indent=0)
    (target / RECORDS).write_text(f"bookSearch.records({rows});\n", encoding="utf-8")


# ---------------------------------------------------------------- in place of Sphinx's search


def leave_the_index_to_us(app) -> None:
    """Let Sphinx make the page of the search, but no index."""
    builder = app.builder
    for step in ("load_indexer", "index_page", "dump_search_index"):
        setattr(builder, step, lambda *_, **__: None)


def setup(app):
    app.connect("builder-inited", leave_the_index_to_us)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
