"""The smallest input that shows what is wrong, and the numbers as they are shown."""

from dataclasses import dataclass

import numpy as np

from simple_ml.check.answers import same_array
from simple_ml.check.facts import description, exception
from simple_ml.check.sandbox import Hung, Raised, Ran

ENTRIES = 60  # an array with more is named by its shape


@dataclass(frozen=True)
class Evidence:
    """An input, and what came of it."""

    about: str  # what the input is
    setup: tuple = ()  # lines that make the arguments, to be pasted
    arguments: str = ""  # with what the function is called
    rows: tuple = ()  # entry, expected and found
    happened: str = ""  # what happened instead of a result
    lines: tuple = ()  # the student's own lines, where they are known


def evidence(task, outcomes):
    """Return the smallest of some outcomes as it is shown; finite numbers come first."""
    if not outcomes:
        return None
    outcome = min(outcomes, key=lambda each: (not finite(each), each.probe.size))
    probe, event = outcome.probe, outcome.event
    rows = []
    if outcome.numeric:
        for name, expected in outcome.expected.items():
            if name in outcome.found:
                before = outcome.before and outcome.before[name]
                found = outcome.found[name]
                rows += compared(name, expected, found, before, probe.tolerance, task.random)
    happened = ""
    if isinstance(event, Raised):
        happened = f"raised {exception(event)}"
    elif isinstance(event, Ran) and outcome.found is None:
        happened = f"returned {description(event.returned)}"
    return Evidence(
        probe.about,
        tuple(assignments(task, probe)) if task.given_as_text else (),
        ", ".join(task.parameters),
        tuple(rows[:8]),
        happened,
        tuple(event.lines) if isinstance(event, (Raised, Hung)) else (),
    )


def finite(outcome):
    """Return whether an answer is made of finite numbers."""
    return outcome.numeric and all(
        array.dtype.kind in "biuf" and np.isfinite(array).all() for array in outcome.found.values()
    )


def number(value):
    """Return a number as it is shown: six significant digits."""
    return f"{float(value):.6g}".replace("-", "−")


def compared(name, expected, found, before, tolerance, moments=False):
    """Return up to three rows (entry, expected, found) where two arrays differ most."""
    shapes = [(f"{name}.shape", str(expected.shape), str(found.shape))]
    if expected.shape == found.shape:
        shapes = []
    elif not expected.size == found.size == 1:
        return shapes
    if expected.size == 1:
        e, f = float(expected.flat[0]), float(found.flat[0])
        equal = not moments and same_array(found, expected, tolerance)
        return [] if equal else [*shapes, (name, number(e), number(f))]
    if name == "shape" or same_array(found, expected, tolerance, before):
        return []
    gap = np.abs(found.astype(float) - expected.astype(float))
    gap[np.isnan(gap)] = np.inf
    largest = np.argsort(-gap, axis=None, kind="stable")[:3]
    entries = sorted(tuple(map(int, np.unravel_index(flat, gap.shape))) for flat in largest)
    return [
        (f"{name}[{', '.join(map(str, entry))}]", number(expected[entry]), number(found[entry]))
        for entry in entries
        if number(expected[entry]) != number(found[entry])
    ]


def differences(task, outcomes):
    """Say which arrays differ, on how many inputs and by how much."""
    numeric = [each for each in outcomes if each.numeric]
    wrong = [each for each in numeric if not each.right]
    names = dict.fromkeys(name for each in wrong for name in (*each.expected, *each.found))
    for name in names:
        differ = [
            each
            for each in wrong
            if name in {**each.expected, **each.found} and not each.equal(task, name)
        ]
        if not differ:
            continue
        shown = min(differ, key=lambda each: (not finite(each), each.probe.size))
        text = f"{name} differs on {len(differ)} of {len(outcomes)} inputs"
        if name not in shown.expected:
            text += f"; on “{shown.probe.about}” there should be none"
        elif name in shown.found:
            text += "; " + ratio(shown, name)
        yield text + "."


def ratio(outcome, name):
    """Say in how many entries two arrays differ, and by what factor these do."""
    expected, found = outcome.expected[name], outcome.found[name]
    about = outcome.probe.about
    if expected.shape != found.shape:
        return f"on “{about}” its shape is {found.shape}, expected {expected.shape}"
    expected, found = expected.astype(float), found.astype(float)
    if not np.isfinite(found).all():
        bad = (~np.isfinite(found)).sum()
        return f"on “{about}” {bad} of {found.size} entries are inf or nan"
    what = "the value"
    if outcome.before is not None:
        before = outcome.before[name]
        expected, found, what = expected - before, found - before, "the change"
    scale = np.abs(expected).max()
    differ = np.abs(found - expected) > outcome.probe.tolerance * scale
    text = f"on “{about}” in {differ.sum()} of {differ.size} entries"
    clear = differ & (np.abs(expected) > 1e-3 * scale)
    if not clear.any():
        return text
    ratios = found[clear] / expected[clear]
    low, high = ratios.min(), ratios.max()
    if high - low <= 1e-3 * max(abs(low), abs(high)):
        return f"{text}, where {what} is {number(ratios.mean())} times the expected"
    return f"{text}, where {what} is {number(low)} to {number(high)} times the expected"


def assignments(task, probe):
    """Yield the lines that make a probe's arguments, to be read and pasted."""
    for name, value in zip(task.parameters, probe.arguments, strict=False):
        if isinstance(value, np.ndarray) and value.size <= ENTRIES:
            kind = "" if value.dtype in (np.float64, np.int64) else f", np.{value.dtype}"
            yield f"{name} = np.array({value.tolist()}{kind})"
        elif isinstance(value, np.ndarray):
            yield f"{name}: {value.dtype}, shape {value.shape}"
        elif isinstance(value, (int, float)):
            yield f"{name} = {value}"
        elif isinstance(value, list) and value and isinstance(value[0], np.ndarray):
            inside = ", ".join(f"np.array({W.tolist()})" for W in value)
            yield f"{name} = [{inside}]"
        elif isinstance(value, list):
            yield f"{name} = {value}"
        else:
            yield f"{name}: what simple_ml.deep.forward returns"
