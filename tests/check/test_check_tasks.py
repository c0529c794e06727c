"""What a checked function is asked, and when two answers count as equal."""

import gzip
import itertools
import re
from pathlib import Path
from types import SimpleNamespace

import check_records
import numpy as np
import pytest

from simple_ml import deep, parse_mnist
from simple_ml.check import tasks
from simple_ml.check.tasks import TASKS, Probe, moments, same, same_array, same_moments
from simple_ml.initialization import SCHEMES

nan, inf = float("nan"), float("inf")


def probes_of(name):
    with TASKS[name].probes() as probes:
        return {probe.about: probe for probe in probes}


# ---------------------------------------------------------------- equal or not

A = np.array


@pytest.mark.parametrize(
    ("found", "wanted", "before", "equal"),
    [
        # to 1e-5 of the largest entry, the bound itself included
        (A([1000, 0.0099]), A([1000.0, 0]), None, True),
        (A([1000, 0.0101]), A([1000.0, 0]), None, False),
        (A([0, 0.0]), A([0.0, 0]), None, True),
        (A([0, 1e-30]), A([0.0, 0]), None, False),
        (A([1.0, -1]), A([1.0, 1]), None, False),
        (A([-1.0, -1]), A([1.0, 1]), None, False),
        # a step: of the largest change, not of the largest weight
        (A([1.0009, 2]), A([1.001, 2]), A([1.0, 2]), False),
        (A([100.001]), A([101.0]), A([100.0]), False),
        (A([5.0, 7]), A([5.0, 7]), A([5.0, 7]), True),
        (A([1e6 + 9e-4, 1]), A([1e6, 1]), A([1e6, 1]), True),  # rounding of a large weight
        (A([1e6 + 1.1e-3, 1]), A([1e6, 1]), A([1e6, 1]), False),
        (A([1e-6 + 5e-10]), A([1e-6]), A([1e-6]), False),
        # a loss: of 1, if it is smaller
        (A(9e-6), A(0.0), None, True),
        (A(1.1e-5), A(0.0), None, False),
        (A(100.0009), A(100.0), None, True),
        (A(100.0011), A(100.0), None, False),
        (A([9e-6]), A([0.0]), None, False),
        # forms
        (A([[2.0]]), A(2.0), None, True),
        (A(2.0), A([[2.0]]), None, True),
        (A([2.0, 2.0]), A(2.0), None, False),
        (A(2.0), A([2.0, 2.0]), None, False),
        (A([1.0, 2]), A([[1.0, 2]]), None, False),
        (np.zeros((0, 3)), np.zeros((0, 3)), None, True),
        (np.zeros((0, 3)), np.zeros((0, 3)), np.zeros((0, 3)), True),
        # kinds of numbers
        (A([2, 0]), A([2.0, 0]), None, True),
        (A([True, False]), A([1.0, 0]), None, True),
        (A([2, 0], np.uint8), A([2.0, 0]), None, True),
        (A([2 + 0j, 0]), A([2.0, 0]), None, False),
        (A(["2", "0"]), A([2.0, 0]), None, False),
        # where the right answer overflows, another may do so elsewhere
        (A([inf, 1]), A([1, nan]), None, True),
        (A([1.0, 2]), A([1, nan]), None, False),
        (A([nan, 2]), A([1.0, 2]), None, False),
        (A([inf, 2]), A([1.0, 2]), None, False),
    ],
)
def test_arrays_are_equal_relative_to_what_changes(found, wanted, before, equal):
    assert same_array(found, wanted, 1e-5, before) is equal


PROBE = SimpleNamespace(tolerance=1e-5)


@pytest.mark.parametrize(
    ("found", "wanted", "equal"),
    [
        ("ValueError", "ValueError", True),
        ("ValueError", "IndexError", False),
        ("ValueError", {"W": A([1.0])}, False),
        ({"W": A([1.0])}, "ValueError", False),
        (None, {"W": A([1.0])}, False),
        (None, None, False),
        ({"W": A([1.0])}, {"W": A([1.0])}, True),
        ({"W": A([1.0])}, {"V": A([1.0])}, False),
        ({"W": A([1.0]), "V": A([2.0])}, {"W": A([1.0]), "V": A([2.0])}, True),
        ({"W": A([1.0]), "V": A([2.0])}, {"W": A([1.0]), "V": A([3.0])}, False),
        ({"W": A([1.0])}, {"W": A([1.0]), "V": A([3.0])}, False),
    ],
)
def test_answers_are_equal_if_they_have_the_same_names_and_arrays(found, wanted, equal):
    assert same(found, wanted, PROBE) is equal


def test_a_small_step_from_large_weights_must_be_right_too():
    before, wanted = {"W": A([1000.0])}, {"W": A([1000.1])}
    assert same({"W": A([1000.1 + 9e-7])}, wanted, PROBE, before)
    assert not same({"W": A([1000.1005])}, wanted, PROBE, before)


def draw(shape=(4, 3), mean=0.0, std=1.0):
    return {"shape": A(shape), "mean": A(mean), "std": A(std)}


@pytest.mark.parametrize(
    ("found", "wanted", "equal"),
    [
        (draw(std=2.05), draw(std=2.0), True),  # 3 % of the deviation
        (draw(std=2.07), draw(std=2.0), False),
        (draw(std=1.95), draw(std=2.0), True),
        (draw(std=1.93), draw(std=2.0), False),
        (draw(std=2.0, mean=0.09), draw(std=2.0), True),  # the mean to 5 % of it
        (draw(std=2.0, mean=-0.11), draw(std=2.0), False),
        (draw(std=2.0, mean=5.09), draw(std=2.0, mean=5.0), True),
        (draw(std=2.0, mean=-5.0), draw(std=2.0, mean=5.0), False),
        (draw(std=0.0, mean=0.0), draw(std=0.0, mean=0.0), True),  # all weights 0
        (draw(std=0.9e-8, mean=1 + 0.9e-6), draw(std=0.0, mean=1.0), True),  # rounding
        (draw(std=0.9e-8, mean=-1 - 0.9e-6), draw(std=0.0, mean=-1.0), True),
        (draw(std=1.1e-8, mean=1.0), draw(std=0.0, mean=1.0), False),
        (draw(std=0.0, mean=1 + 1.1e-6), draw(std=0.0, mean=1.0), False),
        (draw(std=1.8e-8, mean=2 + 1.8e-6), draw(std=0.0, mean=2.0), True),
        (draw(shape=(3, 4)), draw(shape=(4, 3)), False),
        ("TypeError", "TypeError", True),
        ("TypeError", "ValueError", False),
        ("TypeError", draw(), False),
        (draw(), "TypeError", False),
        (None, draw(), False),
    ],
)
def test_draws_are_equal_if_mean_and_deviation_are(found, wanted, equal):
    assert same_moments(found, wanted, None) is equal


def test_what_is_compared_of_random_weights():
    W = A([[1.0, 2, 3], [4, 5, 9]])
    found = moments(W)
    assert found.keys() == {"shape", "mean", "std"}
    assert (found["mean"], found["std"]) == (W.mean(), W.std())
    np.testing.assert_array_equal(found["shape"], (2, 3))
    assert moments(A([[7.0]]))["mean"] == 7
    assert moments(A([[1, 2]])) is None
    assert moments(np.zeros((0, 3))) is None


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


def test_what_is_updated_in_place_is_read_from_the_arguments():
    arguments = ("X", "y", "W1", "W2", "lr", "batch")
    assert TASKS["nn_epoch"].updated(arguments) == ("W1", "W2")
    assert TASKS["softmax_regression_epoch"].updated(("X", "y", "theta", "lr", "batch")) == "theta"


@pytest.mark.parametrize("name", TASKS)
def test_the_right_answer_leaves_the_probe_as_it_is(name):
    with TASKS[name].probes() as probes:
        for probe in probes:
            if probe.compared:
                arrays = [a.copy() for a in probe.arguments if isinstance(a, np.ndarray)]
                assert TASKS[name].expected(probe)
                for old, new in zip(
                    arrays, (a for a in probe.arguments if isinstance(a, np.ndarray)), strict=True
                ):
                    np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("name", ["softmax_loss", "nn_epoch", "deep_gradients"])
def test_the_right_answer_is_known_to_those_who_let_numpy_raise_errors(name):
    with TASKS[name].probes() as probes, np.errstate(all="raise"):
        for probe in probes:
            assert isinstance(TASKS[name].expected(probe), dict)


# ---------------------------------------------------------------- the numbers of the probes


def test_eighths_are_eighths_of_the_whole_range():
    found = tasks.eighths(np.random.default_rng(0), (1000, 2))
    assert found.shape == (1000, 2)
    assert set(found.ravel() * 8) == set(range(-8, 9))
    found = tasks.eighths(np.random.default_rng(0), 1000, 1, 16)
    assert set(found * 8) == set(range(1, 17))


@pytest.mark.parametrize("N", [1, 2, 3, 200])
def test_labels_have_the_first_and_the_last_class(N):
    for seed in range(10):
        y = tasks.labels_for(np.random.default_rng(seed), N, 5, np.uint8)
        assert (y.dtype, y.shape) == (np.uint8, (N,))
        assert set(y) <= set(range(5))
        assert N < 2 or {0, 4} <= set(y)
    assert N < 200 or (len(set(y)) == 5 and np.bincount(y).min() > N / 5 / 2)


def test_no_label_has_a_fixed_place():
    firsts = {tasks.labels_for(np.random.default_rng(seed), 3, 4)[0] for seed in range(30)}
    assert firsts == {0, 1, 2, 3}


PLAIN = [
    about
    for about, *_ in tasks._two_layer_probes()
    if "exactly 0" not in about and "thousands" not in about
]


@pytest.mark.parametrize("about", PLAIN)
def test_no_unit_of_a_network_is_near_the_kink_and_some_are_on(about):
    probe = probes_of("nn_epoch")[about]
    X, y, W1, W2, *_ = probe.arguments
    A1 = (X @ W1).astype(float)
    assert np.abs(A1).min() > 0.02
    assert (X > 0).all()
    assert (X <= 2).all()
    assert (X * 8 == np.round(X * 8)).all()
    assert (W2 != 0).all()
    on = (A1 > 0).mean(axis=0)
    assert 0.2 <= on.mean() <= 0.8 or "always off" in about
    assert (on > 0).sum() >= min(*W1.shape, 2)
    assert len(y) == len(X)
    assert y.max() < W2.shape[1]
    if "lack" not in about:
        assert {0, W2.shape[1] - 1} <= set(y.tolist())


@pytest.mark.parametrize("about", [row[0] for row in tasks._two_layer_probes()])
def test_sizes_differ_where_they_are_not_said_to_be_equal(about):
    """A lost transpose cannot hide where all sizes differ."""
    X, _, W1, W2, lr, _ = probes_of("nn_epoch")[about].arguments
    assert 0 < lr < 1 or "thousands" in about
    (m, n), (d, k) = X.shape, W2.shape
    assert W1.shape == (n, d)
    sizes = {"all sizes equal": 1, "all sizes but the batch equal": 2}
    assert len({m, n, d, k}) == sizes.get(about, 4)


def test_the_probes_of_an_epoch_are_what_they_are_said_to_be():
    probes = probes_of("nn_epoch")
    assert len(probes) >= 15
    batches = {about: (len(p.arguments[0]), p.arguments[5]) for about, p in probes.items()}
    assert batches["one batch of four rows"] == (4, 4)
    assert batches["one batch of two rows"] == (2, 2)
    N, batch = batches["a batch larger than the data"]
    assert batch > 2 * N
    assert batches["batches of one row"][1] == 1
    assert batches["batches of one row, five of them"] == (5, 1)
    N, batch = batches["two batches"]
    assert 2 * batch == N
    N, batch = batches["a last batch that is shorter"]
    assert N % batch
    assert batches["all sizes equal"] == (3, 3)
    N, batch = batches["all sizes but the batch equal"]
    assert N % batch
    assert batches["five rows in batches of three, one unit always off"] == (5, 3)
    N, batch = batches["more than a hundred rows"]
    assert N > 100  # where `batch` is ignored for 100, there are two batches
    assert N % batch
    for about in ("a pre-activation of exactly 0", "logits of some thousands"):
        assert batches[about] == (4, 4)
    assert batches["one row, logits of some thousands"] == (1, 1)
    for about in ("float32", "read-only X and y"):
        assert N % batches[about][1]


def test_special_numbers_are_where_they_are_said_to_be():
    probes = probes_of("nn_epoch")
    X, _, W1, *_ = probes["a pre-activation of exactly 0"].arguments
    A1 = X @ W1
    assert (A1 == 0).sum() == 2
    assert (A1[:2, 0] == 0).all()
    assert (X[:2].any(axis=1)).all()
    X, _, W1, *_ = probes["five rows in batches of three, one unit always off"].arguments
    assert ((X @ W1) < 0).all(axis=0)[1]
    for about in ("logits of some thousands", "one row, logits of some thousands"):
        X, _, W1, W2, lr, _ = probes[about].arguments
        scores = np.abs(np.maximum(X @ W1, 0) @ W2)
        assert 1000 < scores.max() < 20000
        assert lr > 100  # the step must show beside weights of thousands
    y = probes["labels that lack the first and last class, uint8"].arguments[1]
    k = probes["labels that lack the first and last class, uint8"].arguments[3].shape[1]
    assert y.dtype == np.uint8
    assert set(y.tolist()) == set(range(1, k - 1))
    X, y, W1, W2, *_ = probes["float32"].arguments
    assert (X.dtype, y.dtype, W1.dtype, W2.dtype) == (np.float32, np.uint8, np.float32, np.float32)
    X, y, W1, W2, *_ = probes["read-only X and y"].arguments
    assert not X.flags.writeable
    assert not y.flags.writeable
    assert W1.flags.writeable
    assert W2.flags.writeable


def test_a_read_only_copy_is_a_copy():
    array = np.arange(3)
    copy = tasks.read_only(array)
    array[0] = 5
    assert copy.tolist() == [0, 1, 2]
    assert not copy.flags.writeable


@pytest.mark.parametrize("name", TASKS)
def test_what_is_in_float32_is_compared_less_strictly(name):
    loose = {"softmax_loss": 1e-4, "loss_err": 1e-4}
    for about, probe in probes_of(name).items():
        wanted = loose.get(name, 2e-3) if about == "float32" else 1e-5
        assert probe.tolerance == wanted, about


@pytest.mark.parametrize("name", TASKS)
def test_no_two_probes_ask_the_same(name):
    with TASKS[name].probes() as probes:
        assert len({probe.about for probe in probes}) == len(probes)
        sizes = [probe.size for probe in probes]
        assert name == "parse_mnist" or len(set(sizes)) > 4
        for probe, size in zip(probes, sizes, strict=True):
            arrays = [a for a in probe.arguments if isinstance(a, np.ndarray)]
            assert size == sum(a.size for a in arrays)


def test_the_probes_of_the_gradients_are_called_by_their_sizes():
    for about, probe in probes_of("gradients").items():
        X, _, _, W2 = probe.arguments
        assert probe.inputs.keys() == {"X", "y", "W1", "W2"}
        if found := re.fullmatch(r"m = (\d+), n = (\d+), d = (\d+), k = (\d+)", about):
            assert tuple(map(int, found.groups())) == X.shape + W2.shape
        assert "unit" in about or not re.search(r"batch(es)? of|larger|hundred|shorter", about)
    assert len([about for about in probes_of("gradients") if about.startswith("m = ")]) == 6
    assert probes_of("gradients")["one row"].arguments[0].shape == (1, 3)


def test_the_probes_of_the_regression_have_no_hidden_layer():
    probes = probes_of("softmax_regression_epoch")
    for about, probe in probes.items():
        X, y, theta, lr, batch = probe.arguments
        assert theta.shape[0] == X.shape[1]
        assert y.max() < theta.shape[1]
        assert "unit" not in about
        assert "pre-activation" not in about
        assert probe.inputs["W2"] is theta
        assert (probe.inputs["lr"], probe.inputs["batch"]) == (lr, batch)
    X, _, theta, _, batch = probes["theta that starts at 0"].arguments
    assert not theta.any()
    assert len(X) % batch
    X, _, theta, *_ = probes["all sizes equal"].arguments
    assert X.shape == theta.shape == (3, 3)
    assert probes["float32"].arguments[2].dtype == np.float32
    assert len(probes) >= 14


@pytest.mark.parametrize("name", ["backward", "deep_gradients"])
def test_the_probes_of_deep_networks_are_what_they_are_said_to_be(name):
    probes = probes_of(name)
    counts = {"one layer": 1, "two layers": 2, "three layers": 3, "four layers": 4}
    for about, probe in probes.items():
        y, weights, kept = (probe.inputs[key] for key in ("y", "weights", "cache"))
        names = probe.arguments[2] if name == "backward" else probe.arguments[3]
        assert len(weights) == len(names) == counts.get(about, len(weights))
        assert probe.inputs["sigmas"] == [deep.ACTIVATIONS[each] for each in names]
        X = kept.Z[1]
        Z, pre = deep.forward(X, weights, names)
        for i in pre:
            np.testing.assert_array_equal(kept.Z[i + 1], Z[i + 1])
            assert np.abs(pre[i]).min() > 0.02
            assert (Z[i + 1] > 0).any(axis=0).mean() > 0.4  # no layer is dead
        assert len(y) == len(X)
        assert np.abs(X).max() <= 1.5
        assert (X * 8 == np.round(X * 8)).all()
        k = weights[-1].shape[1]
        assert y.max() < k
        sizes = {len(X), *(size for W in weights for size in W.shape)}
        if about == "all sizes equal":
            assert len(sizes) == 1
        if "thousands" in about:
            assert 1000 < np.abs(Z[len(Z)]).max() < 30000
        else:
            assert np.abs(Z[len(Z)]).max() < 30
        dtype = np.float32 if about == "float32" else np.float64
        assert {X.dtype, *(W.dtype for W in weights)} == {np.dtype(dtype)}
        assert (k - 1 in y) != ("lack" in about)
        assert y.dtype == (np.uint8 if "uint8" in about else np.int64)
        assert "one row" not in about or len(X) == 1
        assert (names[-1] != "identity") == ("last layer with" in about)
    assert len(probes) == 10
    inputs = np.concatenate([probe.inputs["cache"].Z[1].ravel() for probe in probes.values()])
    assert inputs.min() < -1 < 1 < inputs.max()
    used = {each for probe in probes.values() for each in probe.inputs["sigmas"]}
    assert len(used) == len(deep.ACTIVATIONS)


def test_a_function_of_deep_networks_is_given_what_its_name_says():
    for about, probe in probes_of("backward").items():
        given = probes_of("deep_gradients")[about]
        y, weights, names, kept = probe.arguments
        X, again, same_weights, same_names = given.arguments
        np.testing.assert_array_equal(X, kept.Z[1])
        np.testing.assert_array_equal(y, again)
        assert names == same_names
        for W, V in zip(weights, same_weights, strict=True):
            np.testing.assert_array_equal(W, V)


def test_the_probes_of_the_loss_are_what_they_are_said_to_be():
    for name in ("softmax_loss", "loss_err"):
        probes = probes_of(name)
        arguments = {about: probe.arguments for about, probe in probes.items()}
        shapes = {about: Z.shape for about, (Z, _) in arguments.items()}
        assert shapes["two rows, three classes"] == (2, 3)
        assert shapes["one row"][0] == 1
        assert shapes["four rows, two classes"] == (4, 2)
        for about in ("as many rows as classes", "as many rows as classes, labels twice"):
            assert len(set(shapes[about])) == 1
        assert len(set(arguments["as many rows as classes"][1])) == 3
        assert len(set(arguments["as many rows as classes, labels twice"][1])) == 3
        assert shapes["as many rows as classes, labels twice"] == (4, 4)
        for score in (1000, -1000):
            Z, y = arguments[f"the label's logit at {score}".replace("-", "−")]
            assert (Z[np.arange(3), y] == score).all()
            assert (np.abs(Z) <= 2).sum() == Z.size - 3
            assert len(set(y)) == 3
        Z, y = arguments["rows at 5000, 0 and −5000"]
        np.testing.assert_array_equal(Z.mean(axis=1).round(-2), (5000, 0, -5000))
        assert (np.abs(Z - A([[5000], [0], [-5000]])) <= 2).all()
        Z, y = arguments["labels that lack the first and last class, uint8"]
        assert y.dtype == np.uint8
        assert set(y.tolist()) == set(range(1, Z.shape[1] - 1))
        Z, y = arguments["float32"]
        assert (Z.dtype, y.dtype) == (np.float32, np.uint8)
        Z, y = arguments["read-only arrays"]
        assert not Z.flags.writeable
        assert not y.flags.writeable
        Z, y = arguments["logits that are all 0"]
        assert not Z.any()
        for about, (Z, y) in arguments.items():
            assert len(y) == len(Z), about
            assert 0 <= y.min() <= y.max() < Z.shape[1], about
            assert "lack" in about or about == "one row" or {0, Z.shape[1] - 1} <= set(y.tolist())
            assert Z.shape[0] != Z.shape[1] or "as many" in about
            if not re.search("1000|5000", about):
                assert np.abs(Z).max() <= 2
            given = probes[about].inputs
            assert given["Z"] is Z
            assert given["yb"] is y
            assert (given["m"], given["k"]) == Z.shape


def test_the_files_are_what_they_are_said_to_be():
    with TASKS["parse_mnist"].probes() as probes:
        read = {probe.about: parse_mnist(*probe.arguments) for probe in probes if probe.compared}
        for probe in probes[:-1]:
            for path, key in zip(probe.arguments, ("images", "labels"), strict=True):
                with gzip.open(path) as file:
                    assert file.read() == probe.inputs[key]
                with open(path, "rb") as packed:
                    assert packed.read()[4:8] == bytes(4)  # no date
        assert probes[-1].arguments == probes[0].arguments[::-1]
        assert not probes[-1].compared
        assert probes[-1].about == "swapped"
        assert Path(probes[0].arguments[0]).parent.name.startswith("simple_ml_check_")
    pixels = {about: np.rint(255 * X).astype(int) for about, (X, _) in read.items()}
    assert {about: len(X) for about, X in pixels.items()} == {
        "three images": 3,
        "ten images, one of them blank": 10,
        "one image": 1,
    }
    assert [i for i, X in enumerate(pixels["ten images, one of them blank"]) if not X.any()] == [1]
    assert set(pixels["ten images, one of them blank"][2]) == {251}
    assert pixels["ten images, one of them blank"].max() == 255
    assert pixels["three images"].max() == 250  # no pixel of the file is 255
    for X in pixels.values():
        assert 100 < X[0].max() <= 127  # a faint image
        assert X[0].min() == 0
    labels = read["ten images, one of them blank"][1]
    assert set(labels.tolist()) < set(range(9))  # not 9: its classes cannot be counted from it
    assert (np.diff(labels.astype(int)) != 0).all()  # a shift by one shows
    assert read["three images"][1][0] == read["one image"][1][0] == labels[0] == 2


# ---------------------------------------------------------------- all of them, to the last bit


@pytest.mark.parametrize("name", check_records.every_task())
def test_no_probe_has_changed_by_accident(name):
    text = "\n".join(check_records.probe_lines(check_records.every_task()[name]))
    problem = check_records.difference(check_records.PROBES, name, text)
    assert not problem, problem


def test_a_probe_that_differs_is_shown_with_what_to_do():
    recorded = check_records.recorded(check_records.PROBES)["gradients"]
    assert not check_records.difference(check_records.PROBES, "gradients", recorded)
    found = recorded.replace("“one row”: X float64[1, 3]", "“one row”: X float64[1, 4]")
    problem = check_records.difference(check_records.PROBES, "gradients", found)
    changed = [line for line in problem.split("\n") if line.startswith(("-  ", "+  "))]
    assert [line[:29] for line in changed] == [
        "-  “one row”: X float64[1, 3]",
        "+  “one row”: X float64[1, 4]",
    ]
    assert problem.endswith("python tools/check_records.py probes")


def test_what_another_machine_may_compute_differently_is_not_recorded():
    assert check_records.described(A([0.5, 0.25])) != check_records.described(A([0.5, 0.125]))
    assert check_records.described(A([0.5, 1 / 3])) == check_records.described(
        A([0.5, 1 / 3 + 1e-9])
    )
    steady = check_records.steady
    assert (
        steady("is 2.5 to 1e-05 times, −0.3 of 3 entries; W1")
        == "is # to # times, # of 3 entries; W1"
    )
    assert steady("it raises ValueError: no 5") == "it raises ValueError: …"


def test_every_recorded_probe_is_made():
    recorded = check_records.recorded(check_records.PROBES)
    assert list(recorded) == list(check_records.every_task())


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
    with pytest.raises(ValueError, match=r"scheme is 'zeros', expected one of hw0"):
        tasks.initializer_task("zeros", SCHEMES["zeros"])


# ---------------------------------------------------------------- what a wrong line may answer


def test_another_order_has_as_many_answers_as_there_are_orders():
    task = TASKS["softmax_regression_epoch"]
    lines = {"order": tasks.ANY_ORDER}
    counts = {
        "two batches": 24,
        "batches of one row, five of them": 120,
        "a batch larger than the data": 1,
        "one batch of four rows": 1,
        "a last batch that is shorter": None,  # it may come first
        "read-only X and y": None,  # six rows: too many orders
        "more than a hundred rows": None,
    }
    probes = probes_of(task.name)
    for about, count in counts.items():
        answers = task.mistaken(lines, probes[about])
        assert (None if answers is None else len(answers)) == count, about
    assert task.mistaken(lines, Probe("", (), {"X": np.zeros((6, 1)), "batch": 3})) is None
    answers = task.mistaken(lines, probes["two batches"])
    right = task.expected(probes["two batches"])
    equal = [same(answer, right, probes["two batches"], None) for answer in answers]
    assert 1 <= sum(equal) < 24


def test_a_wrong_line_answers_with_numbers_or_the_name_of_an_exception():
    task, probes = TASKS["softmax_loss"], probes_of("softmax_loss")
    probe = probes["two rows, three classes"]
    (answer,) = task.mistaken({"count": "1"}, probe)
    assert answer["loss"] == pytest.approx(2 * task.expected(probe)["loss"])
    assert task.mistaken({"labels": "yb + 7"}, probe) == ["IndexError"]
    assert task.mistaken({"labels": "yb * loss"}, probe) == []  # each would have to come first


# ---------------------------------------------------------------- speed


@pytest.mark.parametrize("name", [name for name, task in TASKS.items() if task.timing])
def test_speed_is_measured_on_400_rows_in_float32(name):
    task = TASKS[name]
    given = dict(zip(task.parameters, task.timing(), strict=True))
    rows = next(given[key] for key in ("X", "Z", "h", "cache") if key in given)
    rows = rows.Z[1] if name == "backward" else rows
    assert len(rows) == len(given["y"]) == 400
    assert rows.dtype == np.float32
    assert given["y"].dtype == np.uint8
    assert set(given["y"].tolist()) == set(range(10))
    weights = [given[key] for key in ("W1", "W2", "theta") if key in given]
    weights += given.get("weights", [])
    for W in weights:
        assert W.dtype == np.float32
        assert np.abs(W.mean()) < 0.05
        assert W.std() < 0.25
    for one, other in itertools.pairwise(weights):
        assert one.shape[1] == other.shape[0] != one.shape[0]
    assert given.get("batch", 100) == 100
    assert 0 < given.get("lr", 0.1) < 0.2
    assert given.get("activations", ["relu", "identity"]) == ["relu", "identity"]
    task.reference(*task.timing())
