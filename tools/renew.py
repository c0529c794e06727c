"""Bring every derived record up to date after a change, and say which files changed: `make renew`.

Outputs of the chapters, digests, the checker's reports, the pages' weights: all
that is made from something else in the repository. The steps are in `tools/tasks.py`.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def contents(root: Path = ROOT) -> dict[str, str]:
    """Return the digest of each file that git knows or would add."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True)
    paths = [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    return {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in paths}


def main() -> int:
    before = contents()
    doit = [sys.executable, "-m", "doit", "-f", "tools/tasks.py", "-d", ".", "run"]
    status = subprocess.call([*doit, "execute", "write"], cwd=ROOT)
    status = status or subprocess.call([*doit, "weigh"], cwd=ROOT)  # of the site as it is then
    after = contents()
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    print("\nChanged: " + (", ".join(changed) or "nothing, every record was up to date"))
    return status


if __name__ == "__main__":
    sys.exit(main())
