"""The copies of the chapters for readers: what they say, how they run, where they are offered."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import addresses
import nbformat
import pytest
from browsing import ROOT, SITE
from bs4 import BeautifulSoup
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from plain_markdown import Markdown
from reader_notebooks import ARCHIVE, BRANCH, Copy
from sphinx.config import Config

COPIES = SITE.parent / "notebooks"
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
RENDERER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin)  # VS Code's, in Python
SHORTEST = "07_speed"  # of the chapters that read recorded tables
WORD = re.compile(r"\w+|⟦\w+⟧")


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def source(name: str) -> nbformat.NotebookNode:
    return read(ROOT / "notebooks" / f"{name}.ipynb")


def body(notebook) -> list:
    """Return the cells without those that only a copy has, at its beginning."""
    return [cell for cell in notebook.cells if cell.id not in ("about", "fetch-the-book")]


def code(notebook) -> list:
    return [cell for cell in body(notebook) if cell.cell_type == "code"]


def text(notebook) -> str:
    return "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")


# ---------------------------------------------------------------- what they say


def site_words(name: str) -> list[str]:
    """Return the words of a page, a mark for each formula and each code cell; captions last.

    On the site a figure stands above its code, in a copy below it.
    """
    html = (SITE / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
    page = BeautifulSoup(html, "html.parser").select_one("article.bd-article")
    for node in page.select(".headerlink, .eqno, script, .code-fold > summary, .run-it"):
        node.decompose()
    for node in page.select(".math"):
        node.replace_with(" ⟦formula⟧ ")
    captions = [caption.extract().get_text() for caption in page.select("figcaption")]
    for cell in page.select("div.cell"):
        cell.replace_with(" ⟦cell⟧ " if cell.select_one(".cell_input") else "")
    return WORD.findall(" ".join([page.get_text(), *captions]))


def on_the_page(name: str, notebook):
    """Return a copy without the cells that the page leaves out."""
    left_out = {c.id for c in source(name).cells if "remove-cell" in c.metadata.get("tags", [])}
    cells = [cell for cell in notebook.cells if cell.id not in left_out]
    return nbformat.from_dict(notebook | {"cells": cells})


def copy_words(notebook) -> list[str]:
    """Return the same of a copy. What is only there: the cell about it, references, "Show"."""
    words, captions = [], []
    for cell in body(notebook):
        if cell.cell_type == "code":
            words += ["⟦cell⟧"]
            continue
        page = BeautifulSoup(RENDERER.render(cell.source), "html.parser")
        for node in page.select("a[id^=reference-]"):
            node.find_parent("li").decompose()
        for node in page.select(".math, summary"):
            if "math" in node.get("class", []):
                node.replace_with(" ⟦formula⟧ ")
            elif node.get_text() == "Show":
                node.decompose()
        for anchor in page.select("a[id^=fig-]"):
            captions += WORD.findall(anchor.find_parent("p").extract().get_text())
        for node in page.select("p, li, td, th, summary, h1, h2, h3, h4, h5, h6"):
            node.append("\n")
        words += WORD.findall(page.get_text())
    return words + captions


@pytest.mark.parametrize("name", NAMES)
def test_a_copy_says_what_the_page_says_in_the_same_order(name, copies):
    assert copy_words(on_the_page(name, copies[name])) == site_words(name)


@pytest.mark.parametrize("name", NAMES)
def test_code_and_outputs_are_those_of_the_source(name, copies):
    for cell, copy in zip(code(source(name)), code(copies[name]), strict=True):
        for output in cell.outputs:
            output.get("data", {}).pop("image/svg+xml", None)  # the pixels are enough
        for part in ("id", "source", "execution_count", "outputs"):
            assert copy[part] == cell[part]
        if "hide-input" in cell.metadata.get("tags", []):
            assert copy.metadata.jupyter.source_hidden


@pytest.mark.parametrize("name", NAMES)
def test_equations_have_the_numbers_of_the_site(name, copies):
    html = (SITE / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
    assert re.findall(r"\\tag\{([\d.]+)\}", text(copies[name])) == re.findall(
        r'class="eqno">\(([\d.]+)\)', html
    )


def test_each_link_leads_to_a_place_in_a_copy_or_to_the_web(copies):
    places = {name: set(re.findall(r'<a id="([^"]+)">', text(copies[name]))) for name in NAMES}
    for name in NAMES:
        for link in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", text(copies[name])):
            file, _, place = link.partition("#")
            if not re.match(r"https?:", link):
                target = file.removesuffix(".ipynb") or name
                assert target in places, f"{name}: {link}"
                assert not place or place in places[target], f"{name}: {link}"


@pytest.mark.parametrize("name", NAMES)
def test_solutions_are_folded_and_nothing_else_is_closed_with_them(name, copies):
    html = (SITE / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
    cells, solutions = copies[name].cells, html.count('class="solution ')
    closed = [i for i, c in enumerate(cells) if "jp-MarkdownHeadingCollapsed" in c.metadata]
    assert len(closed) + text(copies[name]).count("<summary>Solution to") == solutions
    for start in closed:
        assert re.match("#+ Solution to Exercise", cells[start].source)
        for cell in cells[start + 1 :]:
            if cell.cell_type == "code":
                assert cell.metadata.jupyter.source_hidden
                assert cell.metadata.cellView == "form"
            elif not cell.source.startswith("<details>"):
                assert re.match(r"(<a id=\S+></a>\n\n)?#{1,3} ", cell.source)
                break


# ---------------------------------------------------------------- the writer of Markdown


def written(node: nodes.Node, number: str = "") -> str:
    return Markdown(lambda uri: uri, lambda kind, name: number, lambda image: "x.svg").write(node)


MARKS = " \n`*_#>-+1.)[]($~|&;<"
LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z"])


@given(st.text(LETTERS | st.sampled_from(MARKS)))
def test_a_text_is_rendered_as_it_was(string):
    html = RENDERER.render(written(nodes.paragraph("", "", nodes.Text(string))))
    assert BeautifulSoup(html, "html.parser").get_text().split() == string.split()


@given(st.text(st.sampled_from("ab `|\\*_<&"), min_size=1).filter(str.strip))
def test_code_is_rendered_as_it_was(string):
    html = RENDERER.render(written(nodes.paragraph("", "", nodes.literal("", string))))
    assert BeautifulSoup(html, "html.parser").code.get_text().split() == string.split()


def test_a_formula_keeps_out_of_the_marks_around_it():
    row = nodes.row("", nodes.entry("", nodes.paragraph("", "", nodes.math("", r"|x| \| y"))))
    table = nodes.table("", nodes.tgroup("", nodes.tbody("", row)))
    assert r"| $\vert x\vert \Vert y$ |" in written(table).splitlines()
    block = nodes.math_block("", "a\n= b", ids=["equation-e"], number=1, nowrap=False)
    quoted = written(nodes.block_quote("", nodes.paragraph("", "So"), block), "4.1")
    assert quoted.splitlines()[-1] == r"> $$a = b \tag{4.1}$$"


# ---------------------------------------------------------------- a book that has an address


def configured():
    """Return the configuration, once the extension has seen to it."""
    config, connected = Config(), {}

    def add(*value):
        config.add(*value, ())

    add("html_theme_options", {}, "html")
    add("html_title", "Book", "html")
    addresses.setup(SimpleNamespace(add_config_value=add, connect=connected.__setitem__))
    connected["config-inited"](None, config)
    return config


def test_a_copy_knows_where_the_book_is(monkeypatch):
    monkeypatch.setenv("BOOK_URL", "https://example.org/book")
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/a/b/")
    source = str(ROOT / "notebooks" / f"{SHORTEST}.ipynb")
    env = SimpleNamespace(doc2path=lambda name: source, found_docs={f"notebooks/{SHORTEST}"})
    copy = Copy(SimpleNamespace(config=configured(), env=env), f"notebooks/{SHORTEST}")
    about, fetch = copy.first_cells()
    assert "](https://example.org/book/two-layers-by-hand.zip)" in about.source
    assert f"--branch {BRANCH} https://github.com/a/b" in fetch.source
    assert copy.address("../book/other.html#a") == "https://example.org/book/book/other.html#a"
    assert copy.address(f"{SHORTEST}.html#a") == f"{SHORTEST}.ipynb#a"


# ---------------------------------------------------------------- where they are offered


def test_the_download_button_of_a_chapter_gives_its_copy(copies):
    for name in copies:
        html = (SITE / "notebooks" / f"{name}.html").read_text(encoding="utf-8")
        button = re.search(r"<a [^>]*btn-download-source-button[^>]*>", html)[0]
        file = SITE / "notebooks" / re.search(r'href="([^"]+)"', button)[1]
        assert file.read_bytes() == (COPIES / f"{name}.ipynb").read_bytes()
        assert file.stat().st_size < 1_500_000


NO_SPHINX = """\
import sys

class Absent:
    def find_spec(name, *rest):
        if name in {"sphinx", "docutils", "myst_nb", "myst_parser", "jupyter_book"}:
            raise ImportError(name)

sys.meta_path.insert(0, Absent)
"""


def test_a_chapter_from_the_archive_runs_without_sphinx(copies, tmp_path):
    """One chapter is enough: the cells of all are those of the sources, which nbval runs."""
    assert copies[SHORTEST]
    with zipfile.ZipFile(SITE / f"{ARCHIVE}.zip") as archive:
        archive.extractall(tmp_path)
    root = tmp_path / ARCHIVE
    (root / "sitecustomize.py").write_text(NO_SPHINX, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(root)}

    def python(*arguments):
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)

    assert "ImportError: sphinx" in python("-c", "import sphinx").stderr
    found = python("-c", "import simple_ml; print(simple_ml.__file__)").stdout
    assert Path(found.strip()).is_relative_to(root)
    pytest = ["-m", "pytest", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env"]
    done = python(*pytest, f"notebooks/{SHORTEST}.ipynb")
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_buttons_of_binder_and_colab_open_the_copies(monkeypatch):
    monkeypatch.delenv("BOOK_REPOSITORY", raising=False)
    assert configured().html_theme_options == {}
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/a/b/")
    options = configured().html_theme_options
    assert (options["repository_url"], options["repository_branch"]) == (
        "https://github.com/a/b", BRANCH,
    )  # fmt: skip
    assert {"binderhub_url", "colab_url"} <= set(options["launch_buttons"])
    workflow = (ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8")
    assert f"git init --quiet --initial-branch {BRANCH}" in workflow
