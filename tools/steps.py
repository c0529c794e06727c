"""Run the steps of ``make test``, keep their logs, and print one summary.

    python tools/steps.py inputs NAME FILE...      renews build/test/NAME.inputs if they changed
    python tools/steps.py run NAME -- COMMAND...   runs a step, build/test/NAME.log
    python tools/steps.py forget-failures          so that make runs them again
    python tools/steps.py summary NAME...          the table; exit 1 unless all passed

A step runs again when the content of its inputs changed, not their dates: a checkout or a
copy gives files new dates, and a file that was removed has none.
A step that fails still leaves its mark (``build/test/NAME.done``), so that make goes on
with the others. Needs nothing but Python.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path("build/test")
# "= 12 passed in 3.21s =", and the last line of a Sphinx build or of ruff.
PYTEST = re.compile(r"^=* ?((?:\d+ \w+(?:, )?)+ in [\d.]+s(?: \([\d:]+\))?) ?=*$")
SPHINX = re.compile(r"build (succeeded|finished with problems).*")
RUFF = re.compile(
    r"All checks passed!|Found \d+ errors?.*|\d+ files? (?:already formatted|would be).*"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def closing_lines(log: str) -> list[str]:
    """Return the lines in which the tools of a step sum up what they found."""
    found = []
    for line in COLOUR.sub("", log).splitlines():
        match = PYTEST.match(line.strip()) or SPHINX.search(line) or RUFF.search(line)
        if match:
            found.append(match[1] if match.re is PYTEST else match[0].rstrip("."))
    return found[-2:]


def inputs(name: str, paths: list[str]) -> int:
    """Write the digest of each input; leave the file alone if nothing changed."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}\n"
        for path in sorted(map(Path, set(paths)))
        if path.is_file()
    ]
    mark = FOLDER / f"{name}.inputs"
    text = "".join(lines)
    if not mark.exists() or mark.read_text(encoding="utf-8") != text:
        FOLDER.mkdir(parents=True, exist_ok=True)
        mark.write_text(text, encoding="utf-8")
    return 0


def run(name: str, command: list[str]) -> int:
    """Run a command, show and keep what it prints, and write down how it ended."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(f"\n--- {name}: {' '.join(command)}", flush=True)
    start = time.monotonic()
    with (FOLDER / f"{name}.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        for line in process.stdout:
            print(line, end="", flush=True)
            log.write(line)
    status = process.wait()
    text = (FOLDER / f"{name}.log").read_text(encoding="utf-8")
    result = {
        "passed": status == 0,
        "status": status,
        "seconds": round(time.monotonic() - start, 1),
        "lines": closing_lines(text),
    }
    (FOLDER / f"{name}.done").write_text(json.dumps(result) + "\n", encoding="utf-8")
    return 0


def result_of(name: str) -> dict | None:
    mark = FOLDER / f"{name}.done"
    return json.loads(mark.read_text(encoding="utf-8")) if mark.exists() else None


def forget_failures() -> int:
    for mark in FOLDER.glob("*.done"):
        if not result_of(mark.stem)["passed"]:
            mark.unlink()
    return 0


def summary(names: list[str]) -> int:
    """Print a line a step and a last line; return the exit status."""
    print("\nsummary")
    failed = []
    for name in names:
        result = result_of(name)
        if result is None:
            print(f"  {name:10} NOT RUN")
            failed.append(name)
            continue
        word = "passed" if result["passed"] else "FAILED"
        lines = "; ".join(result["lines"])
        print(f"  {name:10} {word}  {result['seconds']:6.1f} s  {lines}")
        if not result["passed"]:
            failed.append(name)
    if failed:
        logs = ", ".join(str(FOLDER / f"{name}.log") for name in failed)
        print(f"FAILED: {', '.join(failed)}. Look into {logs}.")
        return 1
    print(f"All {len(names)} steps passed. Their logs are in {FOLDER}/.")
    return 0


def main() -> int:
    match sys.argv[1:]:
        case ["inputs", name, *paths]:
            return inputs(name, paths)
        case ["run", name, "--", *command] if command:
            return run(name, command)
        case ["forget-failures"]:
            return forget_failures()
        case ["summary", *names] if names:
            return summary(names)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
