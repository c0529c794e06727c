"""``two-layers check my_file.py``: every function in a file whose name is known."""

import json
import time
from dataclasses import replace
from pathlib import Path

from simple_ml.check import LIMIT, check
from simple_ml.check.homework import FromFile, Unusable, find, functions_in
from simple_ml.check.report import MEETS, RIGHT

CALLED_BY = {"loss_err": "softmax_loss"}
"""Functions that are not blamed for what is wrong with another one, which they call."""


def main(path, names=(), *, limit=LIMIT, strict=False, full=False, as_json=False, gradescope=None):
    """Print the reports on a file's functions; return 0 if all meet the assignment, else 1.

    The path is that of a Python file, a notebook, or a folder that holds one; the names are those
    of the functions, by default all that are known. The other arguments are the options of
    ``two-layers check``: seconds for each function, whether what lies beyond the assignment counts,
    whether everything is told in full, whether to print JSON, where to write Gradescope's file.
    An OSError or ValueError says why there is nothing to check.
    """
    try:
        functions = _chosen(path, names)
    except (OSError, ValueError) as error:
        if gradescope:
            _write_gradescope(gradescope, [("the file", False, str(error))])
        raise
    reports = {}
    for function in functions:
        start = time.perf_counter()
        report = check(function, function.name, limit=limit, strict=strict)
        other = CALLED_BY.get(function.name)
        if other in reports and _repeats(report, reports[other][0]):
            report = replace(report, follows=other)
        reports[function.name] = report, time.perf_counter() - start
        if not as_json:
            print(("\n" + "─" * 72 + "\n\n") * (len(reports) > 1) + report.text(full), flush=True)
    if as_json:
        objects = (json.dumps(as_object(*each)) for each in reports.values())
        print("[" + ",\n ".join(objects) + "]")
    if gradescope:
        rows = [(each.function, bool(each), str(each)) for each, _ in reports.values()]
        _write_gradescope(gradescope, rows)
    return int(not all(report for report, _ in reports.values()))


def _chosen(path, names):
    """Return the functions of a file that are to be checked."""
    homework = find(path)
    present = functions_in(homework)
    for name in names:
        if name not in present:
            raise Unusable(
                f"{homework.path.name} defines no function {name!r} that can be checked, "
                f"expected one of {', '.join(present)}"
            )
    return [FromFile(homework, name, present[name]) for name in names or present]


def _repeats(report, other):
    """Return whether all that is wrong with one function is wrong with the one it calls, too.

    What returns nothing, or stops, makes its caller stop or return rubbish.
    """
    consequences = {"returns_rubbish", "raises", "hangs", "crashes"} if not other else set()
    return bool(report.mistakes) and {*report.mistakes} <= {*other.mistakes} | consequences


# ---------------------------------------------------------------- for teachers


def as_object(report, seconds):
    """Return what a report says, for programs: its verdict is "right", "meets" or "wrong"."""
    return {
        "function": report.function,
        "verdict": {RIGHT: "right", MEETS: "meets"}.get(report.verdict, "wrong"),
        "names": report.mistakes,
        "beyond": [] if report.follows else report.beyond,
        "seconds": round(seconds, 2),
    }


def _write_gradescope(path, rows):
    """Write the file that Gradescope reads: a point for a function that meets the assignment."""
    tests = [
        {
            "name": name,
            "score": float(passed),
            "max_score": 1.0,
            "status": "passed" if passed else "failed",
            "output": text,
        }
        for name, passed, text in rows
    ]
    text = json.dumps({"tests": tests, "stdout_visibility": "hidden"}, indent=1)
    Path(path).write_text(text + "\n", encoding="utf-8")
