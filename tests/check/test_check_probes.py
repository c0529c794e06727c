"""What a checked function is asked: each probe is what its name and its tags say."""

import gzip
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from simple_ml import deep, parse_mnist
from simple_ml.check import probes as crafted
from simple_ml.check.assignment import BEYOND
from simple_ml.check.tasks import TASKS

A = np.array
EPOCHS = {epoch.about: epoch for epoch in crafted.epochs()}
ALL = pytest.mark.parametrize("about", EPOCHS)


def probes_of(name):
    with TASKS[name].probes() as probes:
        return {probe.about: probe for probe in probes}


# ---------------------------------------------------------------- crafted numbers


def test_eighths_are_eighths_of_the_whole_range():
    found = crafted.eighths(np.random.default_rng(0), (1000, 2))
    assert found.shape == (1000, 2)
    assert set(found.ravel() * 8) == set(range(-8, 9))
    assert set(crafted.eighths(np.random.default_rng(0), 1000, 1, 16) * 8) == set(range(1, 17))


@pytest.mark.parametrize("N", [1, 2, 5, 200])
def test_as_many_classes_occur_as_can(N):
    for seed in range(10):
        y = crafted.labels_for(np.random.default_rng(seed), N, 5, np.uint8)
        assert (y.dtype, y.shape) == (np.uint8, (N,))
        assert set(y) <= set(range(5))
        assert len(set(y)) == min(N, 5)
        assert 4 in y
    assert N < 200 or np.bincount(y).min() > N / 5 / 2


def test_no_label_has_a_fixed_place():
    firsts = {crafted.labels_for(np.random.default_rng(seed), 4, 4)[0] for seed in range(30)}
    assert firsts == {0, 1, 2, 3}


def test_a_read_only_copy_is_a_copy():
    array = np.arange(3)
    copy = crafted.read_only(array)
    array[0] = 5
    assert copy.tolist() == [0, 1, 2]
    assert not copy.flags.writeable


# ---------------------------------------------------------------- epochs


@ALL
def test_what_the_assignment_asks_has_whole_batches_and_all_classes(about):
    """Else a function that meets the assignment would be called wrong."""
    e = EPOCHS[about]
    N, k = len(e.X), e.W2.shape[1]
    odd = {
        "short_batch": bool(N % e.batch),
        "small_batch": e.batch < k,
        "missing_classes": set(e.y.tolist()) != set(range(k)),
        "large_logits": np.abs(np.maximum(e.X @ e.W1, 0) @ e.W2).max() > 100,
    }
    assert not e.beyond or odd[e.beyond]
    if e.beyond == "":
        assert not any(odd.values())
    if e.beyond in ("short_batch", "missing_classes"):
        assert not odd["large_logits"]
    if e.beyond == "short_batch":  # nothing else is odd: what fails here fails for this reason
        assert not odd["small_batch"]
        assert not odd["missing_classes"]


@ALL
def test_sizes_differ_where_they_are_not_said_to_be_equal(about):
    """A lost transpose cannot hide where all sizes differ."""
    e = EPOCHS[about]
    (m, n), (d, k) = e.X.shape, e.W2.shape
    assert e.W1.shape == (n, d)
    sizes = {"all sizes equal": 1, "all sizes but the rows equal": 2}
    assert len({m, n, d, k}) == sizes.get(about, 4)
    assert 0 < e.lr < 1 or e.beyond == "large_logits"


@ALL
def test_no_unit_of_a_network_is_near_the_kink_and_some_are_on(about):
    e = EPOCHS[about]
    A1 = (e.X @ e.W1).astype(float)
    assert len(e.y) == len(e.X)
    assert e.y.max() < e.W2.shape[1]
    assert (e.X * 8 == np.round(e.X * 8)).all()
    if about == "a pre-activation of exactly 0":
        assert (A1 == 0).sum() == 2
        assert (e.X[:2].any(axis=1)).all()
        return
    assert np.abs(A1).min() > 0.02
    assert (e.X > 0).all()
    assert (e.X <= 2).all()
    assert (e.W2 != 0).all()
    on = (A1 > 0).mean(axis=0)
    if about == "a unit that is always off":
        assert not on[0]
    else:
        assert 0.2 <= on.mean() <= 0.8 or e.beyond == "large_logits"
    assert (on > 0).sum() >= min(*e.W1.shape, 2)


def test_the_epochs_ask_for_all_that_the_table_needs():
    found = {about: (len(e.X), e.batch) for about, e in EPOCHS.items()}
    assert found["one batch of four rows"] == (4, 4)
    assert found["two batches"] == (4, 2)
    assert found["three batches of two rows"] == (6, 2)
    N, batch = found["a last batch that is shorter"]
    assert 0 < N % batch < batch < N
    N, batch = found["a batch larger than the data"]
    assert batch > N
    assert {found[about][1] for about in found if "of one row" in about} == {1}
    N, batch = found["more than a hundred rows"]
    assert N > 100  # where `batch` is ignored for 100, there are two batches
    hundred = EPOCHS["more than a hundred rows"]
    assert hundred.y.dtype == np.uint8  # as the course's: a row's number times k does not fit
    assert batch * hundred.W2.shape[1] > 255
    some = EPOCHS["three batches of two rows"]
    parts = [some.y[i : i + 2] for i in range(0, 6, 2)]
    assert any(part.max() + 1 < some.W2.shape[1] for part in parts)  # a batch lacks a class
    e = EPOCHS["float32"]
    dtypes = [a.dtype for a in (e.X, e.y, e.W1, e.W2)]
    assert dtypes == [np.float32, np.uint8, np.float32, np.float32]
    e = EPOCHS["read-only X and y"]
    assert [a.flags.writeable for a in (e.X, e.y, e.W1, e.W2)] == [False, False, True, True]
    lacking = EPOCHS["labels that lack the first and last class"]
    assert set(lacking.y.tolist()) == set(range(1, lacking.W2.shape[1] - 1))
    large = [e for e in EPOCHS.values() if e.beyond == "large_logits"]
    assert all(e.lr > 100 for e in large)  # the step must show beside weights of thousands


def test_the_gradients_are_asked_for_one_batch():
    found = probes_of("gradients")
    assert all(probe.beyond != "short_batch" for probe in found.values())
    assert found["one row"].beyond == "small_batch"
    for about, probe in found.items():
        X, _, _, W2 = probe.arguments
        (m, n), (d, k) = X.shape, W2.shape
        if about.startswith("m ="):
            assert about == f"m = {m}, n = {n}, d = {d}, k = {k}"
            assert (probe.beyond == "small_batch") == (m < k)
    assert len(found) >= 14
    assert len(found["a unit that is always off"].arguments[0]) == 6


def test_the_regression_is_asked_nothing_of_a_hidden_layer():
    found = probes_of("softmax_regression_epoch")
    for probe in found.values():
        X, y, theta, lr, batch = probe.arguments
        assert theta.shape[0] == X.shape[1]
        assert y.max() < theta.shape[1]
        assert probe.beyond or set(y.tolist()) == set(range(theta.shape[1]))
        assert probe.inputs["W2"] is theta
        assert (probe.inputs["lr"], probe.inputs["batch"]) == (lr, batch)
    assert not {"a unit that is always off", "a pre-activation of exactly 0"} & found.keys()
    assert not found["theta that starts at 0"].arguments[2].any()
    assert found["all sizes equal"].arguments[2].shape == (3, 3)
    assert found["float32"].arguments[2].dtype == np.float32
    assert len(found) >= 16


# ---------------------------------------------------------------- of all functions


@pytest.mark.parametrize("name", TASKS)
def test_every_probe_has_a_name_of_its_own_and_a_known_kind(name):
    with TASKS[name].probes() as probes:
        assert len({probe.about for probe in probes}) == len(probes)
        for probe in probes:
            assert not probe.beyond or probe.beyond in BEYOND
            assert probe.tag in ("", "float32", "read-only", "swapped")
            arrays = [a for a in probe.arguments if isinstance(a, np.ndarray)]
            assert probe.size == sum(a.size for a in arrays)
            loose = 1e-4 if name in ("softmax_loss", "loss_err") else 2e-3
            assert probe.tolerance == (loose if probe.tag == "float32" else 1e-5)
        assert sum(not probe.beyond for probe in probes) > 2


@pytest.mark.parametrize("name", ["softmax_loss", "nn_epoch", "softmax_regression_epoch"])
def test_each_kind_beyond_the_assignment_is_asked_for(name):
    kinds = {probe.beyond for probe in probes_of(name).values()}
    wanted = {"large_logits", "missing_classes"}
    assert wanted | ({"short_batch", "small_batch"} if TASKS[name].in_place else set()) <= kinds


# ---------------------------------------------------------------- any depth, losses, files


@pytest.mark.parametrize("name", ["backward", "deep_gradients"])
def test_deep_networks_are_what_they_are_said_to_be(name):
    found = probes_of(name)
    for row in crafted.NETWORKS:
        probe = found[row.about]
        y, weights, kept = (probe.inputs[key] for key in ("y", "weights", "cache"))
        names = probe.arguments[2] if name == "backward" else probe.arguments[3]
        X = kept.Z[1]
        if name == "deep_gradients":
            np.testing.assert_array_equal(probe.arguments[0], X)
        assert [X.shape[1], *(W.shape[1] for W in weights)] == list(row.widths)
        equal = [one == other for one, other in pairwise(row.widths)]  # a lost transpose may hide
        assert all(equal) if row.about == "all sizes equal" else not any(equal)
        assert probe.inputs["sigmas"] == [deep.ACTIVATIONS[each] for each in names]
        Z, pre = deep.forward(X, weights, names)
        for i in pre:
            np.testing.assert_array_equal(kept.Z[i + 1], Z[i + 1])
            assert np.abs(pre[i]).min() > 0.02
            assert (Z[i + 1] > 0).any(axis=0).mean() > 0.4  # no layer is dead
        assert (1000 < np.abs(Z[len(Z)]).max() < 30000) == (row.beyond == "large_logits")
        dtype = np.float32 if row.tag == "float32" else np.float64
        assert {X.dtype, *(W.dtype for W in weights)} == {np.dtype(dtype)}
        k = row.widths[-1]
        if not row.beyond:
            assert set(y.tolist()) == set(range(k))
        assert (k - 1 in y) != (row.beyond == "missing_classes") or row.m == 1
    used = {each for row in crafted.NETWORKS for each in row.activations}
    assert used == deep.ACTIVATIONS.keys()
    assert len({len(row.activations) for row in crafted.NETWORKS}) == 4


def test_the_probes_of_the_loss_are_what_they_are_said_to_be():
    found = {about: probe.arguments for about, probe in probes_of("softmax_loss").items()}
    for about in ("as many rows as classes", "as many rows as classes, labels twice"):
        assert len(set(found[about][0].shape)) == 1
    assert len(set(found["as many rows as classes"][1])) == 3
    assert len(set(found["as many rows as classes, labels twice"][1])) == 3
    for score in (1000, -1000):
        Z, y = found[f"the label's logit at {score}".replace("-", "−")]
        assert (Z[np.arange(3), y] == score).all()
        assert (np.abs(Z) <= 2).sum() == Z.size - 3
    Z, y = found["rows at 5000, 0 and −5000"]
    assert (np.abs(Z - A([[5000], [0], [-5000]])) <= 2).all()
    Z, y = found["labels that lack the first and last class"]
    assert set(y.tolist()) == set(range(1, Z.shape[1] - 1))
    assert (found["float32"][0].dtype, found["float32"][1].dtype) == (np.float32, np.uint8)
    assert not any(a.flags.writeable for a in found["read-only arrays"])
    assert not found["logits that are all 0"][0].any()
    for about, probe in probes_of("loss_err").items():
        Z, y = probe.arguments
        assert len(y) == len(Z), about
        assert (np.abs(Z).max() > 2) == (probe.beyond == "large_logits")
        assert probe.inputs["Z"] is Z
        assert probe.inputs["yb"] is y
        assert (probe.inputs["m"], probe.inputs["k"]) == Z.shape


def test_the_files_are_what_they_are_said_to_be():
    with TASKS["parse_mnist"].probes() as probes:
        asked = [probe for probe in probes if probe.tag != "swapped"]
        read = {probe.about: parse_mnist(*probe.arguments) for probe in asked}
        for probe in asked:
            for path, key in zip(probe.arguments, ("images", "labels"), strict=True):
                assert Path(path).name.startswith("train-")  # as the course's are called
                with gzip.open(path) as file:
                    assert file.read() == probe.inputs[key]
                assert Path(path).read_bytes()[4:8] == bytes(4)  # no date
        assert probes[-1].arguments == probes[0].arguments[::-1]
        assert probes[-1].tag == "swapped"
    for probe in asked:
        X, y = read[probe.about]
        pixels = np.rint(255 * X).astype(int)
        full = {pixels.min(), pixels.max()} == {0, 255}
        assert full == (probe.beyond != "other_pixels")
        assert (len(X) == 1) == (probe.beyond == "one_image")
        assert len(X) == 1 or pixels[0].max() < 128  # a faint image
        assert (np.diff(y.astype(int)) != 0).all()  # a shift by one shows
    pixels = np.rint(255 * read["ten images, one of them blank"][0]).astype(int)
    assert [i for i, image in enumerate(pixels) if not image.any()] == [1]
    assert set(pixels[2]) == {251}
