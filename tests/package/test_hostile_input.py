"""Whatever comes in, the answer is right or a sentence, and nothing that was finished is lost.

Files, tables and command lines that nobody would write on purpose, found by hypothesis;
then interrupts, full disks and killed processes. What is ordinary is tested beside its module.
"""

import contextlib
import gzip
import io
import os
import signal
import string
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import simple_ml.__main__ as command_line
from simple_ml import load_mnist
from simple_ml.datasets import parse_mnist
from simple_ml.study import sweep
from simple_ml.study.results import read_table, write_table

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has neither these signals nor limits")
# The next example may get the same folder: every file in it is written anew.
IN_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def sentence(error, name=""):
    """Assert that an exception says something in one line, with `name`, without Python's jargon."""
    text = str(error)
    assert text.strip()
    assert "\n" not in text
    assert "Traceback" not in text
    assert name in text


def edited(content, place, value):
    return content[:place] + bytes([value]) + content[place + 1 :]


# ---------------------------------------------------------------- files of digits

ANY = st.integers(0, 4) | st.integers(0, 2**32 - 1) | st.sampled_from([28, 784, 2049, 2051, 2**31])


def idx(magic, dims, body):
    return b"".join(int(n).to_bytes(4, "big") for n in (magic, *dims)) + body


def nested(body, depth):
    for _ in range(depth):
        body = gzip.compress(body, mtime=0)
    return body


DEPTH = st.integers(0, 2)
DECLARED = st.builds(
    lambda magic, dims, size, depth, cut: nested(idx(magic, dims, bytes(size)), depth)[:cut],
    magic=st.sampled_from([2049, 2051]) | ANY,
    dims=st.tuples(ANY) | st.tuples(ANY, st.just(28), st.just(28)) | st.lists(ANY, max_size=4),
    size=st.integers(0, 4).map(lambda n: 784 * n) | st.integers(0, 3_000_000),
    depth=DEPTH,
    cut=st.none() | st.integers(-40, 40),
)
RIGHT = st.sampled_from([idx(2051, (1, 28, 28), bytes(784)), idx(2049, (1,), b"7")])
DAMAGED = st.builds(
    edited, st.builds(nested, RIGHT, DEPTH), st.integers(0, 40), st.integers(0, 255)
)
IDX_FILES = DECLARED | DAMAGED | st.binary(max_size=200) | st.binary().map(gzip.compress)


@settings(IN_FOLDER, max_examples=200)
@given(images=IDX_FILES, labels=IDX_FILES)
@example(nested(idx(2051, (2**31, 28, 28), bytes(3_000_000)), 1), b"")
@example(nested(idx(2049, (3,), bytes(3_000_000)), 2), nested(bytes(3_000_000), 1))
def test_any_files_are_parsed_or_refused_in_a_sentence(tmp_path, memory_below, images, labels):
    paths = tmp_path / "images", tmp_path / "labels"
    for path, content in zip(paths, (images, labels), strict=True):
        path.write_bytes(content)
    # What a header declares is read if the file can hold it: at most 3 MB of bytes here.
    with memory_below(8e6):
        try:
            X, y = parse_mnist(*paths)
            assert X.shape == (len(y), 784)
        except ValueError as error:
            sentence(error)


@settings(max_examples=60)
@given(st.text(max_size=30) | st.sampled_from(["\0", "a" * 5000, "~nobody", "/dev/null"]))
def test_data_of_any_name_is_found_or_refused(name):
    with contextlib.suppress(ValueError, OSError):  # and no other
        load_mnist(name if name != "full" else "ful")


@settings(IN_FOLDER, max_examples=30)
@given(st.lists(st.none() | st.binary(max_size=60), min_size=4, max_size=4))
def test_a_folder_of_any_files_is_refused(tmp_path, contents):
    names = [f"{a}-{b}" for a in ("train", "t10k") for b in ("images-idx3", "labels-idx1")]
    for name, content in zip(names, contents, strict=True):
        (tmp_path / f"{name}-ubyte").unlink(missing_ok=True)
        if content is not None:
            (tmp_path / f"{name}-ubyte").write_bytes(content)
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        load_mnist(tmp_path)
    sentence(caught.value)


# ---------------------------------------------------------------- tables

CELL = st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=8)
CELL |= st.text(alphabet='",\n\r# :\u2028é\0', max_size=4)
NAME = st.text(max_size=6)
TABLES = st.integers(1, 3).flatmap(
    lambda width: st.tuples(
        st.lists(NAME, min_size=width, max_size=width),
        st.lists(st.tuples(*[CELL] * width), max_size=4),
        st.dictionaries(NAME, st.one_of(st.text(max_size=8), st.floats()), max_size=3),
    )
)


@settings(IN_FOLDER, max_examples=200)
@given(TABLES)
@example((["# a", "b"], [(1, 2)], {}))
@example((["a"], [("x\n",)], {"key": "value\n"}))
def test_a_table_is_read_back_as_it_was_written_or_not_written(tmp_path, table):
    columns, rows, how = table
    path = tmp_path / "t.csv"
    path.unlink(missing_ok=True)
    try:
        write_table(path, columns, rows, how)
    except ValueError as error:
        sentence(error)
        assert list(tmp_path.iterdir()) == []
        return
    found, read_how = read_table(path)
    assert list(found) == columns
    assert read_how == {key: str(value) for key, value in how.items()}
    for column, values in zip(found.values(), zip(*rows, strict=True), strict=False):
        for got, wanted in zip(column.tolist(), values, strict=True):
            if isinstance(got, str) and not isinstance(wanted, float):
                assert got == str(wanted)
            elif isinstance(got, int) and isinstance(wanted, int):
                assert got == wanted
            else:  # a float, written with six digits; or what reads as one, beside floats
                rel = 1e-5 if isinstance(wanted, float) else 0
                assert float(got) == pytest.approx(float(wanted), rel=rel, nan_ok=True)


GOOD = b"# command: x\n# lr: 0.2\nepoch,loss\n1,0.5\n2,0.25\n"


@settings(IN_FOLDER, max_examples=200)
@given(
    st.binary(max_size=80)
    | st.text(alphabet='a1,.#: "\n\r\0', max_size=40).map(str.encode)
    | st.builds(edited, st.just(GOOD), st.integers(0, len(GOOD) - 1), st.integers(0, 255))
)
@example(b"a\n" + b"x" * 140_000 + b"\n")
@example(b"a\n99999999999999999999\n")
@example(b"\xff\xfe")
def test_any_bytes_are_read_as_a_table_or_refused_with_the_files_name(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    try:
        columns, _ = read_table(path)
    except ValueError as error:
        sentence(error, "t.csv")
    else:
        assert len({len(column) for column in columns.values()}) <= 1


# ---------------------------------------------------------------- the command line

WORDS = st.one_of(
    st.sampled_from(
        """
        train softmax check --epochs --batch --lr --hidden --init --seed --data --help -h -- --no
        -1 0 1 2 0.5 nan inf 1e400 embedded full he hw0 hw0+fan_in x.py check.py no_mask
        """.split()
    ),
    st.text(max_size=6),
    st.text(alphabet=string.digits + "-.e+_", max_size=30),
)


@pytest.fixture
def no_work(monkeypatch, tmp_path):
    """Leave the parsing and the messages, and take away what takes long."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.py").write_text("x = 1\n")
    (tmp_path / "check.py").write_text("def no_mask(\n")
    monkeypatch.setenv("SIMPLE_ML_DATA", str(tmp_path))
    monkeypatch.setattr(command_line, "train_from", lambda *data, **options: None)
    monkeypatch.setattr(command_line, "train_softmax", lambda *data, **options: None)


def ran(arguments):
    """Return exit code, standard output and standard error of a command line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = command_line.main(arguments)
        except SystemExit as stopped:
            code = stopped.code
    return code, out.getvalue(), err.getvalue()


@settings(IN_FOLDER, max_examples=150)
@given(st.lists(WORDS, max_size=7))
@example(["train", "a\nb"])
@example(["check", "\0"])
@example(["check", "a" * 5000])
@example(["train", "--data", "\0"])
@example(["train", "--epochs", "9" * 5000])
def test_any_command_line_works_or_gets_one_line_and_code_2(no_work, arguments):
    code, out, err = ran(arguments)
    assert code in (0, 2)
    assert err.count("\n") == (code == 2)
    assert err.startswith("python -m simple_ml" if code else "")
    assert "Traceback" not in out + err


HOMEWORK = {
    "deep": b"-" * 100_000 + b"1",
    "open": b"(" * 5000,
    "long": b"def softmax_loss(Z, y): return 1" + b" + 1" * 50_000,
}


@pytest.mark.parametrize("content", HOMEWORK.values(), ids=HOMEWORK)
def test_a_file_too_deep_or_too_long_is_checked_or_refused_in_a_sentence(tmp_path, content):
    path = tmp_path / "mine.py"
    path.write_bytes(content)
    code, _, err = ran(["check", str(path)])
    assert code in (1, 2)
    if code == 2:
        sentence(err.rstrip("\n"), "mine.py")


def terminal(*arguments):
    # A job in a shell's background ignores Ctrl-C and hands that on: `make test &` would not end.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    command, pipe = [sys.executable, "-m", "simple_ml", *arguments], subprocess.PIPE
    try:
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_network_that_does_not_fit_into_memory_gets_one_line():
    with terminal("train", "--hidden", "99999999999") as process:
        _, err = process.communicate()
    assert process.returncode in (1, 2)
    assert err.count("\n") == 1


@posix
@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_a_training_that_is_stopped_has_shown_every_finished_epoch_and_no_traceback(end, code):
    with terminal("train", "--hidden", "5", "--epochs", "100000") as process:
        shown = [process.stdout.readline() for _ in range(4)]
        process.send_signal(end)
        out, err = process.communicate(timeout=300)
    assert process.returncode == code
    assert "Traceback" not in err
    lines = [*shown, *out.splitlines(keepends=True)]
    assert [int(line.split("|")[1]) for line in lines[1:]] == list(range(len(lines) - 1))
    assert all(line.endswith("|\n") for line in lines)


@posix
def test_a_closed_pipe_ends_training_quietly():
    with terminal("train", "--hidden", "5", "--epochs", "100000") as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=300) == 141
        assert process.stderr.read() == ""


# ---------------------------------------------------------------- full disks


def limited(code, path, size):
    """Run a program on `path` whose disk is full: no file can be longer than `size` bytes."""
    import resource

    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-B", "-c", textwrap.dedent(code), path]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True, preexec_fn=limit)
    assert "File too large" in done.stderr


@posix
def test_a_full_disk_leaves_the_old_table_and_no_other_file(tmp_path):
    path = tmp_path / "t.csv"
    write_table(path, ["x"], [(1,)], {})
    code = """
        import sys
        from simple_ml.study.results import write_table
        write_table(sys.argv[1], ["x"], [(i,) for i in range(10_000)], {})
    """
    limited(code, path, size=8192)
    assert read_table(path)[0]["x"].tolist() == [1]
    assert [entry.name for entry in tmp_path.iterdir()] == ["t.csv"]


# ---------------------------------------------------------------- the sweep's file


def measured(data, *, a, b):
    """Return two rows that depend on nothing but the settings."""
    return [{"epoch": epoch, "value": a * 10 + b / epoch} for epoch in (1, 2)]


RUNS = sweep.grid(a=[1, 2, 3], b=[0.5, 0.25])


def swept(path):
    sweep.sweep(path, RUNS, task=measured, jobs=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a finished sweep; from now on the digits and their digests are known."""
    path = tmp_path_factory.mktemp("sweep") / "whole.csv"
    swept(path)
    data = load_mnist()
    how = sweep.provenance("x", data)
    rest = {key: value for key, value in how.items() if key != "command"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "load_mnist", lambda *_, **__: data)
        patch.setattr(sweep, "provenance", lambda c, _, **more: {"command": c, **more} | rest)
        yield path.read_bytes()


@settings(IN_FOLDER, max_examples=60)
@given(st.data())
def test_a_sweep_whose_file_was_cut_anywhere_is_resumed_to_the_same_bytes(tmp_path, whole, data):
    path = tmp_path / "t.csv"
    path.unlink(missing_ok=True)
    cut = data.draw(st.integers(0, len(whole)))
    begun = tmp_path / data.draw(st.sampled_from(["t.csv", ".t.csv.partial"]))
    begun.write_bytes(whole[:cut])
    try:
        swept(path)
    except ValueError as error:  # cut inside the head: nothing was finished
        sentence(error, "t.csv")
        assert begun.read_bytes() == whole[:cut]
        begun.unlink()
        assert whole[:cut].count(b"\n") < whole.count(b"\n# ") + 2
    else:
        assert path.read_bytes() == whole


@settings(IN_FOLDER, max_examples=80)
@given(st.data())
def test_a_sweep_whose_file_was_damaged_is_resumed_or_refused_and_never_lost(tmp_path, whole, data):
    path = tmp_path / "t.csv"
    at = data.draw(st.integers(0, len(whole) - 1))
    value = data.draw(st.integers(0, 255))
    lines = whole.splitlines(keepends=True)
    number = whole[:at].count(b"\n")
    ways = (
        edited(whole, at, value),
        whole[:at] + bytes([value]) + whole[at:],  # a byte too many, and one too few
        whole[:at] + whole[at + 1 :],
        b"".join(lines[:number] + lines[number + 1 :]),
        b"".join(lines[:number] + lines[number:][::-1]),
    )
    damaged = data.draw(st.sampled_from(ways))
    path.write_bytes(damaged)
    try:
        swept(path)
    except ValueError as error:
        sentence(error, "t.csv")
        assert path.read_bytes() == damaged
    else:
        table, _ = read_table(path)
        for name in ("a", "b"):
            assert table[name].tolist() == [run[name] for run in RUNS for _ in range(2)]
        assert [entry.name for entry in tmp_path.iterdir()] == ["t.csv"]


@posix
def test_a_sweep_on_a_full_disk_keeps_what_it_wrote_and_goes_on_later(tmp_path, whole):
    path = tmp_path / "t.csv"
    code = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from test_hostile_input import swept
        swept(sys.argv[1])
    """
    limited(code, path, size=len(whole) - 30)
    (partial,) = tmp_path.iterdir()
    assert partial.name == ".t.csv.partial"
    assert partial.read_bytes().count(b"\n2,") >= 1
    swept(path)
    assert path.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [path]
