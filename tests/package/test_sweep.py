"""Many runs make one table, whatever happens to the processes that do them."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import joblib
import numpy as np
import pytest
import threadpoolctl

from simple_ml import load_mnist
from simple_ml.__main__ import parser
from simple_ml.initialization import hw0
from simple_ml.study.results import read_table
from simple_ml.study.sweep import grid, sweep, trial

MEASURED = [
    *("epoch", "train_loss", "train_err", "valid_loss", "valid_err", "test_loss", "test_err"),
    *("initial_loss", "peak_loss", "moved1", "moved2"),
]


@pytest.fixture(scope="module")
def parts():
    X, y, X_te, y_te = load_mnist()
    return X[:-1000], y[:-1000], X[-1000:], y[-1000:], X_te, y_te


@pytest.fixture
def small(parts):
    return tuple(A[:230] for A in parts)  # batches of 100, 100 and 30


# ---------------------------------------------------------------- one run


def softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def loss_and_error(X, y, W1, W2):
    S = softmax(np.maximum(X @ W1, 0) @ W2)
    return -np.log(S[np.arange(len(y)), y]).mean(), (S.argmax(axis=1) != y).mean()


def test_a_run_agrees_with_the_equations_written_out(small):
    X_tr, y_tr, X_va, y_va, X_te, y_te = (A.astype(np.float64) if A.ndim == 2 else A for A in small)
    rng = np.random.default_rng(3)
    W1 = rng.standard_normal((784, 20)) / np.sqrt(20)
    W2 = rng.standard_normal((20, 10)) / np.sqrt(10)
    start, expected, peak = (W1.copy(), W2.copy()), [], 0
    initial = loss_and_error(X_tr, y_tr, W1, W2)[0]
    for epoch in (1, 2, 3):
        for i in (0, 100, 200):
            X, y = X_tr[i : i + 100], y_tr[i : i + 100]
            if epoch == 1:
                peak = max(peak, loss_and_error(X, y, W1, W2)[0])
            Z1 = np.maximum(X @ W1, 0)
            G2 = (softmax(Z1 @ W2) - np.eye(10)[y]) / len(X)
            G1 = (Z1 > 0) * (G2 @ W2.T)
            W1, W2 = W1 - 0.3 * X.T @ G1, W2 - 0.3 * Z1.T @ G2
        parts = (X_tr, y_tr), (X_va, y_va), (X_te, y_te)
        losses = [loss_and_error(*part, W1, W2) for part in parts]
        moved = [
            np.linalg.norm(W - V) / np.linalg.norm(V) for W, V in zip((W1, W2), start, strict=True)
        ]
        expected.append([epoch, *np.ravel(losses), initial, peak, *moved])
    rows = trial(small, hidden_dim=20, lr=0.3, seed=3, epochs=(1, 3))
    assert [list(row) for row in rows] == [MEASURED] * 2
    for row, wanted in zip(rows, (expected[0], expected[2]), strict=True):
        np.testing.assert_allclose(list(row.values()), wanted, rtol=2e-5)


def test_a_gain_and_an_imbalance_make_hw0_out_of_fan_in(small):
    n, d, k = 784, 50, 10
    (ours,) = trial(small, init=hw0, hidden_dim=d, epochs=(3,))
    gain, imbalance = np.sqrt(n / k), d / np.sqrt(n * k)
    (made,) = trial(small, init="fan_in", gain=gain, imbalance=imbalance, hidden_dim=d, epochs=(3,))
    np.testing.assert_allclose(list(made.values()), list(ours.values()), rtol=1e-3)


def test_a_draw_is_that_of_every_rule_that_draws(small):
    def loss(**settings):
        return trial(small, **settings, epochs=(1,))[0]["initial_loss"]

    assert loss(init="pytorch") != loss(init="pytorch", draw="uniform")
    # variance 1/fan_in, halved twice over: nothing is left of the default's own shape
    third = {"init": "fan_in", "gain": 1 / 3, "draw": "uniform"}
    assert loss(init="pytorch", draw="uniform") == pytest.approx(loss(**third), rel=1e-5)
    assert loss(init="zeros+hw0", draw="uniform") == pytest.approx(np.log(10))


@pytest.mark.parametrize("good", [0, 2])
def test_a_run_that_diverges_is_stopped_and_keeps_what_it_had(good, small, monkeypatch):
    import simple_ml.study.run as module

    epoch, rows_seen = module.nn_epoch, []

    def breaks_after_the_good_epochs(X, y, W1, W2, **settings):
        rows_seen.append(len(X))
        epoch(X, y, W1, W2, **settings)
        W1[0, 0] = np.inf if sum(rows_seen) > good * 230 else W1[0, 0]

    (expected,) = trial(small, epochs=(2,))
    monkeypatch.setattr(module, "nn_epoch", breaks_after_the_good_epochs)
    rows = trial(small, epochs=(2, 3, 9))
    assert sum(rows_seen) == (good + 1) * 230
    assert [row["epoch"] for row in rows] == [2, 3, 9]
    known = ["initial_loss"] + ["peak_loss"] * (good > 0)
    unfinished = dict.fromkeys(MEASURED, np.nan) | {name: expected[name] for name in known}
    first = expected if good else unfinished
    for row, wanted in zip(rows, (first, unfinished, unfinished), strict=True):
        np.testing.assert_equal(row, wanted | {"epoch": row["epoch"]})


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"init": "xavier"}, ValueError, "init is 'xavier', expected one of hw0"),
        ({"init": "hw0+he+he"}, ValueError, "or a pair, one for each layer"),
        ({"draw": "cauchy"}, ValueError, "draw is 'cauchy', expected one of normal, uniform"),
        ({"gain": 0}, ValueError, "gain is 0, expected a positive number"),
        ({"imbalance": np.inf}, ValueError, "imbalance is inf, expected a positive number"),
        ({"gain": "big"}, TypeError, "gain is a str, expected a number"),
        ({"hidden_dim": 0}, ValueError, "hidden_dim is 0, expected at least 1"),
        ({"lr": np.nan}, ValueError, "lr is nan, expected a finite number"),
        ({"batch": 1.5}, TypeError, "batch is a float, expected a whole number"),
        ({"seed": -1}, ValueError, "seed is -1, expected at least 0"),
        ({"epochs": 20}, TypeError, r"epochs is a int, expected a tuple of checkpoints: \(5, 20\)"),
        ({"epochs": (5, 5)}, ValueError, r"epochs is \(5, 5\), expected .* each later"),
        ({"epochs": ()}, ValueError, "expected at least one checkpoint"),
        ({"epochs": (0, 5)}, ValueError, "epochs is 0, expected at least 1"),
    ],
)
def test_bad_settings_are_named_before_a_sweep_writes(change, error, message, small, tmp_path):
    with pytest.raises(error, match=message):
        trial(small, **change)
    with pytest.raises(ValueError, match="data has 4 arrays, expected six"):
        trial(small[:4])
    runs = [change] if set(change) <= {"seed", "lr"} else [{"lr": 0.1}, {"lr": 0.2}]
    settings = {} if runs == [change] else change
    with pytest.raises(error, match=message):
        sweep(tmp_path / "t.csv", runs, **settings)
    assert not (tmp_path / "t.csv").exists()


def test_a_grid_has_every_combination_of_its_lists_the_last_axis_fastest():
    assert grid(a=["x", "y"], b=range(3)) == [{"a": a, "b": b} for a in "xy" for b in range(3)]
    for value in (0.1, "hw0"):
        with pytest.raises(TypeError, match=r"expected a list of values; for one: \["):
            grid(axis=value)
    with pytest.raises(ValueError, match="seed has no values"):
        grid(seed=[])


# ---------------------------------------------------------------- a table of many runs


RUNS = grid(start=range(7), step=[1, 2.5])


def pixels(data, *, start, step, rows=2, note="plain"):
    """Measure something that takes no time: rows of two for each of the 14 runs."""
    if str(start) == os.environ.get("FATAL"):
        os.kill(os.getpid(), signal.SIGKILL)
    X, y = data[0][start :: int(2 * step)], data[1][start :: int(2 * step)]
    return [{"row": i, "sum": float(X[i].sum()), "label": int(y[i])} for i in range(rows)]


def pixel_table(path, runs=RUNS, **settings):
    return sweep(path, runs, task=pixels, jobs=1, **settings)


def test_a_table_has_a_row_for_each_checkpoint_in_the_order_of_the_runs(parts, tmp_path):
    path = tmp_path / "new" / "folder" / "t.csv"
    runs = grid(init=["hw0", "fan_in"], seed=[3, 1])
    table = sweep(path, runs, hidden_dim=5, epochs=(1, 2), jobs=1)
    assert list(table) == ["init", "seed", *MEASURED]
    assert list(table["init"]) == ["hw0"] * 4 + ["fan_in"] * 4
    assert list(table["seed"]) == [3, 3, 1, 1] * 2
    assert list(table["epoch"]) == [1, 2] * 4
    read, _ = read_table(path)
    for name, column in table.items():
        np.testing.assert_array_equal(column, read[name])
    rows = trial(parts, init="fan_in", seed=3, hidden_dim=5, epochs=(1, 2))
    for name in MEASURED:
        assert table[name][5] == pytest.approx(rows[1][name], rel=1e-5)


def test_the_head_says_all_that_the_runs_share(tmp_path):
    pixel_table(tmp_path / "t.csv", rows=3, holdout=500, command="python tools/x.py")
    _, how = read_table(tmp_path / "t.csv")
    expected = {"command": "python tools/x.py", "task": "pixels", "rows": "3", "note": "plain"}
    expected |= {"holdout": "500", "numpy": np.__version__, "rows a run": "3"}
    assert how | expected == how
    assert "start" not in how
    assert sum(key.startswith("md5 of ") for key in how) == 4


@pytest.mark.parametrize("holdout", [1000, 10])
def test_the_last_training_rows_are_for_validation_and_nothing_can_be_changed(holdout, tmp_path):
    X, y, X_te, y_te = load_mnist()
    expected = X[:-holdout], y[:-holdout], X[-holdout:], y[-holdout:], X_te, y_te

    def task(data, *, seed):
        for A, B in zip(data, expected, strict=True):
            np.testing.assert_array_equal(A, B)
            assert not A.flags.writeable
        return [{"x": 1}]

    sweep(tmp_path / "t.csv", grid(seed=[0]), task=task, holdout=holdout, jobs=1)


def test_one_process_and_several_write_the_same_bytes(tmp_path):
    runs = grid(init=["he", "hw0+fan_in"], lr=[0.1, 1e30], seed=range(3))
    for jobs in (1, 3):
        sweep(tmp_path / f"{jobs}.csv", runs, hidden_dim=16, epochs=(1, 3), jobs=jobs)
    one = (tmp_path / "1.csv").read_bytes()
    assert one.count(b"nan") == 3 * 2 * 2 * 9
    assert one == (tmp_path / "3.csv").read_bytes()


def where_it_runs(data, *, seed):
    blas = threadpoolctl.threadpool_info()
    mapped = all(isinstance(A.base, np.memmap) or isinstance(A.base.base, np.memmap) for A in data)
    threads = [info["num_threads"] for info in blas if info["user_api"] == "blas"]
    time.sleep(0.3)  # else one process could do all runs
    return [{"mapped": int(mapped), "threads": max(threads, default=1), "pid": os.getpid()}]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_process_has_one_blas_thread_and_several_share_the_arrays(jobs, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        table = sweep(tmp_path / "t.csv", grid(seed=range(6)), task=where_it_runs, jobs=jobs)
    assert set(table["threads"]) == {1}
    assert len(set(table["pid"])) == jobs
    assert (os.getpid() in table["pid"]) == (jobs == 1)
    assert jobs == 1 or set(table["mapped"]) == {1}


def test_a_run_is_what_its_row_says(tmp_path):
    seen = []

    def task(data, **run):
        seen.append(run)
        return [{"x": 0}]

    runs = [{"lr": np.float64(1) / 3, "seed": np.int64(7), "name": "a, b"}]
    sweep(tmp_path / "t.csv", runs, task=task, jobs=1)
    assert seen == [{"lr": 0.333333, "seed": 7, "name": "a, b"}]
    assert [type(value) for value in seen[0].values()] == [float, int, str]
    assert (tmp_path / "t.csv").read_bytes().endswith(b'\n0.333333,7,"a, b",0\n')


# ---------------------------------------------------------------- stopped and resumed

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


def partial(path):
    """Return the file that holds the rows of an unfinished sweep."""
    return path.with_name(f".{path.name}.partial")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("finished") / "t.csv"
    pixel_table(path)
    return path.read_bytes()


@posix
def test_a_sweep_that_is_killed_goes_on_and_ends_with_the_same_bytes(finished, tmp_path):
    path = tmp_path / "t.csv"
    code = f"from test_sweep import pixel_table; pixel_table({str(path)!r})"
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parent), "FATAL": "3"}
    done = subprocess.run([sys.executable, "-c", code], env=env)
    assert done.returncode == -signal.SIGKILL
    assert [file.name for file in tmp_path.iterdir()] == [".t.csv.partial"]
    kept = partial(path).read_bytes()
    assert kept == finished[: len(kept)]
    assert finished[len(kept) :].startswith(b"3,1,")  # all runs that had ended are there
    pixel_table(path)
    assert path.read_bytes() == finished
    assert not partial(path).exists()


def test_the_old_table_stays_until_the_new_one_is_complete(tmp_path):
    path, done = tmp_path / "t.csv", []

    def task(data, *, seed, factor=1):
        done.append(seed)
        if len(done) == 7:
            raise KeyboardInterrupt
        return [{"x": len(done)}]

    runs = grid(seed=range(4))
    sweep(path, runs, task=task, jobs=1)
    old = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        sweep(path, runs, task=task, jobs=1, again=True)
    assert path.read_bytes() == old
    table = sweep(path, runs, task=task, jobs=1, again=True)
    assert table["x"].tolist() == [5, 6, 8, 9]  # the seventh call was interrupted
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("again", [False, True])
def test_a_table_that_cannot_be_written_is_found_out_before_the_runs(again, tmp_path):
    (tmp_path / "t.csv").mkdir()

    def task(data, *, seed):
        pytest.fail("a run was done")

    with pytest.raises(OSError, match=r"t\.csv"):
        sweep(tmp_path / "t.csv", grid(seed=[0]), task=task, jobs=1, again=again)


def test_a_finished_table_can_be_extended_and_is_as_if_made_at_once(finished, tmp_path):
    pixel_table(tmp_path / "t.csv", RUNS[4:9])
    pixel_table(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == finished


def swap(old, new):
    return lambda text: text.replace(old, new, 1)


REFUSED = [  # the table, what is asked of it, and what is said
    (bytes, {"rows": 1}, r"was made with rows: 2, and this sweep has 1\); write to another file"),
    (bytes, {"holdout": 999}, "was made with holdout: 1000, and this sweep has 999"),
    (bytes, {"runs": RUNS[:-1]}, "has 2 rows of the run start=6, step=2.5, not 0"),
    (bytes, {"runs": grid(step=[1, 2.5], start=range(7))}, "row, sum, label, not step, start"),
    (swap(b"# numpy: ", b"# numpy: 1."), {}, "was made with numpy: 1."),
    (swap(b"images-idx3-ubyte: ", b"images-idx3-ubyte: 0"), {}, "was made with md5 of train"),
    (swap(b"# rows a run: 2\n", b""), {}, "was not made by a sweep"),
    (swap(b"\n0,1,0,", b"\n0,1,7,8,0,"), {}, "row 0 has 7 values, expected 5"),
    (swap(b"\n0,1,0,", b"\n0,1,0,5,5\n0,1,0,"), {}, "has 3 rows of the run start=0, step=1, not"),
    (
        lambda text: re.sub(rb"(0,1,0,.*\n)((?s:.*))", rb"\2\1", text, count=1),
        {},
        "the rows of the run start=0, step=1 are not together",
    ),
    (lambda _: b"a,b\n1,2\n", {}, "write to another file, or delete it"),
    (lambda _: b"\xff\xfe\n\x00\n", {}, "write to another file, or delete it"),
]


@pytest.mark.parametrize(("spoilt", "change", "message"), REFUSED)
@pytest.mark.parametrize("name", ["t.csv", ".t.csv.partial"])
def test_a_table_of_another_sweep_is_left_alone(spoilt, change, message, name, finished, tmp_path):
    (tmp_path / name).write_bytes(spoilt(finished))
    with pytest.raises(ValueError, match=rf"t\.csv.*{message}"):
        pixel_table(tmp_path / "t.csv", **change)
    assert (tmp_path / name).read_bytes() == spoilt(finished)


# ---------------------------------------------------------------- what is asked for


def takes_lr(data, *, lr=0.1, seed=0):
    return [{"x": lr}]


@pytest.mark.parametrize(
    ("runs", "settings", "error", "message"),
    [
        ([], {}, ValueError, "runs is empty, expected a list of dicts; see grid"),
        ([{}], {}, ValueError, "runs is empty"),
        ([("lr", 1)], {}, TypeError, "run 0 is a tuple, expected a dict"),
        ([{"lr": 1}, {"seed": 1}], {}, ValueError, "run 1 sets seed, expected lr as in run 0"),
        ([{"lr": 1}, {"lr": 1.0}], {}, ValueError, "runs 0 and 1 are both lr=1.0, expected each"),
        ([{"lr": 1 / 3}, {"lr": 0.333333}], {}, ValueError, "do two differ beyond six digits"),
        ([{"lr": None}], {}, TypeError, "lr of run 0 is None, expected a number or a line of text"),
        ([{"lr": True}], {}, TypeError, "lr of run 0 is True, expected a number"),
        ([{"lr": "a\nb"}], {}, TypeError, "expected a number or a line of text"),
        ([{"lr": hw0}], {}, TypeError, "give a function by its name"),
        ([{"lr": 1}], {"lr": 2}, TypeError, "multiple values .* 'lr'; .* fixed and varied"),
        ([{"lr": 1}], {"seed": hw0}, TypeError, "seed is <function hw0 .*, expected a number"),
        ([{"rate": 1}], {}, TypeError, "unexpected .* 'rate'; it takes data, lr, seed"),
        ([{"lr": 1}], {"holdout": 0}, ValueError, "holdout is 0, expected at least 1"),
        ([{"lr": 1}], {"holdout": 4000}, ValueError, "less than the 4000 rows of the training set"),
        ([{"lr": 1}], {"jobs": 0}, ValueError, "jobs is 0, expected at least 1"),
        ([{"lr": 1}], {"data": "no-such-folder"}, ValueError, "no such folder"),
        ([{"lr": 1}], {"jobs": "pigeons"}, TypeError, "jobs is a str, expected a whole number"),
    ],
)
def test_what_cannot_be_done_is_said_before_writing(runs, settings, error, message, tmp_path):
    with pytest.raises(error, match=message):
        sweep(tmp_path / "new" / "t.csv", runs, task=takes_lr, **settings)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([], TypeError, r"returned \[\] for the run seed=1, expected its rows, a list of dicts"),
        ({"x": 1}, TypeError, "expected its rows, a list of dicts"),
        ([{"x": 1}] * 2, ValueError, "returned 2 rows of x for the run seed=1, expected 1 of"),
        ([{"y": 1}], ValueError, "1 rows of y for the run seed=1, expected 1 of x as in the rest"),
        ([{"x": "a\nb"}], ValueError, "expected one line"),
    ],
)
def test_a_wrong_result_is_named_and_earlier_runs_are_kept(rows, error, message, tmp_path):
    def task(data, *, seed):
        return rows if seed == 1 else [{"x": 0}]

    with pytest.raises(error, match=message):
        sweep(tmp_path / "t.csv", grid(seed=range(3)), task=task, jobs=1)
    assert read_table(partial(tmp_path / "t.csv"))[0]["seed"].tolist() == [0]
    with pytest.raises(ValueError, match="expected different names"):
        sweep(tmp_path / "u.csv", grid(x=[0]), task=lambda data, *, x: [{"x": 1}], jobs=1)


PAGE = Path(__file__).resolve().parents[2] / "book" / "sweeps.md"


def test_the_code_of_the_page_runs_from_top_to_bottom(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(joblib, "cpu_count", lambda: 1)  # no processes: they are tested above
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec("".join(blocks), {})
    assert len(read_table("small.csv")[0]["seed"]) == 2 * 3 * 5 * 2
    assert "test error" in capsys.readouterr().out
    assert list(read_table("active.csv")[0]) == ["init", "seed", "active"]


def test_the_page_names_every_column_and_nothing_that_cannot_be_typed():
    text = PAGE.read_text(encoding="utf-8")
    for name in MEASURED:
        assert f"`{name}`" in text
    for line in re.findall(r"^python -m simple_ml (sweep .*)$", text, re.MULTILINE):
        parser().parse_args(shlex.split(line.rstrip("\\")))


# ---------------------------------------------------------------- a cluster


DASK = """
import os, signal, sys
from pathlib import Path

from distributed import Client, LocalCluster
from simple_ml.__main__ import main
from simple_ml.study.sweep import grid, sweep, trial

FATAL = Path("fatal").absolute()


def deadly(data, *, seed, **settings):
    rows = trial(data, seed=seed, **settings)
    if seed == 7 and not FATAL.exists():  # the first worker dies in this run
        FATAL.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    # Were the data sent with each run, they would not be the same object in the next.
    first = sys.__dict__.setdefault("the_first_images", data[0].base)
    return [row | {"same": int(data[0].base is first)} for row in rows]


if __name__ == "__main__":
    runs = grid(init=["hw0", "fan_in"], seed=range(10))
    settings = {"task": deadly, "hidden_dim": 24, "epochs": (1, 4)}
    line = "sweep line.csv --hidden 8 --lr 0.1 0.2 --epochs 1 --seeds 0-2 --dask"
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": ":0"}
    with LocalCluster(**options) as cluster, Client(cluster):
        sweep("cluster.csv", runs, jobs="dask", **settings)
        assert main([*line.split(), cluster.scheduler_address]) == 0
    sweep("sequential.csv", runs, jobs=1, **settings)
"""


@posix
def test_a_cluster_that_loses_a_worker_writes_the_same_bytes_and_goes_on(tmp_path):
    pytest.importorskip("distributed", reason="optional: pip install -e '.[cluster]'; locked here")
    (tmp_path / "script.py").write_text(DASK)
    command = [sys.executable, "-W", "error", "script.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "fatal").exists()
    cluster = tmp_path / "cluster.csv"
    assert cluster.read_bytes() == (tmp_path / "sequential.csv").read_bytes()
    assert read_table(cluster)[0]["same"].all()
    assert "|  hw0 |          8 |" in done.stdout  # the command line
    assert read_table(tmp_path / "line.csv")[0]["seed"].tolist() == [0, 1, 2, 0, 1, 2]
