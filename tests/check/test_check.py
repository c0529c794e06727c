"""`simple_ml.check`: whom it passes, what it shows, and that it leaves nothing behind."""

import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from held_out_check.wrong import WRONG

import simple_ml
from simple_ml import check
from simple_ml.check.tasks import SCALES, TASKS
from simple_ml.initialization import SCHEMES

RIGHT = {
    **{name: task.reference for name, task in TASKS.items()},
    **{n: SCHEMES[n] for n in SCALES},
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_package_passes_its_own_check(name):
    report = check.check(RIGHT[name], name, strict=True)
    assert (report.mistakes, report.verdict) == ([], "right"), report


def test_a_right_nn_epoch_takes_less_than_two_seconds():
    start = sum(os.times()[:4])  # of the processor, children included: others may be busy, too
    assert check.nn_epoch(simple_ml.nn_epoch)
    assert sum(os.times()[:4]) - start < 2


def test_the_input_that_is_shown_gives_the_numbers_that_are_shown():
    (no_mask,) = (f for f in WRONG if f.__name__ == "minus_times_minus: mask_missing")
    lines = str(check.nn_epoch(no_mask)).split("The smallest input")[1].split("\n")[1:]
    code = [line.strip() for line in lines if line.startswith("  ")]
    end = code.index("nn_epoch(X, y, W1, W2, lr, batch)")
    joined = "\n".join(code[:end]).replace("\n[", " [").replace(",\n", ", ")
    values = {"np": np}
    exec(joined, values)
    no_mask(*(values[name] for name in ("X", "y", "W1", "W2", "lr", "batch")))
    entry, expected, found = code[end + 2].replace("−", "-").replace(", ", ",").split()
    assert eval(entry, values) == pytest.approx(float(found), rel=1e-5)
    assert float(expected) != pytest.approx(float(found), rel=1e-5)


def test_a_common_factor_is_measured_whatever_it_is():
    def scaled(X, y, W1, W2):
        return tuple(X.dtype.type(2.75) * dW for dW in simple_ml.gradients(X, y, W1, W2))

    report = check.gradients(scaled)
    assert report.mistakes == ["gradient_scaled"]
    assert "the gradient is 2.75 times the right one" in " ".join(str(report).split())


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_no_process_is_left_behind(tmp_path):
    def alive(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def spawns(Z, y):
        child = subprocess.Popen(["sleep", "60"])
        (tmp_path / "pids").write_text(f"{os.getpid()} {child.pid}")
        while True:
            pass

    assert check.softmax_loss(spawns, limit=0.5).mistakes == ["hangs"]
    deadline = time.monotonic() + 5
    pids = (tmp_path / "pids").read_text().split()
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(alive, pids))


def test_the_report_says_when_it_could_not_isolate(monkeypatch):
    monkeypatch.delattr(os, "fork")
    report = check.softmax_loss(simple_ml.softmax_loss)
    assert report
    assert [name for name, _ in report.remarks] == ["not_isolated"]


def test_callers_are_told_what_they_did_wrong():
    with pytest.raises(TypeError, match="without parentheses"):
        check.nn_epoch(3.0)
    with pytest.raises(ValueError, match="no check exists for 'foo'"):
        check.check(lambda: 0, "foo")
    with pytest.raises(ValueError, match="expected one of hw0"):
        check.initializer(lambda a, b, c: 0, "zeros")
    with pytest.raises(ValueError, match="no check exists for '<lambda>'"):
        check.check(lambda: 0)


def test_a_function_is_known_by_its_own_name():
    assert check.check(simple_ml.softmax_loss).function == "softmax_loss"
    assert check.check(SCHEMES["he"], "he").function == "he"

    def loss_err(Z, y):
        return simple_ml.softmax_loss(Z, y)

    assert check.check(loss_err).mistakes == ["returns_rubbish"]
    assert check.check(loss_err, "softmax_loss")


@pytest.mark.parametrize("given", [{}, {"limit": 3.5}, {"strict": True}])
def test_each_function_has_a_check_that_passes_on_what_it_is_given(monkeypatch, given):
    def look(function, task, limit, name, strict):
        return function, task.name, limit, name, strict

    monkeypatch.setattr(check, "diagnose", look)
    limit, strict = given.get("limit", 10.0), given.get("strict", False)
    for name in TASKS:
        assert getattr(check, name)(len, **given) == (len, name, limit, name, strict)
        assert check.check(len, name, **given) == (len, name, limit, name, strict)
        assert getattr(check, name).__name__ == name
    assert check.initializer(len, "he") == (len, "initializer", 10.0, "he", False)
