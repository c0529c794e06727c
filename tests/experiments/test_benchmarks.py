"""The benchmarks compare equal work, and the recorded tables say what the chapter says."""

from pathlib import Path

import epochs
import numpy as np
import peers
import pytest
import timing

from simple_ml import nn_epoch
from simple_ml.study.results import read_table, select

RESULTS = Path(__file__).resolve().parents[2] / "notebooks" / "results"


def assert_learns_the_same(prepare, batch, atol, turns=1):
    """Train with a version of the epoch and with `nn_epoch`, and compare the weights."""
    X, y, W1, W2 = epochs.problem(60, 7, n=12)
    W1, W2 = 12 * W1, 7 * W2
    expected = W1.copy(), W2.copy()
    epoch = prepare(X, y, W1, W2, 0.1, batch)
    for _ in range(turns):
        nn_epoch(X, y, *expected, lr=0.1, batch=batch)
        epoch()
    found = epoch.weights() if hasattr(epoch, "weights") else (W1, W2)
    for A, B in zip(found, expected, strict=True):
        np.testing.assert_allclose(A, B, rtol=0, atol=atol)


@pytest.mark.parametrize("name", ["textbook", "float32", "ink", "vectors", "loops"])
def test_every_version_of_the_epoch_learns_the_same(name):
    assert_learns_the_same(getattr(epochs, name), batch=25, atol=1e-5, turns=2)


@pytest.mark.parametrize("batch", [25, 20])
@pytest.mark.parametrize("trick", epochs.TRICKS)
def test_leaving_out_one_trick_computes_the_same(trick, batch):
    assert_learns_the_same(epochs.without(trick), batch, atol=1e-6)


@pytest.mark.parametrize("name", ["PyTorch autograd", "PyTorch by hand", "JAX jit + scan"])
def test_peers_without_biases_learn_the_same(name):
    if name not in peers.PEERS:
        pytest.skip(f"{name} is optional: pip install -e '.[bench]'")
    assert_learns_the_same(peers.PEERS[name], batch=20, atol=1e-5)


def test_ratios_are_those_of_the_same_round():
    seconds = {"a": np.array([1.0, 10.0, 2.0]), "b": np.array([1.0, 20.0, 6.0])}
    one, other = timing.as_rows(seconds, "a", "epoch", rows=60)
    assert one == {"rows": 60, "epoch": "a", "ratio": 1, "low": 1, "high": 1}
    assert other == {"rows": 60, "epoch": "b", "ratio": 2, "low": 1.5, "high": 2.5}


def test_every_competitor_is_called_once_a_round_and_once_before():
    called = []
    seconds = timing.interleaved({n: lambda n=n: called.append(n) for n in "abc"}, rounds=4)
    assert {name: len(times) for name, times in seconds.items()} == dict.fromkeys("abc", 4)
    for start in range(0, 15, 3):
        assert sorted(called[start : start + 3]) == ["a", "b", "c"]


def test_the_recorded_speed_is_what_the_chapter_says():
    table, how = read_table(RESULTS / "speed.csv")
    assert how["processor"]
    course = select(table, threads=1, rows=60_000)
    ratio = dict(zip(course["epoch"], course["ratio"], strict=True))
    assert ratio["nn_epoch"] <= 1.10
    assert ratio["JAX jit + scan"] == pytest.approx(ratio["nn_epoch"], rel=0.05)  # a draw
    assert min(ratio[peer] for peer in ratio if "PyTorch" in peer or "scikit" in peer) > 1.2
    ours, textbook = (select(table, threads=1, epoch=name) for name in ("nn_epoch", "textbook"))
    for setting in ("d", "batch", "rows"):
        np.testing.assert_array_equal(ours[setting], textbook[setting])
    assert np.all(ours["ratio"] < textbook["ratio"])


def test_the_recorded_account_adds_up_to_the_whole():
    table, _ = read_table(RESULTS / "speed_account.csv")
    assert 0.9 < table["share"].sum() < 1.02
