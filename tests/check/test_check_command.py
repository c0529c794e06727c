"""`two-layers check`: which files it takes, what it says of them, and how it ends."""

import json
import os
import re
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from simple_ml.check import check, command, homework
from simple_ml.check.homework import FromFile, Unusable

LOSS = """\
import numpy as np
def softmax_loss(Z, y):
    Z = Z - Z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y])
"""
ERR = "def loss_err(h, y):\n    return softmax_loss(h, y), np.mean(h.argmax(axis=1) != y)\n"
UNSHIFTED = LOSS.replace("    Z = Z - Z.max(axis=1, keepdims=True)\n", "")
SUMMED = LOSS.replace("np.mean", "np.sum")


@pytest.fixture
def write(tmp_path):
    def write(text, name="hw.py", encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(textwrap.dedent(text).encode(encoding))
        return path

    return write


def notebook(*cells):
    code = [{"cell_type": "code", "source": cell.splitlines(True), "outputs": []} for cell in cells]
    return json.dumps({"cells": [{"cell_type": "markdown", "source": []}, *code]})


# ---------------------------------------------------------------- on a terminal


def terminal(*arguments, folder=None):
    script = Path(sys.executable).with_name("two-layers")
    assert script.exists(), "install the package anew: pip install --no-deps -e ."
    return subprocess.run(
        [script, "check", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


def test_the_homework_is_checked_where_its_file_is_called_as_the_package(write):
    """`python -m simple_ml` would run the homework there."""
    path = write(SUMMED + "if __name__ == '__main__':\n    print('mine')\n", "src/simple_ml.py")
    for folder, name in ((path.parent, "simple_ml.py"), (path.parent.parent, "src/simple_ml.py")):
        ran = terminal(name, folder=folder)
        assert ran.returncode == 1
        assert ran.stdout.startswith("softmax_loss: wrong: loss_summed\n")
        assert ran.stderr == ""


def test_the_exit_code_says_whether_all_functions_meet_the_assignment(write):
    path = write(UNSHIFTED + ERR)
    ran = terminal(path)
    assert ran.returncode == 0
    assert "softmax_loss: meets the assignment, but: no_max_shift" in ran.stdout
    assert "loss_err: right but for softmax_loss, which it calls" in ran.stdout
    ran = terminal(path, "--strict")
    assert ran.returncode == 1
    assert "softmax_loss: wrong: no_max_shift" in ran.stdout
    ran = terminal(write("x = 1\n"))
    assert ran.returncode == 2
    assert "hw.py is a file, and defines none of parse_mnist, softmax_loss, " in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_the_verdicts_are_objects_for_a_program_and_a_file_for_gradescope(write, tmp_path):
    path = write(UNSHIFTED + ERR.replace("!=", "=="))
    results = tmp_path / "results.json"
    ran = terminal(path, "--json", "--gradescope", results)
    assert ran.returncode == 1
    loss, err = json.loads(ran.stdout)
    assert loss.pop("seconds") < 60
    assert loss == {
        "function": "softmax_loss",
        "verdict": "meets",
        "names": ["no_max_shift"],
        "beyond": ["no_max_shift"],
    }
    assert (err["verdict"], err["names"][0]) == ("wrong", "accuracy_for_error")
    tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    assert [(t["name"], t["score"], t["max_score"], t["status"]) for t in tests] == [
        ("softmax_loss", 1, 1, "passed"),
        ("loss_err", 0, 1, "failed"),
    ]
    assert "accuracy_for_error" in tests[1]["output"]
    ran = terminal(write("import no_such_thing\n" + LOSS), "--gradescope", results)
    assert ran.returncode == 2
    (test,) = json.loads(results.read_text(encoding="utf-8"))["tests"]
    assert test["status"] == "failed"
    assert "no_such_thing" in test["output"]


# ---------------------------------------------------------------- which files


def names_in(path):
    return list(homework.functions_in(homework.find(path)))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (LOSS, "utf-8"),
        (LOSS, "utf-8-sig"),  # as Windows marks its files
        (LOSS.replace("\n", "\r\n"), "utf-8"),
        ("# -*- coding: gbk -*-\n# 损失\n" + LOSS, "gbk"),
        ("# -*- coding: latin-1 -*-\n# perte é\n" + LOSS, "latin-1"),
        ("try:\n    import numpy as np\nexcept ImportError:\n    pass\n" + LOSS, "utf-8"),
        ("if True:\n" + textwrap.indent(LOSS, "    "), "utf-8"),
        ("from simple_ml import softmax_loss as right\n" + LOSS, "utf-8"),
        ("import simple_ml\nsoftmax_loss = lambda Z, y: simple_ml.softmax_loss(Z, y)\n", "utf-8"),
        (LOSS + "import sys\nprint(sys.argv)\n__name__ == '__main__' and sys.exit(1)\n", "utf-8"),
    ],
)
def test_a_file_is_taken_as_python_takes_it(write, text, encoding):
    path = write("", "hw.py")
    path.write_bytes(text.encode(encoding))
    assert names_in(path) == ["softmax_loss"]
    assert command.main(path) == 0


def test_functions_may_come_from_another_file(write):
    write(LOSS, "part.py")
    assert names_in(write("from part import softmax_loss\n")) == ["softmax_loss"]
    write(LOSS, "simple_ml.py")  # called as the book's package: the file beside it is meant
    assert names_in(write("from simple_ml import *\n")) == ["softmax_loss"]
    assert sys.modules["simple_ml"].__path__  # here it is still the book's


def test_functions_of_the_book_are_not_a_homework(write):
    with pytest.raises(Unusable, match="is defined inside a branch that is not run"):
        names_in(write("from simple_ml import softmax_loss\n"))


def test_a_notebook_is_checked_cell_by_cell(write, capsys):
    cells = notebook("%matplotlib inline\n!pip install x\nimport numpy as np", LOSS, "%%time\nx(")
    path = write(cells, "hw.ipynb")
    assert command.main(path) == 0
    assert capsys.readouterr().out.startswith("softmax_loss: right\n")
    path = write(notebook("1", "def softmax_loss(Z, y):\n    return Z.nothing"), "hw.ipynb")
    assert command.main(path) == 1
    assert "hw.ipynb, cell 2, line 2, in softmax_loss: return Z.nothing" in capsys.readouterr().out


def test_a_folder_stands_for_the_one_file_in_it(write, tmp_path):
    write("x = 1", "other.py"), write("x = (1", "no_python.py"), (tmp_path / "folder.py").mkdir()
    path = write(LOSS, "part.py")
    assert homework.find(tmp_path).path == path
    write(LOSS, "second.py")
    with pytest.raises(Unusable, match=r"is a folder; name one file in it: part\.py, second\.py"):
        homework.find(tmp_path)
    course = write(LOSS, "src/simple_ml.py")  # the course's own file comes first
    assert homework.find(tmp_path).path == course
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unusable, match="is a folder, and no file in it defines any of"):
        homework.find(tmp_path / "empty")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = (1\n", "hw.py, line 1: '(' was never closed"),
        ("def f():\nx = 1\n", "hw.py, line 2: expected an indented block"),
        (b"\xff\xfe", "hw.py is not a Python file: it is not UTF-8 text"),
        ("# coding: no-such-code\n", "does not name another encoding"),
        (b"x = 1\0", "null bytes"),
        ("x = 1\n", "hw.py is a file, and defines none of parse_mnist, softmax_loss, "),
        ("class A:\n    def softmax_loss(self, Z, y): ...", "inside A, line 1, where it cannot be"),
        ("import no_such_thing\n" + LOSS, "(hw.py, line 1, in <module>: import no_such_thing)"),
        ("open('data/x')\n" + LOSS, 'read files below `if __name__ == "__main__":` only'),
        (LOSS + "raise SystemExit(3)\n", "(hw.py, line 5, in <module>: raise SystemExit(3))"),
        (LOSS + "import os\nos._exit(3)\n", "the process exited with code 3"),
    ],
)
def test_a_file_that_cannot_be_checked_is_told_why_in_one_sentence(write, text, says):
    path = write("")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Unusable, match=re.escape(says)) as refusal:
        command.main(path)
    assert "None" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_training_at_import_is_found_soon_and_slow_imports_are_waited_for(write, monkeypatch):
    path = write(LOSS + "import time\ntime.sleep(60)\n")
    start = time.monotonic()
    with pytest.raises(
        Unusable, match=r"does not finish .* line 6, .* `if __name__ == "
    ) as refusal:
        command.main(path)
    assert time.monotonic() - start < 20
    assert "time.sleep(60)" in str(refusal.value)
    monkeypatch.setattr(homework, "SOON", 0.2)
    write("import time\ntime.sleep(1)\n", "slow.py")
    assert names_in(write("import slow\n" + LOSS)) == ["softmax_loss"]


def test_installed_libraries_are_imported_once_for_all_functions(write, monkeypatch):
    loaded = []
    monkeypatch.setattr(homework.importlib, "import_module", loaded.append)
    write("", "part.py"), write("Memory = 1", "joblib.py")  # its own comes first
    text = "import this, part\nimport matplotlib.pyplot as plt\nfrom joblib import Memory\n"
    homework._load_libraries(homework.find(write(text + LOSS)))
    assert loaded == ["matplotlib.pyplot", "numpy"]


def test_the_time_that_an_import_takes_is_not_the_functions(write):
    path = write("import time\ntime.sleep(0.3)\n" + LOSS)
    assert check(FromFile(homework.find(path), "softmax_loss", 2), "softmax_loss").remarks == ()


def test_a_notebook_that_is_none_is_refused(write):
    for text in ("{}", "not json", '{"cells": 3}'):
        with pytest.raises(Unusable, match=r"hw\.ipynb is not a notebook that can be read"):
            homework.find(write(text, "hw.ipynb"))
    with pytest.raises(Unusable, match="in a cell: from simple_ml import check"):
        homework.find(write(notebook("x = 1"), "hw.ipynb"))


# ---------------------------------------------------------------- what is checked


def test_the_known_functions_are_checked_one_after_another(write, capsys):
    he = "def he(n, d, rng): return rng.normal(0, (2 / n) ** 0.5, (n, d))\n"
    path = write(he + ERR + LOSS + "def other(): pass\n")
    for names in ((), ("he", "loss_err")):
        assert command.main(str(path), names) == 0
        texts = capsys.readouterr().out.split("\n\n" + "─" * 72 + "\n\n")
        assert [text.split("\n")[0] for text in texts] == [
            f"{name}: right" for name in names or ("softmax_loss", "loss_err", "he")
        ]
    with pytest.raises(Unusable, match=r"no function 'nn_epoch' .* expected one of softmax_loss, "):
        command.main(path, ["nn_epoch"])
    assert capsys.readouterr().out == ""  # before any report is made


def test_a_report_is_told_in_full_if_asked_and_a_function_has_as_long_as_it_is_given(write, capsys):
    path = write(UNSHIFTED.replace("np.mean", "np.sum"))
    for full in (False, True):
        assert command.main(path, full=full) == 1
        assert capsys.readouterr().out.count("The smallest input that shows") == 1 + full
    assert command.main(write("def softmax_loss(Z, y):\n    while True: pass"), limit=0.5) == 1
    assert "0.5 s" in capsys.readouterr().out


def test_a_function_is_run_in_the_folder_of_the_homework(write, monkeypatch):
    """The course's tests run in the folder above `src`, and find `data` there."""
    path = write("import os\nHERE = os.getcwd()\n" + LOSS, "src/hw.py")
    monkeypatch.chdir("/")
    monkeypatch.setattr(sys, "path", list(sys.path))
    function = FromFile(homework.find(path), "softmax_loss", 2)
    function.prepare()
    assert function.function.__globals__["HERE"] == str(path.parent.parent)
    assert function.function.__globals__["__name__"] == "homework"


def test_an_empty_body_is_seen_without_running_it(write, capsys):
    path = write('def softmax_loss(Z, y):\n    """Return."""\n    ### YOUR CODE\n    pass\n' + ERR)
    assert command.main(write("import numpy as np\n" + path.read_text())) == 1
    out = capsys.readouterr().out
    assert out.startswith("softmax_loss: wrong: not_written\n")
    assert "loss_err: right but for softmax_loss" in out


# ---------------------------------------------------------------- the page for teachers

PAGE = Path(__file__).resolve().parents[2] / "notebooks" / "check_your_homework.ipynb"


def teachers(language):
    """Return the blocks of code on the page, below the heading “For teachers”."""
    cells = json.loads(PAGE.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return re.findall(rf"```{language}\n(.*?)```", text.split("## For teachers")[1], re.DOTALL)


@pytest.fixture
def course(write, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    step = "for i in range(0, len(X), batch): pass"
    return write(
        SUMMED + f"def nn_epoch(X, y, W1, W2, lr=0.1, batch=100):\n    {step}\n", "src/simple_ml.py"
    )


def test_the_commands_for_teachers_run_as_written(course, tmp_path):
    lines = teachers("")[0].splitlines()
    assert len(lines) == 4
    for line in lines:
        ran = subprocess.run(line.split(), cwd=tmp_path, capture_output=True, text=True)
        assert ran.returncode == 1, line
        assert "loss_summed" in ran.stdout or "nn_epoch: wrong: not_in_place" in ran.stdout
    assert json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["tests"]


def test_the_test_for_teachers_runs_in_the_homeworks_own_folder(course, tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_homework.py").write_text(teachers("python")[0], encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    for text, outcome in ((LOSS, "1 passed"), (SUMMED, "1 failed")):
        course.write_text(text, encoding="utf-8")
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert outcome in ran.stdout
    assert "loss_summed" in ran.stdout
    course.write_text("import no_such_thing\n" + LOSS, encoding="utf-8")
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "cannot be imported" in ran.stdout
