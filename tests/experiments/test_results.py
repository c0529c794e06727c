"""Recorded tables can be read back, say how they were made, and can be made again."""

from pathlib import Path

import numpy as np
import pytest
import record_draws
import recording

from simple_ml import load_mnist, train_nn, train_softmax
from simple_ml.datasets import MNIST
from simple_ml.study.results import best, data_digests, read_table, select, write_table

RESULTS = Path(__file__).resolve().parents[2] / "notebooks" / "results"
TOLERANCE = 1e-3  # relative, for recomputed rows: float32 sums differ between BLAS kernels
FLIPPED = 3e-4  # and this much of an error rate: three digits of 10,000 on the fence


def test_columns_may_be_arrays_and_are_read_as_what_they_were(tmp_path):
    epochs, losses = np.arange(3), np.float32([0.1, np.nan, np.inf])
    path = tmp_path / "new" / "t.csv"
    write_table(path, ["epoch", "loss"], zip(epochs, losses, strict=True), {"lr": 0.2})
    table, how = read_table(path)
    assert (table["epoch"].dtype, table["loss"].dtype) == (np.int64, np.float64)
    np.testing.assert_array_equal(table["epoch"], epochs)
    np.testing.assert_array_equal(table["loss"], [0.1, np.nan, np.inf])
    assert how == {"lr": "0.2"}


def test_floats_keep_six_significant_digits(tmp_path):
    write_table(tmp_path / "t.csv", ["x"], [(1 / 3,), (123456789.0,), (2.0,)], {})
    assert (tmp_path / "t.csv").read_text() == "x\n0.333333\n123457000.0\n2.0\n"


def test_a_row_of_the_wrong_length_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"row 1 has 1 values, expected 2"):
        write_table(tmp_path / "t.csv", ["a", "b"], [(1, 2), (3,)], {})
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize("entry", [{"a": "two\nlines"}, {"a: b": "c"}])
def test_provenance_that_could_not_be_read_back_is_refused(tmp_path, entry):
    with pytest.raises(ValueError, match="expected one line and no colon"):
        write_table(tmp_path / "t.csv", ["x"], [(1,)], entry)
    assert not (tmp_path / "t.csv").exists()


RUNS = {
    "init": np.array(["hw0", "hw0", "hw0", "hw0", "he", "he"]),
    "lr": np.array([0.4, 0.1, 0.4, 0.1, 0.1, 0.4]),
    "err": np.array([0.1, 0.2, 0.5, 0.2, np.nan, 0.3]),
}


def test_select_keeps_the_rows_that_fit_all_values():
    rows = select(RUNS, init="hw0", lr=0.4)
    assert list(rows) == list(RUNS)
    np.testing.assert_array_equal(rows["err"], [0.1, 0.5])
    assert len(select(RUNS, init="unheard of")["err"]) == 0


def test_best_averages_over_seeds_and_never_chooses_a_value_that_diverged():
    assert best(select(RUNS, init="hw0"), "lr", by="err") == 0.1  # 0.4 has the best single run
    assert best(select(RUNS, init="he"), "lr", by="err") == 0.4  # at 0.1 a run is nan


def test_best_takes_the_smallest_of_equally_good_values():
    equal = {"lr": np.array([0.4, 0.1, 0.2]), "err": np.array([1.0, 1.0, 2.0])}
    assert best(equal, "lr", by="err") == 0.1


@pytest.mark.parametrize("init", ["unheard of", "he"])
def test_best_refuses_what_has_no_finite_mean(init):
    rows = select(RUNS, init=init)
    rows["err"] = rows["err"] * np.nan
    with pytest.raises(ValueError, match="is the selection empty, or did all runs diverge"):
        best(rows, "lr", by="err")


def test_digests_of_the_arrays_are_those_of_the_published_files(full_mnist):
    digests = data_digests(load_mnist(full_mnist))
    assert digests == {f"md5 of {file.name}": file.md5 for file in MNIST}


@pytest.mark.parametrize("name", ["softmax_full", "training_full"])
def test_the_first_row_of_a_table_of_the_full_mnist_can_be_computed_again(name, full_mnist):
    recorded, how = read_table(RESULTS / f"{name}.csv")
    assert all(how[f"md5 of {file.name}"] == file.md5 for file in MNIST)
    np.testing.assert_array_equal(recorded["epoch"], np.arange(1, int(how["epochs"]) + 1))
    settings = {"lr": float(how["lr"]), "batch": int(how["batch"]), "verbose": False}
    if name == "softmax_full":
        run = train_softmax(*load_mnist(full_mnist), 1, **settings)
    else:
        run = train_nn(*load_mnist(full_mnist), int(how["hidden_dim"]), 1, **settings)
    for column, (computed,) in run.history.items():
        slack = FLIPPED if column.endswith("err") else 0
        assert computed == pytest.approx(recorded[column][0], rel=TOLERANCE, abs=slack), column


@pytest.mark.parametrize("row", [3, 58, 122, 199])
def test_rows_of_draws_embedded_can_be_computed_again(row):
    recorded, how = read_table(RESULTS / "draws_embedded.csv")
    settings = {"hidden_dim": record_draws.HIDDEN} | record_draws.SETTINGS
    assert [name for name in settings if how[name] != str(settings[name])] == []
    draw, seed = recorded["draw"][row], recorded["seed"][row]
    *_, loss, error = record_draws.last_row(load_mnist(), draw, seed)
    # float32 sums differ between machines; after ten epochs that may move a digit or two of 1,000.
    assert loss == pytest.approx(recorded["test_loss"][row], rel=1e-2)
    assert error == pytest.approx(recorded["test_err"][row], abs=0.003)


# ---------------------------------------------------------------- the scripts, run by hand


def task(data, *, seed, factor=1):
    return [{"x": seed * factor}]


@pytest.fixture
def script(tmp_path, monkeypatch, capsys):
    """Return a function that runs a script with arguments and returns what it printed."""
    monkeypatch.setattr(recording, "RESULTS", tmp_path)

    def run(*arguments, **settings):
        monkeypatch.setattr("sys.argv", ["record_small.py", *arguments])
        runs = [{"seed": seed} for seed in range(3)]
        recording.record("record_small.py", runs, task=task, jobs=1, **settings)
        return capsys.readouterr().out

    return run


def test_a_script_says_what_it_does_and_why_it_does_nothing(script, tmp_path):
    assert script().endswith("The table is complete.\n")
    before = (tmp_path / "small.csv").stat().st_mtime_ns
    nothing = "nothing to do. To make it anew: python experiments/record_small.py --again\n"
    assert script().endswith(nothing)
    assert (tmp_path / "small.csv").stat().st_mtime_ns == before
    assert script("--again").endswith("The table is complete.\n")
    assert (tmp_path / "small.csv").stat().st_mtime_ns > before


def test_a_script_whose_settings_changed_says_how_to_replace_the_table(script, tmp_path):
    script()
    before = (tmp_path / "small.csv").read_bytes()
    with pytest.raises(SystemExit, match=r"factor: 1, and .*\n.*record_small\.py --again"):
        script(factor=2)
    assert (tmp_path / "small.csv").read_bytes() == before
    script("--again", factor=2)
    assert read_table(tmp_path / "small.csv")[0]["x"].tolist() == [0, 2, 4]


def test_a_table_that_is_made_at_once_is_made_anew_only_when_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(recording, "RESULTS", tmp_path)
    for value, again in ((1, False), (2, False), (3, True)):
        made = ["x"], [(value,)], {}
        recording.record_at_once("t.csv", lambda made=made: made, "record_t.py", again)
    assert "t.csv is there: nothing to do. To make it anew: python" in capsys.readouterr().out
    assert read_table(tmp_path / "t.csv")[0]["x"].tolist() == [3]
