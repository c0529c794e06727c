"""Recorded tables come from their scripts: the same runs, settings, data and numbers.

A sample of the runs is done again, another one every time. What was drawn is part of the test's
name; to repeat it: ``RESULTS_SEED=… pytest tests/experiments/test_results_again.py``.
"""

import functools
import multiprocessing
import os
import random
import re
import runpy
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import recording

from simple_ml import load_mnist
from simple_ml.study import sweep
from simple_ml.study.results import provenance, read_table, select
from simple_ml.study.run import trial

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "notebooks" / "results"
SEED = os.environ.get("RESULTS_SEED") or str(random.SystemRandom().randrange(10**6))
SAMPLE = 3  # runs of each table
WORK = 256 * 20  # hidden units times epochs of a run that a test may do
LOSS = 2e-2  # relative; float32 sums differ between machines, and training carries that on
ERROR = 0.01  # of an error rate: ten digits of the 1,000


@functools.cache
def asked(script):
    """Return what a script asks of `recording.record`."""
    calls = []

    def note(file, runs, doc, data="embedded", *, holdout=1000, task=trial, **settings):
        path = RESULTS / f"{Path(file).stem.removeprefix('record_')}.csv"
        call = SimpleNamespace(path=path, runs=list(runs), data=data, holdout=holdout, task=task)
        call.settings = settings
        calls.append(call)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "record", note)
        names = runpy.run_path(str(ROOT / "experiments" / f"{script}.py"), run_name="__main__")
    (call,) = calls
    call.names = names
    return call


SCRIPTS = [
    path.stem
    for path in sorted((ROOT / "experiments").glob("record_*.py"))
    if re.search(r"^from recording import record$", path.read_text("utf-8"), re.MULTILINE)
]


def test_every_table_names_a_script_and_every_script_has_a_table():
    scripts = {path.stem for path in (ROOT / "experiments").glob("record_*.py")}
    commands = [read_table(path)[1]["command"].split() for path in RESULTS.glob("*.csv")]
    assert {Path(script).stem for _, script, *_ in commands} == scripts


def recorded(script):
    call = asked(script)
    assert call.path.exists(), f"{call.path.name} is missing: python experiments/{script}.py"
    return call, *read_table(call.path)


def parts(data, holdout):
    """Return the six arrays of a sweep."""
    X, y, *test = data
    return X[:-holdout], y[:-holdout], X[-holdout:], y[-holdout:], *test


TRIALS = [script for script in SCRIPTS if asked(script).task is trial]


OWN = [script for script in SCRIPTS if script not in TRIALS]


SAMPLES = [
    (script, i) for script in OWN for i in range(len(asked(script).names.get("SAMPLE", "?")))
]


@pytest.mark.parametrize(("script", "sample"), SAMPLES)
def test_runs_of_a_task_of_its_own_give_the_recorded_numbers_again(script, sample, request):
    call, table, _ = recorded(script)
    assert len(call.names.get("SAMPLE", [])) >= 3, f"{script} needs a SAMPLE of three runs"
    run = dict(zip(call.runs[0], call.names["SAMPLE"][sample], strict=True))
    assert run in call.runs
    before = select(table, **run)
    slack = {"*": {"rel": 2e-2}} | call.names.get("SLACK", {})
    settings = dict(call.settings)
    if call.data == "full":  # the first checkpoint: more would take minutes
        data, settings["epochs"] = request.getfixturevalue("full_mnist"), settings["epochs"][:1]
    else:
        data = call.data
    rows = call.task(parts(load_mnist(data), call.holdout), **settings, **run)
    for i, row in enumerate(rows):
        for name, value in row.items():
            expected = pytest.approx(before[name][i], **slack.get(name, slack["*"]))
            assert value == expected, f"{call.path.name}, {run}, {name}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_table_is_complete_in_order_and_of_its_scripts_settings_and_digits(
    script, request, monkeypatch
):
    """By the sweep's own look: it refuses a table of other settings, runs or digits."""
    call, _, how = recorded(script)
    data = request.getfixturevalue("full_mnist") if call.data == "full" else call.data
    versions = {name: how[name] for name in ("python", "numpy", "simple_ml")}

    def then(*arguments, **settings):
        return provenance(*arguments, **settings) | versions

    def to_do(*_):
        pytest.fail(f"runs are missing, or in another order: python experiments/{script}.py")

    monkeypatch.setattr(sweep, "provenance", then)
    monkeypatch.setattr(sweep.SweepTable, "_save", to_do)
    monkeypatch.setattr(sweep, "_results", lambda runs, *_: map(to_do, runs))
    settings = {"holdout": call.holdout, "task": call.task, **call.settings}
    sweep.sweep(call.path, call.runs, data=data, **settings)
    assert how["command"] == f"python experiments/{script}.py"


def steady(table, size):
    """Return the numbers of the runs that another processor repeats.

    Processors add in different orders. Where the first steps overshoot, such a difference in the
    last digit grows to any size. With OPENBLAS_CORETYPE=Haswell a tenth of the rows that were
    recorded on AVX-512 comes out otherwise; in each of those runs the loss had risen at first.
    """
    first = table["initial_loss"][::size]
    learns = table["train_loss"][size - 1 :: size] < first
    return np.flatnonzero(learns & (table["peak_loss"][::size] < first))


def cheap(call, number):
    """Return whether a run is done again in seconds."""
    options = call.settings | call.runs[number]
    if call.data == "full":  # of which the first checkpoint of a narrow network is enough
        narrow = min((call.settings | run).get("hidden_dim", 100) for run in call.runs)
        return options.get("hidden_dim", 100) == narrow
    return options.get("hidden_dim", 100) * max(options.get("epochs", (20,))) <= WORK


@pytest.mark.parametrize("script", TRIALS)
def test_runs_drawn_at_random_give_the_recorded_numbers_again(script, request):
    call, table, how = recorded(script)
    if call.data == "full":  # the first checkpoint of one run: more would take minutes
        data = load_mnist(request.getfixturevalue("full_mnist"))
        count, epochs = 1, min(call.settings["epochs"])
    else:
        data, count, epochs = load_mnist(call.data), SAMPLE, None
    size = int(how["rows a run"])
    fine = [number for number in steady(table, size).tolist() if cheap(call, number)]
    assert fine  # nothing to do again would be nothing tested
    for number in random.Random(f"{SEED} {script}").sample(fine, min(count, len(fine))):
        options = call.settings | call.runs[number]
        if epochs:
            options["epochs"] = (epochs,)
        before = {name: column[number * size :] for name, column in table.items()}
        for rows in as_on_processors(parts(data, call.holdout), options):
            differ = [differences(before, offset, row) for offset, row in enumerate(rows)]
            if not any(differ):
                break
        assert not any(differ), (
            f"{call.path.name}, {call.runs[number]}: a checkpoint's (recorded, computed now): "
            f"{differ}; RESULTS_SEED={SEED} repeats this. "
            f"If the code was meant to change: python experiments/{script}.py"
        )


def as_on_processors(data, options):
    """Yield the rows of a run, then the rows as OpenBLAS adds on other processors.

    At the rate 0.5 a sum's last digit has grown to 3 % of a loss after one epoch. By the sums of
    the processor that recorded it, each of 24 such rows came out alike to 0.01 %.
    """
    yield trial(data, **options)
    for kernel in "Haswell", "SkylakeX":
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("OPENBLAS_CORETYPE", kernel)
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processor:
                try:
                    yield processor.submit(trial, data, **options).result()
                except BrokenProcessPool:
                    continue  # this processor lacks that one's instructions


def differences(before, offset, row):
    """Return the columns in which a row differs from the recorded one, with both numbers."""
    return {
        name: (float(before[name][offset]), float(row[name]))
        for name in row
        if not close(name, before[name][offset], row[name])
    }


def close(name, one, other):
    if name.endswith("_err"):
        return abs(one - other) <= ERROR
    return bool(np.isclose(other, one, rtol=LOSS, atol=1e-6, equal_nan=True))


def test_a_changed_number_would_be_noticed():
    assert not close("test_err", 0.064, 0.08)
    assert not close("test_loss", 0.25, 0.26)
    assert close("test_loss", 0.25, 0.2501)
    assert not close("test_loss", float("nan"), 0.25)
