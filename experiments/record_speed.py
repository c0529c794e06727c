"""Record the speed of an epoch: the tables ``speed*.csv`` in notebooks/results.

All that ``make bench`` measures, as ratios, with the processor and the versions above each table.
Some ten minutes on a quiet machine, and on a busy one the result says little; so this is run only
when asked for by name, with the peers installed (``pip install -e '.[bench]'``)::

    python experiments/record_speed.py                   all of them
    python experiments/record_speed.py speed_ladder      one of them
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main():
    folder = ROOT / "notebooks" / "results"
    names = [name for name in sys.argv[1:] if name != "--again"]  # speed is always measured anew
    command = [sys.executable, "experiments/benchmarks/run.py", *names, "--record", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
