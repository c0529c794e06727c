"""The table of mistakes: each row has an effect, one name, and a place to read."""

import builtins
import gzip
import itertools
import keyword
import random
import re
import struct
import warnings

import numpy as np
import pytest

from simple_ml.check import programs, sandbox, tasks
from simple_ml.check.answers import same
from simple_ml.check.assignment import ALLOWED, BEYOND
from simple_ml.check.explanation import explain, measures, merged
from simple_ml.check.facts import observe
from simple_ml.check.mistakes import ANY_ORDER, FACTS, READ, TABLE, _ways, rows
from simple_ml.check.wording import ROWS
from simple_ml.losses import softmax
from simple_ml.softmax_regression import softmax_regression_epoch

MEASURED = {row.name for row in TABLE if any(map(measures, row.ways))}
FALLBACKS = {each.name for each in BEYOND.values()}
NAMES = [*(row.name for row in TABLE), *FACTS, *FALLBACKS]
TASKS = [name for name in tasks.TASKS if name != "deep_gradients"]  # it has backward's table
# Kinds of input beyond the assignment, each with a function of which a row shows there only.
SHOWN = {
    "softmax_loss": {"large_logits"},
    "softmax_regression_epoch": {"short_batch", "missing_classes", "small_batch"},
    "parse_mnist": {"other_pixels"},
}


def acted_out(task, probes, lines):
    """Return the events of a function that does what the lines say; None for a contradiction."""
    if lines.get("order") == ANY_ORDER:
        lines = {**lines, "order": "np.random.default_rng(5).permutation(N)"}
    events = []
    for probe in probes:
        arguments = sandbox.copied(probe.arguments)
        try:
            returned = None
            if probe.tag != "swapped":
                returned = programs.run(task.program, lines, probe.inputs)
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
    """Return name and lines of every way; where a number is measured, here it is 3."""
    return [
        (
            row.name,
            {line: text.format(**dict.fromkeys(measures(way), 3)) for line, text in way.items()},
        )
        for row, ways in rows(task.program)
        for way in ways
    ]


def explained(task, probes, lines):
    """Return what is seen of a function that does what the lines say, and how it is explained."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of wrong lines: the mean of an empty batch
        observed = observe(task, probes, acted_out(task, probes, lines))
    return observed, explain(observed)


def named_in(explanation):
    return [*explanation.ways, *(gap.name for gap in explanation.gaps)]


@pytest.fixture(params=TASKS)
def asked(request):
    task = tasks.TASKS[request.param]
    with task.probes() as probes:
        yield task, probes


def test_there_are_at_least_25_mistakes_and_names_are_unique():
    assert len(TABLE) >= 25
    assert len(set(NAMES)) == len(NAMES)


def test_the_right_programs_agree_with_the_package(asked):
    task, probes = asked
    assert not observe(task, probes, acted_out(task, probes, {})).wrong


def test_every_mistake_is_named_by_its_own_name_and_no_other(asked):
    task, probes = asked
    found, beyond = set(), set()
    for name, way in all_ways(task):
        observed, explanation = explained(task, probes, way)
        if not observed.wrong or any(FACTS[fact].uncheckable for fact in observed.facts):
            continue  # the line does not matter to this function, or gives the same for all
        if not any(each.numeric for each in observed.outcomes):
            continue  # exceptions alone prove nothing
        assert not explanation.unsure, (name, way)
        assert set(named_in(explanation)) == {name}, (name, way, named_in(explanation))
        found.add(name)
        kinds = {each.probe.beyond for each in observed.wrong}
        if "" not in kinds:
            assert not explanation.ways, (name, way)
            beyond |= {kind for kind in kinds if BEYOND[kind].see == ROWS[name].see}
    assert beyond >= SHOWN.get(task.name, set())
    idle = {row.name for row, _ in rows(task.program)} - found
    # A single batch cannot be divided by too many rows, theta has one layer's input only, and the
    # loss takes no way through the probabilities.
    assert idle <= {
        *("divides_by_batch", "divides_by_all", "wrong_layers_input"),
        *("classes_fixed", "exp_missing"),
    }


def test_a_way_with_a_gap_is_made_for_each_value():
    ways = _ways({"each": ["2", "3"], "ways": [{"x": "$ + $"}, {"y": "4"}]})
    assert ways == ({"x": "2 + 2"}, {"x": "3 + 3"}, {"y": "4"})


def test_names_are_words_joined_by_underscores():
    for name in NAMES:
        assert re.fullmatch(r"([a-z]+|d?W[12]|[0-9]+)(_([a-z]+|d?W[12]|[0-9]+))*", name), name


@pytest.mark.parametrize("name", programs.PROGRAMS)
def test_a_program_is_given_what_its_lines_refer_to(name):
    assert programs.fits(name, programs.PROGRAMS[name])
    assert not programs.fits(name, {**programs.PROGRAMS[name], "no_line": "1"})
    assert not programs.fits(name, {next(iter(programs.PROGRAMS[name])): "no_name"})


# A line that runs in every program: a name can be mentioned in it.
MEETS = {
    **{"nn_epoch": "rate", "softmax_regression_epoch": "rate", "gradients": "mask"},
    **{
        "backward": "derivative",
        "softmax_loss": "sign",
        "loss_err": "sign",
        "parse_mnist": "white",
    },
}


@pytest.mark.parametrize(
    ("task", "given"), [(task, name) for task in MEETS for name in sorted(programs.GIVEN[task])]
)
def test_a_program_is_given_what_is_promised(task, given):
    # the list of all layers is there when they are done
    line = "result" if given == "dWs" else MEETS[task]
    lines = {line: f"({given}, {programs.PROGRAMS[task][line]})[1]"}
    with tasks.TASKS[task].probes() as probes:
        for probe in probes:
            if probe.tag != "swapped":
                (found,) = tasks.TASKS[task].mistaken(lines, probe)
                assert same(found, tasks.TASKS[task].expected(probe), probe), probe.about


def answers(task, probes, lines):
    """Return what a function that does what the lines say answers to what the assignment asks."""
    outcomes = observe(task, probes, acted_out(task, probes, lines)).outcomes
    return [each for each in outcomes if not each.probe.beyond]


def test_two_mistakes_are_never_called_by_a_single_wrong_name(asked):
    task, probes = asked
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of wrong lines
        effective = [
            (name, way)
            for name, way in all_ways(task)
            if name not in MEASURED and observe(task, probes, acted_out(task, probes, way)).wrong
        ]
    pairs = [
        (one, other)
        for one, other in itertools.combinations(effective, 2)
        if one[0] != other[0] and not one[1].keys() & other[1].keys()
    ]
    both = tried = 0
    for (one, lines), (other, more) in random.Random(0).sample(pairs, min(16, len(pairs))):
        if acted_out(task, probes, {**lines, **more}) is None:
            continue
        _, explanation = explained(task, probes, {**lines, **more})
        said = set(named_in(explanation)) - FALLBACKS
        if not said <= {one, other}:  # then it is another way to say the same
            told = answers(task, probes, merged(explanation.ways.values()))
            for a, b in zip(answers(task, probes, {**lines, **more}), told, strict=True):
                assert task.same(a.found, b.found, a.probe, a.before), (one, other, said)
        both += said == {one, other}
        tried += len(said) != 1  # one may hide the other: a log of a sum that is not used
    assert both >= tried / 2  # after a ValueError nothing is seen


def test_every_way_is_a_way_in_some_function():
    """A way is never tried if it uses a name that its programs lack."""
    idle = [
        row.name
        for row in TABLE
        for way in row.ways
        if not any(programs.fits(name, way) for name in programs.PROGRAMS)
    ]
    assert idle == []


# The words of the lines that are recommended: the book's names and English, and NumPy's.
WORDS = """
X W W1 W2 Z Z1 Z2 Z_i G G1 G2 V V_i A S I_y E dW dW1 dW2 dW_i theta m k y yb N lr batch start
derivative softmax softmax_loss loss err h h_j h_y p f a s fan_in fan_out fan gain variance std rng
pixels struct unpack II IIII read are axis keepdims batches by caller compute divide epochs first
general has indented inside largest logit loop of one only over rest row scheme shifted before both
them arrays rows subtracted the then they this weights without shuffle np
""".split()
WORDS += [*keyword.kwlist, *dir(builtins), *dir(np), *dir(np.ndarray), *dir(np.random.Generator)]


def test_what_to_write_is_in_known_words():
    for row in TABLE:
        assert set(re.findall(r"[A-Za-z_]\w*", row.write)) <= set(WORDS), row.name


def test_every_row_sends_its_reader_somewhere():
    keys = {row.see for row in TABLE} | {each.see for each in BEYOND.values()}
    assert keys | {fact.see for fact in FACTS.values() if fact.see} <= set(READ)


def test_facts_are_named_where_rules_speak_of_them():
    assert ALLOWED.keys() < FACTS.keys()
    assert {name for fact in FACTS.values() for name in fact.implied_by} <= set(NAMES)


# ---------------------------------------------------------------- numbers that people choose


def named(kind, function):
    """Return the names of the mistakes of a function, which runs here."""
    task = tasks.TASKS[kind]
    with task.probes() as probes, np.errstate(all="ignore"):
        events = [sandbox._call(function, probe.arguments) for probe in probes]
        return named_in(explain(observe(task, probes, events)))


epoch = softmax_regression_epoch


def files(image_start, label_start, scale=255, whole=False):
    def parse(image_filename, label_filename):
        with gzip.open(image_filename) as file:
            images = file.read()
        with gzip.open(label_filename) as file:
            labels = file.read()
        (N,) = struct.unpack(">I", images[4:8])
        X = np.frombuffer(images, np.uint8, N * 784, image_start).reshape(N, 784)
        y = np.frombuffer(labels, np.uint8, N if whole else -1, label_start)
        return (X / scale).astype(np.float32), y

    return parse


def clipped(smallest):
    return lambda Z, y: -np.log(np.maximum(softmax(Z)[np.arange(len(y)), y], smallest)).mean()


# A mistake of a function, how it is made with a number, and the numbers.
EPOCH, FILES = "softmax_regression_epoch", "parse_mnist"
RATES = 1, 0.5, 0.2, 0.1, 0.01, 0.001
UNDERFLOWS = 0, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-20, 1e-300
CHOSEN = [
    ("epochs_repeated", EPOCH, lambda n: lambda *a: [epoch(*a) for _ in range(n)], (2, 3, 5, 10)),
    ("lr_ignored", EPOCH, lambda r: lambda *a: epoch(*a[:3], r, a[4]), RATES),
    ("batch_ignored", EPOCH, lambda size: lambda *a: epoch(*a[:4], size), (1, 100, 1000)),
    ("log_of_underflowed_probability", "softmax_loss", clipped, UNDERFLOWS),
    ("image_offset", FILES, lambda start: files(start, 8), (0, 4, 8, 12)),
    ("label_offset", FILES, lambda start: files(16, start), (0, 4, 12, 16)),
    ("label_offset", FILES, lambda start: files(16, start, whole=True), (0, 4)),
    ("pixels_over_256", FILES, lambda scale: files(16, 8, scale), (256,)),
    ("pixels_not_scaled", FILES, lambda scale: files(16, 8, scale), (1,)),
    ("", FILES, lambda scale: files(16, 8, scale), (255,)),
]


@pytest.mark.parametrize(
    ("name", "kind", "function"),
    [(name, kind, make(x)) for name, kind, make, numbers in CHOSEN for x in numbers],
)
def test_numbers_that_people_choose_are_recognised(name, kind, function):
    assert named(kind, function) == name.split()


@pytest.mark.parametrize("layers", [{1}, {2}, {1, 2}])
def test_a_bias_of_either_layer_is_recognised(layers):
    def epoch(X, y, W1, W2, lr=0.1, batch=100):
        b1, b2 = 0, 0
        for start in range(0, len(X), batch):
            x, labels = X[start : start + batch], y[start : start + batch]
            Z = np.maximum(x @ W1 + b1, 0)
            G2 = (softmax(Z @ W2 + b2) - np.eye(W2.shape[1])[labels]) / len(x)
            G1 = (Z > 0) * (G2 @ W2.T)
            b1 -= lr * G1.sum(axis=0) * (1 in layers)
            b2 -= lr * G2.sum(axis=0) * (2 in layers)
            W1 -= (lr * (x.T @ G1)).astype(W1.dtype)
            W2 -= (lr * (Z.T @ G2)).astype(W2.dtype)

    assert named("nn_epoch", epoch) == ["bias_added"]


def test_a_bias_of_the_linear_model_is_recognised():
    def epoch(X, y, theta, lr=0.1, batch=100):
        b = 0
        for start in range(0, len(X), batch):
            x, labels = X[start : start + batch], y[start : start + batch]
            G = (softmax(x @ theta + b) - np.eye(theta.shape[1])[labels]) / len(x)
            b -= lr * G.sum(axis=0)
            theta -= (lr * (x.T @ G)).astype(theta.dtype)

    assert named("softmax_regression_epoch", epoch) == ["bias_added"]
