"""Print the whole book into one PDF: the built pages, one after the other, in the site's browser.

    python tools/pdf.py            _build/two-layers-by-hand.pdf

The pages' articles are put into one page, in the order of ``_toc.yml``, so that a link from one
chapter to another becomes a link inside the PDF; the style sheet's rules for paper do the rest.
The laboratory is left out, since it is a program.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml
from browser import launch, sync_playwright
from browsing import ROOT, SITE, Tab, serving
from bs4 import BeautifulSoup

PDF = ROOT / "_build" / "two-layers-by-hand.pdf"
LEFT_OUT = {"book/lab"}
PLACE = "book/all.html"  # not a file: where the browser believes the page to stand
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
FOOTER = """<div style="width: 100%; text-align: center; font: 8pt sans-serif; color: #444">
<span class="pageNumber"></span></div>"""
STYLE = """
article { break-before: page; }
.cover { height: 245mm; display: flex; flex-direction: column; justify-content: center;
         align-items: center; text-align: center; }
.cover h1 { font-size: 34pt; }
.cover img { width: 70mm; }
.contents { break-before: page; columns: 2; column-gap: 10mm; font-size: 8.5pt; }
.contents h2 { column-span: all; }
.contents ul { padding-left: 4mm; margin: 0; }
.contents p { margin: 0; }
.contents a { color: inherit; text-decoration: none; }
.contents ul ul { font-size: 0.9em; margin-bottom: 0.4em; }
"""
# A formula that is wider than the paper is set smaller. What is cut nevertheless is returned.
FIT = """() => {
  for (const box of document.querySelectorAll("div.math")) {
    const formula = box.querySelector("mjx-container");
    const number = box.querySelector(".eqno")?.offsetWidth ?? 0;
    const wide = formula && formula.firstElementChild.getBoundingClientRect().width;
    const ratio = wide / (box.clientWidth - number);
    const letters = formula && parseFloat(getComputedStyle(formula).fontSize);
    if (ratio > 1) formula.style.fontSize = `${letters / ratio}px`;
  }
  return [...document.querySelectorAll("article, article :is(div, pre, table, figure, img)")]
    .filter(box => box.scrollWidth > box.clientWidth + 2
                   || box.getBoundingClientRect().right > window.innerWidth + 2)
    .map(box => `wider than the paper: ${box.tagName} in ${box.closest("[id]").id}`);
}"""


def documents(contents: dict) -> list[str]:
    """Return the names of the pages in the order in which one reads them."""
    chapters = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    return [name for name in (contents["root"], *chapters) if name not in LEFT_OUT]


def anchor(name: str, fragment: str = "") -> str:
    """Return the id that a page, or an anchor on it, has in the book."""
    return f"{name.replace('/', '-')}--{fragment}" if fragment else name.replace("/", "-")


def link(href: str, name: str, names: list[str]) -> str | None:
    """Return what a page's link becomes, or None if it leads out of what is printed."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return href
    target = name
    if parts.path:
        folder = os.path.dirname(name)
        target = os.path.normpath(os.path.join(folder, unquote(parts.path)))
        target = target.replace(os.sep, "/").removesuffix(".html")
    return "#" + anchor(target, unquote(parts.fragment)) if target in names else None


def article(name: str, names: list[str], site: Path):
    """Return the text of a page, as a part of the book."""
    soup = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    text = soup.select_one("article.bd-article")
    for node in text.select("script, .headerlink"):
        node.decompose()
    for node in text.select("details"):
        node["open"] = ""
    for node in text.select("img"):
        node.attrs.pop("loading", None)
    for node in text.select("[id]"):
        node["id"] = anchor(name, node["id"])
    for attribute in REFERENCES:
        for node in text.select(f"[{attribute}]"):
            node[attribute] = " ".join(anchor(name, part) for part in node[attribute].split())
    for node in text.select("a[href]"):
        if (target := link(node["href"], name, names)) is None:
            node.unwrap()
        else:
            node["href"] = target
    text["id"] = anchor(name)
    return text


def table_of_contents(articles) -> str:
    """Return the chapters and their sections, as links."""
    lines = []
    for text in articles:
        sections = [(section.find("h2"), section.get("id")) for section in text.select("section")]
        inner = "".join(
            f'<li><a href="#{place}">{heading.decode_contents()}</a></li>'
            for heading, place in sections
            if heading and heading.parent.get("id") == place
        )
        title = text.find("h1").decode_contents()
        lines.append(f'<li><a href="#{text["id"]}">{title}</a><ul>{inner}</ul></li>')
    return "\n".join(lines)


def whole_book(site: Path) -> str:
    """Return one page that holds the book."""
    names = documents(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    articles = [article(name, names, site) for name in names]
    shell = BeautifulSoup((site / "book/index.html").read_text(encoding="utf-8"), "html.parser")
    head = shell.select("link[rel='stylesheet']")
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>{config["title"]}</title>
{"".join(map(str, head))}<style>{STYLE}</style></head>
<body><div class="bd-main"><div class="bd-content"><div class="bd-article-container">
<div class="cover"><img src="../_static/logo.svg" alt=""><h1>{config["title"]}</h1>
<p>{config["author"]}</p></div>
<div class="contents"><h2>Contents</h2><ul>{table_of_contents(articles)}</ul></div>
{"".join(map(str, articles))}
</div></div></div></body></html>"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("into", nargs="?", type=Path, default=PDF)
    into = parser.parse_args().into
    text = whole_book(SITE)
    with serving(SITE) as address, sync_playwright() as driver:
        tab = Tab(launch(driver))
        tab.page.route(
            f"{address}/{PLACE}", lambda route: route.fulfill(content_type="text/html", body=text)
        )
        page = tab.open(f"{address}/{PLACE}", width=680, whole=True)  # as wide as on paper
        page.emulate_media(media="print")
        wrong = page.evaluate(FIT) + tab.wrong
        page.pdf(
            path=into,
            prefer_css_page_size=True,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{into}: {into.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
