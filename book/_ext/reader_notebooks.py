"""Write each chapter as a notebook for readers, beside its page of the site.

The sources need Sphinx to be read. These copies, in ``_build/notebooks``, need a notebook program:
the text is what Sphinx has made of it, as plain Markdown (``plain_markdown.py``); code cells and
outputs are the source's. They are made while the site is, from the same tree. The site's download
buttons give them, and one archive holds them all, with the package and the recorded tables.
"""

import html
import itertools
import posixpath
import shutil
import zipfile
from base64 import b64encode
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import nbformat
from bs4 import BeautifulSoup
from cells import is_cell
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain_markdown import Markdown, anchors, folded, one_line, quotation

BIBLIOGRAPHY = "book/bibliography"
ARCHIVE = "two-layers-by-hand"
BRANCH = "reader"  # where .github/workflows/pages.yml puts what the archive holds

# What a tag of the source hides in the copy: the code, the outputs.
HIDES = {
    "hide-input": {"source"}, "remove-output": {"outputs"}, "remove-cell": {"source", "outputs"},
}  # fmt: skip

ABOUT = """**A copy to read and to run** of a page of {book}. `make lab` sets up what it needs.
Elsewhere, unpack {archive} of all chapters, open this one there, and run
`%pip install "..[plot]" sympy mpmath` in a cell.{colab} When you run a cell again, its output
changes; the numbers in the sentences stay those of the book."""
COLAB = " On Colab, the next cell does all of that."
FETCH = """\
import os
import sys

# There, a notebook comes alone, without package and tables.
if "google.colab" in sys.modules and not os.path.exists("results"):
    !git clone --quiet --depth 1 --branch {branch} {repository} book
    %cd -q book/notebooks
    %pip install --quiet "..[plot]" sympy mpmath"""
README = """\
# Two Layers by Hand: the chapters as notebooks

`notebooks/` holds the chapters with the tables that they read, `simple_ml/` the package that they
import. In an environment with JupyterLab, or in VS Code, install what they need, and open one:

    python -m pip install -r requirements.txt

On every build of the book, all of this is made anew from its source.
"""
REQUIREMENTS = ".[plot]\nsympy\nmpmath\n"


def is_chapter(app, docname: str) -> bool:
    return docname in app.env.found_docs and app.env.doc2path(docname).endswith(".ipynb")


def has_cells(node: nodes.Node) -> bool:
    return any(map(is_cell, node.findall(nodes.container)))


def hide(cell: nbformat.NotebookNode, parts: set[str]) -> None:
    """Hide the code or the outputs of a cell, as JupyterLab, VS Code and Colab understand it."""
    if parts:
        cell.metadata["jupyter"] = {f"{part}_hidden": True for part in sorted(parts)}
    if "source" in parts:
        cell.metadata["cellView"] = "form"


class Copy:
    """A chapter's copy in the making: the cells so far, and the blocks of the next one."""

    def __init__(self, app, docname: str):
        self.app, self.env, self.docname = app, app.env, docname
        self.source = nbformat.read(app.env.doc2path(docname), as_version=4)
        self.markdown = Markdown(self.address, self.number, self.picture)
        self.cells: list[nbformat.NotebookNode] = []
        self.blocks: list[str] = []
        self.attachments: dict[str, dict] = {}
        self.cited: dict[str, None] = {}  # in the order of the first citation
        self.copied = 0  # cells of the source that have had their turn
        self.in_solution = False
        self.headed: set[str] = set()  # cells that begin with a heading
        self.solutions: list[tuple[nbformat.NotebookNode, int]] = []  # heading, number of its end

    # ------------------------------------------------------------ what Markdown asks for

    def address(self, uri: str) -> str | None:
        """Return a link's address in the copy: another copy, or a page where there is a site."""
        parts = urlsplit(uri)
        if parts.scheme or parts.netloc or not parts.path:
            return uri
        page = posixpath.normpath(posixpath.join(posixpath.dirname(self.docname), parts.path))
        name, place = page.removesuffix(".html"), f"#{parts.fragment}" if parts.fragment else ""
        if name == BIBLIOGRAPHY and place:
            self.cited[parts.fragment] = None
            return f"#reference-{parts.fragment}"
        if is_chapter(self.app, name):
            return posixpath.basename(name) + ".ipynb" + place
        base = self.app.config.html_baseurl
        return urljoin(base, page + place) if base else None

    def number(self, kind: str, name: str) -> str:
        numbers = self.env.toc_fignumbers.get(self.docname, {}).get(kind, {})
        return ".".join(map(str, numbers.get(name, ())))

    def picture(self, node: nodes.image) -> str:
        """Put a picture into the cell: its pixels, for JupyterLab shows no SVG that is attached."""
        file = Path(self.app.srcdir, unquote(node["uri"])).with_suffix(".png")
        self.attachments[file.name] = {"image/png": b64encode(file.read_bytes()).decode()}
        return f"attachment:{file.name}"

    # ------------------------------------------------------------ the page's tree

    def add(self, node: nodes.Node, level: int = 1) -> None:
        """Add a part of the page; headings in it are of this level."""
        kind = type(node).__name__
        if is_cell(node):
            self.add_code(node)
        elif kind == "solution_node":
            self.add_solution(node, level)
        elif kind.startswith("exercise"):
            self.add_exercise(node, level)
        elif isinstance(node, nodes.section):
            self.add_section(node, level)
        elif isinstance(node, nodes.document) or has_cells(node):
            for child in node.children:
                self.add(child, level)
        else:
            self.blocks.append(self.markdown.write(node))

    def add_code(self, node: nodes.container) -> None:
        """Add a code cell; the caption of a figure in its outputs follows."""
        if node["ids"]:  # the line above says what the cell checks
            self.blocks.append(anchors(node) + self.blocks.pop())
        self.copy_cells(node["cell_index"] + 1)
        self.blocks += [self.markdown.write(caption) for caption in node.findall(nodes.caption)]

    def add_section(self, node: nodes.section, level: int) -> None:
        title, *rest = node.children
        numbers = self.env.toc_secnumbers.get(self.docname, {})
        number = numbers.get(f"#{node['ids'][0]}" if level > 1 else "") or ()
        text = "".join(f"{part}." for part in number) + " " + self.markdown.inline(title)
        self.add_heading(level, text, anchors(node))
        for child in rest:
            self.add(child, level + 1)

    def add_exercise(self, node: nodes.Element, level: int) -> None:
        title, *rest = node.children
        number = self.number("exercise", node["ids"][0])
        text = title.get("title", "").replace("%s", number) + self.markdown.inline(title)
        self.add_heading(level, text, anchors(node))
        self.blocks.append(self.markdown.blocks(rest))

    def add_solution(self, node: nodes.Element, level: int) -> None:
        """Fold a solution. One with code gets a heading that can be closed over its cells."""
        title, content = node.children
        if not has_cells(content):
            self.blocks.append(folded(html.escape(title.astext()), self.markdown.write(content)))
            return
        self.add_heading(level + 1, title.astext())
        self.finish_cell()
        heading = self.cells[-1]
        self.in_solution = True
        for child in content.children:
            self.add(child, level + 2)
        self.finish_cell()
        self.in_solution = False
        self.solutions.append((heading, len(self.cells)))

    def add_heading(self, level: int, text: str, before: str = "") -> None:
        self.finish_cell()
        self.headed.add(self.next_id())
        self.blocks += [before, f"{'#' * min(level, 6)} {one_line(text)}"]

    # ------------------------------------------------------------ cells

    def next_id(self) -> str:
        return f"text-{len(self.cells)}"

    def finish_cell(self) -> None:
        """Make a Markdown cell of the blocks that have come together."""
        text = "\n\n".join(filter(None, self.blocks))
        self.blocks = []
        if not text:
            return
        text = folded("Show", text) if self.in_solution else text
        cell = new_markdown_cell(text, id=self.next_id())
        if self.attachments:
            cell["attachments"], self.attachments = self.attachments, {}
        self.cells.append(cell)

    def copy_cells(self, end: int) -> None:
        """Copy the code cells of the source before number ``end`` that have not been copied.

        Most often it is one. Others are before it where the page leaves some out.
        """
        self.finish_cell()
        turn, self.copied = self.source.cells[self.copied : end], end
        self.cells += [self.copy_of(cell) for cell in turn if cell.cell_type == "code"]

    def copy_of(self, cell: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """Return a code cell without what only the site's extensions read."""
        copy = nbformat.from_dict(cell)
        tags = set(copy.metadata.pop("tags", []))
        tags.discard("teach")
        if kept := sorted(tag for tag in tags - set(HIDES) if not tag.startswith("checks:")):
            copy.metadata["tags"] = kept
        for key in ("equation_checks", "mystnb"):
            copy.metadata.pop(key, None)
        for output in copy.outputs:  # a figure's pixels show everywhere, its lines do not
            output.get("data", {}).pop("image/svg+xml", None)
        hidden = set().union(*(HIDES[tag] for tag in tags & set(HIDES)))
        hide(copy, hidden | ({"source"} if self.in_solution else set()))
        return copy

    # ------------------------------------------------------------ the whole

    def notebook(self) -> nbformat.NotebookNode:
        """Return the copy, when the whole page has been added."""
        self.add_references()
        self.copy_cells(len(self.source.cells))
        cells = self.first_cells() + self.cells
        copy = new_notebook(cells=cells, metadata=self.source.metadata)
        self.close_solutions(copy)
        nbformat.validate(copy)
        return copy

    def first_cells(self) -> list[nbformat.NotebookNode]:
        """Return the cell that says what this is, and the one that fetches the book on Colab."""
        config = self.app.config
        book, archive = f"*{config.html_title}*", "the archive"
        if base := config.html_baseurl:
            book, archive = f"[{book}]({base})", f"[the archive]({urljoin(base, ARCHIVE)}.zip)"
        repository = config.book_repository
        text = ABOUT.format(book=book, archive=archive, colab=COLAB if repository else "")
        cells = [new_markdown_cell(quotation(text), id="about")]
        if repository:
            code = FETCH.format(branch=BRANCH, repository=repository)
            cells.append(new_code_cell(code, id="fetch-the-book"))
            hide(cells[-1], {"source"})
        return cells

    def add_references(self) -> None:
        """List what the chapter cites, below its last section."""
        if self.cited:
            entries = references(self.app)
            lines = [f'- <a id="reference-{name}"></a>{entries[name]}' for name in self.cited]
            self.blocks.append("\n".join(lines))

    def close_solutions(self, copy: nbformat.NotebookNode) -> None:
        """Close the headings of solutions, where nothing else would vanish with them."""
        closed = []
        for heading, end in self.solutions:
            if end == len(self.cells) or self.cells[end].id in self.headed:
                heading.metadata |= {"jp-MarkdownHeadingCollapsed": True, "id": heading.id}
                closed.append(heading.id)
        if closed:
            copy.metadata["colab"] = {"collapsed_sections": closed}


def references(app) -> dict[str, str]:
    """Return the entries of the bibliography as Markdown, by their place on its page."""
    if not hasattr(app.builder, "reader_references"):
        page = app.env.get_and_resolve_doctree(BIBLIOGRAPHY, app.builder)
        markdown = Markdown(lambda uri: uri, lambda kind, name: "", lambda image: "")
        app.builder.reader_references = {
            name: one_line(markdown.write(entry.children[-1]))
            for entry in page.findall(nodes.citation)
            for name in entry["ids"]
        }
    return app.builder.reader_references


# ---------------------------------------------------------------- files


def folder(app) -> Path:
    return Path(app.outdir).parent / "notebooks"


def write_copy(app, doctree: nodes.document, docname: str) -> None:
    """Write the copy of a chapter, while its page is being written."""
    if app.builder.name != "html" or not is_chapter(app, docname):
        return
    copy = Copy(app, docname)
    copy.add(doctree)
    path = folder(app) / f"{posixpath.basename(docname)}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(copy.notebook(), path)


def offer_copies(app, exception) -> None:
    """Put the copies behind the download buttons, and all that they need into an archive."""
    if exception or app.builder.name != "html":
        return
    source, site, files = Path(app.srcdir), Path(app.outdir), {}
    for docname in sorted(app.env.found_docs):
        if is_chapter(app, docname):
            copy = folder(app) / f"{posixpath.basename(docname)}.ipynb"
            files[f"notebooks/{copy.name}"] = copy.read_bytes()
            shutil.copy(copy, site / "_sources" / f"{docname}.ipynb")
    for table in sorted(source.glob("notebooks/results/*")):
        files[f"notebooks/results/{table.name}"] = table.read_bytes()
        (folder(app) / "results").mkdir(parents=True, exist_ok=True)
        shutil.copy(table, folder(app) / "results")
    package = source.glob("simple_ml/**/*"), source.glob("pyproject.toml"), source.glob("LICENSE")
    for path in sorted(itertools.chain(*package)):
        if path.is_file() and "__pycache__" not in path.parts:
            files[path.relative_to(source).as_posix()] = path.read_bytes()
    files |= {"README.md": README.encode(), "requirements.txt": REQUIREMENTS.encode()}
    with zipfile.ZipFile(site / f"{ARCHIVE}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():  # without a date: every build gives the same bytes
            archive.writestr(zipfile.ZipInfo(f"{ARCHIVE}/{name}"), content, zipfile.ZIP_DEFLATED)


RUN = """<details class="run-it"><summary>Run {what}</summary><p>{download} Unpack the archive; \
in its folder,</p><div class="highlight-shell"><div class="highlight"><pre>\
<span class="long">python -m pip install <span class="no-break">-r</span> requirements.txt \
jupyterlab
</span>jupyter lab notebooks
</pre></div></div>{elsewhere}</details>"""


def offer_to_run(page) -> None:
    """Say under the title of a chapter, and on the first page, how to run what one reads."""
    title, is_first = page.soup.select_one("article h1"), page.docname == page.app.config.root_doc
    own = page.soup.select_one("a.btn-download-source-button[href$='.ipynb']")
    if not title or not (own or is_first) or page.soup.select_one(".run-it"):
        return
    root = posixpath.relpath(f"{ARCHIVE}.zip", posixpath.dirname(page.docname))
    archive = f'<a href="{root}" download>{{}}</a>, with the package and the recorded tables.'
    download = "Download " + archive.format("the chapters as notebooks")
    if own and not is_first:
        chapter = f'<a href="{own["href"]}" download>this chapter</a>'
        download = f"Download {chapter} as a notebook, or {archive.format('all chapters')}"
    links = [
        f'<a href="{html.escape(link["href"])}">{text.get_text(strip=True)}</a>'
        for link in page.soup.select(".dropdown-launch-buttons a, a.btn-source-repository-button")
        if (text := link.select_one(".btn__text-container"))
    ]
    elsewhere = f"<p>Or open it elsewhere: {', '.join(links)}.</p>" if links else ""
    what = "the chapters" if is_first else "this chapter"
    box = BeautifulSoup(
        RUN.format(what=what, download=download, elsewhere=elsewhere), "html.parser"
    )
    title.insert_after(box)


def setup(app):
    app.connect("doctree-resolved", write_copy, priority=900)
    app.connect("build-finished", offer_copies)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
