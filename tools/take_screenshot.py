"""Take the picture of the book that the README shows: book/_static/screenshot.png.

Needs the built site (`make book`) and a browser (tools/browser.py)::

    python tools/take_screenshot.py
"""

import io

from browser import launch, sync_playwright
from browsing import ROOT, SITE, Tab
from PIL import Image

PAGE = SITE / "notebooks" / "04_training.html"
OUTPUT = ROOT / "book" / "_static" / "screenshot.png"
SHOWN = "equation-eq-tr-sgd"  # what stands in the middle of the picture


def main():
    with sync_playwright() as driver:
        page = Tab(launch(driver)).open(PAGE.as_uri())
        page.set_viewport_size({"width": 1280, "height": 800})
        page.evaluate("id => document.getElementById(id).scrollIntoView({block: 'center'})", SHOWN)
        picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(OUTPUT, optimize=True)
    print(f"{OUTPUT.relative_to(ROOT)}: {OUTPUT.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
