"""Run somebody's function where it can do no harm: in a child process, under a clock.

The child is forked, so that functions from a notebook or a closure need not be pickled, and what
they print, seed or overwrite dies with it. The child's own alarm reports *where* a function hangs;
should that not come through, the parent kills the whole process group. Nothing is left running.

Where fork does not exist (Windows) or does not work, the function runs in this process, with the
global state saved and restored and a timer that interrupts Python code; the report says so.
"""

import _thread
import contextlib
import io
import os
import pickle
import random
import select
import signal
import struct
import sys
import sysconfig
import threading
import time
import traceback
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np

PACKAGE = sys.modules[__name__.partition(".")[0]]
GRACE = 3.0  # seconds between the child's alarm and the parent's kill: a busy machine is slow
LARGEST = 10**7  # entries of an array that is worth sending back
HEAVIEST = 1 << 31  # bytes of an event that we would wait for
MEMORY = 4 << 30  # bytes that a function may ask for: a slip gets a MemoryError, not the machine
INTRUDED = "wrote to a file descriptor that is not its own"
OURS = str(Path(__file__).resolve().parents[1]) + os.sep  # simple_ml itself
LIBRARIES = tuple(
    str(Path(folder).resolve()) + os.sep
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
    if (folder := sysconfig.get_path(name))
)
INSTALLED = LIBRARIES[2:]


class Line(NamedTuple):
    """One line of the student's code, as a traceback shows it."""

    file: str  # "my_file.py", or "" for a notebook's cell
    number: int
    function: str
    code: str

    def __str__(self):
        where = f"{self.file}, line {self.number}" if self.file else f"line {self.number}"
        return f"{where}, in {self.function}" + (f": {self.code}" if self.code else "")


class Ran(NamedTuple):
    """The function returned."""

    returned: object  # numbers, arrays, lists and None; anything else is an `Odd`
    after: tuple  # the arguments as they were afterwards
    printed: str
    changed: tuple  # what changed in the process: names from `WATCHED`


class Raised(NamedTuple):
    """The function raised."""

    type: str
    message: str
    lines: tuple  # the student's lines, outermost first
    after: tuple = ()
    printed: str = ""
    changed: tuple = ()


class Hung(NamedTuple):
    """The function did not come back in time."""

    seconds: float
    lines: tuple


class Died(NamedTuple):
    """The process ended under the function: `os._exit`, a crash, no memory."""

    how: str


class Odd(NamedTuple):
    """A value that is no number and no array."""

    type: str
    text: str


WATCHED = {
    "numpy.random's global state": lambda: repr(np.random.get_state(legacy=False)["state"]),
    "the global state of the module random": random.getstate,
    "NumPy's error handling (np.seterr)": np.geterr,
    "NumPy's print options": lambda: repr(sorted(np.get_printoptions().items())),
    "the current folder": os.getcwd,
}
"""What a function has no business changing: its name, and how to look at it."""


def run(function, calls, limit=10.0, *, isolated=True, folder="."):
    """Return what `function` did for each tuple of arguments, and whether it was isolated.

    The events are as many as there are calls, or fewer, where the last is `Hung` or `Died`. The
    limit in seconds is that of all calls together; a child is forked where that is possible. The
    calls are made in `folder`.
    """
    coming = _events(function, calls, folder)
    if isolated and hasattr(os, "fork"):
        events = _forked(coming, len(calls), limit)
        if events is not None:
            return events, True
    return _in_process(coming, limit), False


# ---------------------------------------------------------------- in a child


def _forked(coming, expected, limit):
    """Return the events of a child process, or None where a child cannot even multiply."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # From Python 3.12 on fork warns of threads, and a notebook has some. The child takes no
        # lock of theirs: it computes, writes to a pipe and exits.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            _child(coming, limit, writing)
        os._exit(0)
    os.close(writing)
    try:
        events = _collect(reading, expected, limit)
    finally:  # also when somebody presses Ctrl-C here
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(OSError):
                kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)  # if the child had ended already, this is its own status
        os.close(reading)
    if events and isinstance(events[-1], Died) and events[-1].how == "ended":
        events[-1] = Died(_how_it_ended(status))
    return events


def _child(coming, limit, pipe):
    """Run all calls and write what happened to the pipe, one message an event."""
    os.setsid()  # a group of its own: Ctrl-C is for the parent, and one kill is for all
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    sys.stdin = io.StringIO()
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def send(event):
        sys.modules[PACKAGE.__name__] = PACKAGE  # a homework may have put its own there
        data = pickle.dumps(event)
        data = struct.pack("<Q", len(data)) + data
        while data:
            data = data[os.write(pipe, data) :]

    def alarm(number, frame):
        send(Hung(limit, _student_lines(traceback.extract_stack(frame))))
        os._exit(0)

    _limit_memory()
    square = np.ones((8, 8))
    square @ square  # some BLAS libraries do not survive a fork: then
    send("ready")  # this is not reached, and nobody is blamed for it
    signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, limit)
    for event in coming:
        send(event)


def _limit_memory():
    """Let this process have `MEMORY` more than it has, where the system can count it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = resource.getrlimit(resource.RLIMIT_AS)[1]
        ours = pages * resource.getpagesize() + MEMORY
        if most == resource.RLIM_INFINITY or ours < most:
            resource.setrlimit(resource.RLIMIT_AS, (ours, most))


def _collect(pipe, expected, limit):
    """Return the events that arrive on the pipe; None if the child never got ready."""
    events, buffer, ready = [], b"", False
    deadline = time.monotonic() + limit + GRACE
    while len(events) < expected:
        wait = deadline - time.monotonic()
        if wait <= 0 or not select.select([pipe], [], [], wait)[0]:
            return [*events, Hung(limit, ())] if ready else None
        chunk = os.read(pipe, 1 << 20)
        if not chunk:
            if not ready:
                return None
            if events and isinstance(events[-1], Raised) and len(events) == 1:
                return events  # it could not be prepared: that is all there is
            if not (events and isinstance(events[-1], Hung)):
                events.append(Died("ended"))
            return events
        buffer += chunk
        while len(buffer) >= 8 and len(buffer) >= (end := 8 + struct.unpack("<Q", buffer[:8])[0]):
            message, buffer = _loaded(buffer[8:end]), buffer[end:]
            if message == "ready":
                ready = True
            else:
                events.append(message)
            if isinstance(message, Died):
                return events
        if len(buffer) >= 8 and end - 8 > HEAVIEST:
            return [*events, Died(INTRUDED)]
    return events


class _Events(pickle.Unpickler):
    """Reads events and arrays and nothing else: the function could write to our pipe, too."""

    def find_class(self, module, name):
        """Return one of the few classes that an event is made of."""
        if module == __name__ and name in ("Ran", "Raised", "Hung", "Odd", "Line"):
            return globals()[name]
        if module.split(".")[0] == "numpy" and name in (
            *("ndarray", "dtype", "scalar", "_reconstruct", "_frombuffer"),
        ):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"an event has no {module}.{name}")


def _loaded(data):
    """Return the event that the child sent, or `Died` if it is none."""
    try:
        event = _Events(io.BytesIO(data)).load()
    except Exception:
        return Died(INTRUDED)
    whole = isinstance(event, (Ran, Raised, Hung)) or (type(event) is str and event == "ready")
    return event if whole else Died(INTRUDED)


def _how_it_ended(status):
    """Return how a child ended, in words."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        known = {each.value: each.name for each in signal.Signals}
        return f"was ended by signal {known.get(number, number)}"
    return f"exited with code {os.waitstatus_to_exitcode(status)}"


# ---------------------------------------------------------------- without a child


def _in_process(coming, limit):
    """Run all calls here; the global state is put back and a timer interrupts Python code."""
    before = (np.random.get_state(), random.getstate(), np.geterr(), np.get_printoptions())
    folder, events, started = os.getcwd(), [], time.monotonic()
    main = threading.current_thread() is threading.main_thread()
    timer = threading.Timer(limit, _thread.interrupt_main) if main else None
    try:
        if timer:
            # A job in the background ignores interrupts, and would wait for ever.
            on_interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
            timer.start()
        for event in coming:
            late = time.monotonic() - started >= limit
            if late and isinstance(event, Raised) and event.type == "KeyboardInterrupt":
                event = Hung(limit, event.lines)
            events.append(event)
            if isinstance(event, Hung):
                break
            if isinstance(event, Raised) and event.type == "KeyboardInterrupt":
                raise KeyboardInterrupt
    finally:
        if timer:
            timer.cancel()
            signal.signal(signal.SIGINT, on_interrupt or signal.SIG_DFL)  # None: not Python's
        np.random.set_state(before[0])
        random.setstate(before[1])
        np.seterr(**before[2])
        np.set_printoptions(**before[3])
        os.chdir(folder)
    return events


# ---------------------------------------------------------------- one call


def _events(function, calls, folder):
    """Yield what happens in each call, after the function's own preparation, if it has any."""
    if prepare := getattr(function, "prepare", None):
        event = _call(prepare, ())
        if isinstance(event, Raised):
            yield event
            return
    os.chdir(folder)
    for arguments in calls:
        yield _call(function, arguments)


def _call(function, arguments):
    """Call `function` on copies of the arguments and return what happened."""
    arguments = copied(arguments)
    before = {name: look() for name, look in WATCHED.items()}
    printed = io.StringIO()

    def aside():
        changed = tuple(name for name, look in WATCHED.items() if look() != before[name])
        return _plain(arguments), printed.getvalue()[:2000], changed

    try:
        # An overflow shows in the numbers; its warning would only hide what the function prints.
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            returned = _plain(function(*arguments))
    except BaseException as error:
        lines = _student_lines(traceback.extract_tb(error.__traceback__))
        if isinstance(error, SyntaxError) and error.lineno:
            file = Path(error.filename or "").name
            lines = (Line(file, error.lineno, "the file", (error.text or "").strip()),)
        return Raised(type(error).__name__, _first_line(error), lines, *aside())
    return Ran(returned, *aside())


def copied(value):
    """Return a deep copy of arguments that keeps which arrays are read-only."""
    if isinstance(value, np.ndarray):
        copy = value.copy()
        copy.flags.writeable = value.flags.writeable
        return copy
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(copied, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(copied, value))
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    if isinstance(value, np.random.Generator):
        return pickle.loads(pickle.dumps(value))
    return value


def _plain(value, depth=0):
    """Return `value` if it is made of numbers, arrays, lists and dicts of them; else an `Odd`."""
    if value is None or isinstance(value, (bool, int, float, complex, np.number, np.bool_)):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc" and value.size <= LARGEST:
        return np.array(value)  # no subclass
    if isinstance(value, (list, tuple)) and len(value) <= 100 and depth < 4:
        return tuple(_plain(item, depth + 1) for item in value)
    if isinstance(value, dict) and len(value) <= 100 and depth < 4:
        return {key: _plain(item, depth + 1) for key, item in value.items() if type(key) is int}
    return Odd(type(value).__name__, _short(lambda: repr(value), 60) or "?")


def _first_line(error):
    """Return the message of an exception, cut to one line."""
    return _short(lambda: str(error).strip().split("\n")[0], 200)


def _short(say, most):
    """Return a text of at most so many signs; none if saying it fails."""
    try:
        text = say()
    except Exception:
        return ""
    return text if len(text) <= most else text[: most - 3] + "…"


def _student_lines(stack):
    """Return the lines of a traceback that are the student's: not ours, not a library's."""
    stack = list(stack)
    ours = [i for i, frame in enumerate(stack) if frame.filename == __file__]
    lines = []
    for frame in reversed(stack[ours[-1] + 1 if ours else 0 :]):  # it may be a thousand deep
        path = frame.filename
        notebook = path.startswith("<") or f"{os.sep}ipykernel_" in path
        if not notebook:
            path = str(Path(path).resolve())
        if path.startswith(("<frozen", "<__array_function__", OURS, *LIBRARIES)):
            continue
        file = "" if notebook else Path(path).name
        lines.insert(0, Line(file, frame.lineno, frame.name, frame.line or ""))
        if len(lines) == 4:
            break
    return tuple(lines)
