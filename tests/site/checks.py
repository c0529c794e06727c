"""Checks of pages, as text and in a browser. Each takes a page and returns its complaints.

So the tests can ask for no complaint (`test_site*.py`), and see each complaint come for a page
that was broken on purpose (`test_site_broken.py`).
"""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from browsing import SITE

AXE = Path(__file__).parent / "axe" / "axe.min.js"
WIDTHS = (390, 768, 1440)
THEMES = ("light", "dark")

# ---------------------------------------------------------------- reading pages


LOADING = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src",
    "audio": "src", "embed": "src", "object": "data", "input": "src",
}  # fmt: skip
LOADING_RELS = {
    "stylesheet", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch",
    "icon", "shortcut", "apple-touch-icon", "manifest",
}  # fmt: skip


class Page(HTMLParser):
    """What a page loads and shows: resources, images, ids, links, redirection."""

    def __init__(self, text: str):
        super().__init__()
        self.resources: list[str] = []
        self.images: list[dict] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.redirects = False
        self.feed(text)
        css = re.findall(r"""(?:url\(|@import)\s*['"]?((?:https?:)?//[^'")\s]+)""", text)
        self.resources += css

    def handle_starttag(self, tag, attributes):
        attributes = {name: value or "" for name, value in attributes}
        if "id" in attributes:
            self.ids.add(attributes["id"])
        if tag in LOADING and attributes.get(LOADING[tag]):
            self.resources.append(attributes[LOADING[tag]])
        if tag == "link" and LOADING_RELS & set(attributes.get("rel", "").lower().split()):
            self.resources.append(attributes.get("href", ""))
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


def heading_jumps(html: str) -> list[str]:
    """Return the headings that are more than one level below the one before."""
    levels = [int(level) for level in re.findall(r"<h([1-6])[ >]", html)]
    bad = [f"h{b} after h{a}" for a, b in pairwise(levels) if b > a + 1]
    if levels.count(1) != 1:
        bad.append(f"{levels.count(1)} headings of level 1")
    return bad


# ---------------------------------------------------------------- looking at pages

CONTENT = """() => {
  const text = [...document.querySelectorAll(".bd-article, article")]
    .map(article => {
      const copy = article.cloneNode(true);
      copy.querySelectorAll("pre, code, script, mjx-container").forEach(node => node.remove());
      return copy.textContent;
    }).join("\\n");
  const visible = node => node.checkVisibility();
  return {
    maths: document.querySelectorAll(".math").length,
    typeset: document.querySelectorAll("mjx-container").length,
    blank: [...document.querySelectorAll("mjx-c")]
      .filter(node => !/^"./.test(getComputedStyle(node, "::before").content))
      .map(node => node.className),
    leftOver: (text.match(/\\\\[()\\[\\]]|\\$\\$/g) || []).length,
    images: [...document.images].filter(image => !image.naturalWidth && visible(image))
      .map(image => image.src),
    unsized: [...document.images].filter(image => !(image.width && image.height)
      || !(image.getAttribute("width") && image.getAttribute("height")))
      .filter(visible).map(image => image.src),
    unreadable: document.documentElement.dataset.theme !== "dark" ? [] :
      [...document.querySelectorAll("article img")].filter(visible)
      .filter(image => !image.matches(".drawing, .only-dark"))
      .filter(image => getComputedStyle(image).backgroundColor !== "rgb(255, 255, 255)")
      .map(image => image.src),
    theme: document.documentElement.dataset.theme,
  };
}"""

LAYOUT = """() => {
  const root = document.documentElement;
  const clips = node => {
    for (let box = node.parentElement; box; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true;
    return false;
  };
  return {
    width: root.scrollWidth,
    window: root.clientWidth,
    wide: [...document.querySelectorAll("main *")]
      .filter(node => node.getBoundingClientRect().right > root.clientWidth + 1 && !clips(node))
      .slice(0, 3)
      .map(node => `${node.tagName}.${node.className}: ${node.textContent.slice(0, 40)}`),
    cut: [...document.querySelectorAll("div.math")]
      .filter(box => box.scrollHeight > box.clientHeight + 2)
      .map(box => `${box.id}: ${box.scrollHeight} > ${box.clientHeight}`),
  };
}"""


SHIFTS = """() => new Promise(resolve => {
  const shifts = [];
  new PerformanceObserver(list => shifts.push(...list.getEntries()))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve(shifts.map(shift => shift.value)), 50);
})"""


def shifts(tab, limit: float = 0.1) -> list[str]:
    """Return how much of a page has jumped since it was opened, if it is more than is good."""
    total = sum(tab.evaluate(SHIFTS))
    return [f"its layout shifts by {total:.2f}"] if total > limit else []


def content(tab, theme: str) -> list[str]:
    """Return what is wrong with what a page shows, at any width."""
    seen, wrong = tab.evaluate(CONTENT), []
    if seen["maths"] and seen["typeset"] < seen["maths"]:
        wrong.append(f"{seen['typeset']} of {seen['maths']} formulas are typeset")
    if seen["blank"]:
        wrong.append(f"characters of formulas that the style sheet lacks: {seen['blank'][:5]}")
    if seen["leftOver"]:
        wrong.append(f"{seen['leftOver']} marks of untypeset maths in the text")
    if seen["images"]:
        wrong.append(f"images that do not load: {seen['images']}")
    if seen["unsized"]:
        wrong.append(f"images without width and height: {seen['unsized']}")
    if seen["unreadable"]:
        wrong.append(f"figures on the dark ground: {seen['unreadable']}")
    if seen["theme"] != theme:
        wrong.append(f"theme {seen['theme']!r}, expected {theme!r}")
    return wrong


def layout(tab, width: int) -> list[str]:
    """Return what does not fit at a width of the window."""
    tab.set_viewport_size({"width": width, "height": 900})
    seen, wrong = tab.evaluate(LAYOUT), []
    if seen["width"] > seen["window"]:
        line = f"scrolls sideways: {seen['width']} > {seen['window']} px: {seen['wide']}"
        wrong.append(f"at {width} px it {line}")
    if seen["cut"]:
        wrong.append(f"at {width} px formulas are cut: {seen['cut']}")
    return wrong


# ---------------------------------------------------------------- accessibility

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# Best-practice rules that do not hold, each with its reason. None does not hold.
AXE_EXCEPTIONS: dict[str, str] = {}


# A chapter has ten thousand nodes, nine tenths of them inside formulas and highlighted code.
# One token of each kind stays, and of each formula its box: the rest would say the same again.
ONE_OF_A_KIND = """() => {
  document.querySelectorAll("mjx-container > *").forEach(node => node.replaceChildren("x"));
  const seen = new Set();
  for (const token of document.querySelectorAll("pre span[class]")) {
    const kind = token.className + " in " + token.closest("[class*=highlight-]")?.className;
    if (seen.has(kind) && !token.querySelector("a")) token.replaceWith(token.textContent);
    seen.add(kind);
  }
  document.querySelectorAll("pre").forEach(node => node.normalize());
}"""


def accessibility(tab, rules: list[str] | None = None) -> list[str]:
    """Return axe-core's violations: of WCAG 2.2 A and AA and of its best practices."""
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
    options = {
        "runOnly": only,
        "resultTypes": ["violations", "incomplete"],
        "rules": {rule: {"enabled": False} for rule in AXE_EXCEPTIONS},
    }
    tab.evaluate(ONE_OF_A_KIND)
    found = tab.evaluate("options => axe.run(options)", options)
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


def folds(tab, limit: int = 3) -> list[str]:
    """Open and close the folded boxes by keyboard alone, and return those that do not."""
    wrong = []
    boxes = tab.locator(".bd-article .toggle.admonition, .bd-article .admonition.dropdown").all()
    for box in boxes[:limit]:
        button = box.locator("button.toggle-button")
        if button.count() != 1:
            wrong.append(f"a folded box without its button: {box.inner_text()[:60]!r}")
            continue
        inside = box.locator(":scope > :not(.admonition-title)").last
        for expected in (True, False):
            button.focus()
            tab.keyboard.press("Enter")
            shown = inside.evaluate("node => node.checkVisibility({visibilityProperty: true})")
            if shown is not expected:
                wrong.append(f"Enter does not {'un' * expected}fold {box.inner_text()[:60]!r}")
                break
    return wrong


UNMARKED = """() => {
  const node = document.activeElement, style = getComputedStyle(node);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  if (node === document.body || outlined || style.boxShadow !== "none") return null;
  return `no focus mark on ${node.tagName}.${node.className}`;
}"""


def focus_marks(tab, presses: int = 40) -> list[str]:
    """Go through a page with the Tab key, and return what does not show that it has the focus."""
    found = set()
    for _ in range(presses):
        tab.keyboard.press("Tab")
        found.add(tab.evaluate(UNMARKED))
    return sorted(found - {None})


COPIED = """() => {
  let text = null;
  const copy = document.execCommand;
  document.execCommand = () => { text = document.activeElement.value; return true; };
  const texts = [...document.querySelectorAll("button.copybtn")].map(button => {
    text = null;
    button.click();
    return text;
  });
  document.execCommand = copy;
  return texts;
}"""


def copied(tab) -> list[str]:
    """Press each copy button of a page, and return what would be on the clipboard."""
    return [text or "" for text in tab.evaluate(COPIED)]


def copy_by_click(tab) -> str:
    """Press a page's first copy button and return what is on the clipboard then."""
    button = tab.locator("button.copybtn").first
    button.scroll_into_view_if_needed()
    button.focus()
    tab.keyboard.press("Enter")
    return tab.evaluate("async () => navigator.clipboard.readText()")


def code_of(notebook: Path) -> list[str]:
    """Return the code cells of a notebook that the site shows."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [
        "".join(cell["source"]).strip()
        for cell in cells
        if cell["cell_type"] == "code"
        and not {"remove-cell", "remove-input"} & set(cell["metadata"].get("tags", []))
    ]


def copies(tab, notebook: Path) -> list[str]:
    """Return the code cells of a notebook that no button of its page copies."""
    buttons = [text.strip() for text in copied(tab)]
    return [f"no button copies: {code[:60]!r}" for code in code_of(notebook) if code not in buttons]


def results(tab) -> list[str]:
    """Wait for the search page to have searched, and return the addresses that it found."""
    summary = "document.querySelector('#search-results p.search-summary')"
    tab.wait_for_function(f"() => {summary}?.innerText.match(/found|did not match/)")
    return tab.eval_on_selector_all(
        "#search-results ul.search li a", "links => links.map(link => link.href)"
    )
