"""The last touches to each page of the built site, once all pages are written.

A step is a function that takes a parsed page and changes it. They see to it that

- a page loads only what it uses: no icon font (``book/_static/icons.css`` draws the dozen
  icons), scripts that do not hold up the text, one style sheet (``style_sheets.py``);
- the search knows each place of each page (``search_records.py``);
- figures reserve their place, and have a twin for the dark theme (``figures.py``);
- names of the package in code lead to its API page (``code_links.py``), reports to the equations
  that they name (``report_links.py``);
- the markup says what it is to a screen reader where theme and Sphinx leave it open;
- search engines and links in chats get a description and, where the site's address is
  known, a card and a sitemap.

All steps may run twice on a page, since Sphinx writes only the pages that changed.
"""

import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import code_links
import figures
import reader_notebooks
import report_links
import search_records
import style_sheets
import typeset_maths
from bs4 import BeautifulSoup, Comment, NavigableString
from plain_markdown import one_line
from pygments.formatters import HtmlFormatter
from pygments.token import Name, Punctuation, Text, Whitespace
from sphinx.highlighting import PygmentsBridge

# Sphinx's search: ours is in _static/search.
SPHINX_SEARCH = ("searchtools.js", "language_data.js", "searchindex.js", "sphinx_highlight.js")
# Files of the theme that no page asks for any more, or that only its developers read.
UNUSED = (
    *("scripts/fontawesome.js*", "vendor", "**/*.map", "locales", "styles", "*webpack-macros.html"),
    *SPHINX_SEARCH,
)
OPENING = re.compile(r"[(\[“‘]*\Z")
IN_NUMBER = re.compile(r"(?<=\d) (?=[%±×])|(?<=[±×]) (?=\d)")
RELATIONS = ("=", "≈", "<", ">")
CLOSING = re.compile(r"[.,;:!?)\]”’…-]*")
PLAIN = {Name, Punctuation, Whitespace}
# What typeset_maths.py has written, and what stands for it meanwhile.
FORMULA = re.compile(r"<mjx-container.*?</mjx-container>", re.DOTALL)
TAKEN_OUT = re.compile(r'<mjx-container number="(\d+)">.*?</mjx-container>', re.DOTALL)
TAG = re.compile("<[^>]*>")
LONG = 33  # columns of code that a phone shows in a box
UNBROKEN = re.compile(r"\S{25,}")
WHOLE = re.compile(r"(?<![\w-])--?\w[\w-]*|\b\d+e-\d+")  # no line ends at their hyphens
# In a line of HTML, behind the bracket after a name, and in front of the dot after a call.
GOES_ON = re.compile(r'(?<=[\w>)\]][(\[])(?=\w|<(?!/))|(?<=\))(?=<span class="o">\.)')
WIDE = 62  # columns of output that it shows in letters of nine pixels
NAME = re.compile(r"[^\s-]{16,}")  # what a line may be too short for
JOINT = re.compile(r"(?<=[._(,=/])(?=\w)")
TABLES = ".cheat-sheet, .equation-index, .notation, dl.py, .viewcode-block, #lab"
CARD = "_static/card.png"


class Page:
    """A page of the site: its name, its parsed HTML, and the folder of the site.

    Formulas are nine tenths of a chapter's elements, and no step changes what is inside of one:
    each is parsed as its words alone, and comes back when the page is written.
    """

    def __init__(self, path: Path, site: Path, app):
        self.path, self.site, self.app = path, site.resolve(), app
        self.name = path.relative_to(site).as_posix()
        self.docname = self.name.removesuffix(".html")
        self.formulas: list[str] = []
        text = FORMULA.sub(self.take_out, path.read_text(encoding="utf-8"))
        self.soup = BeautifulSoup(text, "html.parser")

    def take_out(self, formula: re.Match) -> str:
        self.formulas.append(formula[0])
        words = TAG.sub("", formula[0])
        return f'<mjx-container number="{len(self.formulas) - 1}">{words}</mjx-container>'

    def put_back(self, formula: re.Match) -> str:
        return self.formulas[int(formula[1])]

    def write(self) -> None:
        self.path.write_text(TAKEN_OUT.sub(self.put_back, str(self.soup)), encoding="utf-8")

    def local_file(self, url: str) -> Path | None:
        """Return the file of the site that a relative address names."""
        parts = urlsplit(url)
        if parts.scheme or parts.netloc or not parts.path:
            return None
        file = (self.path.parent / parts.path).resolve()
        return file if file.is_file() else None

    def meta(self, key: str, name: str, content: str) -> None:
        """Set a ``<meta>`` of the head."""
        tag = self.soup.find("meta", attrs={key: name})
        if tag is None:
            tag = self.soup.new_tag("meta", attrs={key: name})
            self.soup.head.append(tag)
        tag["content"] = content


# ---------------------------------------------------------------- weight


def load_only_what_is_used(page: Page) -> None:
    soup = page.soup
    uses = {
        "fontawesome.js": False,
        "design-tabs.js": soup.select_one(".sd-tab-set"),
        "clipboard.min.js": soup.select_one("div.highlight pre"),
        "copybutton.js": soup.select_one("div.highlight pre"),
        **dict.fromkeys(SPHINX_SEARCH, False),
    }
    for tag in soup.find_all(["script", "link"]):
        address = tag.get("src") or tag.get("href") or ""
        if tag.get("rel") == ["preload"] or any(
            part in address and not used for part, used in uses.items()
        ):
            tag.decompose()  # a script that is loaded ahead of the style sheet holds that up


def defer_scripts(page: Page) -> None:
    """Let the text be drawn before the scripts run; they keep their order."""
    for script in page.soup.find_all("script", src=True):
        file = page.local_file(script["src"])
        if "documentation_options" in script["src"] and file:
            del script["src"]  # 0.3 KB that the scripts written into the page need at once
            script.string = file.read_text(encoding="utf-8")
        else:
            script["defer"] = None


class FewMarks(HtmlFormatter):
    """Marks nothing in code that has the colour of the block: a third of a chapter's elements.

    A line that is too long for a phone gets a box, so that the style sheet can show where it
    goes on; one without spaces is told where it may, or that would be inside a name.
    """

    def format(self, tokens, file):
        return super().format(((Text if t in PLAIN else t, text) for t, text in tokens), file)

    def _format_lines(self, tokens):
        for is_code, line in super()._format_lines(tokens):
            text = unescape(TAG.sub("", line))
            if is_code and len(text) > LONG:
                line = WHOLE.sub(r'<span class="no-break">\g<0></span>', line)
                line = GOES_ON.sub("<wbr/>", line) if UNBROKEN.search(text) else line
                line = f'<span class="long">{line}</span>'
            yield is_code, line


# ---------------------------------------------------------------- for every reader


def keep_punctuation_with_formulas(page: Page) -> None:
    """Let no line begin with the comma after a formula, or end with the bracket before it."""
    for formula in page.soup.select("span.math"):
        before, after = formula.previous_sibling, formula.next_sibling
        if "no-break" in formula.parent.get("class", []):
            continue  # an earlier build's work
        opening = OPENING.search(before)[0] if isinstance(before, NavigableString) else ""
        closing = CLOSING.match(after)[0] if isinstance(after, NavigableString) else ""
        if opening or closing:
            together = formula.wrap(page.soup.new_tag("span", attrs={"class": "no-break"}))
            if opening:
                before.replace_with(before.removesuffix(opening))
                together.insert(0, opening)
            if closing:
                after.replace_with(after.removeprefix(closing))
                together.append(closing)


def keep_numbers_together(page: Page) -> None:
    """Let no line end between a number and its per cent, its ± or what it is equal to."""
    if page.soup.article is None:
        return
    for text in page.soup.article.find_all(string=IN_NUMBER):
        shown = type(text) is NavigableString  # a comment is text, too
        if shown and not text.find_parent(["pre", "code", "script", "mjx-container"]):
            text.replace_with(IN_NUMBER.sub("\N{NO-BREAK SPACE}", text))
    for formula in page.soup.article.select("span.math"):
        after = formula.next_sibling
        if formula.get_text().endswith(RELATIONS) and type(after) is NavigableString:
            quoted = isinstance(after.next_sibling, Comment) and after.next_sibling.next_sibling
            if re.match(r" [−\d]", f"{after}{quoted or ''}"):
                after.replace_with("\N{NO-BREAK SPACE}" + after[1:])


def let_long_names_break(page: Page) -> None:
    """Say where a line may end in a name such as ``simple_ml.study.results.read_table``."""
    for text in page.soup.select("article")[0].find_all(string=NAME) if page.soup.article else ():
        own = text.find_parent(["code", "em", "cite", "h1"]) and not text.find_parent(["pre", "dt"])
        if own and type(text) is NavigableString:
            first, *rest = JOINT.split(text)
            for part in rest:
                text.insert_before(first, page.soup.new_tag("wbr"))
                first = part
            text.replace_with(first)


def mark_long_lines(page: Page) -> None:
    """Give a long line of the code in a report the box that it has in a listing (``FewMarks``)."""
    for code in page.soup.select("pre > code"):
        lines = code.get_text().splitlines(keepends=True)
        code.clear()
        for line in lines:
            attributes = {"class": "long"} if len(line) > LONG else {}
            code.append(page.soup.new_tag("span", attrs=attributes, string=line))


def say_how_wide_outputs_are(page: Page) -> None:
    """Tell each printed output its columns: a phone sets a wide one smaller (``book.css``).

    A longer line goes on below: it is a sentence.
    """
    for block in page.soup.select(".cell_output .highlight pre"):
        columns = min(WIDE, max(map(len, block.get_text().splitlines()), default=1))
        block["style"] = f"--columns: {columns}"


def fold_boxes(page: Page) -> None:
    """Make a ``<details>`` of each box that is to be folded; all of its title is its button."""
    for box in page.soup.select("div.admonition.dropdown"):
        title = box.select_one(":scope > .admonition-title")
        box.name, title.name = "details", "summary"
        for link in title.select("a"):
            link.unwrap()


def name_the_columns(page: Page) -> None:
    """Tell each cell of a large table the head of its column: a phone shows one below the other."""
    for table in page.soup.select("table.cheat-sheet, table.equation-index-table"):
        heads = [head.get_text(" ", strip=True) for head in table.select("thead th")]
        for row in table.select("tbody tr"):
            for head, cell in zip(heads, row.select("td"), strict=False):
                cell["data-head"] = head


def say_what_things_are(page: Page) -> None:
    """Fix markup of theme and Sphinx that a screen reader would read wrongly."""
    soup = page.soup
    for twin in soup.find_all("meta", attrs={"name": "viewport"})[1:]:
        twin.decompose()
    for icon in soup.select("i[class*='fa-'], span[class*='fa-']"):
        icon["aria-hidden"] = "true"
        icon.attrs.pop("title", None)
    for button in soup.select("button.sidebar-toggle"):
        is_contents = "secondary-toggle" in button["class"]
        button["title"] = "On this page" if is_contents else "The book's contents"
        button["aria-label"] = button["title"]
    for button in soup.select("button.theme-switch-button"):
        button["aria-label"] = button["data-bs-title"] = "Colours: light, dark or as the system"
    for button in soup.select("button.search-button__button"):
        if button.select_one(".search-button__default-text"):
            button.attrs.pop("aria-label", None)  # its name is the text that one sees
    # A landmark for what stands in none: the logo, the button back to the top.
    if sidebar := soup.find(id="pst-primary-sidebar"):
        sidebar["role"], sidebar["aria-label"] = "region", "Book"
    # A second title and list of contents that only paper shows; the page has its own.
    for twin in soup.select("#jb-print-docs-body"):
        twin.decompose()
    for node in soup.select("[role='doc-biblioentry'], .citation-list[role='list']"):
        del node["role"]  # deprecated, and its parent and children do not match
    for inner in soup.select("ul > ul"):  # the overview of the modules
        inner.wrap(soup.new_tag("li"))
    labels: dict[str, int] = {}
    regions = "article section[aria-label], article [role='region'][aria-label]"
    for region in soup.select(regions):  # reports in the outputs of cells
        label = region["aria-label"]
        labels[label] = labels.get(label, 0) + 1
        if labels[label] > 1:
            region["aria-label"] = f"{label}, {labels[label]}"
    for button in soup.select("button.btn-show-code"):
        button["aria-label"] = button["title"]
    for head in soup.select("article th"):
        if not head.get_text(strip=True):
            head.name = "td"  # the corner of a table is no head
    for place in soup.select("#ethical-ad-placement"):
        place.parent.decompose()  # an empty box for advertisements


def keep_a_place_for_the_contents(page: Page) -> None:
    """Say in front of the text that its contents will stand beside it (``book.css``)."""
    for sidebar in page.soup.select(".bd-content > #pst-secondary-sidebar"):
        sidebar.parent["class"].append("beside-contents")


def say_how_wide_the_text_is(page: Page) -> None:
    """A page of tables or cards is wider; were that known where they stand, its text would move."""
    if container := page.soup.select_one(".bd-article-container"):
        kinds = {"has-tables": TABLES, "has-cards": ".sd-row"}
        container["class"] += [
            name
            for name, kind in kinds.items()
            if name not in container["class"] and container.select_one(kind)
        ]


def name_downloads(page: Page) -> None:
    """Let "download this chapter" download: browsers would show a notebook as text."""
    for link in page.soup.select("a.btn-download-source-button"):
        link.attrs.pop("target", None)
        link["download"] = link["href"].rpartition("/")[2]
        link["title"] = "Download this page's source"
        if link["href"].endswith(".ipynb"):
            link["title"] = "Download this chapter as a notebook"
    for button in page.soup.select("button.btn-download-pdf-button"):
        button["title"] = "Print this page, or save it as PDF"
        if text := button.select_one(".btn__text-container"):
            text.string = "Print or PDF"


# ---------------------------------------------------------------- the address


def describe(page: Page) -> None:
    """Add a description, and the tags of a card that chats show for a link."""
    soup = page.soup
    if not (soup.head and soup.title):
        return
    first = next((p for p in soup.select("article section > p") if len(p.get_text()) > 40), None)
    text = one_line((first or soup.title).get_text())
    if len(text) > 160:
        text = text[:160].rpartition(" ")[0] + " …"
    page.meta("name", "description", text)
    base = page.app.config.html_baseurl
    if not base or page.docname not in page.app.env.found_docs:
        return
    page.meta("property", "og:title", soup.title.get_text().partition(" — ")[0])
    page.meta("property", "og:description", text)
    page.meta("property", "og:type", "article")
    page.meta("property", "og:site_name", page.app.config.html_title or page.app.config.project)
    page.meta("property", "og:url", urljoin(base, page.name))
    page.meta("property", "og:image", urljoin(base, CARD))
    page.meta("property", "og:image:alt", "Two layers of weights between three columns of nodes")
    page.meta("name", "twitter:card", "summary_large_image")


def anchor_the_404_page(page: Page) -> None:
    """A host shows 404.html at any address: its links must not depend on where."""
    if page.name != "404.html" or page.soup.base:
        return
    root = urlsplit(page.app.config.html_baseurl or "/").path or "/"
    page.soup.head.insert(0, page.soup.new_tag("base", href=root))
    for link in page.soup.select("a[href^='#']"):
        link["href"] = page.name + link["href"]


STEPS = (
    load_only_what_is_used,
    defer_scripts,
    figures.give_figures_their_size,
    figures.pair_figures,
    keep_punctuation_with_formulas,
    keep_numbers_together,
    let_long_names_break,
    mark_long_lines,
    say_how_wide_outputs_are,
    fold_boxes,
    name_the_columns,
    say_what_things_are,
    keep_a_place_for_the_contents,
    say_how_wide_the_text_is,
    name_downloads,
    reader_notebooks.offer_to_run,
    search_records.give_symbols_their_places,
    report_links.link_reports,
    code_links.link_names,
    describe,
    anchor_the_404_page,
)


def write_sitemap(app, site: Path) -> None:
    """List the pages for search engines, where the site's address is known."""
    if not (base := app.config.html_baseurl):
        return
    urls = "".join(
        f"  <url><loc>{urljoin(base, app.builder.get_target_uri(docname))}</loc></url>\n"
        for docname in sorted(app.env.found_docs)
    )
    (site / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n',
        encoding="utf-8",
    )
    (site / "robots.txt").write_text(
        f"User-agent: *\nAllow: /\nSitemap: {urljoin(base, 'sitemap.xml')}\n", encoding="utf-8"
    )


def drop_what_nobody_asks_for(site: Path) -> None:
    static = site / "_static"
    for pattern in UNUSED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for file in static.glob("**/*.*s"):
        if file.suffix in (".js", ".css"):
            text = file.read_text(encoding="utf-8")
            file.write_text(re.sub(r"\n?(//|/\*)# sourceMappingURL=.*", "", text), encoding="utf-8")


def finish(app, exception) -> None:
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    records = []
    for path in sorted(site.rglob("*.html")):
        if path.relative_to(site).parts[0] == "_static":
            continue
        page = Page(path, site, app)
        for step in STEPS:
            step(page)
        page.write()
        if page.docname in app.env.found_docs:
            records += search_records.of(page)
    search_records.write(app, records)
    style_sheets.share(site)  # when all that the rules may be for is there
    typeset_maths.keep_what_is_shown(site)
    write_sitemap(app, site)
    drop_what_nobody_asks_for(site)


def setup(app):
    PygmentsBridge.html_formatter = FewMarks
    app.connect("build-finished", finish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
