"""The child process: what comes back from it, and what of a value or a traceback is kept."""

import inspect
import os
import pickle
import random
import signal
import struct
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from simple_ml.check import check, command, gradients, initializer, sandbox
from simple_ml.check.sandbox import Died, Hung, Line, Odd, Raised, Ran

# ---------------------------------------------------------------- values


@pytest.mark.parametrize("value", [None, True, 3, 2.5, 1 + 2j, np.float32(0.5), np.bool_(True)])
def test_numbers_are_kept_as_they_are(value):
    assert sandbox._plain(value) is value


def test_arrays_are_kept_and_their_subclasses_are_not():
    kept = sandbox._plain(np.array([1, 2], np.uint8).view(np.matrix))
    assert type(kept) is np.ndarray
    assert (kept.dtype, kept.tolist()) == (np.uint8, [[1, 2]])
    for kind in "?", "u2", "i4", "f4", "c8":
        assert sandbox._plain(np.zeros(2, kind)).dtype == kind
    for odd in (np.array(["a"]), np.array([None]), np.array(["2026"], "M8[Y]")):
        assert isinstance(sandbox._plain(odd), Odd)


def test_ten_million_entries_are_worth_sending():
    assert sandbox._plain(np.broadcast_to(np.uint8(1), 10**7)).shape == (10**7,)
    assert type(sandbox._plain(np.broadcast_to(np.uint8(1), 10**7 + 1))) is Odd


class Rude(Exception):
    def __str__(self):
        raise RuntimeError

    __repr__ = __str__


HUNDRED = dict.fromkeys(range(100))


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ([1, (2, [3.0])], (1, (2, (3.0,)))),
        ({1: [2], "two": 3}, {1: (2,)}),
        ([[[[1]]]], ((((1,),),),)),
        ([[[[[1]]]]], ((((Odd("list", "[1]"),),),),)),
        ({1: {1: {1: {1: {1: 1}}}}}, {1: {1: {1: {1: Odd("dict", "{1: 1}")}}}}),
        ([0] * 100, (0,) * 100),
        ([0] * 101, Odd("list", "[" + 18 * "0, " + "0,…")),
        (HUNDRED, HUNDRED),
        (HUNDRED | {100: None}, Odd("dict", repr(HUNDRED)[:57] + "…")),
        ("a loss", Odd("str", "'a loss'")),
        ("x" * 58, Odd("str", repr("x" * 58))),  # 60 characters with the quotes
        ("x" * 59, Odd("str", "'" + "x" * 56 + "…")),
        (Rude(), Odd("Rude", "?")),
    ],
)
def test_lists_and_dicts_are_looked_into_but_not_without_end_and_anything_else_is_odd(value, kept):
    assert sandbox._plain(value) == kept


Pair = namedtuple("Pair", "one two")


def test_a_copy_shares_nothing_and_keeps_what_is_read_only():
    array, fixed = np.arange(3), np.arange(2)
    fixed.flags.writeable = False
    rng = np.random.default_rng(0)
    value = [array, (fixed, {"a": array}), Pair(array, 1), rng, "text", 2]
    copy = sandbox.copied(value)
    array[:] = 9
    assert copy[0].tolist() == [0, 1, 2]
    assert copy[0].flags.writeable
    assert not copy[1][0].flags.writeable
    assert copy[1][1]["a"].tolist() == [0, 1, 2]
    assert type(copy[2]) is Pair
    assert copy[2].one.tolist() == [0, 1, 2]
    assert copy[3] is not rng
    assert copy[3].random() == rng.random()
    assert copy[4:] == ["text", 2]
    assert type(copy[1]) is tuple


# ---------------------------------------------------------------- lines and messages


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Line("hw.py", 3, "f", "x = 1"), "hw.py, line 3, in f: x = 1"),
        (Line("", 3, "f", "x = 1"), "line 3, in f: x = 1"),
        (Line("hw.py", 3, "f", ""), "hw.py, line 3, in f"),
    ],
)
def test_a_line_reads_like_a_traceback(line, text):
    assert str(line) == text


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("one\ntwo"), "one"),
        (ValueError("  one  "), "one"),
        (ValueError("x" * 200), "x" * 200),
        (ValueError("x" * 201), "x" * 197 + "…"),
        (Rude(), ""),
    ],
)
def test_a_message_is_cut_to_one_line(error, line):
    assert sandbox._first_line(error) == line


def test_no_more_than_four_lines_are_shown_the_innermost():
    def fall(depth):
        if depth == 0:
            raise ValueError("deep")
        fall(depth - 1)

    event = sandbox._call(fall, (10,))
    assert [line.function for line in event.lines] == ["fall"] * 4
    assert event.lines[-1].code == 'raise ValueError("deep")'
    assert event.lines[0].code == "fall(depth - 1)"
    assert {line.file for line in event.lines} == {"test_check_sandbox.py"}
    assert event.lines[0].number == event.lines[-1].number + 1


def test_the_code_of_a_cell_has_no_file_and_libraries_have_no_line():
    values = {"np": np}
    exec(compile("def f(x):\n    return np.stack(x)", "<cell>", "exec"), values)
    event = sandbox._call(values["f"], (3,))
    assert event.type == "TypeError"
    assert [(line.file, line.number, line.function) for line in event.lines] == [("", 2, "f")]
    cell = os.sep.join(("", "tmp", "ipykernel_7", "8.py"))
    exec(compile("def g(x):\n    1 / x", cell, "exec"), values)
    event = sandbox._call(values["g"], (0,))
    assert [(line.file, line.number) for line in event.lines] == [("", 2)]


def test_lines_outside_of_a_call_are_all_the_students():
    frames = [traceback.FrameSummary("hw.py", 1, name) for name in "ab"]
    assert [line.function for line in sandbox._student_lines(frames)] == ["a", "b"]


def test_lines_of_python_itself_are_not_shown_even_through_a_link(tmp_path):
    (tmp_path / "link").symlink_to(Path(os.__file__).parent)
    for file in ("<frozen machinery>", str(tmp_path / "link" / "os.py")):
        values = {}
        exec(compile("def call(f):\n    f()", file, "exec"), values)
        event = sandbox._call(values["call"], (lambda: 1 / 0,))
        assert [line.function for line in event.lines] == ["<lambda>"]


def test_a_file_that_is_no_python_is_shown_with_its_line():
    def broken():
        compile("x = 1\nif x\n", "folder/hw.py", "exec")

    event = sandbox._call(broken, ())
    assert event.type == "SyntaxError"
    assert event.lines == (Line("hw.py", 2, "the file", "if x"),)


# ---------------------------------------------------------------- one call


def test_a_call_tells_what_was_returned_printed_and_changed():
    def f(x, out):
        print("hello")
        out[0] = x
        return [x, x]

    given = np.zeros(2)
    event = sandbox._call(f, (3, given))
    assert event.returned == (3, 3)
    assert event.printed == "hello\n"
    assert event.changed == ()
    assert event.after[0] == 3
    assert event.after[1].tolist() == [3, 0]
    assert given.tolist() == [0, 0]


def test_a_warning_is_neither_an_exception_nor_printed():
    def f():
        warnings.warn("beware", stacklevel=1)
        return 1

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sandbox._call(f, ()) == Ran(1, (), "", ())


def test_what_was_printed_and_done_before_an_exception_is_kept():
    def f(out):
        print("x" * 3000)
        out[0] = 1
        raise KeyError("no")

    event = sandbox._call(f, (np.zeros(1),))
    assert (event.type, event.message) == ("KeyError", "'no'")
    assert event.printed == "x" * 2000
    assert event.after[0].tolist() == [1]


@pytest.mark.parametrize("name", sandbox.WATCHED)
def test_each_state_that_is_watched_is_seen_and_without_a_child_put_back(name, tmp_path):
    change = {
        "numpy.random's global state": np.random.random,
        "the global state of the module random": random.random,
        "NumPy's error handling (np.seterr)": lambda: np.seterr(under="raise") and None,
        "NumPy's print options": lambda: np.set_printoptions(precision=3),
        "the current folder": lambda: os.chdir(tmp_path),
    }[name]
    before = [look() for look in sandbox.WATCHED.values()]
    (event,), isolated = sandbox.run(change, [()], isolated=False)
    assert not isolated
    assert event.changed == (name,)
    assert [look() for look in sandbox.WATCHED.values()] == before
    assert sandbox._call(lambda: None, ()).changed == ()


def test_a_function_may_be_prepared_first():
    class Prepared:
        def __init__(self, fails):
            self.fails, self.ready = fails, False

        def prepare(self):
            if self.fails:
                raise OSError("no file")
            self.ready = True

        def __call__(self, x):
            return x + self.ready

    events, _ = sandbox.run(Prepared(False), [(1,), (2,)])
    assert [event.returned for event in events] == [2, 3]
    for isolated in (True, False):
        events, _ = sandbox.run(Prepared(True), [(1,), (2,)], isolated=isolated)
        assert [type(event) for event in events] == [Raised]
        assert events[0].type in ("OSError", "FileNotFoundError")


# ---------------------------------------------------------------- the child


def test_a_child_has_an_event_for_each_call():
    def f(x):
        if x == 2:
            raise ValueError("two")
        return x

    events, isolated = sandbox.run(f, [(1,), (2,), (3,)])
    assert isolated
    assert [type(event) for event in events] == [Ran, Raised, Ran]
    assert events[0].returned == 1
    assert events[1].message == "two"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_child_has_none_of_our_streams(number, tmp_path):
    with open(tmp_path / "ours", "w+") as ours:
        kept = os.dup(number)
        try:
            os.dup2(ours.fileno(), number)
            (event,), _ = sandbox.run(os.write, [(number, b"theirs")])
        finally:
            os.dup2(kept, number)
            os.close(kept)
    assert event.returned == 6
    assert (tmp_path / "ours").read_text() == ""


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_what_the_caller_has_printed_is_not_printed_twice(name, tmp_path, monkeypatch):
    with open(tmp_path / "log", "w") as log:
        monkeypatch.setattr(sys, name, log)
        log.write("once")
        (event,), isolated = sandbox.run(log.flush, [()])
    assert isolated
    assert isinstance(event, Ran)
    assert (tmp_path / "log").read_text() == "once"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_child_has_one_end_of_the_pipe():
    def pipes():
        others = [file for file in Path("/proc/self/fd").iterdir() if int(file.name) > 2]
        return sum("pipe:" in os.path.realpath(file) for file in others)

    assert sandbox.run(pipes, [()])[0][0].returned == pipes() + 1


def test_what_fork_warns_of_is_not_for_the_reader(monkeypatch):
    fork = os.fork

    def warns():
        warnings.warn("this process has threads", DeprecationWarning, stacklevel=2)
        return fork()

    monkeypatch.setattr(os, "fork", warns)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        events, isolated = sandbox.run(abs, [(-1,)])
    assert isolated
    assert events[0].returned == 1


def test_a_child_that_cannot_multiply_is_not_blamed(monkeypatch):
    class Broken:
        def __matmul__(self, other):
            os._exit(1)

        def __mul__(self, other):
            return self

    parent, ones = os.getpid(), np.ones
    monkeypatch.setattr(np, "ones", lambda s: Broken() if os.getpid() != parent else ones(s))
    events, isolated = sandbox.run(abs, [(-1,)])
    assert not isolated
    assert [event.returned for event in events] == [1]


def test_a_child_is_alone_and_has_nothing_to_read():
    def f():
        import sys

        return os.getpid(), os.getpgid(0), os.getsid(0), len(sys.stdin.read()), os.write(1, b"x")

    ((pid, group, session, read, written),) = (e.returned for e in sandbox.run(f, [()])[0])
    assert pid == group == session != os.getpid()
    assert (read, written) == (0, 1)


def test_the_interrupt_key_is_for_the_parent():
    def f():
        os.kill(os.getpid(), signal.SIGINT)
        return "still here"

    assert sandbox.run(f, [()])[0][0].returned == Odd("str", "'still here'")


def test_the_memory_of_a_child_is_limited_and_ours_is_not():
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)

    def f():
        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return soft - pages * resource.getpagesize()

    (event,), _ = sandbox.run(f, [()])
    assert 3 << 30 < event.returned <= 4 << 30  # it has taken a little already
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize(
    ("most", "is_limited"),
    [("infinity", True), (1 << 50, True), (sandbox.MEMORY, False), (0, False)],
)
def test_a_limit_that_is_lower_already_stays(most, is_limited, monkeypatch):
    import resource

    most = resource.RLIM_INFINITY if most == "infinity" else most
    limits = []
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (0, most))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: limits.append(pair))
    sandbox._limit_memory()
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    assert len(limits) == is_limited
    for soft, hard in limits:
        assert abs(soft - taken - sandbox.MEMORY) < 1 << 24
        assert hard == most


def test_whoever_names_no_limit_has_ten_seconds():
    assert inspect.signature(sandbox.run).parameters["limit"].default == 10
    for function in (check, gradients, initializer, command.main):
        assert inspect.signature(function).parameters["limit"].default == 10


def test_a_clock_stops_all_calls_together():
    start = time.monotonic()
    events, _ = sandbox.run(time.sleep, [(0.2,), (60,), (0,)], limit=0.5)
    assert time.monotonic() - start < 10
    assert [type(event) for event in events] == [Ran, Hung]
    assert events[1].seconds == 0.5


def test_a_child_that_blocks_its_alarm_is_killed_by_the_parent():
    def f():
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        time.sleep(60)

    start = time.monotonic()
    events, _ = sandbox.run(f, [()], limit=0.2)
    assert 0.2 + sandbox.GRACE <= time.monotonic() - start < 10
    assert events == [Hung(0.2, ())]


def lose_the_folder():
    """Leave this process in a folder that is gone: nothing more can be seen of it."""
    folder = tempfile.mkdtemp()
    os.chdir(folder)
    os.rmdir(folder)


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (lambda: os._exit(3), "exited with code 3"),
        (lambda: os._exit(0), "exited with code 0"),
        (lambda: lose_the_folder(), "exited with code 0"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "was ended by signal SIGKILL"),
    ],
)
def test_how_a_child_ended_is_told_in_words(end, how):
    def f(x):
        return end() if x else x

    events, _ = sandbox.run(f, [(0,), (0,), (1,), (0,)])
    assert [type(event) for event in events] == [Ran, Ran, Died]
    assert events[2] == Died(how)


def test_no_pipe_and_no_child_is_left():
    def open_ones():
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text()
        return len(os.listdir("/proc/self/fd")), children

    before = open_ones()
    for _ in range(3):
        sandbox.run(abs, [(-1,)])
    assert open_ones() == before


def collected(data, expected=1, close=True, limit=0.0):
    """Return what is read from a pipe that holds `data`."""
    reading, writing = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(writing, data), close and os.close(writing)))
    writer.start()
    try:
        return sandbox._collect(reading, expected, limit)
    finally:
        writer.join()
        os.close(reading)
        if not close:
            os.close(writing)


def framed(*events):
    packed = [pickle.dumps(event) for event in events]
    return b"".join(struct.pack("<Q", len(data)) + data for data in packed)


ONE = Ran(1, (), "", ())
FAILED = Raised("OSError", "no", ())


@pytest.mark.parametrize(
    ("events", "expected", "found"),
    [
        (("ready", ONE), 1, [ONE]),
        (("ready", ONE, ONE), 2, [ONE, ONE]),
        (("ready", ONE), 2, [ONE, Died("ended")]),
        (("ready",), 1, [Died("ended")]),
        (("ready", Hung(1, ())), 2, [Hung(1, ())]),
        (("ready", FAILED), 2, [FAILED]),  # it could not be prepared
        (("ready", ONE, FAILED), 3, [ONE, FAILED, Died("ended")]),
        ((), 1, None),  # it never got ready
        (("ready", "steady"), 1, [Died(sandbox.INTRUDED)]),
        (("ready", Died("x")), 1, [Died(sandbox.INTRUDED)]),
        (("ready", [ONE]), 1, [Died(sandbox.INTRUDED)]),
    ],
)
def test_what_arrives_is_read_event_by_event(events, expected, found):
    assert collected(framed(*events), expected) == found


def test_an_event_that_was_cut_short_is_none():
    assert collected(framed("ready", ONE)[:-1]) == [Died("ended")]
    assert collected(framed("ready") + b"\0" * 7) == [Died("ended")]


def test_a_length_that_nobody_would_send_is_an_intrusion():
    large, huge = (struct.pack("<Q", size) for size in (2 * 1024**3, 2 * 1024**3 + 1))
    assert collected(framed("ready", ONE) + huge, 2, close=False) == [ONE, Died(sandbox.INTRUDED)]
    assert collected(framed("ready", ONE) + large, 2) == [ONE, Died("ended")]


def test_who_says_nothing_hangs():
    assert collected(framed("ready"), close=False, limit=0.1 - sandbox.GRACE) == [
        Hung(0.1 - sandbox.GRACE, ())
    ]
    assert collected(b"", close=False, limit=0.1 - sandbox.GRACE) is None


RUBBISH = os.system, Path("x"), np.random.default_rng, threading.Event, sandbox.run
ELSEWHERE = pickle.dumps(ONE, 2).replace(f"c{sandbox.__name__}\n".encode(), b"celsewhere\n")


@pytest.mark.parametrize(
    "data",
    [b"rubbish", ELSEWHERE, *(pickle.dumps(Ran(each, (), "", ())) for each in RUBBISH)],
    ids=len,
)
def test_an_event_is_made_of_nothing_but_its_own_classes_numbers_and_arrays(data):
    assert sandbox._loaded(data) == Died(sandbox.INTRUDED)


@pytest.mark.parametrize("protocol", range(4, pickle.HIGHEST_PROTOCOL + 1))
def test_arrays_and_numbers_come_through_the_pipe_however_python_packs_them(protocol):
    for value in (np.arange(6.0).reshape(2, 3), np.float32(2), np.asfortranarray(np.ones((2, 3)))):
        event = sandbox._loaded(pickle.dumps(Ran(value, (), "", ()), protocol))
        np.testing.assert_array_equal(event.returned, value)
    for event in (Ran(Odd("str", "x"), (), "", ()), Raised("E", "m", (Line("", 1, "f", ""),))):
        assert sandbox._loaded(pickle.dumps(event, protocol)) == event
    assert sandbox._loaded(pickle.dumps(Odd("str", "x"))) == Died(sandbox.INTRUDED)


# ---------------------------------------------------------------- without a child


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_without_a_child_what_hangs_is_stopped_and_nothing_else(handler):
    """A job in the background ignores interrupts; the caller's way with them is put back."""

    def hangs(x):
        while x and time.monotonic() < late:
            pass
        return x

    caller_s, threads = signal.signal(signal.SIGINT, handler), set(threading.enumerate())
    try:
        late = time.monotonic() + 10
        events, isolated = sandbox.run(hangs, [(0,), (1,), (0,)], limit=0.3, isolated=False)
        assert time.monotonic() < late
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, caller_s)
    assert not isolated
    assert [type(event) for event in events] == [Ran, Hung]
    assert events[1].seconds == 0.3
    assert events[1].lines[-1].function == "hangs"
    assert set(threading.enumerate()) <= threads


def test_without_a_child_the_clock_is_stopped_in_the_end():
    before = set(threading.enumerate())
    sandbox.run(abs, [(1,)], limit=600, isolated=False)
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


def test_without_a_child_the_interrupt_key_still_interrupts():
    def f():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sandbox.run(f, [()], isolated=False)


def test_another_thread_can_run_it_without_a_clock():
    found = []

    def work():
        found.append(sandbox.run(abs, [(-2,)], isolated=False))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    ((events, isolated),) = found
    assert events[0].returned == 2
    assert not isolated
