"""Checks of pages, as text and in a browser. Each takes a page and returns its complaints.

So the tests can ask for no complaint (`test_site*.py`), and see each complaint come for a page
that was broken on purpose (`test_site_broken.py`).
"""

import json
import os
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from browsing import SITE, draw

AXE = Path(__file__).parent / "axe" / "axe.min.js"
LOOKING = Path(__file__).with_name("looking.js").read_text(encoding="utf-8")
WIDTHS = (390, 768, 1440)
THEMES = ("light", "dark")

# ---------------------------------------------------------------- reading pages


NOT_LOADED = {"canonical", "next", "prev", "search"}  # of what a <link> may name


class Page(HTMLParser):
    """What a page loads and shows: resources, images, ids, links, redirection."""

    def __init__(self, text: str):
        super().__init__()
        self.text = text
        self.resources: list[str] = []
        self.images: list[dict] = []
        self.ids: set[str] = set()
        self.kinds: set[tuple[str, str]] = set()  # of elements: tag and class
        self.links: list[str] = []
        self.redirects = False
        self.feed(text)
        css = re.findall(r"""(?:url\(|@import)\s*['"]?((?:https?:)?//[^'")\s]+)""", text)
        self.resources += css

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        self.kinds.add((tag, attributes.get("class", "")))
        if "id" in attributes:
            self.ids.add(attributes["id"])
        source = attributes.get({"link": "href", "object": "data"}.get(tag, "src"))
        if source and attributes.get("rel") not in NOT_LOADED:
            self.resources.append(source)
        if tag == "img":
            self.images.append(attributes)
        if tag == "a" and "href" in attributes:
            self.links.append(attributes["href"])
        if tag == "meta" and attributes.get("http-equiv", "").lower() == "refresh":
            self.redirects = True


def resources_from_elsewhere(page: Page) -> list[str]:
    return [url for url in page.resources if urlsplit(url).netloc]


def images_without_description(page: Page) -> list[str]:
    """Return the images whose alt text is missing, short, or the name of a file."""
    bad = []
    for image in page.images:
        source, alt = image.get("src", ""), image.get("alt", "").strip()
        logo = "logo" in image.get("class", "")
        if (len(alt) < 20 and not logo) or not alt or re.search(r"\.(png|svg|jpe?g)$", alt):
            bad.append(f"{source}: alt {alt!r}")
    return bad


def broken_links(pages: dict[str, Page]) -> list[str]:
    """Return the links inside the site that lead to no page or to no anchor."""
    bad = []
    for name, page in pages.items():
        for href in page.links:
            parts = urlsplit(href)
            if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
                continue
            target = name
            if parts.path:
                target = os.path.normpath(os.path.join(os.path.dirname(name), unquote(parts.path)))
            if target not in pages:
                if not (SITE / target).is_file():
                    bad.append(f"{name}: {href}")
            elif parts.fragment and unquote(parts.fragment) not in pages[target].ids:
                bad.append(f"{name}: {href}: no such anchor")
    return bad


def files_of(asked: list[str]) -> set[Path]:
    """Return the files of the site at the addresses that a page asked for."""
    paths = {SITE / unquote(urlsplit(url).path).lstrip("/") for url in asked}
    return {path for path in paths if path.is_file()}


# ---------------------------------------------------------------- what a page shows


def ask(page, name: str):
    """Return the answer of a function of looking.js."""
    return page.evaluate(f"{LOOKING}.{name}()")


# What looking.js finds in what a page shows, and what is said of it.
WRONG = {
    "blank": "characters of formulas that the style sheet lacks",
    "leftOver": "untypeset maths or quoted numbers in the text",
    "images": "images that do not load",
    "unsized": "images without width and height",
    "unreadable": "figures on the dark ground",
}


def content(page, theme: str) -> list[str]:
    """Return what is wrong with what a page shows, at any width."""
    seen = ask(page, "content")
    wrong = [f"{sentence}: {seen[name]}" for name, sentence in WRONG.items() if seen[name]]
    if seen["typeset"] < seen["maths"]:
        wrong.append(f"{seen['typeset']} of {seen['maths']} formulas are typeset")
    if seen["theme"] != theme:
        wrong.append(f"theme {seen['theme']!r}, expected {theme!r}")
    return wrong


def layout(page) -> list[str]:
    """Return what does not fit into the window."""
    seen, wrong = ask(page, "layout"), []
    if seen["width"] > seen["window"]:
        wrong.append(f"scrolls sideways: {seen['width']} > {seen['window']} px: {seen['wide']}")
    if seen["cut"]:
        wrong.append(f"at {seen['window']} px formulas are cut: {seen['cut']}")
    if seen["emptyLines"]:
        wrong.append(f"at {seen['window']} px an empty line follows {seen['emptyLines']}")
    return wrong


def shifts(page, limit: float = 0.05) -> list[str]:
    """Return how much of a page has jumped since it was opened, if it is more than is good."""
    total = sum(ask(page, "shifts"))
    return [f"its layout shifts by {total:.2f}"] if total > limit else []


# ---------------------------------------------------------------- accessibility

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
EVERY_RULE = {"type": "tag", "values": AXE_TAGS}
# What may differ between the themes: colours, and the drawings that come in one for each.
RULES_OF_A_THEME = ["color-contrast", "link-in-text-block", "image-alt"]


def accessibility(page, rules: list[str] | None = None) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 A and AA and its best practices, or ``rules``.

    It leaves on the page one token of each kind.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    ask(page, "keepOneOfAKind")
    only = {"type": "rule", "values": rules} if rules else EVERY_RULE
    kept = ["violations", "incomplete"]
    options = {"runOnly": only, "resultTypes": kept, "selectors": False}
    found = page.evaluate("options => axe.run(options)", options)
    return [
        f"axe: {rule['id']} ({len(rule['nodes'])}): {rule['nodes'][0]['html'][:120]}"
        for rule in found["violations"] + [unseen(rule) for rule in found["incomplete"]]
        if rule["nodes"]
    ]


def unseen(rule: dict) -> dict:
    """Keep of what axe-core leaves to a person the text in nearly the colour of its ground.

    It takes such text for hidden on purpose; here it was light code in a light box.
    """
    same = [n for n in rule["nodes"] for test in n["any"] if "equalRatio" in str(test["data"])]
    return rule | {"nodes": same}


# ---------------------------------------------------------------- what one can do with a page

FOLDED = [".bd-article details.admonition", ".bd-article details.code-fold"]


def folds(page) -> list[str]:
    """Open and close the first box of each kind by keyboard alone; return those that do not."""
    wrong = []
    for kind in FOLDED:
        box = next((box for box in page.locator(kind).all() if box.is_visible()), None)
        if box is None:
            continue
        inside = box.locator(":scope > :not(summary)").last
        for expected in (True, False):
            box.locator(":scope > summary").focus()
            page.keyboard.press("Enter")
            shown = inside.evaluate("node => node.checkVisibility()")
            if shown is not expected:
                wrong.append(f"Enter does not {'un' * expected}fold {box.inner_text()[:60]!r}")
                break
    return wrong


def focus_marks(page, presses: int = 40) -> list[str]:
    """Go through a page with the Tab key, and return what does not show that it has the focus."""
    found = set()
    for _ in range(presses):
        page.keyboard.press("Tab")
        found.add(ask(page, "unmarked"))
    return sorted(found - {None})


def code_of(notebook: Path) -> list[str]:
    """Return the code cells of a notebook that the site shows."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        "".join(cell["source"]).strip()
        for cell in cells
        if cell["cell_type"] == "code" and "remove-cell" not in cell["metadata"].get("tags", [])
    ]


def copies(page, notebook: Path) -> list[str]:
    """Press all copy buttons, one of them by keyboard, and return what they do not copy rightly."""
    texts = [text.strip() for text in ask(page, "copied")]
    wrong = [f"no button copies: {code[:60]!r}" for code in code_of(notebook) if code not in texts]
    at = next(i for i, b in enumerate(page.locator("button.copybtn").all()) if b.is_visible())
    button = page.locator("button.copybtn").nth(at)
    button.scroll_into_view_if_needed()
    button.focus()
    page.keyboard.press("Enter")
    clip = page.evaluate("async () => navigator.clipboard.readText()")
    if clip.strip() != texts[at]:
        wrong.append(f"the clipboard holds {clip[:60]!r}, not {texts[at][:60]!r}")
    return wrong


def results(page) -> list[str]:
    """Wait for the search page to have searched, and return the addresses that it found."""
    summary = "document.querySelector('#search-results p.search-summary')"
    page.wait_for_function(f"() => {summary}?.innerText.match(/hit|Nothing/)")
    return page.eval_on_selector_all(
        "#search-results ol.search li a", "links => links.map(link => link.href)"
    )


# ---------------------------------------------------------------- all of it


# Functions of looking.js, and at which widths each is called in daylight.
MEASURED_IN_CHAPTERS = {
    "reading": (1440,), "firstFigure": (390, 1440), "smallFormulas": (390,), "figures": (390,),
    "wideOutputs": (390, 1440), "broken": (390,),
}  # fmt: skip
MEASURED_ELSEWHERE = {"broken": WIDTHS}


def alike(pages: dict[str, Page]) -> set[str]:
    """Return the listings of code that hold no kind of element that a richer listing lacks."""
    shown, found = set(), set()
    listings = [name for name in pages if name.startswith("_modules/")]
    for name in sorted(listings, key=lambda name: len(pages[name].kinds), reverse=True):
        if pages[name].kinds <= shown:
            found.add(name)
        shown |= pages[name].kinds
    return found


@dataclass
class Visit:
    """What was found on a page."""

    wrong: list[str]
    asked: list[str]  # the addresses that it asked for
    folded: int  # boxes
    measured: dict  # by what was measured, and at which width


def widen(page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


def prefer(page, theme: str) -> None:
    """Change the theme that the system prefers; the page is told with the next frame."""
    page.emulate_media(color_scheme=theme)
    ask(page, "nextFrame")


def measure(page, what: dict[str, tuple], width: int) -> dict:
    """Return what is to be measured at a width, each by its name and the width."""
    return {f"{name} {width}": ask(page, name) for name, at in what.items() if width in at}


def glance(tab, url: str) -> Visit:
    """Open a page on a phone: for one that differs from others in its words alone."""
    page = tab.open(url, width=WIDTHS[0], whole=True)
    wrong = shifts(page) + layout(page) + content(page, "light")
    return Visit(wrong + tab.wrong, list(tab.asked), 0, {})


def visit(tab, url: str, notebook: Path) -> Visit:
    """Look at a page on a laptop and a phone, in both themes, and on a tablet.

    It is opened anew where its first moments count; else the order is the one with the fewest
    changes, each of which draws the whole page again.
    """
    phone, tablet, laptop = WIDTHS
    what = MEASURED_IN_CHAPTERS if notebook.is_file() else MEASURED_ELSEWHERE
    page = tab.open(url, width=laptop)
    wrong = shifts(page)
    draw(page, whole=True)
    ask(page, "settled")
    measured = measure(page, what, laptop)
    wrong += layout(page) + accessibility(page, RULES_OF_A_THEME)
    prefer(page, "dark")
    wrong += layout(page) + accessibility(page)
    folded = page.locator(", ".join(FOLDED)).count()
    wrong += folds(page)
    if notebook.is_file():
        wrong += copies(page, notebook)
    wrong += tab.wrong
    if place := ask(page, "lastPlace"):
        page = tab.open(f"{url}#{place}", width=phone)
        wrong += [f"#{place}: {line}" for line in shifts(page)] + tab.wrong
    page = tab.open(url, width=phone)
    wrong += shifts(page)
    draw(page, whole=True)
    asked = list(tab.asked)
    measured |= measure(page, what, phone)
    wrong += layout(page) + content(page, "light")
    prefer(page, "dark")
    wrong += layout(page) + content(page, "dark")
    widen(page, tablet)
    measured |= measure(page, what, tablet)
    wrong += layout(page)
    return Visit(wrong + tab.wrong, asked, folded, measured)
