"""Write down the SHA-256 of every committed file that is data, so that no byte of it rots unseen.

    python tools/digests.py            writes tests/book/digests.txt
    python tools/digests.py --check    exit code 1 if a file is not what was written down

The format is that of ``sha256sum``, which can check it, too. Run it when a result was recorded on
purpose (``make results`` does).
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "book" / "digests.txt"
DATA = ("notebooks/results/*.csv", "simple_ml/data/*.gz", "book/lab/*.bin", "tests/site/axe/*.js")


def digests(root: Path = ROOT) -> dict[str, str]:
    """Return the digest of each data file."""
    paths = sorted(path for pattern in DATA for path in root.glob(pattern))
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in paths
    }


def recorded(path: Path = LIST) -> dict[str, str]:
    """Return what was written down."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def differences(root: Path = ROOT, path: Path = LIST) -> list[str]:
    """Say which files are not what was written down."""
    found, known = digests(root), recorded(path)
    return (
        [f"{name} is gone" for name in sorted(set(known) - set(found))]
        + [f"{name} is new" for name in sorted(set(found) - set(known))]
        + [f"{name} has changed" for name in found if known.get(name, found[name]) != found[name]]
    )


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        problems = differences()
        print("\n".join(problems) or "all files are what was written down")
        return int(bool(problems))
    lines = [f"{digest}  {name}\n" for name, digest in digests().items()]
    LIST.write_text("".join(lines), encoding="utf-8")
    print(f"{LIST.relative_to(ROOT)}: {len(lines)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
