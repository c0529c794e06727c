import subprocess
import sys

import pytest

from simple_ml.__main__ import main
from simple_ml.training import HEADER


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "simple_ml", *arguments],
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


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


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["softmax", "--help"]])
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
        (["train", "--init", "xavier"], "invalid choice: 'xavier'"),
        (["train", "--seed", "-1"], "-1 is too small"),
        (["softmax", "--hidden", "10"], "unrecognized arguments: --hidden 10"),
        (["train", "--data", "no-such-folder"], "no-such-folder"),
        (["train", "--wrong"], "unrecognized arguments: --wrong"),
    ],
)
def test_a_bad_flag_gets_one_line_and_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    err = capsys.readouterr().err
    assert stopped.value.code == 2
    assert err.count("\n") == 1
    assert message in err


def test_a_diverging_run_says_so_in_one_line_and_exits_with_1():
    done = run("train", "--epochs", "3", "--lr", "1e20")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "lower learning rate" in done.stderr


def test_no_progress_bar_reaches_a_file():
    done = run("train", "--epochs", "1")
    assert done.returncode == 0
    assert done.stderr == ""


def test_importing_the_package_leaves_plots_symbols_and_downloads_alone():
    heavy = {"matplotlib", "sympy", "joblib", "pooch", "requests"}
    code = f"import sys, simple_ml; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
