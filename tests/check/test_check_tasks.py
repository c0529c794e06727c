"""What each function is: how its answers are read, and what a wrong line answers."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from simple_ml.check import tasks
from simple_ml.check.answers import same, same_moments
from simple_ml.check.facts import changed
from simple_ml.check.probes import Probe
from simple_ml.check.sandbox import copied
from simple_ml.check.tasks import TASKS
from simple_ml.initialization import SCHEMES

A = np.array


def probes_of(name):
    with TASKS[name].probes() as probes:
        return {probe.about: probe for probe in probes}


# ---------------------------------------------------------------- how an answer is read


def test_results_are_read_by_the_names_of_the_outputs():
    named = TASKS["gradients"].named
    assert named((A([1.0]), A([2.0]))) == {"dW1": 1.0, "dW2": 2.0}
    assert named([A([1.0]), A([2.0])]) == {"dW1": 1.0, "dW2": 2.0}
    assert named((1, 2.5)).keys() == {"dW1", "dW2"}
    for rubbish in (None, (A([1.0]),), (1.0, 2.0, 3.0), (A([1.0]), "2"), ("1", A([2.0])), 3.0):
        assert named(rubbish) is None
    loss = TASKS["softmax_loss"].named
    assert loss(np.float32(2)) == {"loss": 2}
    assert loss((2.0,)) is None
    layers = TASKS["backward"].named
    assert layers([A([1.0]), A([2.0])]) == {"dW[0]": 1.0, "dW[1]": 2.0}
    assert layers((A([1.0]),)) == {"dW[0]": 1.0}
    assert layers(A([1.0])) is None


@pytest.mark.parametrize("name", TASKS)
def test_the_right_answer_leaves_the_probe_as_it_is(name):
    with TASKS[name].probes() as probes:
        for probe in probes:
            before = copied(probe.arguments)
            assert probe.tag == "swapped" or TASKS[name].expected(probe)
            assert not changed(before, probe.arguments)


@pytest.mark.parametrize("name", ["softmax_loss", "nn_epoch", "deep_gradients"])
def test_the_right_answer_is_known_to_those_who_let_numpy_raise_errors(name):
    with TASKS[name].probes() as probes, np.errstate(all="raise"):
        for probe in probes:
            assert isinstance(TASKS[name].expected(probe), dict)


# ---------------------------------------------------------------- initialisers


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (SCHEMES["he"], ("fan_in", "fan_out", "rng", "dtype")),
        (lambda fan_in, fan_out, rng: None, ("fan_in", "fan_out", "rng")),
        (lambda fan_in, fan_out, rng, dtype: None, ("fan_in", "fan_out", "rng", "dtype")),
        (SimpleNamespace(parameters=3), ("fan_in", "fan_out", "rng")),
        (SimpleNamespace(parameters=4), ("fan_in", "fan_out", "rng", "dtype")),
        (dict.fromkeys, ("fan_in", "fan_out", "rng")),
        (min, ("fan_in", "fan_out", "rng")),  # it does not say what it takes
    ],
)
def test_an_initialiser_is_given_a_dtype_if_it_takes_one(function, parameters):
    task = tasks.initializer_task("he", function)
    assert task.parameters == parameters
    with task.probes() as probes:
        for probe in probes:
            assert len(probe.arguments) == len(parameters)
            assert probe.arguments[3:] in ((), (np.float32,))
            rows, columns = map(int, re.findall(r"(\d+) (?:rows|columns)", probe.about))
            assert probe.arguments[:2] == (rows, columns)
            assert probe.inputs == {"fan_in": rows, "fan_out": columns}
            assert rows * columns >= 40000  # or the deviation of a right draw is off by 3 %
        first, another, again = (probe.arguments[2].random() for probe in probes[:3])
        assert first == again != another
        assert len({probe.inputs["fan_in"] == probe.inputs["fan_out"] for probe in probes}) == 2


def test_the_variance_of_each_scheme_is_the_one_of_the_package():
    assert set(tasks.SCALES) < set(SCHEMES)
    for scheme in tasks.SCALES:
        task = tasks.initializer_task(scheme, SCHEMES[scheme])
        assert (task.name, task.outputs, task.in_place) == ("initializer", ("W",), False)
        for rows, columns in ((400, 250), (250, 400)):
            probe = Probe("", (), {"fan_in": rows, "fan_out": columns})
            W = SCHEMES[scheme](rows, columns, np.random.default_rng(0))
            assert same_moments(task.named(W), task.expected(probe), probe)
            assert task.named(W.tolist()) is None


# ------------------------------------------------------------ what wrong lines answer, how fast


def test_another_order_has_as_many_answers_as_there_are_orders():
    task = TASKS["softmax_regression_epoch"]
    lines = {"order": tasks.ANY_ORDER}
    counts = {
        "two batches": 6,  # which two of four rows come first
        "three batches of two rows": 90,
        "one batch of four rows": 1,
        "a batch larger than the data": 1,
        "batches of one row": None,  # too many
        "a last batch that is shorter": None,  # it may come first
        "more than a hundred rows": None,
    }
    probes = probes_of(task.name)
    for about, count in counts.items():
        answers = task.mistaken(lines, probes[about])
        assert (None if answers is None else len(answers)) == count, about
    answers = task.mistaken(lines, probes["two batches"])
    right = task.expected(probes["two batches"])
    equal = [same(answer, right, probes["two batches"], None) for answer in answers]
    assert sum(equal) == 1


def test_a_wrong_line_answers_with_numbers_or_the_name_of_an_exception():
    task, probes = TASKS["softmax_loss"], probes_of("softmax_loss")
    probe = probes["two rows, three classes"]
    (answer,) = task.mistaken({"count": "1"}, probe)
    assert answer["loss"] == pytest.approx(2 * task.expected(probe)["loss"])
    assert task.mistaken({"labels": "yb + 7"}, probe) == ["IndexError"]
    assert task.mistaken({"labels": "yb * loss"}, probe) == []  # each would have to come first


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.is_timed])
def test_speed_is_measured_on_400_rows_in_float32(name):
    task = TASKS[name]
    given = dict(zip(task.parameters, tasks.timed(task.parameters), strict=True))
    rows = given["cache"].Z[1] if name == "backward" else next(iter(given.values()))
    assert len(rows) == len(given["y"]) == 400
    assert (rows.dtype, given["y"].dtype) == (np.float32, np.uint8)
    assert set(given["y"].tolist()) == set(range(10))
    weights = [given[key] for key in ("W1", "W2", "theta") if key in given]
    for W in weights + given.get("weights", []):
        assert W.dtype == np.float32
        assert np.abs(W.mean()) < 0.05
        assert W.std() < 0.25
    task.reference(*given.values())
