"""Take the picture of the book that the README shows: book/_static/screenshot.png.

Needs the built site (`make book`) and Chromium, which the variable CHROMIUM may name::

    python tools/take_screenshot.py
"""

import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "_build" / "html" / "notebooks" / "04_training.html"
OUTPUT = ROOT / "book" / "_static" / "screenshot.png"
SHOWN = "equation-eq-tr-backward"  # what stands in the middle of the picture
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main():
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(PAGE.as_uri())
        page.wait_for_function("document.querySelectorAll('mjx-container').length > 20")
        page.evaluate("id => document.getElementById(id).scrollIntoView({block: 'center'})", SHOWN)
        page.wait_for_timeout(500)
        picture = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(OUTPUT, optimize=True)
    print(f"{OUTPUT.relative_to(ROOT)}: {OUTPUT.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
