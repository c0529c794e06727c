"""The table of mistakes: each row has an effect, one name, and a place to read."""

import itertools
import json
import random
from pathlib import Path

import equations
import numpy as np
import pytest

from simple_ml import mistakes as gallery
from simple_ml.check import programs, sandbox, tasks
from simple_ml.check.diagnosis import Case
from simple_ml.check.mistakes import ANY_ORDER, FACTS, READ, TABLE, names, rows

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
TASKS = [name for name in tasks.TASKS if name != "deep_gradients"]  # it has backward's table


def acted_out(task, probes, lines):
    """Return the events of a function that does what the lines say; None for a contradiction."""
    if lines.get("order") == ANY_ORDER:
        lines = {**lines, "order": "np.random.default_rng(5).permutation(N)"}
    events = []
    for probe in probes:
        arguments = sandbox.copied(probe.arguments)
        try:
            returned = programs.run(task.program, lines, probe.inputs) if probe.compared else None
        except programs.Circular:
            return None
        except Exception as error:
            events.append(sandbox.Raised(type(error).__name__, str(error), (), arguments))
            continue
        if task.in_place:
            updated = returned if isinstance(returned, tuple) else (returned,)
            for name, new in zip(task.outputs, updated, strict=True):
                arguments[task.parameters.index(name)][...] = new
            returned = None
        events.append(sandbox.Ran(returned, arguments, "", ()))
    return events


def all_ways(task):
    return [(row.name, way) for row, ways in rows(task.program) for way in ways]


@pytest.fixture(params=TASKS)
def asked(request):
    task = tasks.TASKS[request.param]
    with task.probes() as probes:
        yield task, probes


def test_there_are_at_least_25_mistakes_and_names_are_unique():
    assert len(TABLE) >= 25
    assert len(set(names())) == len(TABLE) + len(FACTS)


def test_the_right_programs_agree_with_the_package(asked):
    task, probes = asked
    assert not Case(task, probes, acted_out(task, probes, {})).wrong


def test_every_mistake_is_named_by_its_own_name_and_no_other(asked):
    task, probes = asked
    found = set()
    for name, way in all_ways(task):
        case = Case(task, probes, acted_out(task, probes, way))
        if case.wrong:  # else the line does not matter to this function
            assert (case.names, case.unsure) == ([name], []), (name, way)
            found.add(name)
    idle = {row.name for row, _ in rows(task.program)} - found
    # A single batch cannot be divided by too many rows, and theta has one layer's input only.
    assert idle <= {"divides_by_batch", "divides_by_all", "wrong_layers_input"}


def test_every_mistake_has_an_effect_somewhere():
    used = {row.name for name in programs.PROGRAMS for row, _ in rows(name)}
    assert used == {row.name for row in TABLE}


def test_two_mistakes_are_never_called_by_a_single_wrong_name(asked):
    task, probes = asked
    pairs = [
        (one, other)
        for one, other in itertools.combinations(all_ways(task), 2)
        if one[0] != other[0] and not one[1].keys() & other[1].keys()
    ]
    both = 0
    sample = random.Random(0).sample(pairs, min(12, len(pairs)))
    for (one, lines), (other, more) in sample:
        events = acted_out(task, probes, {**lines, **more})
        if events is None:
            continue
        case = Case(task, probes, events)
        assert set(case.names) <= {one, other}, (one, other, case.names)
        both += set(case.names) == {one, other}
    assert both >= len(sample) / 2  # some mistakes hide others: after a ValueError nothing is seen


@pytest.fixture(scope="module")
def book():
    return equations.read_book()


@pytest.mark.parametrize("key", READ)
def test_what_is_to_be_read_is_there(key, book):
    notebook, section, label, number = READ[key]
    path = NOTEBOOKS / f"{notebook}.ipynb"
    if not path.exists():  # a chapter to come: nothing but its number is named
        assert (section, label, number) == ("", "", "")
        return
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    titles = [line.lstrip("# ") for line in text.split("\n") if line.startswith("##")]
    assert section in titles
    assert not label or f"$$ ({label})" in text
    assert number == (book.numbers[label] if label else "")


def test_every_row_sends_its_reader_somewhere():
    assert {row.see for row in TABLE} | {see for _, see in FACTS.values()} <= set(READ)


NAMED_ALIKE = {
    # the gallery of chapter 2, a table written by somebody else: its name, and ours
    "no mask": {"mask_missing"},
    "mask Z1 >= 0": {"mask_missing"},
    "mask A1 >= 0": {"mask_not_strict"},
    "mask from Z2": {"mask_of_wrong_array"},
    "no ReLU forward": {"relu_missing"},
    "no ReLU at all": {"relu_missing", "mask_missing"},
    "A1 for Z1": {"preactivation_in_dW2"},
    "X for Z1": {"wrong_layers_input"},
    "W2 not transposed": {"W2_not_transposed"},
    "∇W1 transposed": {"gradient_transposed"},
    "product of means": {"product_of_means"},
    "no 1/m": {"no_mean"},
    "1/(m k)": {"divides_by_entries"},
    "ascent": {"ascent"},
    "one-hot missing": {"one_hot_missing"},
    "one-hot off by one": {"labels_off_by_one"},
    "classes from the batch": {"classes_from_labels"},
    "softmax down the columns": {"softmax_over_columns"},
    "softmax over everything": {"softmax_over_everything"},
    "softmax twice": {"softmax_twice"},
    "softmax not shifted": {"no_max_shift"},
}


def test_the_gallery_of_chapter_2_is_recognised():
    task = tasks.TASKS["gradients"]
    with task.probes() as probes:
        for mistake in gallery.MISTAKES:
            if mistake.name not in NAMED_ALIKE:
                continue
            with np.errstate(all="ignore"):
                events = [sandbox._call(mistake.gradients, probe.arguments) for probe in probes]
            case = Case(task, probes, events)
            assert set(case.names) == NAMED_ALIKE[mistake.name], mistake.name
