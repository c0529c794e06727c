"""The benchmarks compare equal work, and the recorded tables say what the chapter says."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

from simple_ml import nn_epoch
from simple_ml.study.results import read_table

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "notebooks" / "results"


@pytest.fixture
def benchmark(monkeypatch):
    """Return a function that imports a module of experiments/benchmarks/."""
    monkeypatch.syspath_prepend(str(ROOT / "experiments" / "benchmarks"))
    names = [path.stem for path in (ROOT / "experiments" / "benchmarks").glob("*.py")]
    yield importlib.import_module
    for name in names:
        sys.modules.pop(name, None)


def small_problem(epochs):
    X, y, W1, W2 = epochs.problem(60, 7, n=12)
    return X, y, 12 * W1, 7 * W2


@pytest.mark.parametrize("name", ["textbook", "float32", "ink", "vectors", "loops"])
def test_every_version_of_the_epoch_learns_the_same(benchmark, name):
    epochs = benchmark("epochs")
    X, y, W1, W2 = small_problem(epochs)
    expected = W1.copy(), W2.copy()
    for _ in range(2):
        nn_epoch(X, y, *expected, lr=0.1, batch=25)
    epoch = getattr(epochs, name)(X, y, W1, W2, 0.1, 25)
    epoch(), epoch()
    found = epoch.weights() if hasattr(epoch, "weights") else (W1, W2)
    for A, B in zip(found, expected, strict=True):
        np.testing.assert_allclose(A, B, rtol=0, atol=1e-5)


@pytest.mark.parametrize("batch", [25, 20])
def test_leaving_out_one_trick_computes_the_same(benchmark, batch):
    epochs = benchmark("epochs")
    X, y, W1, W2 = small_problem(epochs)
    expected = W1.copy(), W2.copy()
    nn_epoch(X, y, *expected, lr=0.1, batch=batch)
    for trick in epochs.TRICKS:
        V1, V2 = W1.copy(), W2.copy()
        epochs.without(trick)(X, y, V1, V2, 0.1, batch)()
        for A, B in zip((V1, V2), expected, strict=True):
            np.testing.assert_allclose(A, B, rtol=0, atol=1e-6, err_msg=trick)


@pytest.mark.parametrize("name", ["PyTorch autograd", "PyTorch by hand", "JAX jit + scan"])
def test_peers_without_biases_learn_the_same(benchmark, name):
    epochs, peers = benchmark("epochs"), benchmark("peers")
    if name not in peers.PEERS:
        pytest.skip(f"{name} is optional: pip install -e '.[bench]'")
    X, y, W1, W2 = small_problem(epochs)
    expected = W1.copy(), W2.copy()
    nn_epoch(X, y, *expected, lr=0.1, batch=20)
    epoch = peers.PEERS[name](X, y, W1, W2, 0.1, 20)
    epoch()
    for A, B in zip(epoch.weights(), expected, strict=True):
        np.testing.assert_allclose(A, B, rtol=0, atol=1e-5)


def test_ratios_are_those_of_the_same_round(benchmark):
    timing = benchmark("timing")
    seconds = {"a": np.array([1.0, 10.0, 2.0]), "b": np.array([2.0, 20.0, 4.0])}
    assert timing.ratios(seconds, "a") == {"a": (1, 1, 1), "b": (2, 2, 2)}


def test_every_competitor_is_called_once_a_round_and_once_before(benchmark):
    timing = benchmark("timing")
    called = []
    seconds = timing.interleaved({n: lambda n=n: called.append(n) for n in "abc"}, rounds=4)
    assert {name: len(times) for name, times in seconds.items()} == dict.fromkeys("abc", 4)
    for start in range(0, 15, 3):
        assert sorted(called[start : start + 3]) == ["a", "b", "c"]


def test_the_recorded_speed_is_what_the_chapter_says():
    table, how = read_table(RESULTS / "speed.csv")
    assert how["processor"]
    course = (table["threads"] == 1) & (table["rows"] == 60_000)
    ratio = dict(zip(table["epoch"][course], table["ratio"][course], strict=True))
    assert ratio["nn_epoch"] <= 1.10
    assert ratio["JAX jit + scan"] == pytest.approx(ratio["nn_epoch"], rel=0.05)  # a draw
    assert min(ratio[peer] for peer in ratio if "PyTorch" in peer or "scikit" in peer) > 1.2
    sizes = {}
    for row in zip(
        *(table[c] for c in ("threads", "d", "batch", "rows", "epoch", "ratio")), strict=True
    ):
        sizes.setdefault(tuple(map(int, row[:4])), {})[str(row[4])] = row[5]
    for size, of in sizes.items():
        if size[0] == 1:
            assert of["nn_epoch"] < of["textbook"], size


def test_the_recorded_account_adds_up_to_the_whole():
    table, _ = read_table(RESULTS / "speed_account.csv")
    assert 0.9 < table["share"].sum() < 1.02
