"""The built site as files: nothing from elsewhere, links that lead somewhere, alt texts.

The site is the one in `_build/html`; `make test` builds it first. What a browser makes of it
is in `test_site_browser.py`.
"""

import re

import pytest
import typeset_maths
from browsing import SITE
from checks import Page, broken_links, images_without_description, resources_from_elsewhere
from fontTools.ttLib import TTFont

# ---------------------------------------------------------------- the files


def test_no_page_names_a_resource_of_another_host(pages):
    found = {name: resources_from_elsewhere(page) for name, page in pages.items()}
    assert {name: urls for name, urls in found.items() if urls} == {}


def test_no_stylesheet_names_a_resource_of_another_host(pages):
    assert pages
    pattern = re.compile(r"""(?:url\(|@import)\s*['"]?(?:https?:)?//""")
    sheets = SITE.rglob("*.css")
    assert [p.name for p in sheets if pattern.search(p.read_text(encoding="utf-8"))] == []


def test_only_pages_that_use_them_load_the_laboratory_and_the_figures_to_try(pages, copies):
    assert [n for n, page in pages.items() if "/lab/lab." in page.text] == ["book/lab.html"]
    for name, page in pages.items():
        figures = re.findall(r'class="try-it\b.*? id="(try-[\w-]+)"', page.text)
        assert page.text.count("/lab/try-it.") == bool(figures), name
        for figure in figures:  # the copy for readers has the picture
            assert f"attachment:{figure}-light.png" in str(copies[name[len("notebooks/") : -5]])


def test_every_image_says_what_it_shows(pages):
    found = {name: images_without_description(page) for name, page in pages.items()}
    assert {name: images for name, images in found.items() if images} == {}


def test_every_link_inside_the_site_leads_somewhere(pages):
    assert broken_links(pages) == []


# The readers of pages notice what they are for.


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<script src="//cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="https://fonts.example.org/f.css">',
        '<link rel="preconnect" href="https://fonts.example.org">',
        '<img src="https://example.org/x.png" alt="">',
        '<style>@import "https://example.org/x.css";</style>',
    ],
)
def test_a_resource_from_elsewhere_is_noticed(html):
    assert resources_from_elsewhere(Page(html))


def test_a_link_elsewhere_is_not_a_resource():
    page = Page('<a href="https://dlsyscourse.org">course</a><link rel="canonical" href="//x/">')
    assert resources_from_elsewhere(page) == []


@pytest.mark.parametrize(
    "image",
    ['<img src="a.png">', '<img src="a.png" alt="../_images/0123456789abcdef.png">',
     '<img src="a.png" alt="figure">'],
)  # fmt: skip
def test_an_image_without_a_description_is_noticed(image):
    assert images_without_description(Page(image))


def test_broken_links_are_noticed():
    page = Page('<p id="here"><a href="#here">a</a><a href="#gone">b</a><a href="gone.html">c</a>')
    assert len(broken_links({"book/page.html": page})) == 2


# ---------------------------------------------------------------- what a page loads


def loads(pages, name: str) -> str:
    return " ".join(pages[name].resources)


def test_pages_load_no_script_that_they_do_not_need(pages):
    """The icons' script alone would be 542 KB on the wire, and their font 0.1 MB."""
    unwanted = re.compile("fontawesome|search/|searchindex|math", re.IGNORECASE)
    assert [name for name in pages if unwanted.search(loads(pages, name))] == []
    left = [path for path in SITE.rglob("*") if path.suffix == ".map" or "fontawesome" in path.name]
    assert left == []
    css = next((SITE / "_static").glob("book-*.css")).read_text(encoding="utf-8")
    assert "Awesome" not in "".join(re.findall(r"@font-face\s*\{[^}]*\}", css))


def test_a_first_line_waits_for_one_style_sheet_and_no_script(pages):
    """What a page loads ahead, or runs at once, would come before its text on a slow line."""
    for name, page in pages.items():
        if not page.redirects:
            sheets = re.findall(r"_static/[\w/.-]+\.css", loads(pages, name))
            assert len(sheets) == 1 + (name == "book/lab.html"), name
            early = r'<link[^>]* rel="(?:preload|modulepreload)"|<script src=[^>]*>'
            assert re.findall(early, page.text) == [], name


def test_each_page_says_to_search_engines_what_it_is(pages):
    for name, page in pages.items():
        said = re.search(r'<meta content="[^"]{9,}" name="description"', page.text)
        assert said or page.redirects, name


def test_fonts_hold_the_characters_that_pages_show_and_few_more(pages):
    """Each character is where MathJax's own font had it."""
    assert pages
    assert (SITE / "_static" / "mathjax" / "LICENSE.txt").is_file()
    bundle = next((SITE / "_static").glob("book-*.css")).read_text(encoding="utf-8")
    letters = re.findall(r'mjx-c[\w.-]*\.TEX-I::before\{[^}]*content: ?"(.)"', bundle)
    assert len(letters) > 40

    def held(file) -> set[str]:
        return set(map(chr, TTFont(file).getBestCmap()))

    whole = typeset_maths.mathjax_files()
    for file in (SITE / "_static" / "mathjax").glob("*.woff"):
        assert held(file) <= held(whole[typeset_maths.FONTS + file.name])
    italic = held(SITE / "_static" / "mathjax" / "MathJax_Math-Italic.woff")
    assert italic == set(letters) & held(whole[typeset_maths.FONTS + "MathJax_Math-Italic.woff"])


# ---------------------------------------------------------------- privacy

CALLS_HOME = re.compile(
    r"google-?analytics|googletagmanager|gtag\(|plausible\.io|matomo|hotjar|segment\.(?:com|io)"
    r"|sentry\.io|fonts\.(?:googleapis|gstatic)\.com|use\.typekit|cloudflareinsights"
    r"|navigator\.sendBeacon|document\.cookie\s*=|posthog|umami",
    re.IGNORECASE,
)


def test_no_file_of_the_site_counts_visitors_sets_cookies_or_loads_fonts_from_elsewhere(pages):
    assert pages
    found = {}
    for path in SITE.rglob("*"):
        name = path.relative_to(SITE).as_posix()
        if path.suffix in {".html", ".js", ".css", ".json"}:
            if match := CALLS_HOME.search(path.read_text(encoding="utf-8", errors="replace")):
                found[name] = match[0]
    assert found == {}
