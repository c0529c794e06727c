"""From events to facts: what a function answered, and what it did besides.

Nothing here is a hypothesis. An *outcome* is a probe, what happened, the right answer and the
function's own; a *fact* is a row of `mistakes.FACTS` with what fills the gaps of its sentence.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simple_ml.check.answers import same_array
from simple_ml.check.sandbox import Died, Hung, Odd, Raised, Ran


@dataclass(frozen=True)
class Outcome:
    """A probe and what a function made of it."""

    probe: Any
    event: Any
    before: dict | None  # the arrays that are to be updated, by name
    expected: dict
    found: dict | str | None  # see `answers`
    right: bool

    @property
    def numeric(self):
        """Whether the answer is made of arrays."""
        return isinstance(self.found, dict)

    @property
    def raised(self):
        """Whether the function raised."""
        return isinstance(self.event, Raised)

    @property
    def untouched(self):
        """Whether the arrays that should be updated are as they were."""
        return self.before is not None and all(
            self.numeric and np.array_equal(self.found[name], self.before[name])
            for name in self.before
        )

    def equal(self, task, name):
        """Return whether one of the outputs is right."""
        if not self.numeric or name not in self.found or name not in self.expected:
            return False
        return task.same(
            {**self.expected, name: self.found[name]}, self.expected, self.probe, self.before
        )


@dataclass(frozen=True)
class Observed:
    """All that was seen of a function."""

    task: Any
    outcomes: tuple
    events: tuple
    facts: dict

    @property
    def wrong(self):
        """The outcomes that are not right."""
        return [outcome for outcome in self.outcomes if not outcome.right]


def observe(task, probes, events, empty=False):
    """Return what was seen of a function that should be a task.

    For each probe there is an event; the last event is a repetition of the largest call, if all
    calls came back. `empty` says that the function's body computes nothing.
    """
    asked = list(zip(probes, events, strict=False))
    outcomes = [_outcome(task, *pair) for pair in asked if pair[0].tag != "swapped"]
    idle = [isinstance(event, Ran) and event.returned is None and empty for event in events]
    todo = [isinstance(event, Raised) and event.type == "NotImplementedError" for event in events]
    if events and (all(idle) or all(todo)):
        return Observed(task, tuple(outcomes), tuple(events), {"not_written": {}})
    outcomes, facts = _updates(task, outcomes)
    facts |= _stops(events) | _side_effects(task, outcomes, events) | _results(task, outcomes)
    facts |= _repetition(task, probes, events) | _files(asked, task, outcomes)
    if task.random:
        facts |= _generator(outcomes)
    return Observed(task, tuple(outcomes), tuple(events), facts)


def _outcome(task, probe, event):
    expected = task.expected(probe)
    before = task.named(task.updated(probe.arguments)) if task.in_place else None
    found = _answer(task, event)
    return Outcome(probe, event, before, expected, found, task.same(found, expected, probe, before))


def _answer(task, event):
    if isinstance(event, Raised):
        own = event.lines and re.search(r"(^|: *)(raise|assert)\b", event.lines[-1].code)
        return "on purpose" if own else event.type  # no wrong line raises on purpose
    if not isinstance(event, Ran):
        return None
    return task.named(task.updated(event.after) if task.in_place else event.returned)


def _stops(events):
    """See what ended a run."""
    if not events:
        return {}
    last = events[-1]
    if isinstance(last, Hung):
        return {"hangs": {"found": f"{last.seconds:g}"}}
    return {"crashes": {"found": last.how}} if isinstance(last, Died) else {}


def _updates(task, outcomes):
    """See whether arrays that should be updated in place ever are.

    Where new arrays are returned instead, these are what is looked at from here on.
    """
    ran = [outcome for outcome in outcomes if isinstance(outcome.event, Ran)]
    failed = any(
        each.raised and each.probe.tag != "read-only" and not each.probe.beyond for each in outcomes
    )
    if not task.in_place or not ran or failed or not all(each.untouched for each in ran):
        return outcomes, {}
    arrays = {"arrays": listed(task.outputs)}
    returned = [_returned_weights(task, outcome) for outcome in ran]
    if not all(returned):
        return outcomes, {"not_in_place": arrays}
    new = dict(zip(map(id, ran), returned, strict=True))
    return [_with_answer(task, each, new.get(id(each))) for each in outcomes], {
        "returns_new_arrays": arrays
    }


def _with_answer(task, outcome, found):
    if found is None:
        return outcome
    right = task.same(found, outcome.expected, outcome.probe, outcome.before)
    return replace(outcome, found=found, right=right)


def _returned_weights(task, outcome):
    """Return what a function returned if it has the form of the updated weights."""
    named = task.named(outcome.event.returned)
    if named and all(named[name].shape == outcome.before[name].shape for name in named):
        return named
    return None


def _side_effects(task, outcomes, events):
    """See what else a function changed: its arguments, or the state of the process."""
    facts = {}
    modified = dict.fromkeys(
        name
        for outcome in outcomes
        if isinstance(outcome.event, (Ran, Raised))
        for name, old, new in zip(
            task.parameters, outcome.probe.arguments, outcome.event.after, strict=False
        )
        if not (task.in_place and name in task.outputs) and changed(old, new)
    )
    if modified:
        facts["inputs_modified"] = {"arrays": listed(modified)}
    states = dict.fromkeys(
        name for event in events if isinstance(event, (Ran, Raised)) for name in event.changed
    )
    if states:
        facts["global_state"] = {"found": listed(states)}
    return facts


def _results(task, outcomes):
    """See results of a wrong kind or dtype; what is updated in place is another matter."""
    ran = [each for each in outcomes if isinstance(each.event, Ran) and not task.in_place]
    for outcome in ran:
        if outcome.found is None:
            returned = outcome.event.returned
            if returned is None:
                return {"returns_nothing": {"wanted": task.wanted.rstrip(",")}}
            return {"returns_rubbish": {"found": description(returned), "wanted": task.wanted}}
    numbers = [outcome.found for outcome in ran]
    if len(numbers) > 3 and all(_identical(each, numbers[0]) for each in numbers):
        found = " and ".join(str(array) for array in numbers[0].values())
        return {"constant": {"found": found}}
    facts = {}
    raised = dict.fromkeys(
        name
        for outcome in ran
        if task.keeps_float32 and outcome.probe.tag == "float32"
        for name, array in outcome.found.items()
        if array.dtype == np.float64
    )
    if raised:
        facts["upcast"] = {"arrays": listed(raised)}
    wrong = dict.fromkeys(
        f"{name} is {outcome.found[name].dtype}, expected {dtype.__name__}"
        for outcome in ran
        for name, dtype in task.dtypes
        if outcome.found[name].dtype != dtype
    )
    if wrong:
        facts["wrong_dtype"] = {"found": "; ".join(wrong)}
    return facts


def _identical(one, other):
    """Return whether two answers are the same single numbers."""
    return one.keys() == other.keys() and all(
        one[name].size == 1 and np.array_equal(one[name], other[name]) for name in one
    )


def _repetition(task, probes, events):
    """See whether the largest call, made again at the end, gave the same."""
    if len(events) <= len(probes):
        return {}
    once, again = _answer(task, events[largest(probes)]), _answer(task, events[-1])
    if not isinstance(once, dict) or not isinstance(events[-1], Ran):
        return {}
    repeated = (
        isinstance(again, dict)
        and once.keys() == again.keys()
        and all(same_array(again[name], once[name], 1e-3) for name in once)
    )
    return {} if repeated else {"not_repeatable": {}}


def _generator(outcomes):
    """See whether an initialiser draws from its generator, and from nothing else."""
    draws = [each.event.returned for each in outcomes[:3] if isinstance(each.event, Ran)]
    if len(draws) < 3 or not all(isinstance(W, np.ndarray) and W.size for W in draws):
        return {}
    one, other, again = draws
    if one.min() == one.max() or not (np.array_equal(one, other) or not np.array_equal(one, again)):
        return {}
    return {"generator_ignored": {}}


def _files(asked, task, outcomes):
    """See whether files are mixed up, or others are read than those that are named."""
    for probe, event in asked:
        if probe.tag == "swapped" and isinstance(event, Ran) and not outcomes[0].right:
            if task.same(_answer(task, event), outcomes[0].expected, probe):
                return {"files_swapped": {}}
    lost = [each for each in outcomes if each.raised and each.event.type == "FileNotFoundError"]
    if len(lost) < len(outcomes) or not lost:
        return {}
    path = re.search("'([^']*)'", lost[0].event.message)
    if not path:
        return {}
    added = any(path[1].endswith(name) for name in lost[0].probe.arguments)
    return {"own_folder_added" if added else "own_file_read": {"found": f"`{path[1]}`"}}


def largest(probes):
    """Return the number of the largest probe: what is drawn at random shows best there."""
    return max(range(len(probes)), key=lambda i: probes[i].size)


# ---------------------------------------------------------------- words


def listed(names, one="", many=""):
    """Return names as "a, b and c", with a verb that agrees."""
    names = list(names)
    text = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{text} {one if len(names) == 1 else many}".rstrip()


def changed(old, new):
    """Return whether an argument is another than before; lists of arrays are looked into."""
    if isinstance(old, np.ndarray):
        return not (
            isinstance(new, np.ndarray)
            and old.shape == new.shape
            and old.dtype == new.dtype
            and np.array_equal(old, new, equal_nan=old.dtype.kind == "f")
        )
    if isinstance(old, (list, tuple)):
        return len(old) != len(new) or any(map(changed, old, new))
    if isinstance(old, dict):  # in a deep.Cache
        return old.keys() != new.keys() or any(changed(old[key], new[key]) for key in old)
    return False


def description(value):
    """Return what a value is, in a few words."""
    if isinstance(value, Odd):
        return f"a {value.type} ({value.text})"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    if isinstance(value, tuple):
        inside = ", ".join(
            f"array {item.shape}" if isinstance(item, np.ndarray) else type(item).__name__
            for item in value[:4]
        )
        return f"{len(value)} values ({inside})"
    return "None" if value is None else f"the {type(value).__name__} {value!r}"[:80]


def exception(event):
    """Return an exception as Python prints it."""
    return f"{event.type}: {event.message}" if event.message else event.type
