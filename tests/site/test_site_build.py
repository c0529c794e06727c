"""What the book's extensions make of formulas, style sheets and code while the site is built."""

import re

import finish_pages
import pytest
import style_sheets
import tinycss2
import typeset_maths
from browsing import ROOT, SITE
from bs4 import BeautifulSoup
from docutils import nodes
from pygments import highlight
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

# ---------------------------------------------------------------- formulas


def mathml(tex: str, display: bool = False):
    return BeautifulSoup(typeset_maths.typeset(tex, display), "html.parser").select_one("math")


def test_a_formula_is_written_for_the_eye_and_for_a_screen_reader():
    html = BeautifulSoup(typeset_maths.typeset(r"W_1^\top x", False), "html.parser")
    (seen,) = html.select("mjx-container > mjx-math")
    assert seen["aria-hidden"] == "true"
    assert [c["class"][0] for c in seen.select("mjx-c")] == [
        "mjx-c1D44A", "mjx-c22A4", "mjx-c31", "mjx-c1D465",
    ]  # fmt: skip
    assert mathml(r"W_1^\top x").get_text() == "W1⊤x"


def test_a_displayed_formula_is_larger_than_one_in_a_line():
    assert 'display="true"' in typeset_maths.typeset(r"\sum_i x_i", True)
    assert 'display="true"' not in typeset_maths.typeset(r"\sum_i x_i", False)


@pytest.mark.parametrize(
    ("tex", "message"),
    [
        (r"\frac{a}", r"Missing argument for \frac"),
        (r"\nono", r"Undefined control sequence \nono"),
        (r"\left( x", r"Extra \left or missing \right"),
        ("a_1_2", "Double subscripts"),
    ],
)
def test_tex_that_cannot_be_read_is_an_error_that_says_what_is_wrong(tex, message):
    with pytest.raises(typeset_maths.TeXError, match=re.escape(message)):
        typeset_maths.typeset(tex, False)


def test_tex_that_cannot_be_read_is_a_warning_of_the_build(caplog):
    """And the build is run with -W, so that a warning fails it."""
    assert typeset_maths.formula(nodes.math(), r"\nono", False) == ""
    assert [record.levelname for record in caplog.records] == ["WARNING"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("so M, and", "M,"),
        ("(M) is", "(M)"),
        ("see (M).", "(M)."),
        ("“M”, or", "“M”,"),
        ("an M-vector", "M-"),
        ("M is", None),
        ("a M", None),
        ("M…", "M…"),
    ],
)
def test_a_formula_and_the_punctuation_beside_it_stay_on_one_line(text, kept):
    html = text.replace("M", '<span class="math">x</span>')
    page = type("Page", (), {"soup": BeautifulSoup(f"<p>{html}</p>", "html.parser")})
    for _ in range(2):  # a second build changes nothing
        finish_pages.keep_punctuation_with_formulas(page)
        found = page.soup.select(".no-break")
        assert [span.get_text().replace("x", "M") for span in found] == ([kept] if kept else [])
        assert page.soup.get_text() == text.replace("M", "x")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("9.5 % are", "9.5~% are"),
        ("0.31 ± 0.11 points", "0.31~±~0.11 points"),
        ("28 × 28 pixels", "28~×~28 pixels"),
        ("± is an interval", "± is an interval"),
        ('<span class="math">v=</span> 4.4 and', "v=~4.4 and"),
        ('<span class="math">v</span> 4.4', "v 4.4"),
        ("<code>x % 2, 3 % 2</code>", "x % 2, 3 % 2"),
        ('<!-- quotes {"a": "9.5 %"} -->of', "of"),
        ('<span class="math">v=</span> <!--v-->4.4<!--/--> and', "v=~4.4 and"),
    ],
)
def test_no_line_ends_inside_of_a_number_with_its_per_cent_or_interval(html, text):
    soup = BeautifulSoup(f"<article><p>{html}</p></article>", "html.parser")
    finish_pages.keep_numbers_together(type("Page", (), {"soup": soup}))
    assert soup.get_text().replace("\N{NO-BREAK SPACE}", "~") == text


# ---------------------------------------------------------------- the style sheet


def kept(css: str, *words: str) -> str:
    return style_sheets.used(tinycss2.parse_stylesheet(css, True, True), frozenset(words))


@pytest.mark.parametrize(
    ("css", "left"),
    [
        (".a{x:1}", ".a{x:1}"),
        (".gone{x:1}", ""),
        (".a,.gone{x:1}", ".a{x:1}"),
        (".a .gone{x:1}", ""),
        (".a:not(.gone){x:1}", ".a:not(.gone){x:1}"),
        ("div.a > p{x:1}", "div.a > p{x:1}"),
        ("table.a{x:1}", ""),
        ("[data-x=gone]{x:1}", "[data-x=gone]{x:1}"),
        ("#a{x:1}", "#a{x:1}"),
        (".a{}", ""),
        ("@media print{.gone{x:1}.a{x:2}}", "@media print{.a{x:2}}"),
        ('.a::before{content:"{ .gone }"}', '.a::before{content:"{ .gone }"}'),
        ("@keyframes turn{from{x:1}}", "@keyframes turn{from{x:1}}"),
        ('@charset "utf-8";.a{x:1}', ".a{x:1}"),
        (".a{x:1;\n  y:2 /* why */}", ".a{x:1;y:2}"),
    ],
)
def test_the_rules_that_something_on_the_site_may_use_are_kept(css, left):
    assert kept(css, "a", "div", "p") == left


def test_a_style_sheet_that_cannot_be_read_is_an_error():
    with pytest.raises(ValueError, match="cannot be read"):
        kept(".a{x:1} }", "a")


def test_a_sheet_that_another_one_asks_for_comes_before_it(tmp_path):
    static = tmp_path / "_static"
    (static / "styles").mkdir(parents=True)
    (static / "one.css").write_text('@import "styles/two.css";\n.a{x:1}', encoding="utf-8")
    (static / "styles" / "two.css").write_text(".b{x:url(../p.png)}", encoding="utf-8")
    (tmp_path / "page.html").write_text('<p class="a b">', encoding="utf-8")
    text = style_sheets.bundle([static / "one.css"], tmp_path).read_text(encoding="utf-8")
    assert text.split() == [".b{x:url(styles/../p.png)}", ".a{x:1}"]


def test_a_page_asks_for_one_sheet_in_place_of_several_and_keeps_its_own(tmp_path):
    (tmp_path / "_static" / "own").mkdir(parents=True)
    for name in ("one", "two", "own/three"):
        (tmp_path / "_static" / f"{name}.css").write_text("p{x:1}", encoding="utf-8")
    link = '<link rel="stylesheet" href="../_static/{}.css?v=1"/>'
    page = tmp_path / "book" / "page.html"
    page.parent.mkdir()
    page.write_text("".join(map(link.format, ("one", "two", "own/three"))), encoding="utf-8")
    for _ in range(2):  # a second build changes nothing
        style_sheets.share(tmp_path)
        sheets = re.findall(r'href="\.\./_static/([^"]+)"', page.read_text(encoding="utf-8"))
        assert [re.sub(r"[0-9a-f]{8}", "…", name) for name in sheets] == [
            "book-….css", "own/three.css?v=1",
        ]  # fmt: skip


def test_the_width_of_the_text_does_not_wait_for_what_stands_in_it():
    """A page is shown while it comes; a width that hangs on its last part moves all the rest."""
    css = (ROOT / "book" / "_static" / "book.css").read_text(encoding="utf-8")
    assert re.findall(r"\.bd-article-container[^{,]*:has\(", css) == []


def test_every_class_that_a_page_has_kept_its_rules(pages):
    """Of the sheets as they came, no rule is gone whose names are all on one page."""
    assert pages
    static = SITE / "_static"
    bundle = next(static.glob("book-*.css")).read_text(encoding="utf-8")
    html = (SITE / "notebooks/07_speed.html").read_text(encoding="utf-8")  # not a long one
    page = BeautifulSoup(html, "html.parser")
    assert len(page.select("mjx-c.mjx-c1D44B.TEX-I")) > 10
    assert "mjx-c.mjx-c1D44B.TEX-I::before{" in bundle
    assert "mjx-c.mjx-c1D50B" not in bundle  # a Fraktur letter, which no page has
    for sheet in ("book.css", "pygments.css", "copybutton.css"):
        for rule in tinycss2.parse_stylesheet((static / sheet).read_text("utf-8"), True, True):
            if rule.type != "qualified-rule":
                continue
            for selector in style_sheets.split(rule.prelude):
                text = tinycss2.serialize(selector).strip()
                words = re.findall(r"[\w-]+", text)
                if ":" not in text and all(w in html for w in words) and page.select_one(text):
                    assert text in bundle, f"{sheet}: {text}"


# ---------------------------------------------------------------- code


def test_names_and_punctuation_have_the_colour_that_code_has_without_a_mark(pages):
    """Else they could not do without one."""
    assert pages
    css = (SITE / "_static" / "pygments.css").read_text(encoding="utf-8")
    for theme in ("light", "dark"):
        block = re.search(rf'data-theme="{theme}"\] \.highlight \{{[^}}]*\bcolor: (#\w+)', css)[1]
        for name in map(STANDARD_TYPES.get, finish_pages.PLAIN):
            rule = rf'data-theme="{theme}"\] \.highlight \.{name}\s*\{{\s*color: (#\w+)'
            assert re.search(rule, css)[1] == block


def test_only_what_has_a_colour_of_its_own_is_marked_in_code():
    html = highlight("x = f(1)  # why", get_lexer_by_name("ipython3"), finish_pages.FewMarks())
    marked = BeautifulSoup(html, "html.parser").select("pre span[class]")
    assert [span["class"][0] for span in marked] == ["o", "mi", "c1"]


def test_formulas_are_on_a_page_as_they_were_after_all_steps(tmp_path):
    page = tmp_path / "page.html"
    formula = (
        '<mjx-container class="a"><mjx-mi><mjx-c></mjx-c></mjx-mi><b>W<i>1</i></b></mjx-container>'
    )
    page.write_text(f"<p>{formula} and {formula.replace('W', 'X')}</p>", encoding="utf-8")
    finished = finish_pages.Page(page, tmp_path, None)
    assert finished.soup.get_text() == "W1 and X1"
    finished.soup.p.insert(0, "So ")
    finished.write()
    text = page.read_text(encoding="utf-8")
    assert text == f"<p>So {formula} and {formula.replace('W', 'X')}</p>"
