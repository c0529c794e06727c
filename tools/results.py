"""Record again the tables in notebooks/results that a change concerns.

    python tools/results.py               those of scripts that import what has changed: since the
                                          last commit, and after the table was written
    python tools/results.py width kernel  these, whatever changed

A table names the script that made it in its first lines. Tables of measured seconds are recorded
only by name: they change with the machine, not with the code. So are tables that are not there yet.
"""

import argparse
import subprocess
import sys
from modulefinder import ModuleFinder
from pathlib import Path

import digests
import records

ROOT = Path(__file__).resolve().parents[1]
BY_NAME = {"speed"}


def scripts(root: Path = ROOT) -> dict[str, Path]:
    """Return each recording script by its name: `width` for `experiments/record_width.py`."""
    found = sorted((root / "experiments").glob("record_*.py"))
    return {path.stem.removeprefix("record_"): path for path in found}


def tables(script: Path, root: Path = ROOT) -> list[Path]:
    """Return the tables whose first lines name the script."""
    command = f"# command: python experiments/{script.name}".split()
    return [
        path
        for path in sorted((root / "notebooks" / "results").glob("*.csv"))
        if path.read_text(encoding="utf-8").partition("\n")[0].split()[:4] == command
    ]


def inputs(script: Path, root: Path = ROOT) -> list[Path]:
    """Return the script and all files of the repository that it imports, at any depth."""
    finder = ModuleFinder(path=[str(script.parent), str(root)])
    finder.run_script(str(script))
    return sorted({Path(m.__file__) for m in finder.modules.values() if m.__file__} | {script})


def uncommitted(root: Path = ROOT) -> set[Path]:
    """Return the files that differ from the last commit, new ones included."""
    asked = ["git", "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"]
    try:
        done = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return set()  # not a clone: nobody can say what changed
    return {root / entry[3:] for entry in done.stdout.split("\0") if entry}


def reason(script: Path, changed: set[Path], root: Path = ROOT) -> str:
    """Return why a script has to record again, nothing if it does not."""
    made = tables(script, root)
    if not made:
        return "it has no table yet"
    written = min(table.stat().st_mtime for table in made)
    newer = [
        path.relative_to(root).as_posix()
        for path in inputs(script, root)
        if path in changed and path.stat().st_mtime > written
    ]
    return f"{', '.join(newer)} changed after it was recorded" if newer else ""


def record(names: list[str], root: Path = ROOT) -> int:
    """Run the scripts of these names; return how many failed."""
    failed = 0
    for name in names:
        print(f"--- {name}", flush=True)
        failed += bool(subprocess.call([sys.executable, scripts(root)[name], "--again"]))
    if names:
        records.renew(digests.LIST, digests.listing())
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="record these, whatever changed")
    options = parser.parse_args()
    known = scripts()
    if unknown := [name for name in options.names if name not in known]:
        parser.error(f"no script records {', '.join(unknown)}; there are {', '.join(known)}")
    if options.names:
        return bool(record(options.names))
    changed, again = uncommitted(), []
    for name, script in known.items():
        if name not in BY_NAME and (why := reason(script, changed)):
            print(f"{name}: {why}")
            again.append(name)
    if not again:
        print("No table depends on what changed since the last commit; one: make results R=NAME")
    return bool(record(again))


if __name__ == "__main__":
    sys.exit(main())
