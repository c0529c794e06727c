"""What the recording scripts share: where a table goes, and whether there is anything to do.

    python experiments/record_width.py            go on where a recording was stopped
    python experiments/record_width.py --again    make the whole table anew

The old table stays until the new one is complete. A row of a sweep is one checkpoint of one run,
and the last rows of the training set are validation digits: learning rates are chosen on them. Full
MNIST comes from the folder that SIMPLE_ML_DATA names, else it is downloaded once.

`tests/experiments/test_results_again.py` does some runs of each table again. Of a table with a task
of its own these are the script's SAMPLE, runs that are cheap and come out alike on every processor;
SLACK says how much a column may differ, for ``*`` by default 2 %.
"""

import argparse
import sys
from pathlib import Path

from simple_ml.study.results import write_table
from simple_ml.study.sweep import sweep

RESULTS = Path(__file__).resolve().parents[1] / "notebooks" / "results"


def command(script):
    """Return what is typed to run a script."""
    return f"python experiments/{Path(script).name}"


def parser(doc):
    """Return the parser that all scripts have."""
    found = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("--again", action="store_true", help="make the whole table anew")
    return found


def record(script, runs, doc=None, **settings):
    """Make the table of a sweep, called like its script, and say what there was to do."""
    again = parser(doc).parse_args().again
    path = RESULTS / f"{Path(script).stem.removeprefix('record_')}.csv"
    print(f"{path.name}: {len(runs)} runs", flush=True)
    before = path.stat().st_mtime_ns if path.exists() else None
    try:
        sweep(path, runs, again=again, command=command(script), **settings)
    except ValueError as error:
        sys.exit(f"{error}\nTo replace the table: {command(script)} --again")
    if path.stat().st_mtime_ns == before:
        print(f"All are in the table: nothing to do. To make it anew: {command(script)} --again")
    else:
        print("The table is complete.")


def record_at_once(name, make, script, again):
    """Write the table that ``make()`` returns: columns, rows and provenance; unless it is there."""
    path = RESULTS / name
    if path.exists() and not again:
        print(f"{name} is there: nothing to do. To make it anew: {command(script)} --again")
        return
    print(f"{name}: recording", flush=True)
    columns, rows, how = make()
    write_table(path, columns, rows, how)
    print("The table is complete.")
