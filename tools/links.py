"""Ask every external address of the repository whether it still leads somewhere.

    python tools/links.py        prints those that do not (needs a network, and a minute)

Nobody needs them to understand the book. `.github/workflows/upkeep.yml` asks once a week, one
address after the other. That an address does not change by accident, tools/facts.py sees to.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("*.md", "*.cff", "_config.yml", "book/*.md", "book/*.bib", "notebooks/*.ipynb")
SOURCES += ("simple_ml/**/*.py", "simple_ml/data/README.md", "tests/site/axe/README.md")
ADDRESS = re.compile(r"https?://[^\s<>\"'`\\{}|^\[\]]+")
DOI = re.compile(r"^\s*doi\s*=\s*[{\"](.+?)[}\"]", re.MULTILINE | re.IGNORECASE)
# Not addresses of anything: this machine, name spaces, examples, and what a fork has to fill in.
NO_PAGE = re.compile(r"127\.0\.0\.1|localhost|www\.w3\.org/(?:2000|1999)|example\.org|OWNER")
PAUSE = 1.0  # seconds between two questions
PATIENCE = 20  # seconds for an answer
CLOSED = {401, 403, 405, 418, 429, 503}  # the page is there, but not for machines


def text_of(path: Path) -> str:
    """Return what a file says; of a notebook, its cells without their outputs."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def addresses(text: str) -> list[str]:
    """Return the addresses and DOIs in a text."""
    found = [f"https://doi.org/{doi}" for doi in DOI.findall(text)]
    for match in ADDRESS.finditer(text):
        address = match[0].rstrip(".,;:!?*_")
        while address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(".,;:")
        if not NO_PAGE.search(address) and "." in address:
            found.append(address)
    return found


def collect(root: Path = ROOT) -> dict[str, list[str]]:
    """Return each external address with the files that have it."""
    found: dict[str, list[str]] = {}
    for path in sorted(path for pattern in SOURCES for path in root.glob(pattern)):
        for address in dict.fromkeys(addresses(text_of(path))):
            found.setdefault(address, []).append(path.relative_to(root).as_posix())
    return found


def problem_of(address: str, session: requests.Session) -> str:
    """Return what is wrong with an address: "" if it leads somewhere."""
    if address.endswith("/mnist/"):  # a mirror has files, and no page
        address += "t10k-labels-idx1-ubyte.gz"
    try:
        with session.get(address, timeout=PATIENCE, stream=True) as reply:
            return "" if reply.ok or reply.status_code in CLOSED else str(reply.status_code)
    except requests.RequestException as error:
        return type(error).__name__


def main() -> int:
    found, dead = collect(), 0
    again = Retry(2, backoff_factor=PAUSE, status_forcelist=range(500, 600), raise_on_status=False)
    with requests.Session() as session:
        session.mount("https://", HTTPAdapter(max_retries=again))
        session.headers["User-Agent"] = "link check of an educational book (python-requests)"
        for address, files in found.items():
            if problem := problem_of(address, session):
                dead += 1
                print(f"{problem:20} {address}   in {', '.join(files)}", flush=True)
            time.sleep(PAUSE)
    print(f"{len(found) - dead} of {len(found)} addresses lead somewhere")
    return int(dead > 0)


if __name__ == "__main__":
    sys.exit(main())
