"""One style sheet for the site, with the rules that it uses: one file to wait for, not ten.

The sheets of the theme, of its extensions and of MathJax are made for any site; most of
their rules name a class or an element that no page here has and no script makes. A phone would read
them all before it draws the first line.
"""

import functools
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import tinycss2
from tinycss2.ast import AtRule, Comment, IdentToken, LiteralToken, QualifiedRule

# The theme's icons are a font of 0.1 MB; `book/_static/icons.css` draws the dozen that are used.
ICON_RULES = re.compile(
    r"(?:\.fa-[a-z0-9-]+:+before,?)+\{[^{}]*\}|@font-face\{[^{}]*Awesome[^{}]*\}"
)
LINK = re.compile(r'<link\b[^>]*\brel="stylesheet"[^>]*>')
WORD = re.compile(r"[A-Za-z_][\w-]*")
# Classes that Bootstrap's scripts put together from parts.
MADE_BY_SCRIPTS = {"bs-tooltip-auto", "bs-popover-auto"}


@functools.cache
def words(site: Path) -> frozenset[str]:
    """Return every word in the pages and scripts of the site: more than all names that they use."""
    found = set(MADE_BY_SCRIPTS)
    for path in site.rglob("*"):
        if path.suffix in (".html", ".js"):
            found.update(WORD.findall(path.read_text(encoding="utf-8")))
    return frozenset(map(str.lower, found))  # elements have no case


def names(selector: list) -> Iterator[str]:
    """Yield the classes and elements that a selector needs; what is in ``:not()`` it does not."""
    before = ""
    for token in selector:
        if isinstance(token, IdentToken) and before != ":":
            yield token.lower_value
        before = token.value if isinstance(token, LiteralToken) else ""


def split(prelude: list) -> list[list]:
    """Return the selectors between the commas."""
    selectors: list[list] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def used(rules: list, known: frozenset[str]) -> str:
    """Return the rules that may apply to something made of the known words."""
    kept = []
    for rule in rules:
        if isinstance(rule, QualifiedRule):
            selectors = [s for s in split(rule.prelude) if known.issuperset(names(s))]
            if selectors and (content := compact(rule.content)):
                prelude = ",".join(tinycss2.serialize(s).strip() for s in selectors)
                kept.append(f"{prelude}{{{content}}}")
        elif isinstance(rule, AtRule) and rule.lower_at_keyword in ("media", "supports"):
            inner = used(tinycss2.parse_rule_list(rule.content, True, True), known)
            if inner:
                prelude = tinycss2.serialize(rule.prelude).strip()
                kept.append(f"@{rule.at_keyword} {prelude}{{{inner}}}")
        elif isinstance(rule, AtRule) and rule.lower_at_keyword != "charset":
            kept.append(rule.serialize())
        elif rule.type == "error":
            raise ValueError(f"a style sheet cannot be read: {rule.message}")
    return "\n".join(kept)


def compact(content: list) -> str:
    """Return declarations without comments and line breaks."""
    text = tinycss2.serialize([token for token in content if not isinstance(token, Comment)])
    return re.sub(r"\s*\n\s*", "", text).strip()


@functools.cache
def bundled(file: Path, site: Path) -> str:
    """Return the used rules of a style sheet, as they stand in the bundle in ``_static``."""
    css = ICON_RULES.sub("", file.read_text(encoding="utf-8"))
    folder = os.path.relpath(file.parent, site / "_static")
    if folder != ".":
        css = re.sub(r"url\((?![\"']?(?:data:|#|/))[\"']?", rf"\g<0>{folder}/", css)
    imported = re.findall(r"@import [\"']([^\"']+)[\"'];", css)
    css = re.sub(r"@import [\"'][^\"']+[\"'];", "", css)
    rules = used(tinycss2.parse_stylesheet(css, True, True), words(site))
    return "".join(bundled(file.parent / name, site) for name in imported) + rules + "\n"


def bundle(files: list[Path], site: Path) -> Path:
    """Write the sheets into one, whose name changes with its content, and return it."""
    text = "".join(bundled(file, site) for file in files)
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    into = site / "_static" / f"book-{digest}.css"
    into.write_text(text, encoding="utf-8")
    return into


def share(site: Path) -> None:
    """Let each finished page ask for one style sheet in place of those that all pages share."""
    site = site.resolve()
    static = site / "_static"
    shared = {*static.glob("*.css"), *static.glob("styles/*.css"), static / "lab" / "try-it.css"}
    for path in sorted(site.rglob("*.html")):
        page = path.read_text(encoding="utf-8")
        found = {}
        for link in LINK.findall(page):
            address = re.search(r'href="([^"?]+)', link)[1]
            file = (path.parent / address).resolve()
            if file in shared and not file.name.startswith("book-"):
                found[link] = file
        if not found:
            continue  # an earlier build's work
        address = os.path.relpath(bundle(list(found.values()), site), path.parent)
        one = f'<link href="{address.replace(os.sep, "/")}" rel="stylesheet"/>'
        for link in found:
            page, one = page.replace(link, one), ""
        path.write_text(page, encoding="utf-8")
