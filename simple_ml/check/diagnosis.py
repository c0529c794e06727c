"""From what a function did to what is wrong with it.

1. *Facts* are seen directly: it raised, hung, changed X, left W1 as it was.
2. *Mistakes* are hypotheses: a row of the table is named only if it gives the function's own
   numbers on every probe; two rows together only if no single row does. Where several
   explanations fit, what they have in common is claimed, and nothing more.
3. Where nothing fits, the report says what differs, and claims nothing more.
"""

import itertools
import time

import numpy as np

from simple_ml.check import sandbox
from simple_ml.check.mistakes import ANY_ORDER, FACTS, GRADIENT_OF, TABLE, rows
from simple_ml.check.report import Evidence, Finding, Report
from simple_ml.check.sandbox import Died, Hung, Odd, Raised, Ran
from simple_ml.check.tasks import InitializerTask, same, same_array, same_moments

SLOW = 10  # times the reference's time: from here on it is said
BUSY = 0.02  # seconds below which nobody waits, however large the factor
PATIENCE = 20  # seconds for which pairs of mistakes are tried


def diagnose(function, task, limit, name=None):
    """Return the report on a function.

    Parameters
    ----------
    function : callable
        The function to be checked.
    task : Task
        What it should be.
    limit : float
        Seconds for all probes together.
    name : str, optional
        Its name in the report.

    Returns
    -------
    report : Report
    """
    with task.probes() as probes:
        calls = [probe.arguments for probe in probes]
        events, isolated = sandbox.run(function, [*calls, calls[largest(probes)]], limit)
        case = Case(task, probes, events)
        report = case.report(name or task.name, isolated)
        if not report and case.unexplained:
            report = report.with_difference(difference(function, case, limit))
    if report and task.timing:
        report = report.with_remarks(speed(function, task, limit))
    return report


class Case:
    """A task, its probes and what a function did with them."""

    def __init__(self, task, probes, events):
        self.task = task
        self.same = same_moments if isinstance(task, InitializerTask) else same
        self.probes, self.events = probes, events
        seen = list(zip(probes, events, strict=False))  # the last event is a repetition
        self.pairs = [(probe, event) for probe, event in seen if probe.compared]
        self.uncompared = [(probe, event) for probe, event in seen if not probe.compared]
        self.facts = {}  # name: what fills the sentence's gaps
        self.before = [self._before(probe) for probe, _ in self.pairs]
        self.expected = [task.expected(probe) for probe, _ in self.pairs]
        self.found = [self._outcome(probe, event) for probe, event in self.pairs]
        self._see_updates()
        self._see_the_rest()
        self.wrong = [
            i
            for i, (probe, _) in enumerate(self.pairs)
            if not self.same(self.found[i], self.expected[i], probe, self.before[i])
        ]
        self.names, self.unsure = [], []
        self.ways = {}  # name: the wrong lines that fit
        self.unexplained = False
        self._explain()

    # ------------------------------------------------------------ what it did

    def _before(self, probe):
        task = self.task
        return task.named(task.updated(probe.arguments)) if task.in_place else None

    def _outcome(self, probe, event):
        """Return an answer as a dict of arrays, as the name of an exception, or None."""
        if isinstance(event, Raised):
            return event.type
        if not isinstance(event, Ran):
            return None
        return self.task.named(
            self.task.updated(event.after) if self.task.in_place else event.returned
        )

    def _see_updates(self):
        """See whether arrays that should be updated in place ever are."""
        if not self.task.in_place:
            return
        ran = [i for i, (_, event) in enumerate(self.pairs) if isinstance(event, Ran)]
        if not (ran and all(map(self._untouched, ran))) or any(
            isinstance(event, Raised) and "read-only" not in probe.about
            for probe, event in self.pairs
        ):
            return
        results = {i: self._returned_weights(i) for i in ran}
        arrays = listed(self.task.outputs)
        if all(results.values()):
            self.facts["returns_new_arrays"] = {"arrays": arrays}
            for i in ran:
                self.found[i] = results[i]
        else:
            self.facts["not_in_place"] = {"arrays": arrays}

    def _untouched(self, i):
        """Return whether the arrays that should be updated are as they were."""
        return self.task.in_place and all(
            np.array_equal(self.found[i][name], self.before[i][name]) for name in self.task.outputs
        )

    def _returned_weights(self, i):
        """Return what a function returned if it has the form of the updated weights."""
        named = self.task.named(self.pairs[i][1].returned)
        if named and all(named[name].shape == self.before[i][name].shape for name in named):
            return named
        return None

    def _see_the_rest(self):
        """See what can be seen without a hypothesis."""
        task, facts = self.task, self.facts
        for event in self.events:
            if isinstance(event, Hung):
                facts["hangs"] = {"found": f"{event.seconds:g}"}
            elif isinstance(event, Died):
                facts["crashes"] = {"found": event.how}
        modified = dict.fromkeys(
            name
            for probe, event in self.pairs
            if isinstance(event, (Ran, Raised))
            for name, old, new in zip(task.parameters, probe.arguments, event.after, strict=False)
            if not (task.in_place and name in task.outputs) and changed(old, new)
        )
        if modified:
            facts["inputs_modified"] = {"arrays": listed(modified)}
        states = dict.fromkeys(
            name
            for event in self.events
            if isinstance(event, (Ran, Raised))
            for name in event.changed
        )
        if states:
            facts["global_state"] = {"found": listed(states)}
        if not task.in_place:
            self._see_results()
        self._see_repetition()
        if isinstance(task, InitializerTask):
            self._see_generator()
        for probe, event in self.uncompared:  # the files in the wrong order
            if isinstance(event, Ran) and (named := task.named(event.returned)):
                if same(named, self.expected[0], probe) and not same(
                    self.found[0], self.expected[0], probe
                ):
                    facts["files_swapped"] = {}

    def _see_results(self):
        """See results of a wrong kind or dtype."""
        task, facts = self.task, self.facts
        ran = [(i, p, e) for i, (p, e) in enumerate(self.pairs) if isinstance(e, Ran)]
        for i, _, event in ran:
            if self.found[i] is None:
                if event.returned is None:
                    facts["returns_nothing"] = {"wanted": task.wanted.rstrip(",")}
                else:
                    found = description(event.returned)
                    facts["returns_rubbish"] = {"found": found, "wanted": task.wanted}
                return
        if task.name in ("gradients", "backward", "deep_gradients"):
            names = dict.fromkeys(
                name
                for i, probe, _ in ran
                if probe.about == "float32"
                for name, array in self.found[i].items()
                if array.dtype == np.float64
            )
            if names:
                facts["upcast"] = {"arrays": listed(names)}
        if task.name == "parse_mnist":
            for i, _, _ in ran:
                right = {"X": np.float32, "y": np.uint8}
                wrong = [
                    f"{name} is {array.dtype}, expected {right[name].__name__}"
                    for name, array in self.found[i].items()
                    if array.dtype != right[name]
                ]
                if wrong:
                    facts["wrong_dtype"] = {"found": "; ".join(wrong)}

    def _see_repetition(self):
        """See whether the largest call, made again at the end, gave the same."""
        if len(self.events) <= len(self.probes):
            return
        i = largest(self.probes)
        first, last = self.events[i], self.events[-1]
        if isinstance(first, Ran) and isinstance(last, Ran):
            once, again = (self._outcome(self.probes[i], event) for event in (first, last))
            if isinstance(once, dict) and not (
                isinstance(again, dict)
                and once.keys() == again.keys()
                and all(same_array(again[name], once[name], 1e-3) for name in once)
            ):
                self.facts["not_repeatable"] = {}

    def _see_generator(self):
        """See whether an initialiser draws from its generator, and from nothing else."""
        draws = [e.returned for _, e in self.pairs[:3] if isinstance(e, Ran)]
        if len(draws) < 3 or not all(isinstance(W, np.ndarray) and W.size for W in draws):
            return
        one, other, again = draws
        if one.min() == one.max():
            return
        if np.array_equal(one, other) or not np.array_equal(one, again):
            self.facts["generator_ignored"] = {}
            for hidden in ("global_state", "not_repeatable"):
                self.facts.pop(hidden, None)

    # ------------------------------------------------------------ why

    def _explain(self):
        """Find the mistakes that give the function's own numbers on every probe."""
        facts = self.facts
        if {"hangs", "crashes", "not_in_place", "returns_nothing", "files_swapped"} & facts.keys():
            return
        considered = [
            i
            for i, (probe, event) in enumerate(self.pairs)
            # A function that writes into X fails on a read-only X: that is one fact, not two.
            if not (
                "read-only" in probe.about
                and isinstance(event, Raised)
                and "inputs_modified" in facts
            )
        ]
        wrong = [i for i in self.wrong if i in considered]
        if not wrong:
            return
        numbers = [i for i in wrong if isinstance(self.found[i], dict)]
        order = sorted(considered, key=lambda i: (i not in numbers, i not in wrong, i))
        # Exceptions alone prove nothing: some number must be there to be explained.
        answered = any(isinstance(self.found[i], dict) for i in considered)
        fitting = self._singles(order) if answered else []
        if not fitting and numbers:
            fitting = self._doubles(order)
        if fitting:
            common = set.intersection(*map(set, fitting))
            self.names = [row.name for row in TABLE if row.name in common]
            self.ways = fitting[0]
            self.unsure = sorted(
                {tuple(sorted(set(s) - common)) for s in fitting if set(s) - common}
            )
        if not fitting:
            raised = [i for i in wrong if isinstance(self.pairs[i][1], Raised)]
            if raised:
                first = min(raised, key=self._smallness)
                facts["raises"] = {"found": exception(self.pairs[first][1])}
                numbers = [i for i in numbers if not self._untouched(i)]  # it did not get there
            self.unexplained = bool(numbers)
        elif not self.names:
            self.unexplained = True  # too many explanations are none
        if "rows_reordered" in self.names:
            # A shuffle draws, from the global state or anew in each call: one mistake, not three.
            for name in ("global_state", "not_repeatable"):
                facts.pop(name, None)
        if "pixels_not_scaled" in self.names or "whole_number_division" in self.names:
            facts.pop("wrong_dtype", None)
        if {"labels_one_hot", "images_and_labels_swapped"} & set(self.names):
            facts.pop("wrong_dtype", None)

    def _fits(self, lines, order):
        """Return whether wrong lines give the function's own answers on the probes in `order`."""
        key = tuple(sorted(lines.items()))
        for i in order:
            probe, found = self.pairs[i][0], self.found[i]
            answers = self._answers(key, i)
            if answers is None:  # any numbers may come out, but numbers
                if not isinstance(found, dict):
                    return False
            elif not any(self.same(found, answer, probe, self.before[i]) for answer in answers):
                return False
        return lines.get("order") != ANY_ORDER or self._needs_another_order(lines, order)

    def _answers(self, key, i):
        return answers_of(self.task, key, i, self.pairs[i][0])

    def _needs_another_order(self, lines, order):
        """Return whether some answer that can be looked up is that of another order of the rows."""
        rest = tuple(sorted((name, line) for name, line in lines.items() if name != "order"))
        key = tuple(sorted(lines.items()))
        for i in order:
            if self._answers(key, i) is not None and not any(
                self.same(self.found[i], answer, self.pairs[i][0], self.before[i])
                for answer in self._answers(rest, i)
            ):
                return True
        return False

    def _singles(self, order):
        """Return the rows that fit, each as a dict: name and the lines that do."""
        return [
            {row.name: fitting[0]}
            for row, ways in rows(self.task.program)
            if (fitting := [way for way in ways if self._fits(way, order)])
        ]

    def _doubles(self, order):
        """Return the pairs of rows that fit; only where the lines of the two do not collide."""
        table = rows(self.task.program)
        deadline = time.monotonic() + PATIENCE
        found = []
        for (one, ways), (other, other_ways) in itertools.combinations(table, 2):
            if time.monotonic() > deadline:
                break
            fitting = (
                {one.name: a, other.name: b}
                for a, b in itertools.product(ways, other_ways)
                if not decided(a) & decided(b) and self._fits({**a, **b}, order)
            )
            found += itertools.islice(fitting, 1)
        return found

    # ------------------------------------------------------------ in words

    def report(self, name, isolated):
        """Return the report, without what needs further runs."""
        findings = [self._fact(fact) for fact in FACTS if fact in self.facts]
        if self.names:
            findings += self._mistakes()
        shown = self._shown()
        return Report(
            function=name,
            right=tuple(self._right()),
            findings=tuple(findings),
            ok=not findings and not self.wrong,
            evidence=shown,
            difference=self._in_general() if self.unexplained else "",
            remarks=tuple(self._remarks(isolated)),
        )

    def _fact(self, name):
        sentence, see = FACTS[name]
        text = sentence.format(**self.facts[name])
        kind = {"raises": Raised, "hangs": Hung}.get(name)
        stopped = [i for i, (_, event) in enumerate(self.pairs) if kind and isinstance(event, kind)]
        lines = self.pairs[min(stopped, key=self._smallness)][1].lines if stopped else ()
        return Finding(name, text[0].upper() + text[1:] + ".", self._read(see), "", lines)

    def _read(self, see, arrays=()):
        """Return the key of what to read: what explains this function, and its wrong array."""
        if see == "epoch" and not self.task.in_place:
            return ""
        return GRADIENT_OF.get(next(iter(arrays), ""), see) if see == "dW1" else see

    def _mistakes(self):
        table = {row.name: row for row in TABLE}
        numbers = [i for i in self.wrong if isinstance(self.found[i], dict)]
        arrays = {}
        if numbers:  # the first thing that is wrong: what differs on the smallest input
            i = min(numbers, key=self._smallness)
            several = len(self.names) > 1 or self.unsure
            arrays = dict.fromkeys(
                name
                for i in (numbers if several else [i])
                for name in self.expected[i]
                if name not in self.found[i] or not self._equal(i, name)
            )
        if arrays:
            subject = f"Your {listed(arrays, 'is', 'are')}"
        else:
            first = min(self.wrong, key=self._smallness)
            subject = f"What happens on “{self.pairs[first][0].about}” is"
        findings = []
        for name in self.names:
            row = table[name]
            text = f"{subject} what you get when {row.when}."
            if len(self.names) > 1 or self.unsure:
                text = f"{row.when}."
            findings.append(Finding(name, text, self._read(row.see, arrays), row.write, ()))
        if len(self.names) > 1:
            lead = f"{subject} what you get with two mistakes at once. The first: "
            findings[0] = findings[0].led_by(lead)
            findings[1] = findings[1].led_by("The second: ")
        elif self.unsure:
            others = " or ".join(" and ".join(names) for names in self.unsure)
            findings[0] = findings[0].led_by(
                f"{subject} what you get with two mistakes at once, of which one is certain "
                f"(the other cannot be told from here: {others}). It is: "
            )
        return findings

    def _equal(self, i, name):
        if isinstance(self.task, InitializerTask):
            one, other = self.found[i], self.expected[i]
            return same_moments({**other, name: one[name]}, other, None)
        if name not in self.expected[i]:  # a list that is too long for this input
            return False
        before = self.before[i] and self.before[i][name]
        return same_array(
            self.found[i][name], self.expected[i][name], self.pairs[i][0].tolerance, before
        )

    def _right(self):
        """Say what is right: the situations, and the arrays that are right in all of them."""
        passed = [
            p.about
            for i, (p, e) in enumerate(self.pairs)
            if i not in self.wrong and isinstance(e, Ran)
        ]
        if "not_in_place" in self.facts:
            return
        if passed and not self.wrong:
            yield f"the results for all {len(passed)} inputs"
        elif passed:
            yield "the results for " + "; for ".join(passed)
        if self.wrong and not isinstance(self.task, InitializerTask):
            for name in self.task.outputs:
                if all(
                    isinstance(self.found[i], dict)
                    and name in self.found[i]
                    and isinstance(self.expected[i], dict)
                    and self._equal(i, name)
                    for i in range(len(self.pairs))
                ):
                    yield f"{name} everywhere"
        if any(isinstance(e, Ran) for e in self.events):
            if "inputs_modified" not in self.facts:
                kept = [n for n in self.task.parameters if n in ("X", "y", "Z", "h", "weights")]
                kept += [
                    n for n in self.task.parameters if n in ("W1", "W2") and not self.task.in_place
                ]
                if kept:
                    yield f"{listed(kept)} left as {'it was' if len(kept) == 1 else 'they were'}"
            if "global_state" not in self.facts:
                yield "no global state changed"

    def _remarks(self, isolated):
        printed = [
            e.printed for e in self.events if isinstance(e, (Ran, Raised)) and e.printed.strip()
        ]
        if printed:
            first = printed[0].strip().split("\n")[0][:60]
            yield (
                "prints",
                f"It prints, in {len(printed)} of {len(self.events)} calls; first: {first!r}.",
            )
        if not isolated:
            yield (
                "not_isolated",
                "There is no fork here, so it ran in this process: a function that hangs inside a "
                "library, not in Python, could not have been stopped.",
            )

    def _shown(self):
        """Return the smallest input that shows the first thing that is wrong."""
        stopped = [i for i, (_, e) in enumerate(self.pairs) if isinstance(e, (Hung, Died))]
        raised = [i for i in self.wrong if isinstance(self.pairs[i][1], Raised)]
        first = self._of_first() if self.names else []
        indices = ("raises" in self.facts and raised) or first or self.wrong or stopped
        if "upcast" in self.facts and not indices:
            indices = [i for i, (p, _) in enumerate(self.pairs) if p.about == "float32"]
        if not indices:
            return None
        i = min(indices, key=self._smallness)
        probe, event = self.pairs[i]
        rows = []
        if isinstance(self.found[i], dict) and isinstance(self.expected[i], dict):
            before = self.before[i]
            for name in self.expected[i]:
                if name in self.found[i]:
                    rows += compared(
                        name,
                        self.expected[i][name],
                        self.found[i][name],
                        before and before[name],
                        probe.tolerance,
                        moments=isinstance(self.task, InitializerTask),
                    )
        happened = ""
        if isinstance(event, Raised):
            happened = f"raised {exception(event)}"
        elif isinstance(event, Ran) and self.found[i] is None:
            happened = f"returned {description(event.returned)}"
        lines = event.lines if isinstance(event, (Raised, Hung)) else ()
        literal = not isinstance(self.task, InitializerTask) and self.task.name != "parse_mnist"
        setup = tuple(assignments(self.task, probe)) if literal else ()
        arguments = ", ".join(self.task.parameters)
        if self.task.name == "parse_mnist":
            arguments = "images, labels"
        return Evidence(probe.about, setup, arguments, tuple(rows[:8]), happened, tuple(lines))

    def _of_first(self):
        """Return the wrong probes on which the first mistake alone would show."""
        key = tuple(sorted(self.ways[self.names[0]].items()))
        answers = {i: self._answers(key, i) for i in self.wrong}
        return [
            i
            for i, possible in answers.items()
            if possible is None
            or not all(
                self.same(answer, self.expected[i], self.pairs[i][0], self.before[i])
                for answer in possible
            )
        ]

    def _smallness(self, i):
        return self.pairs[i][0].size, i

    def _in_general(self):
        """Say which arrays differ, on which probes and by how much."""
        if self.unsure:
            several = " or ".join(
                " and ".join(f"`{name}`" for name in names) for names in self.unsure
            )
            return f"These numbers cannot tell which mistake it is: {several}."
        texts = ["No mistake in the table gives these numbers. What differs:"]
        numbers = [i for i in self.wrong if isinstance(self.found[i], dict)]
        names = {i: (*self.expected[i], *self.found[i]) for i in numbers}  # a list may be too long
        for name in dict.fromkeys(itertools.chain(*names.values())):
            wrong = [
                i
                for i, there in names.items()
                if name in there and (name not in self.found[i] or not self._equal(i, name))
            ]
            if not wrong:
                continue
            i = min(wrong, key=lambda i: (self.pairs[i][0].size, i))
            text = f"{name} differs on {len(wrong)} of {len(self.pairs)} probes"
            if name not in self.expected[i]:
                text += f"; on “{self.pairs[i][0].about}” there should be none"
            elif name in self.found[i]:
                before = self.before[i] and self.before[i][name]
                text += "; " + ratio(
                    self.expected[i][name],
                    self.found[i][name],
                    before,
                    self.pairs[i][0],
                )
            texts.append(text + ".")
        return " ".join(texts)


def largest(probes):
    """Return the number of the largest probe: what is drawn at random shows best there."""
    return max(range(len(probes)), key=lambda i: probes[i].size)


def decided(way):
    """Return the lines that a way decides: any order can move any rows into any batch, too."""
    return way.keys() | ({"starts"} if way.get("order") == ANY_ORDER else set())


_KEPT = {}


def answers_of(task, key, i, probe):
    """Return the answers of some wrong lines to a probe, computed once."""
    label = (task.name, getattr(task, "scheme", ""), key, i)
    if label not in _KEPT:
        if len(_KEPT) > 20000:
            _KEPT.clear()
        _KEPT[label] = task.mistaken(dict(key), probe)
    return _KEPT[label]


# ---------------------------------------------------------------- further runs


def difference(function, case, limit):
    """Say from which batch on the weights differ, by calling again with fewer rows."""
    task = case.task
    if not task.in_place:
        return ""
    several = [
        case.pairs[i][0]
        for i in case.wrong
        if isinstance(case.found[i], dict)
        and len(case.pairs[i][0].inputs["X"]) > case.pairs[i][0].inputs["batch"]
    ]
    if not several or "returns_new_arrays" in case.facts:
        return ""
    probe = several[0]
    X, y, *weights, lr, batch = probe.arguments
    calls = [(X[:end], y[:end], *weights, lr, batch) for end in range(batch, len(X) + batch, batch)]
    events, _ = sandbox.run(function, calls, limit)
    for number, (call, event) in enumerate(zip(calls, events, strict=False), start=1):
        if not isinstance(event, Ran):
            return ""
        partial = type(probe)(probe.about, call)
        before = task.named(task.updated(call))
        if not same(task.named(task.updated(event.after)), task.expected(partial), probe, before):
            return f"On “{probe.about}” the first batch after which they differ is number {number}."
    return ""


def speed(function, task, limit):
    """Return a remark if the function takes many times as long as the reference."""
    arguments = task.timing()

    def stopwatch(measured):
        copies = sandbox.copied(arguments)
        start = time.perf_counter()
        measured(*copies)
        return time.perf_counter() - start

    def measure():
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


# ---------------------------------------------------------------- words and numbers


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
    if name == "shape":
        return []
    if same_array(found, expected, tolerance, before):
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


def ratio(expected, found, before, probe):
    """Say in how many entries two arrays differ, and by what factor."""
    if expected.shape != found.shape:
        return f"on “{probe.about}” its shape is {found.shape}, expected {expected.shape}"
    expected, found = expected.astype(float), found.astype(float)
    what = "the value"
    if before is not None:
        expected, found, what = expected - before, found - before, "the change"
    if not np.isfinite(found).all():
        bad = (~np.isfinite(found)).sum()
        return f"on “{probe.about}” {bad} of {found.size} entries are inf or nan"
    scale = np.abs(expected).max()
    differ = np.abs(found - expected) > probe.tolerance * scale
    text = f"on “{probe.about}” in {differ.sum()} of {differ.size} entries"
    clear = np.abs(expected) > 1e-3 * scale
    if clear.any():
        ratios = found[clear] / expected[clear]
        low, high = ratios.min(), ratios.max()
        if high - low <= 1e-3 * max(abs(low), abs(high)):
            text += f", where {what} is {number(ratios.mean())} times the expected"
        else:
            text += f", where {what} is {number(low)} to {number(high)} times the expected"
    return text


def assignments(task, probe):
    """Yield the lines that make a probe's arguments, to be read and pasted."""
    for name, value in zip(task.parameters, probe.arguments, strict=False):
        if isinstance(value, np.ndarray) and value.size <= 60:
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
