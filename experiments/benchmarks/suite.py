"""How long `make test` takes in a fresh clone, then after one changed word, and `make book`.

The clone has what is committed here. Run as a program it prints one JSON list of rows: a quantity,
its value, the bound it has to keep. About ten minutes and 600 MB.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).resolve().parents[2]


def seconds(folder, *targets):
    """Return how long make takes, or stop if it fails."""
    start = perf_counter()
    done = subprocess.run(["make", *targets], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"make {' '.join(targets)} failed:\n{done.stdout[-3000:]}{done.stderr}")
    return perf_counter() - start


def change_a_word(chapter):
    """Put one word more into the first plain line of a chapter's text."""
    text = chapter.read_text(encoding="utf-8")
    changed = re.sub(
        r'^(    "[A-Z][a-z]+ [a-z ]+)', r"\1 really", text, count=1, flags=re.MULTILINE
    )
    if changed == text:
        raise SystemExit(f"{chapter.name} has no plain line to change")
    chapter.write_text(changed, encoding="utf-8")


def main():
    """Measure and print as JSON."""
    with tempfile.TemporaryDirectory() as name:
        clone = Path(name, "clone")
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        if (ROOT.parent / "shared").is_dir():
            Path(name, "shared").symlink_to(ROOT.parent / "shared")
        seconds(clone, ".venv/.installed")
        table = [("make test in a fresh clone, installed, seconds", seconds(clone, "test"), 480)]
        change_a_word(clone / "notebooks" / "04_training.ipynb")
        table += [("make test after one changed word, seconds", seconds(clone, "test"), 120)]
        subprocess.run(["make", "--silent", "clean"], cwd=clone, check=True)
        table += [("make book from nothing, seconds", seconds(clone, "book"), 45)]
    json.dump([{"what": w, "value": v, "bound": b} for w, v, b in table], sys.stdout)


if __name__ == "__main__":
    main()
