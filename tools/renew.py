"""Bring every derived record up to date after a change, and say which files changed: `make renew`.

Outputs of the chapters, digests of data and equations, the checker's reports: all that is made from
something else in the repository. The steps are in `tools/tasks.py`. The first time in a clone,
outputs whose inputs are committed count as up to date: `make test` saw to that.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import results
import tasks

ROOT = Path(__file__).resolve().parents[1]
DOIT = [sys.executable, "-m", "doit", "-f", "tools/tasks.py", "-d", "."]


def contents(root: Path = ROOT) -> dict[str, str]:
    """Return the digest of each file that git knows or would add."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True)
    paths = [name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    return {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in paths}


def committed_steps(known: str, changed: set[Path]) -> list[str]:
    """Return the chapters' steps that doit does not know yet and whose inputs are all committed."""
    return [
        f"execute:{step['name']}"
        for step in tasks.task_execute()
        if f"execute:{step['name']}" not in known
        and not changed & {ROOT / path for path in step["file_dep"]}
    ]


def main() -> int:
    before = contents()
    memory = Path(tasks.DOIT_CONFIG["dep_file"])
    known = memory.read_text(encoding="utf-8") if memory.exists() else ""
    if steps := committed_steps(known, results.uncommitted()):
        memory.parent.mkdir(exist_ok=True)
        subprocess.check_call([*DOIT, "reset-dep", *steps], cwd=ROOT, stdout=subprocess.DEVNULL)
    status = subprocess.call([*DOIT, "run", "execute", "write"], cwd=ROOT)
    after = contents()
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    print("\nChanged: " + (", ".join(changed) or "nothing, every record was up to date"))
    return status


if __name__ == "__main__":
    sys.exit(main())
