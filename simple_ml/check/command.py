"""``two-layers check my_file.py``: every function in a file whose name is known."""

import json
import time
from pathlib import Path

from simple_ml.check import LIMIT, check
from simple_ml.check.homework import FromFile, Unusable, find, functions_in
from simple_ml.check.report import MEETS, RIGHT

CALLED_BY = {"loss_err": "softmax_loss"}
"""Functions that are not blamed for what is wrong with another one, which they call."""


def main(path, names=(), *, limit=LIMIT, strict=False, full=False, as_json=False, gradescope=None):
    """Print the reports on a file's functions; return 0 if all meet the assignment, else 1.

    Parameters
    ----------
    path : str or os.PathLike
        A Python file, a notebook, or a folder that holds one.
    names : sequence of str
        Which functions; by default all whose names are known.
    limit : float
        Seconds for each function.
    strict : bool
        Whether what lies beyond the assignment counts, too.
    full : bool
        Whether everything that was found is told in full.
    as_json : bool
        Whether to print one JSON object a function, in a list, instead of text.
    gradescope : str or os.PathLike, optional
        Where to write the file ``results.json`` that Gradescope reads.

    Raises
    ------
    OSError, ValueError
        If the file cannot be read, is not Python, cannot be run, or holds nothing to check.
    """
    try:
        functions = _chosen(path, names)
    except (OSError, ValueError) as error:
        if gradescope:
            _write_gradescope(gradescope, [_failed_test(str(error))])
        raise
    reports = {}
    for function in functions:
        start = time.perf_counter()
        report = check(function, function.name, limit=limit, strict=strict)
        other = CALLED_BY.get(function.name)
        if other in reports and _repeats(report, reports[other][0]):
            report = report.blamed_on(other)
        reports[function.name] = report, time.perf_counter() - start
        if not as_json:
            print(("\n" + "─" * 72 + "\n\n") * (len(reports) > 1) + report.text(full), flush=True)
    if as_json:
        objects = (json.dumps(as_object(*each)) for each in reports.values())
        print("[" + ",\n ".join(objects) + "]")
    if gradescope:
        _write_gradescope(gradescope, [_test(report) for report, _ in reports.values()])
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
    """Return what a report says, for programs.

    Parameters
    ----------
    report : Report
    seconds : float
        How long the check took.

    Returns
    -------
    object : dict
        ``function``, ``verdict`` (``"right"``, ``"meets"`` or ``"wrong"``), ``names`` of all that
        was found, ``beyond``: those that the assignment allows, and ``seconds``.
    """
    return {
        "function": report.function,
        "verdict": {RIGHT: "right", MEETS: "meets"}.get(report.verdict, "wrong"),
        "names": report.mistakes,
        "beyond": [] if report.follows else report.beyond,
        "seconds": round(seconds, 2),
    }


def _test(report):
    """Return one test of Gradescope's: a point for a function that meets the assignment."""
    return {
        "name": report.function,
        "score": float(bool(report)),
        "max_score": 1.0,
        "status": "passed" if report else "failed",
        "output": str(report),
    }


def _failed_test(sentence):
    return {
        "name": "the file",
        "score": 0.0,
        "max_score": 1.0,
        "status": "failed",
        "output": sentence,
    }


def _write_gradescope(path, tests):
    text = json.dumps({"tests": tests, "stdout_visibility": "hidden"}, indent=1)
    Path(path).write_text(text + "\n", encoding="utf-8")
