"""A check from beginning to end: probes, events, facts, explanation, report."""

import dis
import inspect
import os
import time
from dataclasses import replace

import numpy as np

from simple_ml.check import sandbox
from simple_ml.check.course import reads_the_courses_files, stops_on_many_rows
from simple_ml.check.explanation import explain
from simple_ml.check.facts import exception, largest, observe
from simple_ml.check.sandbox import Hung, Ran
from simple_ml.check.tasks import timed
from simple_ml.check.wording import report_on

SLOW = 10  # times the reference's time: from here on it is said
BUSY = 0.02  # seconds below which nobody waits, however large the factor


def diagnose(function, task, limit, name=None, strict=False):
    """Return the report on a function, called `name`, taken for a task; arguments as in `check`."""
    with task.probes() as probes:
        calls = [probe.arguments for probe in probes]
        events, isolated = sandbox.run(function, [*calls, calls[largest(probes)]], limit)
        observed = observe(task, probes, events, is_empty(function))
        if task.name == "parse_mnist":
            if "own_folder_added" in observed.facts:
                observed = tried_below_the_folder(function, observed, probes, limit)
            observed = tried_on_the_courses_files(function, observed, limit)
        if task.name == "softmax_loss" and not any(
            each.probe.beyond == "" for each in observed.wrong
        ):
            observed = tried_on_many_rows(function, observed, limit)
        explanation = explain(observed)
        report = report_on(observed, explanation, name or task.name, isolated, strict)
        if explanation.unexplained:
            more = first_wrong_batch(function, observed, limit)
            report = replace(report, difference=f"{report.difference} {more}".strip())
    if report and task.is_timed:
        report = replace(report, remarks=(*report.remarks, *speed(function, task, limit)))
    return report


WORK = ("CALL", "BINARY_OP", "STORE_SUBSCR", "STORE_ATTR", "FOR_ITER", "MAKE_FUNCTION", "RAISE")


def is_empty(function):
    """Return whether a function computes nothing: a docstring, `pass`, perhaps `m = X.shape[0]`."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and not any(
        step.opname.startswith(WORK) for step in dis.get_instructions(code)
    )


def tried_below_the_folder(function, observed, probes, limit):
    """Return what is seen of a reader of files in the folder above them, as the course's tests do.

    A folder that is added to `data/…` may be there; one before an absolute name is not.
    """
    folder = os.path.commonpath(probes[0].arguments + probes[1].arguments)
    calls = [tuple(os.path.relpath(path, folder) for path in each.arguments) for each in probes]
    events, _ = sandbox.run(function, calls, limit, folder=folder)
    seen = observe(observed.task, probes, events)
    return observed if all(each.raised for each in seen.outcomes) else seen


def tried_on_the_courses_files(function, observed, limit):
    """Return what is seen if a reader of files that read none of ours reads the course's."""
    plain = [each for each in observed.outcomes if not each.probe.beyond]
    stopped = [each for each in plain if each.raised]
    if not stopped or any(each.right for each in plain) or "own_folder_added" in observed.facts:
        return observed
    if not reads_the_courses_files(function, limit):
        return observed
    fact = {"course_files_only": {"found": exception(stopped[0].event)}}
    return replace(observed, facts=fact)


def tried_on_many_rows(function, observed, limit):
    """Return what is seen of a loss on as many rows as the course's own data have."""
    if not (stopped := stops_on_many_rows(function, limit)):
        return observed
    return replace(observed, facts={**observed.facts, "rows_by_rows": {"found": stopped}})


def first_wrong_batch(function, observed, limit):
    """Say from which batch on the weights differ, by calling again with fewer rows."""
    task = observed.task
    several = [
        each.probe
        for each in observed.wrong
        if task.in_place
        and each.numeric
        and len(each.probe.inputs["X"]) > each.probe.inputs["batch"]
    ]
    if not several or "returns_new_arrays" in observed.facts:
        return ""
    probe = several[0]
    X, y, *weights, lr, batch = probe.arguments
    calls = [(X[:end], y[:end], *weights, lr, batch) for end in range(batch, len(X) + batch, batch)]
    events, _ = sandbox.run(function, calls, limit)
    parts = [replace(probe, arguments=call) for call in calls]
    for number, outcome in enumerate(observe(task, parts, events).outcomes, start=1):
        if not outcome.numeric:
            return ""
        if not outcome.right:
            return f"On “{probe.about}” the first batch after which they differ is number {number}."
    return ""


def speed(function, task, limit):
    """Return a remark if the function takes many times as long as the reference."""
    arguments = timed(task.parameters)

    def stopwatch(measured):
        copies = sandbox.copied(arguments)
        start = time.perf_counter()
        measured(*copies)
        return time.perf_counter() - start

    def measure():
        getattr(function, "prepare", lambda: None)()  # that takes time, too
        with np.errstate(all="ignore"):
            best = stopwatch(function)
            if best < 0.2:
                best = min(best, *(stopwatch(function) for _ in range(4)))
            return best, min(stopwatch(task.reference) for _ in range(5))

    events, _ = sandbox.run(measure, [()], limit)
    event = events[0]
    if isinstance(event, Hung):
        return [("slow", f"It is right, and slow: 400 rows took more than {limit:g} s.")]
    if not isinstance(event, Ran):
        return []
    own, reference = event.returned
    if own < SLOW * reference or own < BUSY:
        return []
    factor = float(f"{own / reference:.1g}")
    return [
        (
            "slow",
            f"It is right, and about {factor:.0f} times as slow as need be (400 rows, measured): "
            "a matrix product or a whole-array operation does in one call what a loop in Python "
            "does entry by entry.",
        )
    ]
