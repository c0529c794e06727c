"""Recorded tables can be read back, say how they were made, and can be made again."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from simple_ml import load_mnist, train_nn, train_softmax
from simple_ml.datasets import MNIST
from simple_ml.initialization import hw0, normal, uniform
from simple_ml.results import data_digests, provenance, read_table, write_table

RESULTS = Path(__file__).resolve().parents[1] / "notebooks" / "results"
TOLERANCE = 1e-3  # relative, for recomputed rows: float32 sums differ between BLAS kernels
FLIPPED = 3e-4  # and this much of an error rate: three digits of 10,000 on the fence


def test_what_is_written_is_read_back(tmp_path):
    write_table(
        tmp_path / "new" / "t.csv",
        ["epoch", "loss", "init"],
        [(1, 0.25, "hw0, plain"), (2, 1e-30, 'he "n"')],
        {"command": "python x.py --note a: b", "lr": 0.2},
    )
    table, how = read_table(tmp_path / "new" / "t.csv")
    assert list(table) == ["epoch", "loss", "init"]
    assert table["epoch"].dtype == np.int64
    assert table["loss"].dtype == np.float64
    np.testing.assert_array_equal(table["epoch"], [1, 2])
    np.testing.assert_array_equal(table["loss"], [0.25, 1e-30])
    assert list(table["init"]) == ["hw0, plain", 'he "n"']
    assert how == {"command": "python x.py --note a: b", "lr": "0.2"}


def test_columns_may_be_arrays_of_numpy_numbers(tmp_path):
    epochs, losses = np.arange(3), np.float32([0.1, np.nan, np.inf])
    write_table(tmp_path / "t.csv", ["epoch", "loss"], zip(epochs, losses, strict=True), {})
    table, how = read_table(tmp_path / "t.csv")
    np.testing.assert_array_equal(table["epoch"], epochs)
    np.testing.assert_array_equal(table["loss"], [0.1, np.nan, np.inf])
    assert how == {}


def test_floats_keep_six_significant_digits(tmp_path):
    write_table(tmp_path / "t.csv", ["x"], [(1 / 3,), (123456789.0,), (2.0,)], {})
    assert (tmp_path / "t.csv").read_text() == "x\n0.333333\n123457000.0\n2.0\n"


def test_writing_twice_gives_the_same_bytes(tmp_path):
    for name in ("a.csv", "b.csv"):
        write_table(tmp_path / name, ["x"], [(0.1,)], {"seed": 0})
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_table_without_rows_has_empty_columns(tmp_path):
    write_table(tmp_path / "t.csv", ["epoch", "loss"], [], {"epochs": 0})
    table, _ = read_table(tmp_path / "t.csv")
    assert {name: column.shape for name, column in table.items()} == {"epoch": (0,), "loss": (0,)}


def test_a_row_of_the_wrong_length_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"row 1 has 1 values, expected 2"):
        write_table(tmp_path / "t.csv", ["a", "b"], [(1, 2), (3,)], {})
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize("entry", [{"a": "two\nlines"}, {"a: b": "c"}])
def test_provenance_that_could_not_be_read_back_is_refused(tmp_path, entry):
    with pytest.raises(ValueError, match="expected one line and no colon"):
        write_table(tmp_path / "t.csv", ["x"], [(1,)], entry)
    assert not (tmp_path / "t.csv").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [("# only: comments\n", "no line of column names"), ("a,b\n1,2\n3\n", "row 1 has 1 values")],
)
def test_a_damaged_file_is_refused(tmp_path, text, message):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_table(tmp_path / "t.csv")


def test_digests_of_the_arrays_are_those_of_the_published_files(full_mnist):
    digests = data_digests(load_mnist(full_mnist))
    assert digests == {f"md5 of {file.name}": file.md5 for file in MNIST}


def test_digests_notice_one_changed_pixel_and_one_changed_label():
    data = load_mnist()
    before = data_digests(data)
    data[0][7, 300] = 1 - data[0][7, 300]
    data[3].setflags(write=True)
    data[3][5] = (data[3][5] + 1) % 10
    after = data_digests(data)
    changed = [name for name in before if before[name] != after[name]]
    assert changed == ["md5 of train-images-idx3-ubyte", "md5 of t10k-labels-idx1-ubyte"]


def test_provenance_names_command_settings_versions_and_data():
    how = provenance("python tools/x.py", load_mnist(), lr=0.2, seed=0)
    assert how["command"] == "python tools/x.py"
    assert (how["lr"], how["seed"], how["numpy"]) == (0.2, 0, np.__version__)
    assert {"python", "simple_ml", "md5 of t10k-labels-idx1-ubyte"} <= set(how)


def test_the_first_row_of_softmax_full_can_be_computed_again(full_mnist):
    recorded, how = read_table(RESULTS / "softmax_full.csv")
    data = load_mnist(full_mnist)
    run = train_softmax(*data, 1, lr=float(how["lr"]), batch=int(how["batch"]), verbose=False)
    for name, (computed,) in run.history.items():
        slack = FLIPPED if name.endswith("err") else 0
        assert computed == pytest.approx(recorded[name][0], rel=TOLERANCE, abs=slack), name


def test_softmax_full_was_recorded_on_the_published_mnist():
    recorded, how = read_table(RESULTS / "softmax_full.csv")
    assert all(how[f"md5 of {file.name}"] == file.md5 for file in MNIST)
    np.testing.assert_array_equal(recorded["epoch"], np.arange(1, int(how["epochs"]) + 1))


def test_the_first_row_of_training_full_can_be_computed_again(full_mnist):
    recorded, how = read_table(RESULTS / "training_full.csv")
    settings = {"hidden_dim": int(how["hidden_dim"]), "lr": float(how["lr"])}
    run = train_nn(*load_mnist(full_mnist), epochs=1, **settings, verbose=False)
    for name, (computed,) in run.history.items():
        slack = FLIPPED if name.endswith("err") else 0
        assert computed == pytest.approx(recorded[name][0], rel=TOLERANCE, abs=slack), name


@pytest.mark.parametrize("row", [3, 58, 122, 199])
def test_rows_of_draws_embedded_can_be_computed_again(row):
    recorded, how = read_table(RESULTS / "draws_embedded.csv")
    settings = {"hidden_dim": int(how["hidden_dim"]), "epochs": int(how["epochs"])}
    draw = {"normal": normal, "uniform": uniform}[recorded["draw"][row]]
    history = train_nn(
        *load_mnist(),
        **settings,
        lr=float(how["lr"]),
        batch=int(how["batch"]),
        init=partial(hw0, draw=draw),
        rng=np.random.default_rng(int(recorded["seed"][row])),
        verbose=False,
    ).history
    # float32 sums differ between machines; after ten epochs that may move a digit or two of 1,000.
    assert history["test_loss"][-1] == pytest.approx(recorded["test_loss"][row], rel=1e-2)
    assert history["test_err"][-1] == pytest.approx(recorded["test_err"][row], abs=0.003)
