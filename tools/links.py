"""List every external address of the repository, and see whether they still lead somewhere.

    python tools/links.py            writes book/links.txt: address, and where it stands
    python tools/links.py --check    asks each of them (needs a network, and a minute)

The book never needs one of them to be understood. The list is held current by a test; the addresses
are asked once a week by `.github/workflows/upkeep.yml`, one after the other, with a pause.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "book" / "links.txt"
SOURCES = (
    "*.md",
    "*.cff",
    "_config.yml",
    "book/*.md",
    "book/*.bib",
    "notebooks/*.ipynb",
    "simple_ml/*.py",
    "simple_ml/check/*.py",
    "simple_ml/data/README.md",
    "tests/site/axe/README.md",
)
ADDRESS = re.compile(r"https?://[^\s<>\"'`\\{}|^\[\]]+")
DOI = re.compile(r"^\s*doi\s*=\s*[{\"](.+?)[}\"]", re.MULTILINE | re.IGNORECASE)
# Not addresses of anything: this machine, name spaces, examples, and what a fork has to fill in.
NONE = re.compile(r"127\.0\.0\.1|localhost|www\.w3\.org/(?:2000|1999)|example\.org|OWNER|sitemaps")
PAUSE = 1.0  # seconds between two questions
PATIENCE = 20  # seconds for an answer
CLOSED = {401, 403, 405, 418, 429, 503}  # there, but not for machines
BROWSER = "link check of an educational book (python-requests)"


def text_of(path: Path) -> str:
    """Return what a file says; of a notebook the sources of its cells, not its outputs."""
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
        if not NONE.search(address) and "." in address:
            found.append(address)
    return found


def collect(root: Path = ROOT) -> dict[str, list[str]]:
    """Return each external address with the files it stands in."""
    found: dict[str, set[str]] = {}
    for pattern in SOURCES:
        for path in root.glob(pattern):
            for address in addresses(text_of(path)):
                found.setdefault(address, set()).add(path.relative_to(root).as_posix())
    return {address: sorted(files) for address, files in sorted(found.items())}


def listing(found: dict[str, list[str]]) -> str:
    """Return the file's text."""
    head = "# Every external address of this repository (tools/links.py) and where it stands.\n"
    return head + "".join(f"{address}  {' '.join(files)}\n" for address, files in found.items())


def answer(address: str, session) -> str:
    """Return "" if an address leads somewhere, else what is wrong."""
    import requests

    if address.endswith("/mnist/"):  # a mirror has files and no page
        address += "t10k-labels-idx1-ubyte.gz"
    problem = ""
    for attempt in range(3):
        try:
            reply = session.get(address, timeout=PATIENCE, stream=True)
            reply.close()
        except requests.RequestException as error:
            problem = type(error).__name__
        else:
            if reply.ok or reply.status_code in CLOSED:
                return ""
            problem = str(reply.status_code)
        time.sleep(PAUSE * 4**attempt)
    return problem


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="ask every address")
    options = parser.parse_args()
    found = collect()
    if not options.check:
        LIST.write_text(listing(found), encoding="utf-8")
        print(f"{LIST.relative_to(ROOT)}: {len(found)} addresses")
        return 0
    import requests

    dead = 0
    with requests.Session() as session:
        session.headers["User-Agent"] = BROWSER
        for address, files in found.items():
            if problem := answer(address, session):
                dead += 1
                print(f"{problem:20} {address}   in {', '.join(files)}", flush=True)
            time.sleep(PAUSE)
    print(f"{len(found) - dead} of {len(found)} addresses lead somewhere")
    if dead:
        print("Find where each has moved to, or take it out; then run: python tools/links.py")
    return int(dead > 0)


if __name__ == "__main__":
    sys.exit(main())
