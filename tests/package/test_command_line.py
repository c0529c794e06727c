import functools
import re
import shlex
import subprocess
import sys

import pytest

import simple_ml.study.sweep
from simple_ml.__main__ import main
from simple_ml.study.results import best, read_table, select
from simple_ml.training import HEADER

COMMANDS = ["train", "softmax", "sweep", "check"]


@pytest.mark.parametrize("command", ["train", "softmax"])
def test_training_from_a_terminal_prints_the_table(command, capsys):
    assert main([command, "--epochs", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == HEADER
    assert len(out) == 2


def test_a_seed_changes_the_start_and_the_same_seed_repeats_it(capsys):
    tables = []
    for seed in ("1", "1", "2"):
        main(["train", "--epochs", "1", "--hidden", "5", "--seed", seed])
        tables.append(capsys.readouterr().out)
    assert tables[0] == tables[1] != tables[2]


@pytest.mark.parametrize("arguments", [["--help"], *([c, "--help"] for c in COMMANDS)])
def test_help_explains_itself_and_exits_with_0(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 0
    assert "usage: python -m simple_ml" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["train", "--hidden", "0"], "0 is too small, expected at least 1"),
        (["train", "--hidden", "ten"], "'ten' is not a whole number"),
        (["train", "--lr", "nan"], "nan is not a finite number"),
        (["train", "--lr", "fast"], "'fast' is not a number"),
        (["train", "--batch", "-5"], "-5 is too small"),
        (["train", "--epochs", "-1"], "-1 is too small"),
        (["train", "--init", "xavier"], "init is 'xavier', expected one of hw0"),
        (["train", "--seed", "-1"], "-1 is too small"),
        (["softmax", "--hidden", "10"], "unrecognized arguments: --hidden 10"),
        (["train", "--data", "no-such-folder"], "no-such-folder"),
        (["train", "--wrong"], "unrecognized arguments: --wrong"),
        (["sweep"], "required: TABLE.csv"),
        (["sweep", "t.csv", "--init", "hw0", "he+he+he"], "or a pair, one for each layer"),
        (["sweep", "t.csv", "--seeds", "5-3"], "5-3 is empty, expected the smaller seed first"),
        (["sweep", "t.csv", "--seeds", "0-"], "'' is not a whole number"),
        (["sweep", "t.csv", "--epochs", "0", "5"], "0 is too small, expected at least 1"),
        (["sweep", "t.csv", "--epochs", "5", "1"], "epochs is (5, 1), expected at least one"),
        (["sweep", "t.csv", "--lr", "0.1", "0.1"], "expected each run once"),
        (["sweep", "t.csv", "--gain", "0"], "gain is 0.0, expected a positive number"),
        (["sweep", "t.csv", "--jobs", "0"], "0 is too small, expected at least 1"),
        (["sweep", "t.csv", "--holdout", "4000"], "less than the 4000 rows"),
        (["sweep", __file__], "write to another file, or delete it"),
    ],
)
def test_a_bad_flag_gets_one_line_and_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    err = capsys.readouterr().err
    assert stopped.value.code == 2
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("lr", "code", "rows", "message"),
    [("1e20", 1, 0, "a lower learning rate"), ("1000", 0, 2, "the network is dead: ")],
)
def test_a_run_that_diverged_or_died_says_so_in_one_line_below_the_table(lr, code, rows, message):
    command = [sys.executable, "-m", "simple_ml", "train", "--epochs", "2", "--lr", lr]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert done.stdout.count("\n") == 1 + rows
    assert re.fullmatch(rf"python -m simple_ml: .*{message}.*\n", done.stderr)


@pytest.mark.parametrize("module", ["simple_ml", "simple_ml.study.sweep"])
def test_importing_leaves_what_is_heavy_alone(module):
    heavy = {"matplotlib", "sympy", "joblib", "threadpoolctl", "pooch", "requests", "distributed"}
    code = f"import sys, {module}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


SWEEP = "--init hw0 hw0+fan_in --hidden 8 --lr 0.05 0.1 0.2 --epochs 1 2 --jobs 1".split()


def test_a_sweep_prints_the_best_rates_chosen_on_the_validation_digits(tmp_path, capsys):
    path = tmp_path / "t.csv"
    assert main(["sweep", str(path), *SWEEP, "--seeds", "0-1", "4"]) == 0
    table, how = read_table(path)
    assert sorted(set(table["seed"])) == [0, 1, 4]
    typed = f"{shlex.quote(str(path))} {' '.join(SWEEP)} --seeds 0-1 4"
    assert how["command"] == f"python -m simple_ml sweep {typed}"
    lines = capsys.readouterr().out.splitlines()
    for line, init in zip(lines[1:3], ["hw0", "hw0+fan_in"], strict=True):
        rows = select(table, init=init, epoch=2)
        lr = best(rows, "lr", by="valid_err")
        chosen = select(rows, lr=lr)
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[:3] == [init, "8", f"{lr:g}" + "*" * (lr in (0.05, 0.2))]
        assert cells[3] == f"{100 * chosen['valid_err'].mean():.2f} %"
        assert cells[4].startswith(f"{100 * chosen['test_err'].mean():.2f} ± ")
        assert cells[5] == "3"
    assert len({len(line) for line in lines[:3]}) == 1


def test_a_sweep_goes_on_where_it_stopped_and_says_so(tmp_path, capsys, monkeypatch):
    path, runs = str(tmp_path / "t.csv"), []
    trial = simple_ml.study.sweep.trial

    @functools.wraps(trial)  # a sweep reads its name and its parameters
    def stops(data, **settings):
        runs.append(settings["lr"])
        if len(runs) == 3:
            raise KeyboardInterrupt
        return trial(data, **settings)

    monkeypatch.setitem(simple_ml.study.sweep.sweep.__kwdefaults__, "task", stops)
    with pytest.raises(SystemExit) as stopped:
        main(["sweep", path, *SWEEP])
    assert stopped.value.code == 130
    assert capsys.readouterr().err.endswith("the same command goes on where it stopped\n")
    assert main(["sweep", path, *SWEEP]) == 0
    assert runs == [0.05, 0.1, 0.2, 0.2, 0.05, 0.1, 0.2]


def test_a_sweep_says_when_every_learning_rate_diverges(tmp_path, capsys):
    arguments = "--lr 1e30 --epochs 1 --gain 1 2 --draw uniform --hidden 4 --jobs 1".split()
    assert main(["sweep", str(tmp_path / "t.csv"), *arguments]) == 0
    out = capsys.readouterr().out
    assert "| init | hidden_dim |    draw | gain | best lr | valid err |" in out
    assert out.count("|    none |  diverged |") == 2


def test_asking_for_a_cluster_without_dask_gets_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SystemExit) as stopped:
        main(["sweep", str(tmp_path / "t.csv"), "--dask", "tcp://127.0.0.1:8786"])
    assert stopped.value.code == 2
    assert "python -m pip install distributed" in capsys.readouterr().err
    assert not (tmp_path / "t.csv").exists()
