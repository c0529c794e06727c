"""Weigh the pages of the built site, as a static host sends them.

    python tools/site_weight.py            prints a row a page
    python tools/site_weight.py --lighthouse      Lighthouse's scores, too (needs npx): of one
                                           page of each sort and of the heaviest, or of PAGES

For each page, a browser says what it asks for. Text is weighed after gzip
(level 6), pictures and fonts as they are. "First" is the first visit: HTML, style, scripts
and fonts; "further" is what the page needs after the book's first page and the first
chapter have been read; "figures" are its pictures, "data" is what a program on the page
asks for. All in KB of 1,000 bytes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from browser import find, start, sync_playwright
from browsing import SITE, QuietHandler, Tab, serving

READ_BEFORE = ("book/index.html", "notebooks/01_softmax_loss.html")
WORDS = {".html", ".css", ".js", ".woff", ".woff2"}
PICTURES = {".png", ".svg", ".jpg", ".webp", ".gif"}
AS_THEY_ARE = {".bin", ".png", ".jpg", ".webp", ".gif", ".woff", ".woff2"}
LIGHTHOUSE = (
    "book/index.html",
    "notebooks/04_training.html",
    "book/lab.html",
    "book/cheat_sheet.html",
)
BUDGETS = {"first_kb": 300, "further_kb": 100, "figures_kb": 300}


def weight(file: Path) -> int:
    """Return the bytes of a file on the wire."""
    data = file.read_bytes()
    return len(data) if file.suffix in AS_THEY_ARE else len(gzip.compress(data, 6))


def kilobytes(files) -> float:
    return round(sum(map(weight, files)) / 1000, 1)


def files_of(site: Path, asked: list[str]) -> set[Path]:
    """Return the files of the site at the addresses that a page asked for."""
    paths = {site / unquote(urlsplit(url).path).lstrip("/") for url in asked}
    return {path for path in paths if path.is_file()}


def weigh(asked: dict[str, list[str]], site: Path) -> list[dict]:
    """Return a row for each page, from the addresses that it asked for."""
    loaded = {name: files_of(site, urls) for name, urls in asked.items()}
    before = set().union(*(loaded.get(name, set()) for name in READ_BEFORE))
    rows = []
    for name, files in loaded.items():
        words = {path for path in files if path.suffix in WORDS}
        pictures = {path for path in files if path.suffix in PICTURES}
        rows.append(
            {
                "page": name,
                "first_kb": kilobytes(words),
                "further_kb": kilobytes((words - before) | {site / name}),
                "figures_kb": kilobytes(pictures),
                "data_kb": kilobytes(files - words - pictures),
            }
        )
    return rows


def too_heavy(rows: list[dict]) -> list[str]:
    return [
        f"{row['page']}: {column} {row[column]} > {budget}"
        for row in rows
        for column, budget in BUDGETS.items()
        if float(row[column]) > budget
    ]


class GzipHandler(QuietHandler):
    """Serves as a static host does: text compressed, and to be kept for ten minutes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Cache-Control", "max-age=600")
        if path.suffix not in AS_THEY_ARE:
            data = gzip.compress(data, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def lighthouse(browser: str, address: str, names: tuple[str, ...]) -> None:
    """Print Lighthouse's four scores of some pages, for a phone and for a desktop.

    It times the page on this machine. How fast that was just then stands beside the scores:
    Lighthouse's own benchmark, 1,500 and more on an idle laptop.
    """
    environment = os.environ | {"CHROME_PATH": browser}
    for name in names:
        for preset in ((), ("--preset=desktop",)):
            done = subprocess.run(
                ["npx", "--yes", "lighthouse@12", f"{address}/{name}", "--quiet", *preset,
                 "--output=json", "--chrome-flags=--headless --no-sandbox --disable-gpu"],
                capture_output=True, text=True, check=True, env=environment,
            )  # fmt: skip
            report = json.loads(done.stdout)
            scores = report["categories"].items()
            line = ", ".join(f"{key} {round(100 * s['score'])}" for key, s in scores)
            speed = round(report["environment"]["benchmarkIndex"])
            print(f"{name} ({'desktop' if preset else 'phone'}, speed {speed}): {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lighthouse", action="store_true")
    parser.add_argument("pages", nargs="*", help="pages for Lighthouse, like book/lab.html")
    arguments = parser.parse_args()
    names = sorted(
        path.relative_to(SITE).as_posix()
        for folder in ("book", "notebooks")
        for path in (SITE / folder).glob("*.html")
    )
    with serving(SITE) as address, sync_playwright() as driver:
        browser = find(driver)
        tab = Tab(start(driver, browser))
        asked = {}
        for name in names:
            tab.open(f"{address}/{name}", whole=True)
            asked[name] = list(tab.asked)
    rows = weigh(asked, SITE)
    for row in rows:
        print(*row.values())
    if arguments.lighthouse:
        heaviest = max(rows, key=lambda row: row["first_kb"])["page"]
        pages = arguments.pages or tuple(dict.fromkeys((*LIGHTHOUSE, heaviest)))
        with serving(SITE, GzipHandler) as address:
            lighthouse(browser, address, pages)
    if heavy := too_heavy(rows):
        sys.exit("over the budget:\n  " + "\n  ".join(heavy))


if __name__ == "__main__":
    main()
