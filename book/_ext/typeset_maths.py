r"""Typeset the maths when the site is built: a page needs no script, and no network, for it.

MathJax 3.2.2 (Apache 2.0), which the PyPI package *sphinx-mathjax-offline* holds as files, runs
here in V8 (*mini-racer*), once, instead of in every reader's browser each time: a chapter of 500
formulas kept a phone busy for seconds. What it writes for a formula is drawn by a style sheet and
fonts alone, and has MathML beside it for screen readers. TeX that MathJax cannot read is a
warning, and so fails the build.
"""

import atexit
import functools
import re
import shutil
from importlib.metadata import files
from pathlib import Path

from docutils import nodes
from fontTools import subset
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

PACKAGE = "sphinx-mathjax-offline"
PROGRAM = (
    "loader.js",
    "core.js",
    "adaptors/liteDOM.js",  # what stands in for a browser's document
    "input/tex-full.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
)
FONTS = "output/chtml/fonts/woff-v2/"
LICENSE = Path(__file__).with_name("mathjax-LICENSE.txt")
NOTICE = "The fonts of MathJax 3.2.2, each without the characters that this book does not show.\n"
# `packages` are the parts of TeX that the book may use; any other command is an error.
SET_UP = """
const {adaptors, handlers, a11y, input, output, mathjax} = MathJax._;
const adaptor = adaptors.liteAdaptor.liteAdaptor();
const handler = handlers.html_ts.RegisterHTMLHandler(adaptor);
a11y["assistive-mml"].AssistiveMmlHandler(handler);
const tex = new input.tex_ts.TeX({
  packages: ["base", "ams", "boldsymbol"],
  formatError: (jax, error) => { throw new Error(error.message); },
});
const font = new output.chtml.fonts.tex_ts.TeXFont({fontURL: "mathjax"});
const chtml = new output.chtml_ts.CHTML({font, adaptiveCSS: false});
const book = mathjax.mathjax.document("", {InputJax: tex, OutputJax: chtml});
const typeset = (source, display) => adaptor.outerHTML(book.convert(source, {display}));
const width = (source) => {
  const item = new book.options.MathItem(source, book.inputJax[0], true);
  item.compile(book);
  return chtml.getBBox(item, book).w;
};
const styleSheet = () => adaptor.textContent(chtml.styleSheet(book));
"""

logger = logging.getLogger(__name__)


class TeXError(ValueError):
    """A formula that MathJax cannot read."""


def mathjax_files() -> dict[str, Path]:
    """Map the path inside MathJax to the installed file."""
    parts = ((path.as_posix().partition("/static/mathjax/")[2], path) for path in files(PACKAGE))
    return {inside: Path(path.locate()) for inside, path in parts if inside}


@functools.cache
def mathjax() -> MiniRacer:
    """Return MathJax, running."""
    engine = MiniRacer()
    atexit.register(engine.close)  # left to the interpreter's end, its thread could hold that up
    engine.eval("var global = globalThis, MathJax = {};")
    found = mathjax_files()
    for name in PROGRAM:
        engine.eval(found[name].read_text(encoding="utf-8"))
    engine.eval(SET_UP)
    return engine


@functools.cache
def typeset(tex: str, display: bool) -> str:
    """Return the HTML of a formula."""
    try:
        return mathjax().call("typeset", tex, display)
    except JSEvalException as error:
        message = re.search(r"Error: (.*)", str(error))
        raise TeXError(message[1] if message else str(error)) from None


@functools.cache
def width(tex: str) -> float:
    """Return how wide a displayed formula is, in its own em: what is too wide is set smaller."""
    return mathjax().call("width", tex)


# ---------------------------------------------------------------- as Sphinx's renderer of maths


def formula(node: nodes.Element, tex: str, display: bool) -> str:
    try:
        return typeset(tex, display)
    except TeXError as error:
        logger.warning("TeX: %s, in: %s", error, tex, location=node, type="typeset_maths")
        return ""


def visit_math(self, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(formula(node, node.astext(), display=False) + "</span>")
    raise nodes.SkipNode


def visit_math_block(self, node: nodes.math_block) -> None:
    tex = node.astext()
    if r"\\" in tex and not node["nowrap"]:
        tex = rf"\begin{{split}}{tex}\end{{split}}"  # rows without a surrounding, as Sphinx has it
    html = formula(node, tex, display=True)
    style = f"--width: {width(tex):.1f}" if html else ""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight", style=style))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(html + "</div>\n")
    raise nodes.SkipNode


def use_style_sheet(app) -> None:
    app.add_css_file("maths.css", priority=400)  # book.css comes after it


def publish(app, exception) -> None:
    """Put MathJax's style sheet and fonts into the site."""
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    (static / "maths.css").write_text(mathjax().call("styleSheet"), encoding="utf-8")
    (static / "mathjax").mkdir(exist_ok=True)
    for inside, source in mathjax_files().items():
        if inside.startswith(FONTS):
            shutil.copyfile(source, static / "mathjax" / source.name)
    shutil.copyfile(LICENSE, static / "mathjax" / "LICENSE.txt")
    (static / "mathjax" / "NOTICE.txt").write_text(NOTICE, encoding="utf-8")


def keep_what_is_shown(site: Path) -> None:
    """Leave in each font the characters that the finished style sheet shows with it.

    A font that shows none is left out: `book/_static/reading.js` loads all that there are.
    """
    sheets = list((site / "_static").glob("book-*.css"))
    css = "".join(sheet.read_text("utf-8") for sheet in sheets)
    shown = re.findall(r'(?:\.(TEX-\w+))?::before\{[^}]*content: ?"([^}]*)"', css)
    general = re.search(r"mjx-stretchy-h mjx-c ?\{font-family: ?([^}]*)", css)[1]
    fonts = set(re.findall(r'font-family: ?MJX(TEX[\w-]*);\s*src: ?url\("?([^")]+)', css))
    for family, name in fonts:
        font = site / "_static" / name
        mine = {family, ""} if re.search(rf"\bMJX{family}\b(?!-)", general) else {family}
        text = "".join(sorted({c for of, text in shown for c in text if of in mine}))
        options = ["--flavor=woff", "--drop-tables+=FFTM"]  # FontForge's date
        if text:
            subset.main([str(font), f"--text={text}", *options, f"--output-file={font}"])
            continue
        font.unlink(missing_ok=True)
        face = re.compile(rf"@font-face[^}}]*{re.escape(name)}[^}}]*\}}\n?")
        for sheet in sheets:
            sheet.write_text(face.sub("", sheet.read_text("utf-8")), encoding="utf-8")


def setup(app):
    app.add_html_math_renderer("typeset", (visit_math, None), (visit_math_block, None))
    app.connect("builder-inited", use_style_sheet)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
