"""Write down the SHA-256 of each committed file that is data, so that no byte of it rots unseen.

    python tools/digests.py        renews tests/book/digests.txt and prints what changed

``sha256sum --check tests/book/digests.txt`` understands the file, too.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import records

ROOT = records.ROOT
LIST = ROOT / "tests" / "book" / "digests.txt"
DATA = (
    "notebooks/results/*.csv",
    "simple_ml/data/*.gz",
    "book/lab/*.bin",
    "book/search/minisearch.js",
    "tests/site/axe/*.js",
)


def listing(root: Path = ROOT) -> str:
    """Return the digest and the name of each data file, a line each."""
    paths = sorted(path for pattern in DATA for path in root.glob(pattern))
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(root).as_posix()}\n"
        for path in paths
    )


if __name__ == "__main__":
    records.renew(LIST, listing())
