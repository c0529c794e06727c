"""From facts and their explanation to the report: which sentences, in which order."""

from dataclasses import replace

from simple_ml.check.assignment import ASSIGNED, BEYOND, why_allowed
from simple_ml.check.evidence import differences, evidence, number
from simple_ml.check.explanation import shows
from simple_ml.check.facts import exception, listed
from simple_ml.check.mistakes import FACTS, GRADIENT_OF, TABLE
from simple_ml.check.report import Finding, Report
from simple_ml.check.sandbox import Hung, Raised, Ran

ROWS = {row.name: row for row in TABLE}
FALLBACK = {each.name: kind for kind, each in BEYOND.items()}

IN_THE_REGRESSION = (
    ("dW1 = X.T @ G1 / m, dW2 = Z1.T @ G2 / m", "dtheta = X.T @ G / m"),
    ("compute dW1 and dW2 first, then ", ""),
    ("W1 -= lr * dW1 and W2 -= lr * dW2", "theta -= lr * dtheta"),
    ("compute Z1 and Z2 inside", "compute Z inside"),
    ("Z1 = np.maximum(X @ W1, 0), ", ""),
    ("Z2 = Z1 @ W2", "Z = X @ theta"),
    ("W1 -= lr * dW1", "theta -= lr * dtheta"),
    ("softmax(Z2)", "softmax(Z)"),
    ("W2.shape", "theta.shape"),
    ("G2", "G"),
)
"""The lines that the table recommends, as they read where there is one layer."""


def report_on(observed, explanation, name, isolated, strict):
    """Return the report on what was observed, without what needs further runs.

    `name` is what the function is called; `isolated`: whether it ran in a process of its own.
    """
    task = observed.task
    strict = strict or task.name not in ASSIGNED
    seen = observed.facts.keys() | explanation.ways.keys()
    findings = [
        _fact(observed, name)
        for name, fact in FACTS.items()
        if name in observed.facts and not seen & {*fact.implied_by}
    ]
    if explanation.raised:
        findings.append(_raised(task, explanation.raised))
    findings += _mistakes(observed, explanation)
    gaps = {gap.name: gap for gap in reversed(explanation.gaps)}  # one name, told once
    findings += [
        _gap(observed, gap) for gap in reversed(gaps.values()) if gap.name not in explanation.ways
    ]
    if strict:
        findings = [replace(finding, beyond="") for finding in findings]
    findings.sort(key=lambda finding: bool(finding.beyond))  # stable: what is wrong comes first
    difference = _difference(observed, explanation)
    if observed.wrong and not findings and not difference:
        difference = " ".join(differences(task, observed.outcomes))
    shown = ()
    if difference:
        wrong = [each for each in observed.wrong if not each.probe.beyond] or observed.wrong
        shown = evidence(task, wrong)
    return Report(
        function=name,
        findings=tuple(findings),
        difference=difference,
        shown=shown or None,
        right=tuple(_right(observed)),
        remarks=tuple(_remarks(observed.events, isolated)),
    )


# ---------------------------------------------------------------- what is wrong


def _fact(observed, name):
    """Return the finding of a fact."""
    task, text = observed.task, FACTS[name].seen.format(**observed.facts[name])
    stopped = [each for each in observed.outcomes if isinstance(each.event, Hung)]
    shown = {
        "hangs": stopped,
        "upcast": [each for each in observed.outcomes if each.probe.tag == "float32"],
        "returns_rubbish": [each for each in observed.outcomes if each.found is None],
    }.get(name, ())
    return Finding(
        name,
        text[0].upper() + text[1:] + ".",
        see=_read(task, FACTS[name].see),
        lines=stopped[0].event.lines if name == "hangs" and stopped else (),
        beyond=why_allowed(name, task.name),
        shown=evidence(task, shown),
    )


def _raised(task, outcome):
    """Return the finding of an exception that no mistake explains."""
    sentence = FACTS["raises"].seen.format(found=exception(outcome.event))
    return Finding(
        "raises",
        f"It{sentence[2:]}.",
        see=_read(task, "epoch"),
        lines=outcome.event.lines,
        shown=evidence(task, [outcome]),
    )


def _read(task, see, arrays=()):
    """Return the key of what to read: what explains this function, and its wrong array."""
    if see == "epoch" and not task.in_place:
        return ""
    return GRADIENT_OF.get(next(iter(arrays), ""), see) if see == "dW1" else see


def _mistakes(observed, explanation):
    """Return the findings of the named mistakes, the first thing first."""
    task, names = observed.task, list(explanation.ways)
    if not names:
        return []
    wrong = [each for each in observed.wrong if not each.probe.beyond]
    numeric = sorted((each for each in wrong if each.numeric), key=lambda each: each.probe.size)
    several = len(names) > 1 or explanation.unsure
    subject = _subject(task, numeric if several else numeric[:1], wrong)
    arrays = _wrong_arrays(task, numeric)
    others = " or ".join(" and ".join(others) for others in explanation.unsure)
    alone = [each for each in wrong if shows(task, explanation.ways[names[0]], each)]
    findings = []
    for position, name in enumerate(names):
        row = ROWS[name]
        when = row.when.format(number(explanation.numbers[name])) if "{}" in row.when else row.when
        text = f"{subject} what you get when {when}."
        if len(names) > 1:
            text = f"The second: {when}."
            if position == 0:
                text = f"{subject} what you get with two mistakes at once. The first: {when}."
        elif explanation.unsure:
            text = (
                f"{subject} what you get with two mistakes at once, of which one is certain "
                f"(the other cannot be told from here: {others}). It is: {when}."
            )
        findings.append(
            Finding(
                name,
                text,
                see=_read(task, row.see, arrays),
                write=written_for(task, row.write),
                shown=evidence(task, alone or wrong) if position == 0 else None,
            )
        )
    return findings


def _subject(task, numeric, wrong):
    """Return the beginning of a sentence: what is wrong."""
    if arrays := _wrong_arrays(task, numeric):
        return f"Your {listed(arrays, 'is', 'are')}"
    first = min(wrong, key=lambda each: each.probe.size)
    return f"What happens on “{first.probe.about}” is"


def _wrong_arrays(task, numeric):
    return dict.fromkeys(
        name for each in numeric for name in each.expected if not each.equal(task, name)
    )


def written_for(task, line):
    """Return a recommended line in the names of a function."""
    if task.name == "softmax_regression_epoch":
        for two_layers, one in IN_THE_REGRESSION:
            line = line.replace(two_layers, one)
    return line


def _gap(observed, gap):
    """Return the finding of what goes wrong beyond the assignment."""
    task, beyond = observed.task, BEYOND[gap.kind]
    stopped = [each for each in gap.outcomes if each.raised]
    lines = ()
    if gap.name in FALLBACK:
        text = f"It gives other results where {beyond.where}."
        if stopped:
            first = min(stopped, key=lambda each: each.probe.size)
            lines = first.event.lines
            text = f"It stops with {exception(first.event)} where {beyond.where}."
        see, write = beyond.see, ""
    else:
        row = ROWS[gap.name]
        numeric = sorted(
            (each for each in gap.outcomes if each.numeric), key=lambda each: each.probe.size
        )
        text = f"{_subject(task, numeric[:1], gap.outcomes)} what you get when {row.when}."
        see, write = row.see, written_for(task, row.write)
    return Finding(
        gap.name,
        text,
        see=_read(task, see),
        write=write,
        lines=lines,
        beyond=beyond.asked,
        shown=evidence(task, gap.outcomes),
    )


def _difference(observed, explanation):
    """Say what differs where no mistake explains it."""
    if not explanation.unexplained:
        return ""
    if explanation.unsure:
        several = " or ".join(
            " and ".join(f"`{name}`" for name in names) for names in explanation.unsure
        )
        return f"These numbers cannot tell which mistake it is: {several}."
    plain = [each for each in observed.outcomes if not each.probe.beyond]
    found = [*differences(observed.task, plain)]
    return " ".join(["No mistake in the table gives these numbers. What differs:", *found])


# ---------------------------------------------------------------- what is right, and remarks


def _right(observed):
    """Say what is right: on how many inputs, and the arrays that are right in all of them."""
    task, outcomes = observed.task, observed.outcomes
    if {"not_in_place", "not_written", "constant"} & observed.facts.keys():
        return
    passed = [each for each in outcomes if each.right and isinstance(each.event, Ran)]
    if passed and not observed.wrong:
        yield f"the results for all {len(passed)} inputs"
    elif passed:
        yield f"the results for {len(passed)} of {len(outcomes)} inputs"
    if observed.wrong and not task.random:
        for name in task.outputs:
            if all(each.equal(task, name) for each in outcomes):
                yield f"{name} everywhere"
    if any(isinstance(event, Ran) for event in observed.events):
        if "inputs_modified" not in observed.facts:
            kept = [name for name in task.parameters if name in ("X", "y", "Z", "h", "weights")]
            if not task.in_place:
                kept += [name for name in task.parameters if name in ("W1", "W2")]
            if kept:
                yield f"{listed(kept)} left as {'it was' if len(kept) == 1 else 'they were'}"
        if "global_state" not in observed.facts:
            yield "no global state changed"


def _remarks(events, isolated):
    printed = [e.printed for e in events if isinstance(e, (Ran, Raised)) and e.printed.strip()]
    if printed:
        first = printed[0].strip().split("\n")[0][:60]
        yield ("prints", f"It prints, in {len(printed)} of {len(events)} calls; first: {first!r}.")
    if not isolated:
        yield (
            "not_isolated",
            "There is no fork here, so it ran in this process: a function that hangs inside a "
            "library, not in Python, could not have been stopped.",
        )
