"""Whatever a function does or returns, it gets a report, and nothing outside it changes."""

import contextlib
import os
import pickle
import signal
import struct
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ml import check


class Unprintable:
    def __str__(self):
        raise RuntimeError("no")

    __reduce__ = __str__

    def __repr__(self):
        if "hypothesis" in sys._getframe(1).f_code.co_filename:
            return "Unprintable()"  # a report of a failure may name it
        raise RuntimeError("no")


class UnprintableError(Exception):
    def __str__(self):
        raise RuntimeError("no")


class Malicious:
    """What an unpickler would run."""

    def __reduce__(self):
        return os.mkdir, (f"{os.environ['HOSTILE']}/executed",)


ARRAYS = st.sampled_from(
    [
        np.array(0.0),
        np.zeros(0),
        np.zeros((2, 0)),
        np.full((3, 4), np.nan),
        np.array([1 + 2j]),
        np.array([None, "x"], dtype=object),
        np.array(["a"]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.zeros(2, dtype=[("a", float)]),
        np.ma.masked_array([1.0, 2.0], [True, False]),
        np.broadcast_to(np.float64(1), (10**6, 10**6)),  # eight terabytes, on eight bytes
        np.ones((1, 1)).view(np.matrix),
        np.float16(1),
        np.longdouble(1),
    ]
)
RUBBISH = st.recursive(
    st.one_of(
        ARRAYS,
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.text(max_size=5),
        st.binary(max_size=5),
        st.sampled_from([Unprintable(), Malicious(), object, len, iter([]), range(3), ...]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.tuples(inner, inner),
        st.dictionaries(st.integers(0, 3), inner, max_size=2),
    ),
    max_leaves=5,
)
TASKS = st.sampled_from(
    ["softmax_loss", "loss_err", "gradients", "nn_epoch", "parse_mnist", "deep_gradients", "he"]
)


def told(report):
    """Assert that a report can be shown in every way."""
    assert str(report)
    assert repr(report)
    assert report._repr_html_()
    assert bool(report) == (not report.mistakes)


@settings(max_examples=40)
@given(RUBBISH, TASKS)
def test_a_function_that_returns_anything_gets_a_report(rubbish, name):
    told(check.check(lambda *arguments: rubbish, name, limit=5))


EXCEPTIONS = st.sampled_from(
    [
        ValueError("a\nb"),
        UnprintableError(),
        SystemExit("bye"),
        KeyboardInterrupt(),
        GeneratorExit(),
        StopIteration(3),
        RecursionError(),
        MemoryError(),
        SyntaxError("bad", ("file", 3, 1, None)),
        SyntaxError(),
        UnicodeDecodeError("utf-8", b"x", 0, 1, "no"),
        ExceptionGroup("many", [ValueError(1)]),
        BaseException("\ud800"),
    ]
)


@settings(max_examples=20)
@given(EXCEPTIONS, TASKS)
def test_a_function_that_raises_anything_gets_a_report(error, name):
    def raises(*arguments):
        raise error

    report = check.check(raises, name, limit=5)
    told(report)
    assert report.mistakes == ["raises"]


def recurses(*arguments):
    return recurses(*arguments)


def spoils(*arguments):
    """Change all that was handed over, in shape, in dtype and in kind."""
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            with contextlib.suppress(ValueError):
                argument[...] = 0
                argument.resize(0, refcheck=False)
            argument.dtype = np.uint8
        if isinstance(argument, list):
            argument.clear()
        if isinstance(argument, dict):
            argument[object()] = object()


OURS = set()  # the descriptors of this process: pytest's, and not the checker's


def write_to_every_other_descriptor(data):
    for descriptor in range(3, 64):
        if descriptor not in OURS:
            with contextlib.suppress(OSError):
                os.write(descriptor, data)
    time.sleep(0.2)


def framed(message):
    return struct.pack("<Q", len(message)) + message


def swallows_every_exception(*arguments):
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(10)


def prints_without_end(*arguments):
    while True:
        print("x" * 10_000)


def starts_children(*arguments):
    for _ in range(3):
        if os.fork() == 0:
            time.sleep(30)


HOSTILE = {
    recurses: "raises",
    spoils: None,
    lambda *a: os.closerange(3, 1000): "crashes",
    lambda *a: write_to_every_other_descriptor(framed(b"not a pickle, is it" * 10)): "crashes",
    lambda *a: write_to_every_other_descriptor(framed(pickle.dumps(Malicious()))): "crashes",
    lambda *a: write_to_every_other_descriptor(b"\xff" * 8): "crashes",  # an endless message
    lambda *a: np.ones(10**11): "raises",
    lambda *a: os.kill(os.getpid(), signal.SIGKILL): "crashes",
    lambda *a: os.kill(os.getpid(), signal.SIGRTMIN + 1): "crashes",  # a signal without a name
    swallows_every_exception: "hangs",
    prints_without_end: "hangs",
    starts_children: "returns_nothing",
}


def open_descriptors():
    """Return the numbers of this process's open files."""
    found = set()
    for descriptor in range(256):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            found.add(descriptor)
    return found


@pytest.mark.parametrize("function", HOSTILE)
@pytest.mark.parametrize("name", ["softmax_loss", "nn_epoch"])
def test_who_misbehaves_gets_a_report_and_changes_nothing(function, name, tmp_path, monkeypatch):
    monkeypatch.setenv("HOSTILE", str(tmp_path))
    descriptors = open_descriptors()
    OURS.update(descriptors)
    report = check.check(function, name, limit=1 if HOSTILE[function] == "hangs" else 10)
    told(report)
    if HOSTILE[function] and not (name == "nn_epoch" and HOSTILE[function].startswith("returns")):
        assert report.mistakes == [HOSTILE[function]]
    assert list(tmp_path.iterdir()) == []  # nothing that was sent was run
    assert open_descriptors() == descriptors
