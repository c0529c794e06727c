"""Change one thing at a time in a module of the package: does a test notice? (with cosmic-ray)

    python tools/mutants.py losses                 all mutants of simple_ml/losses.py
    python tools/mutants.py check --sample 60      sixty mutants of the modules in simple_ml/check/

It needs the extra ``mutants``. The tests of losses are in tests/package/test_losses.py, those of
check in tests/check/. Each mutant that survives is printed as a diff. It shows a hole in the tests,
unless nobody could see the change: a matter of speed, say. The exit code is 1 if fewer than 95 %
are killed.

cosmic-ray writes each mutant into the file itself, so it works on a copy, build/mutants/tree.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "mutants"
WANTED = 95  # percent of the mutants that the tests have to kill
CONFIG = """
[cosmic-ray]
module-path = "simple_ml/{module}"
timeout = {timeout:.0f}
test-command = "{python} -m pytest -x -q --assert=plain -p no:cacheprovider -p no:nbval {tests}"
distributor.name = "local"

# The first three only make type errors; nothing is computed from an annotation's "|".
[cosmic-ray.filters.operators-filter]
exclude-operators = [
  "core/ReplaceBinaryOperator_.*_(RShift|LShift|BitOr|BitAnd|BitXor|FloorDiv|Mod)$",
  "core/ReplaceComparisonOperator_.*_(Is|IsNot)$",
  "core/ReplaceUnaryOperator_.*_(Invert|Not)$",
  "core/ReplaceBinaryOperator_BitOr_.*",
]
"""


def run(*command: str) -> str:
    """Run a command in the copy of the tree; return what it prints."""
    environment = {**os.environ, "PYTHONPATH": ".", "HYPOTHESIS_PROFILE": "mutants"}
    command = (str(Path(sys.executable).with_name(command[0])), *command[1:])
    done = subprocess.run(
        command, cwd=FOLDER / "tree", env=environment, text=True, capture_output=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def skip_all_but(count: int, seed: int) -> None:
    """Mark all mutants but ``count`` random ones as skipped."""
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    with use_db(FOLDER / "session.sqlite", WorkDB.Mode.open) as work:
        pending = sorted(work.pending_work_items, key=lambda item: str(item.mutations))
        random.Random(seed).shuffle(pending)
        for item in pending[count:]:
            work.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("module", help="such as losses, or check for the folder")
    parser.add_argument("--sample", type=int, help="so many, drawn at random")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    options = parser.parse_args()

    shutil.rmtree(FOLDER, ignore_errors=True)
    built = shutil.ignore_patterns(".*", "_build", "build", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT, FOLDER / "tree", ignore=built)
    module, tests = f"{options.module}.py", f"tests/package/test_{options.module}.py"
    if (ROOT / "simple_ml" / options.module).is_dir():
        module, tests = options.module, f"tests/{options.module}"
    config, session = str(FOLDER / "config.toml"), str(FOLDER / "session.sqlite")

    def write(timeout: float) -> None:
        values = {"module": module, "tests": tests, "timeout": timeout, "python": sys.executable}
        Path(config).write_text(CONFIG.format(**values), encoding="utf-8")

    write(timeout=3600)
    start = time.monotonic()
    run("cosmic-ray", "baseline", config)
    write(timeout=10 + 4 * (time.monotonic() - start))
    run("cosmic-ray", "init", config, session)
    run("cr-filter-operators", session, config)
    if options.sample:
        skip_all_but(options.sample, options.seed)
    run("cosmic-ray", "exec", config, session)

    answers = [json.loads(line)[1] for line in run("cosmic-ray", "dump", session).splitlines()]
    tried = [answer for answer in answers if answer["worker_outcome"] != "skipped"]
    survivors = [answer for answer in tried if answer["test_outcome"] == "survived"]
    print("\n\n".join(answer["diff"] for answer in survivors))
    killed = 100 - 100 * len(survivors) / len(tried)
    print(f"{options.module}: {killed:.1f} % of {len(tried)} mutants are killed, wanted {WANTED} %")
    return int(killed < WANTED)


if __name__ == "__main__":
    sys.exit(main())
