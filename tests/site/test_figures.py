"""The chapters' figures on the site: lines for each theme, letters large enough on a phone."""

import re

import figures
import pytest
from browsing import ROOT, SITE

SMALLEST = 9  # CSS pixels at 390
LETTERS = re.compile(r"scale\(([\d.]+) -")  # of a font of 100 units
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))

PICTURE = """<svg width="72pt" height="36pt" viewBox="0 0 72 36" version="1.1">
<g id="patch_1"><path d="M 0 36 L 72 36 L 72 0 L 0 0 z" style="fill: #ffffff"/></g>
<g id="axes_1"><g id="patch_2"><path d="M 10 30 L 70 30 L 70 8 L 10 8 z" style="fill: #ffffff"/></g>
<image xlink:href="data:image/png;base64,AAAA"/>
<g id="QuadMesh_1"><path d="M 0 0 L 9 9 z" style="fill: #00224e"/></g>
<g id="line2d_1"><path d="M 0 0 L 9 9" style="stroke: #0072b2"/></g>
<g id="text_1"><g transform="translate(20 20) scale(0.12 -0.12)"/></g>
<g id="text_2"><g style="fill: #404040" transform="translate(20 4) scale(0.12 -0.12)"/></g>
</g></svg>"""


def test_in_the_dark_grounds_and_lines_change_and_words_on_pixels_stay():
    dark = figures.darkened(PICTURE)
    assert dark.startswith('<svg fill="#ededed"')
    assert '<path d="M 0 36 L 72 36 L 72 0 L 0 0 z" style="fill: #121212"/>' in dark
    assert '<g fill="#000000" id="text_1">' in dark
    assert "#00224e" in dark  # as in the scale beside the map
    assert "#0072b2" not in dark
    assert "#404040" not in dark
    assert '<g id="text_2">' in dark


def test_in_the_dark_a_tint_is_a_dark_ground_for_its_words():
    dark = figures.darkened(PICTURE.replace("#0072b2", "#cce3f0"))
    found = re.search(r"stroke: #(..)(..)(..)", dark).groups()
    assert max(int(part, 16) for part in found) < 0x60


def test_a_size_in_points_is_given_in_pixels(tmp_path):
    (tmp_path / "a.svg").write_text(PICTURE, encoding="utf-8")
    (tmp_path / "b.svg").write_text(PICTURE.replace("pt", ""), encoding="utf-8")
    assert figures.size_of(tmp_path / "a.svg") == (96, 48)
    assert figures.size_of(tmp_path / "b.svg") == (72, 36)


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_is_drawn_as_lines_for_both_themes(name, pages):
    images = pages[f"notebooks/{name}.html"].images
    drawn = [image for image in images if "_images/" in image["src"]]
    assert [image["src"] for image in drawn if not image["src"].endswith(".svg")] == []
    classes = [image["class"] for image in drawn]
    assert classes == ["only-light", "only-dark"] * (len(classes) // 2)


@pytest.mark.parametrize("name", CHAPTERS)
def test_letters_in_figures_are_large_enough_on_a_phone(name, visits):
    shown = visits[f"notebooks/{name}.html"].measured["figures 390"]
    small = {}
    for place, width in shown:
        text = (SITE / place.lstrip("/")).read_text(encoding="utf-8")
        drawn = float(re.search(r'viewBox="0 0 ([\d.]+)', text)[1])
        sizes = [100 * float(scale) * width / drawn for scale in LETTERS.findall(text)]
        if sizes and min(sizes) < SMALLEST:
            small[place] = round(min(sizes), 1)
    assert small == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_shows_one_picture_and_its_caption(theme, tab, address):
    page = tab.open(f"{address}/notebooks/02_two_layer_gradients.html", theme)
    shown = page.evaluate(
        """() => [...document.querySelectorAll("article figure")].map(figure =>
          [...figure.querySelectorAll("img, figcaption")]
            .filter(part => part.getClientRects().length).map(part => part.tagName).join(" "))"""
    )
    assert set(shown) == {"IMG FIGCAPTION"}
