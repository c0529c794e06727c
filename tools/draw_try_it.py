"""Draw the recorded pictures of the figures that can be tried, `book/_static/try-*.svg`.

    python tools/draw_try_it.py

The figures draw themselves, in a browser, in the state that they have when all is shown: what is
printed is what the page would draw. Light and dark differ in colours alone. A reader's notebook
gets the light one as pixels, since JupyterLab shows no SVG that is attached to a cell.
"""

import re
from pathlib import Path

from browser import launch, sync_playwright
from browsing import serving

BOOK = Path(__file__).resolve().parents[1] / "book"
NAMES = ("scale", "tiny", "first-loss", "spike")
THEMES = ("light", "dark")
RECORD = """async (name) => {
  const { recorded } = await import(`./lab/try-${name}.js`);
  return new XMLSerializer().serializeToString(await recorded());
}"""


def style(theme: str) -> str:
    """Return the rules of a picture, with a theme's colours for the variables."""
    sheet = (BOOK / "lab" / "try-it.css").read_text(encoding="utf-8")
    colours = re.search(rf'data-theme="{theme}"\] \.try-it {{(.*?)}}', sheet, re.DOTALL)[1]
    named = dict(re.findall(r"--(\w+): (#\w+);", colours))
    rules = re.findall(r"^\.try-svg .*?}", sheet[: sheet.index("/* ----")], re.MULTILINE)
    return "".join(re.sub(r"var\(--(\w+)\)", lambda name: named[name[1]], r) for r in rules)


def dressed(svg: str, theme: str) -> str:
    """Return a picture as a file that needs no page: with its size and its style."""
    width, height = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups()
    svg = re.sub(r' (role|aria-label)="[^"]*"', "", svg, count=2)
    head, _, rest = svg.partition(">")
    rules = style(theme).replace(".try-svg ", "")
    size = f' width="{width}" height="{height}"'
    return f"{head}{size}><style>{rules}</style>{rest}\n".replace("><", ">\n<")


def main() -> None:
    """Write three files a figure."""
    with serving(BOOK) as address, sync_playwright() as driver:
        browser = launch(driver)
        page, sheet = browser.new_page(), browser.new_page(device_scale_factor=2)
        page.goto(f"{address}/")  # a list of files: all that is needed of a page is its origin
        for name in NAMES:
            svg = page.evaluate(RECORD, name)
            for theme in THEMES:
                file = BOOK / "_static" / f"try-{name}-{theme}.svg"
                file.write_text(dressed(svg, theme), encoding="utf-8")
                print(f"{file.name}: {file.stat().st_size:,} bytes")
            sheet.set_content((BOOK / "_static" / f"try-{name}-light.svg").read_text("utf-8"))
            sheet.locator("svg").screenshot(path=BOOK / "_static" / f"try-{name}-light.png")


if __name__ == "__main__":
    main()
