"""Publish the live laboratory, and the figures inside the chapters that can be tried.

The files of ``book/lab/`` are copied to ``_static/lab/`` at the end of the build, as they are.
(In ``book/_static`` Jupyter Book would add each script to every page.) The page ``book/lab``
alone gets the laboratory's style sheet and first module; a page with a figure to try gets the
figures' module, which asks for the others itself. The figures' style sheet is in that of all pages.

In a cell of a chapter, ``scale``, ``tiny``, ``first-loss`` or ``spike`` with its caption::

    :::{try-it} spike
    One step at learning rate 0.5, ...
    :::

What is written into the page is the caption, the recorded picture (``tools/draw_try_it.py``), and a
link to the laboratory; so that is what there is without scripts, in print and in a reader's
notebook. ``book/lab/try-it.js`` puts the program into its place.
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PAGE = "book/lab"
SOURCE = Path(__file__).resolve().parents[1] / "lab"

# What the recorded picture shows, and the experiment of the laboratory that it leads to.
FIGURES = {
    "scale": (
        "Three bars: the probabilities of the scores 20, 10 and minus 10 are 100, 0 and 0 per "
        "cent; the loss, if class 1 is the truth, is 10.",
        "set-hw0",
    ),
    "tiny": (
        "A network of two inputs, three hidden units and two logits, with the numbers of two "
        "examples in each box, in front of it its weights and their gradients; the loss is 0.6931.",
        None,
    ),
    "first-loss": (
        "A curve of the first loss against the output scale, both logarithmic: 2.3 up to a scale "
        "of about 2, then rising: 2.32 at 1, which is fan-in, 4.03 at 8.85, the course's rule.",
        "set-hw0",
    ),
    "spike": (
        "The loss of the first four batches with 500 hidden units: under the course's rule it "
        "rises from 3.5 to 17, 23 and 37, under fan-in it falls from 2.3 to 1.6.",
        "set-wide",
    ),
}

# A browser runs no module from a file: there the picture stays, and no place is kept for more.
SERVED = "location.protocol === 'file:' || document.documentElement.classList.add('served')"


class TryIt(SphinxDirective):
    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in FIGURES:
            raise self.error(f"try-it: no figure {name!r}; there are {', '.join(FIGURES)}")
        alt, experiment = FIGURES[name]
        figure = nodes.container(ids=[f"try-{name}"], classes=["try-it"])
        self.state.nested_parse(self.content, self.content_offset, figure)
        for theme in ("light", "dark"):
            uri = f"/book/_static/try-{name}-{theme}.svg"
            figure += nodes.image(uri=uri, alt=alt, classes=[f"only-{theme}"])
        if experiment:
            target = self.env.app.builder.get_relative_uri(self.env.docname, PAGE)
            link = nodes.reference(
                "",
                "Open it in the laboratory",
                refuri=f"{target}#{experiment}",
                internal=True,
                classes=["try-lab"],
            )
            figure += nodes.paragraph("", "", link)
        return [figure]


def load_where_used(app, pagename, templatename, context, doctree) -> None:
    if pagename == PAGE:
        app.add_css_file("lab/lab.css")
        app.add_js_file("lab/lab.js", type="module")
    elif doctree and any("try-it" in node["classes"] for node in doctree.findall(nodes.container)):
        app.add_js_file(None, body=SERVED)
        app.add_js_file("lab/try-it.js", type="module")


def copy_laboratory(app, exception) -> None:
    if exception or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "lab")
    shutil.rmtree(target, ignore_errors=True)  # a file that was renamed leaves none behind
    shutil.copytree(SOURCE, target)


def setup(app):
    app.add_directive("try-it", TryIt)
    app.add_css_file("lab/try-it.css")
    app.connect("html-page-context", load_where_used)
    app.connect("build-finished", copy_laboratory)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
