"""Weigh the pages of the built site, as a static host sends them, and keep the table.

    python tools/site_weight.py            tests/site/site_weight.csv, with results per page
    python tools/site_weight.py --lighthouse      Lighthouse's scores, too (needs npx): of one
                                           page of each sort and of the heaviest, or of PAGES

For each page, a browser with an empty cache says what it loads. Text is weighed after gzip
(level 6), pictures and fonts as they are. "First" is the first visit: HTML, style, scripts
and fonts; "further" is what the page needs after the book's first page and the first
chapter have been read; "figures" are its pictures, "data" is what a program on the page
asks for. All in KB of 1,000 bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import browser as browsers
import browsing

ROOT = Path(__file__).resolve().parents[1]

TABLE = ROOT / "tests" / "site" / "site_weight.csv"
COLUMNS = ("page", "first_kb", "further_kb", "figures_kb", "data_kb")
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
BUDGETS = {"first_kb": 600, "further_kb": 150, "figures_kb": 300}


def weight(file: Path) -> int:
    """Return the bytes of a file on the wire."""
    data = file.read_bytes()
    return len(data) if file.suffix in AS_THEY_ARE else len(gzip.compress(data, 6))


def files_of(context, address: str, site: Path, name: str) -> set[Path]:
    """Return the files that a page loads, the pictures it shows later included."""
    asked: set[Path] = set()
    tab = context.new_page()
    tab.on("request", lambda request: asked.add(file_at(site, address, request.url)))
    tab.goto(f"{address}/{name}", wait_until="load")
    browsing.settle(tab)
    tab.close()
    return {path for path in asked if path and path.is_file()}


def file_at(site: Path, address: str, url: str) -> Path | None:
    return site / unquote(urlsplit(url).path).lstrip("/") if url.startswith(address) else None


def kilobytes(files) -> float:
    return round(sum(map(weight, files)) / 1000, 1)


def weigh(browser, address: str, site: Path, names: list[str]) -> list[dict]:
    """Return a row for each page."""
    loaded = {}
    for name in names:
        context = browsing.open_context(browser, "light", 1440)
        loaded[name] = files_of(context, address, site, name)
        context.close()
    before = set().union(*(loaded.get(name, set()) for name in READ_BEFORE))
    rows = []
    for name, files in loaded.items():
        words = {path for path in files if path.suffix in WORDS}
        pictures = {path for path in files if path.suffix in PICTURES}
        page = site / name
        rows.append(
            {
                "page": name,
                "first_kb": kilobytes(words),
                "further_kb": kilobytes((words - before) | {page}),
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


def read_table() -> list[dict]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def write_table(rows: list[dict]) -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write("# What each page weighs, in KB on the wire: made by `make weight`.\n")
        file.write(f"# Budgets: {', '.join(f'{k} {v}' for k, v in BUDGETS.items())}.\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


class GzipHandler(browsing.QuietHandler):
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


def lighthouse(path: str, address: str, names: tuple[str, ...]) -> None:
    """Print Lighthouse's four scores of some pages, for a phone and for a desktop.

    It times the page on this machine. How fast that was just then stands beside the scores:
    Lighthouse's own benchmark, 1,500 and more on an idle laptop.
    """
    environment = os.environ | {"CHROME_PATH": path}
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
    site = browsing.SITE
    names = sorted(
        path.relative_to(site).as_posix()
        for folder in ("book", "notebooks")
        for path in (site / folder).glob("*.html")
    )
    server = browsing.serving(site)
    with browsers.sync_playwright() as driver:
        path = browsers.find(driver)
        browser = browsers.start(driver, path)
        rows = weigh(browser, f"http://127.0.0.1:{server.server_port}", site, names)
        browser.close()
    write_table(rows)
    print(TABLE.read_text(encoding="utf-8"), end="")
    if arguments.lighthouse:
        served = browsing.serving(site, GzipHandler)
        heaviest = max(rows, key=lambda row: row["first_kb"])["page"]
        lighthouse(
            path,
            f"http://127.0.0.1:{served.server_port}",
            arguments.pages or tuple(dict.fromkeys((*LIGHTHOUSE, heaviest))),
        )
    if heavy := too_heavy(rows):
        sys.exit("over the budget:\n  " + "\n  ".join(heavy))


if __name__ == "__main__":
    main()
