"""Bring every derived record up to date after a change: `make renew`.

Outputs of the chapters, digests of data and equations, the checker's reports: all that is made from
something else in the repository. The steps are in `tools/tasks.py`, and each says what it changed.
The first time in a clone, outputs whose inputs are committed count as up to date: `make test` saw
to that.
"""

import subprocess
import sys
from pathlib import Path

import results
import tasks

ROOT = Path(__file__).resolve().parents[1]
DOIT = [sys.executable, "-m", "doit", "-f", "tools/tasks.py", "-d", "."]


def committed_steps(known: str, changed: set[Path]) -> list[str]:
    """Return the chapters' steps that doit does not know yet and whose inputs are all committed."""
    return [
        f"execute:{step['name']}"
        for step in tasks.task_execute()
        if f"execute:{step['name']}" not in known
        and not changed & {ROOT / path for path in step["file_dep"]}
    ]


def main() -> int:
    memory = Path(tasks.DOIT_CONFIG["dep_file"])
    known = memory.read_text(encoding="utf-8") if memory.exists() else ""
    if steps := committed_steps(known, results.uncommitted()):
        memory.parent.mkdir(exist_ok=True)
        subprocess.check_call([*DOIT, "reset-dep", *steps], cwd=ROOT, stdout=subprocess.DEVNULL)
    return subprocess.call([*DOIT, "run", "execute", "write"], cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
