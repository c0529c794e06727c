"""The stopwatch tells the lines of a loop apart, changes nothing, and accounts for the whole."""

import time

import numpy as np
import pytest

from simple_ml import nn_epoch
from simple_ml.study.stopwatch import line_seconds


def naps(result):
    time.sleep(0.02)
    for _ in range(3):
        time.sleep(0.01)
        result.append(1)


def test_each_line_gets_its_own_time_summed_over_the_turns():
    result = []
    lines, total = line_seconds(naps, result)
    assert list(lines) == ["for _ in range(3):", "time.sleep(0.01)", "result.append(1)"]
    assert result == [1, 1, 1]
    assert lines["time.sleep(0.01)"] == pytest.approx(sum(lines.values()), rel=0.5)
    assert lines["time.sleep(0.01)"] >= 0.03
    assert total >= sum(lines.values())


def test_the_epoch_under_the_stopwatch_computes_what_it_computes_without():
    rng = np.random.default_rng(0)
    X, y = rng.random((50, 8), np.float32), rng.integers(0, 3, 50)
    W = [rng.standard_normal(shape).astype(np.float32) for shape in ((8, 6), (6, 3))]
    V = [A.copy() for A in W]
    nn_epoch(X, y, *W, batch=7)
    lines, total = line_seconds(nn_epoch, X, y, *V, batch=7)
    for A, B in zip(W, V, strict=True):
        np.testing.assert_array_equal(A, B)
    assert "W1 -= Xb.T @ G1" in lines
    assert 0 < sum(lines.values()) < total
