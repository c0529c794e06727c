"""Write down digests of what no test can read, so that it does not change unseen.

    python tools/digests.py        renews both lists and prints what changed

tests/book/digests.txt has the SHA-256 of each committed file that is data; ``sha256sum --check``
understands it, too. tests/book/equations.lock has a digest of each page's labelled equations, each
with the cells that check it: a check computes, but it cannot read the formula beside it.
"""

import hashlib
from pathlib import Path

import equations
import records

ROOT = records.ROOT
LIST = ROOT / "tests" / "book" / "digests.txt"
LOCK = ROOT / "tests" / "book" / "equations.lock"
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


def equations_listing(root: Path = ROOT) -> str:
    """Return a digest of its equations and their checks, and the name of each page, a line each."""
    found: dict[str, list[str]] = {}
    for equation in equations.read_book(root).labelled:
        pair = [equation.tex, *(check.source for check in equation.checks)]
        found.setdefault(equation.file, []).extend(pair)
    digests = {file: hashlib.sha256("\0".join(pairs).encode()) for file, pairs in found.items()}
    return "".join(f"{digest.hexdigest()[:16]}  {file}\n" for file, digest in digests.items())


if __name__ == "__main__":
    records.renew(LIST, listing())
    records.renew(LOCK, equations_listing())
