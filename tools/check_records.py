"""Write down what `simple_ml.check` asks and what it answers, so that neither changes unseen.

    python tools/check_records.py            writes both records anew; `git diff` shows what changed
    python tools/check_records.py probes     tests/check/check_probes.txt alone
    python tools/check_records.py reports    tests/check/check_reports.txt alone

A probe is what the checker sees with: one that changes by accident may let a mistake hide. A report
is what a reader gets. Renew a record only for a change that was made on purpose, and read the
differences before you commit them.

What another processor may compute differently is not written down: decimal fractions, the entries
that differ most, arrays that were computed with rounding; nor what a library says in an exception.
"""

from __future__ import annotations

import copy
import difflib
import gzip
import hashlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np

from simple_ml import deep
from simple_ml.check.report import Report
from simple_ml.check.tasks import TASKS, Probe, Task, initializer_task

ROOT = Path(__file__).resolve().parents[1]
PROBES = ROOT / "tests" / "check" / "check_probes.txt"
REPORTS = ROOT / "tests" / "check" / "check_reports.txt"

HOW = {
    PROBES: (
        "A probe is not what it was. Mistakes are told apart by these numbers: see that each is "
        "still told from the others, and that the probe is what its name says. If it was changed "
        "on purpose: python tools/check_records.py probes"
    ),
    REPORTS: (
        "The checker says something else. Read it as a student would: is it right, and is it "
        "better? If it was changed on purpose: python tools/check_records.py reports"
    ),
}


def digest(data: bytes | str) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()[:8]


# ---------------------------------------------------------------- what it asks


def described(value: object) -> str:
    """Return a value as it stands in the record: short, and the same on every machine."""
    match value:
        case np.ndarray():
            text = f"{value.dtype}{list(value.shape)}"
            if not value.flags.writeable:
                text += " read-only"
            if value.dtype.kind in "iu" and value.size <= 12:
                return f"{text} {' '.join(map(str, value.ravel()))}"
            if value.dtype.kind in "iu" or (64 * value == np.rint(64 * value)).all():
                return f"{text} {digest(value.tobytes())}"
            return f"{text} about {value.mean():.2g} ± {value.std():.2g}"
        case np.random.Generator():
            return f"draws {copy.deepcopy(value).integers(10**6)}"
        case deep.Cache():
            return f"Z {described(value.Z)} A {described(value.A)}"
        case deep.Activation():
            (name,) = (key for key, each in deep.ACTIVATIONS.items() if each is value)
            return name
        case dict():
            return "{" + "; ".join(f"{key}: {described(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + "; ".join(map(described, value)) + "]"
        case bytes():
            return f"{len(value)} bytes {digest(value)}"
        case type():
            return value.__name__
        case str() if value.endswith(".gz"):
            with gzip.open(value) as file:
                return f"{Path(value).name} {described(file.read())}"
    return repr(value)


def probe_lines(task: Task) -> Iterator[str]:
    """Yield the lines of a task's record: the task itself, its probes, and what is timed."""
    yield (
        f"{task.name}: program {task.program}, parameters {' '.join(task.parameters)}, "
        f"{'updates' if task.in_place else 'returns'} {' '.join(task.outputs)}, "
        f"reference {getattr(task.reference, '__name__', None)}, "
        f"wanted {task.wanted!r}"
    )
    with task.probes() as probes:
        yield from (probe_line(task, probe) for probe in probes)
    if task.timing:
        yield arguments_of(task, task.timing(), "  timed on")


def probe_line(task: Task, probe: Probe) -> str:
    line = arguments_of(task, probe.arguments, f"  “{probe.about}”")
    known = {described(value) for value in probe.arguments}
    inputs = [
        f"{key}{'' if (text := described(value)) in known else ' ' + text}"
        for key, value in probe.inputs.items()
    ]
    line += f" | program: {', '.join(inputs)} | tolerance {probe.tolerance}"
    return line if probe.compared else f"{line}, not compared"


def arguments_of(task: Task, values: tuple, lead: str) -> str:
    pairs = zip(task.parameters, values, strict=True)
    return f"{lead}: " + ", ".join(f"{name} {described(value)}" for name, value in pairs)


def every_task() -> dict[str, Task]:
    """Return the tasks, and two of an initialiser: all schemes are asked the same."""
    return {
        **TASKS,
        "initializer": initializer_task("he", lambda fan_in, fan_out, rng: None),
        "initializer with a dtype": initializer_task(
            "he", lambda fan_in, fan_out, rng, dtype: None
        ),
    }


def probe_record() -> dict[str, str]:
    """Return what is asked of each function, by its name."""
    return {name: "\n".join(probe_lines(task)) for name, task in every_task().items()}


# ---------------------------------------------------------------- what it answers

BY_CHANCE = {"quin", "gerd"}
"""Homework that draws anew in each run: its names are the same each time, not its numbers."""


def steady(text: str) -> str:
    """Return text without what differs from one machine to the next."""
    text = re.sub(r"\b(\w+(?:Error|Exception)): .*", r"\1: …", text)  # a library's own words
    return re.sub(r"[−-]?\b\d+(\.\d+(e[−+-]?\d+)?|e[−+-]?\d+)\b", "#", text)


def said(report: Report) -> str:
    """Return what a report says, line by line, without what differs from run to run."""
    lines = [report.verdict]
    lines += [f"right: {text}" for text in report.right]
    for finding in report.findings:
        lines += [f"{finding.name}: {steady(finding.sentence)}"]
        lines += [f"write: {finding.write}"] * bool(finding.write)
        lines += [f"read: {finding.where}"] * bool(finding.where)
        lines += places(finding.lines) * (finding.name != "hangs")
    lines += [f"difference: {steady(report.difference)}"] * bool(report.difference)
    if report.evidence:
        about, setup, arguments, rows, happened, places_ = report.evidence
        lines += [f"shown: {about}", *setup, f"({arguments})"]
        lines += [f"it {steady(happened)}", *places(places_)] * bool(happened)
        lines += [steady(f"{re.sub('[0-9]+', '#', entry)}: {a} | {b}") for entry, a, b in rows]
    lines += [f"{name}: {steady(text)}" for name, text in report.remarks if name != "slow"]
    return "\n".join(lines)


def places(lines: tuple) -> list[str]:
    """Return lines of code without their numbers, which move with the file."""
    return [f"at {line.file}, {line.function}: {line.code}" for line in lines]


def parts(text: str) -> dict[str, str]:
    """Return the parts of a record: title and text."""
    found = (part.partition("\n") for part in ("\n" + text).split("\n# ")[1:])
    return {title: body.strip("\n") for title, _, body in found}


@cache
def recorded(path: Path) -> dict[str, str]:
    return parts(path.read_text(encoding="utf-8"))


def difference(path: Path, title: str, found: str) -> str:
    """Return what differs from a record and what to do about it; "" if nothing does."""
    wanted = recorded(path).get(title, "")
    if wanted == found:
        return ""
    lines = difflib.unified_diff(
        wanted.split("\n"), found.split("\n"), "as recorded", "as it is", lineterm="", n=0
    )
    return "\n".join([f"{title} in {path.relative_to(ROOT)}:", *lines, "", HOW[path]])


def report_record() -> dict[str, str]:
    """Return what is said of each homework and of each named mistake, by their names."""
    sys.path.insert(0, str(ROOT / "tests" / "check"))
    import held_out_check
    import test_check_mistakes

    record = {}
    for title, function, kind in held_out_check.homework():
        record[title] = held_out_record(function.__name__, held_out_check.verdict(function, kind))
    for name in test_check_mistakes.TASKS:
        with TASKS[name].probes() as probes:
            record |= dict(test_check_mistakes.what_is_said(TASKS[name], probes))
    return record


def held_out_record(name: str, report: Report) -> str:
    return report.verdict if name in BY_CHANCE else said(report)


def write(path: Path, record: dict[str, str]) -> None:
    path.write_text(
        "".join(f"# {title}\n{text}\n\n" for title, text in record.items()), encoding="utf-8"
    )
    print(f"{path.relative_to(ROOT)}: {len(record)} parts")


def main() -> int:
    which = sys.argv[1:] or ["probes", "reports"]
    if not {*which} <= {"probes", "reports"}:
        print(__doc__.split("\n\n")[1])
        return 2
    if "probes" in which:
        write(PROBES, probe_record())
    if "reports" in which:
        write(REPORTS, report_record())
    return 0


if __name__ == "__main__":
    sys.exit(main())
