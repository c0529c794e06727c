"""From facts to an explanation: which mistakes give the function's own numbers.

A row of the table is named only if it gives the function's answers on every probe that it is
compared on; two rows together only if no single row does. Where several explanations fit, what they
have in common is claimed, and nothing more.

What happens beyond the assignment (large logits, a short last batch, …) is a background: the search
runs on the plain probes first, and then asks, for each background, which single row must be added.
So an unshifted softmax hides no other mistake. Exceptions that no row explains are a fact of their
own, and the numbers are explained without them.
"""

import itertools
import re
import time
import warnings
from dataclasses import dataclass, field

import numpy as np

from simple_ml.check.assignment import BEYOND
from simple_ml.check.mistakes import ANY_ORDER, FACTS, TABLE, rows

PATIENCE = 5  # seconds for which pairs of mistakes are tried


@dataclass(frozen=True)
class Gap:
    """What goes wrong on one kind of input beyond the assignment."""

    kind: str  # a key of `assignment.BEYOND`
    name: str  # a row of the table, or what failing there is called
    outcomes: tuple  # where it shows


@dataclass(frozen=True)
class Explanation:
    """What is wrong with a function, as far as its numbers tell."""

    ways: dict = field(default_factory=dict)  # mistakes, and of each the wrong lines that fit
    unsure: tuple = ()  # names of which one must be there, too, and the numbers cannot tell which
    numbers: dict = field(default_factory=dict)  # what was measured for a mistake, by its name
    unexplained: bool = False  # whether numbers are wrong that no mistake explains
    raised: object = None  # the smallest input with an exception that no mistake explains
    gaps: tuple = ()  # what goes wrong beyond the assignment


def explain(observed):
    """Return the explanation of what was observed."""
    if any(FACTS[name].uncheckable for name in observed.facts):
        return Explanation()
    compared = [
        outcome
        for outcome in observed.outcomes
        # A function that writes into X fails on a read-only X: that is one fact, not two.
        if not (
            outcome.probe.tag == "read-only"
            and outcome.raised
            and "inputs_modified" in observed.facts
        )
    ]
    search = Search(observed.task, compared)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of hypotheses: the mean of an empty batch, and the like
        fitting, raised = search.plain_mistakes()
        gaps = search.gaps(fitting) if fitting and not raised else ()
    common = set.intersection(*map(set, fitting)) if fitting else set()
    names = [row.name for row in TABLE if row.name in common]
    unexplained = not fitting or (not names and fitting != [{}])
    unexplained &= "not_repeatable" not in observed.facts  # what is drawn explains itself
    return Explanation(
        ways={name: fitting[0][name] for name in names},
        unsure=tuple(
            sorted({tuple(sorted({*fit} - common)) for fit in fitting if {*fit} - common})
        ),
        numbers={name: search.numbers[name] for name in names if name in search.numbers},
        unexplained=unexplained and bool(search.wrong_numbers),
        raised=raised,
        gaps=() if unexplained else gaps,
    )


class Search:
    """Looks for the rows that fit a function's answers, first of all to the plain probes."""

    def __init__(self, task, compared):
        self.task, self.compared = task, compared
        self.plain = [each for each in compared if not each.probe.beyond]
        wrong = [each for each in self.plain if not each.right]
        self.raised = [each for each in wrong if each.raised]
        self.wrong_numbers = [each for each in wrong if each.numeric]
        self.numbers = {}  # what was measured for a row

    def plain_mistakes(self):
        """Return the fitting sets of rows (name: lines), and an exception that none explains."""
        if not self.raised and not self.wrong_numbers:
            return ([{}] if all(each.right for each in self.plain) else []), None
        # Exceptions alone prove nothing: some number must be there to be explained.
        known = self.plain if any(each.numeric for each in self.plain) else self.compared
        if any(each.numeric for each in known):
            if fitting := self._rows_for(known):
                return fitting, None
        if not self.raised:
            return [], None
        raised = min(self.raised, key=lambda each: each.probe.size)
        answered = [each for each in self.plain if not each.raised]
        if not any(not each.untouched for each in self.wrong_numbers):
            self.wrong_numbers = []  # it did not get there
            return ([{}] if answered else []), raised
        return self._rows_for(answered), raised

    def gaps(self, fitting):
        """Return what goes wrong on each kind of probe beyond the assignment."""
        cores = [merged(fit.values()) for fit in fitting]
        kinds = {
            kind: [each for each in self.compared if each.probe.beyond == kind] for kind in BEYOND
        }
        wrong = {kind: each for kind, each in kinds.items() if not self._any_fits(cores, each)}
        settled = [
            each
            for each in self.compared
            if each.probe.beyond not in wrong and (each.probe.beyond or not each.raised)
        ]
        found = self._rows_beyond(wrong, cores, settled)
        # What explains one kind may be needed for another, too: the rest is tried beside it.
        cores = [{**core, **merged(way for _, way in found.values())} for core in cores]
        left = {
            kind: each
            for kind, each in wrong.items()
            if kind not in found and not self._any_fits(cores, each)
        }
        found |= self._rows_beyond(left, cores, settled)
        gaps = []
        for kind, each in wrong.items():
            each = [outcome for outcome in each if not outcome.right]
            if kind in found:
                gaps.append(Gap(kind, found[kind][0], tuple(each)))
            elif kind in left:
                # Plain mistakes show here, too: only an exception is certainly another one's.
                each = each if fitting == [{}] else [one for one in each if one.raised]
                gaps += [Gap(kind, BEYOND[kind].name, tuple(each))] if each else []
        return tuple(gaps)

    def _rows_beyond(self, kinds, cores, settled):
        """Return name and lines of the one row that explains each kind of probes, if there is one.

        Beside the mistakes of a core it must give the function's answers on these probes, and leave
        those that are settled as they are.
        """
        found = {}
        for kind, here in kinds.items():
            fitting = {
                row.name: way
                for row, ways in rows(self.task.program)
                if row.see == BEYOND[kind].see
                for way in ways
                if not measures(way)
                and self._any_fits(
                    [{**core, **way} for core in cores if not decided(way) & decided(core)],
                    [*here, *settled],
                )
            }
            if len(fitting) == 1:
                (found[kind],) = fitting.items()
        return found

    def _any_fits(self, cores, outcomes):
        return any(self._fits(core, outcomes) for core in cores)

    # ------------------------------------------------------------ one row, or two

    def _rows_for(self, outcomes):
        wrong = [each for each in outcomes if not each.right]
        # Nearly every hypothesis fails on the first wrong answer: let that be quickly computed.
        order = sorted(
            outcomes, key=lambda each: (not each.numeric or each.right, each.right, steps(each))
        )
        return (
            self._singles(order)
            or self._measured(order)
            or (self._doubles(order) if any(each.numeric for each in wrong) else [])
        )

    def _singles(self, order):
        return [
            {row.name: way}
            for row, ways in rows(self.task.program)
            for way in ways
            if not measures(way) and self._explains(way, order)
        ]

    def _measured(self, order):
        """Return the rows that fit with a number measured in the first wrong answer."""
        found = []
        values = measured(self.task, order[0])
        for row, ways in rows(self.task.program):
            for way in ways:
                if not (needed := measures(way)) or not needed <= values.keys():
                    continue
                lines = {name: line.format(**values) for name, line in way.items()}
                if self._fits(lines, order):
                    found.append({row.name: lines})
                    self.numbers[row.name] = float(values[min(needed)])
                    break
        return found

    def _doubles(self, order):
        """Return the pairs of rows that fit; only where the lines of the two do not collide.

        One of them may be right on plain probes while it is alone: `/ batch` is, as long as the
        other mistake does not make a batch shorter.
        """
        table = [
            (row, [(way, self._shows(way)) for way in ways if not measures(way)])
            for row, ways in rows(self.task.program)
        ]
        deadline = time.monotonic() + PATIENCE
        found = []
        for (one, ways), (other, other_ways) in itertools.combinations(table, 2):
            if time.monotonic() > deadline:
                break
            found += (
                {one.name: a, other.name: b}
                for (a, shows), (b, other_shows) in itertools.product(ways, other_ways)
                if (shows or other_shows)
                and not decided(a) & decided(b)
                and self._explains({**a, **b}, order)
            )
        return found

    # ------------------------------------------------------------ does it fit?

    def _fits(self, lines, outcomes):
        """Return whether wrong lines give the function's own answers."""
        for outcome in outcomes:
            answers = self._answers(lines, outcome)
            if answers is None:  # any numbers may come out, but numbers
                if not outcome.numeric:
                    return False
            elif not any(self._equal(outcome.found, each, outcome) for each in answers):
                return False
        return True

    def _explains(self, lines, outcomes):
        """Return whether wrong lines give these answers, and another order is seen if claimed."""
        if not self._fits(lines, outcomes):
            return False
        return lines.get("order") != ANY_ORDER or self._needs_another_order(lines, outcomes)

    def _shows(self, lines):
        """Return whether wrong lines change the answer to some plain probe."""
        return any(shows(self.task, lines, outcome) for outcome in self.plain)

    def _needs_another_order(self, lines, outcomes):
        """Return whether some answer that can be looked up is that of another order of the rows."""
        rest = {name: line for name, line in lines.items() if name != "order"}
        return any(
            self._answers(lines, outcome) is not None
            and not any(
                self._equal(outcome.found, each, outcome) for each in self._answers(rest, outcome)
            )
            for outcome in outcomes
        )

    def _equal(self, one, other, outcome):
        return self.task.same(one, other, outcome.probe, outcome.before)

    def _answers(self, lines, outcome):
        return answers_of(self.task, lines, outcome.probe)


_KEPT = {}


def answers_of(task, lines, probe):
    """Return the answers of some wrong lines to a probe, computed once."""
    label = (task.name, getattr(task, "scheme", ""), frozenset(lines.items()), probe.about)
    if label not in _KEPT:
        if len(_KEPT) > 40000:
            _KEPT.clear()
        _KEPT[label] = task.mistaken(lines, probe)
    return _KEPT[label]


def shows(task, lines, outcome):
    """Return whether wrong lines change the answer to a probe."""
    answers = answers_of(task, lines, outcome.probe)
    return answers is None or not all(
        task.same(each, outcome.expected, outcome.probe, outcome.before) for each in answers
    )


def merged(ways):
    """Return the lines of several ways together."""
    return {name: line for way in ways for name, line in way.items()}


def steps(outcome):
    """Return how many batches a probe has."""
    rows = len(outcome.probe.inputs.get("X", "1"))
    return rows / outcome.probe.inputs.get("batch", rows)


def decided(way):
    """Return the lines that a way decides: any order can move any rows into any batch, too."""
    return way.keys() | ({"starts"} if way.get("order") == ANY_ORDER else set())


# ---------------------------------------------------------------- what is measured


def measures(way):
    """Return the names of the numbers that a way needs to have measured."""
    return {name for line in way.values() for name in re.findall("{([a-z]+[12]?)}", line)}


def measured(task, outcome):
    """Return what may stand in the braces of the table, from one wrong answer.

    ``factor`` is the number by which all changes are too large, ``rate`` the learning rate that
    would explain it, ``decay`` the part of the weights that is added to their gradient; with a 1
    or a 2 behind it, the same for one of two outputs. ``count`` is the number of labels read.
    """
    if not outcome.numeric or outcome.found.keys() != outcome.expected.keys():
        return {}
    if "y" in outcome.found:
        return {"count": outcome.found["y"].size}
    factors, decays = [], []
    lr = outcome.probe.inputs.get("lr", -1)  # a gradient is not subtracted
    for name, expected in outcome.expected.items():
        if outcome.found[name].shape != expected.shape or outcome.found[name].dtype.kind != "f":
            return {}
        before = outcome.before[name] if outcome.before else 0
        weights = outcome.before[name] if outcome.before else outcome.probe.inputs.get(name[1:])
        right, own = expected - before, outcome.found[name] - before
        factors.append(multiple(own, right))
        decays.append(None if weights is None else multiple(own - right, -lr * weights))
    values = {"factor": factors, "decay": decays}
    found = {}
    for name, each in values.items():
        if each[0] is not None and all(x is not None and np.isclose(x, each[0]) for x in each):
            found[name] = each[0]
        found |= {f"{name}{i}": x for i, x in enumerate(each, 1) if x is not None}
    if lr > 0:
        factors = {name: value for name, value in found.items() if name.startswith("factor")}
        found |= {name.replace("factor", "rate"): lr * value for name, value in factors.items()}
    return {name: f"{value:.12g}" for name, value in found.items()}


def multiple(found, expected):
    """Return c where `found` is c times `expected`, a c that is not 0; else None."""
    square = float((expected * expected).sum())
    if not np.isfinite(found).all() or square == 0:
        return None
    c = float((found * expected).sum()) / square
    exact = np.abs(found - c * expected).max() <= 1e-6 * abs(c) * np.abs(expected).max()
    return c if c and exact else None
