"""`simple_ml.check`: what it says, to whom, and that it leaves nothing behind."""

import os
import random
import signal
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import simple_ml
import simple_ml.deep
from simple_ml import check
from simple_ml.check import sandbox
from simple_ml.initialization import SCHEMES
from simple_ml.two_layer import forward

RIGHT = {
    "parse_mnist": simple_ml.parse_mnist,
    "softmax_loss": simple_ml.softmax_loss,
    "loss_err": simple_ml.loss_err,
    "softmax_regression_epoch": simple_ml.softmax_regression_epoch,
    "nn_epoch": simple_ml.nn_epoch,
    "gradients": simple_ml.gradients,
}


def no_mask(X, y, W1, W2, lr=0.1, batch=100):
    for start in range(0, len(X), batch):
        Xb, yb = X[start : start + batch], y[start : start + batch]
        Z1, Z2 = forward(Xb, W1, W2)
        G2 = simple_ml.softmax(Z2) - simple_ml.one_hot(yb, W2.shape[1])
        dW1, dW2 = Xb.T @ (G2 @ W2.T) / len(Xb), Z1.T @ G2 / len(Xb)
        W1 -= lr * dW1
        W2 -= lr * dW2


def test_a_report_names_explains_and_shows():
    report = check.nn_epoch(no_mask)
    assert not report
    assert report.mistakes == ["mask_missing"]
    text = str(report)
    order = ["Right:", "Your W1", "Read: chapter 2", "The smallest input", "expected"]
    assert [text.index(word) for word in order] == sorted(text.index(word) for word in order)
    assert "Your W1 is what you get when the ReLU mask is missing from G1" in " ".join(text.split())
    assert repr(report).startswith("<nn_epoch: wrong: mask_missing.")


def test_the_input_that_is_shown_gives_the_numbers_that_are_shown():
    lines = str(check.nn_epoch(no_mask)).split("The smallest input")[1].split("\n")[1:]
    code = [line.strip() for line in lines if line.startswith("  ")]
    end = code.index("nn_epoch(X, y, W1, W2, lr, batch)")
    joined = "\n".join(code[:end]).replace("\n[", " [").replace(",\n", ", ")
    values = {"np": np}
    exec(joined, values)
    arguments = [values[name] for name in ("X", "y", "W1", "W2", "lr", "batch")]
    no_mask(*arguments)
    entry, expected, found = code[end + 2].replace("−", "-").replace(", ", ",").split()
    assert eval(entry, values) == pytest.approx(float(found), rel=1e-5)
    assert float(expected) != pytest.approx(float(found), rel=1e-5)


@pytest.mark.parametrize("name", RIGHT)
def test_the_package_passes_its_own_check(name):
    report = check.check(RIGHT[name], name, strict=True)
    assert report, report
    assert report.mistakes == []
    assert str(report).startswith(f"{name}: right")


@pytest.mark.parametrize("scheme", ["hw0", "fan_in", "he", "he_fan_out", "glorot", "pytorch"])
def test_every_scheme_of_the_package_passes(scheme):
    assert check.initializer(SCHEMES[scheme], scheme)


def test_the_recursion_of_the_package_passes():
    assert check.backward(simple_ml.deep.backward)
    assert check.deep_gradients(simple_ml.deep.gradients)


def test_a_right_nn_epoch_takes_less_than_two_seconds():
    start = time.perf_counter()
    assert check.nn_epoch(simple_ml.nn_epoch)
    assert time.perf_counter() - start < 2


def test_what_no_mistake_explains_is_described_and_not_named():
    def squared_relu(X, y, W1, W2):
        Z1 = np.maximum(X @ W1, 0) ** 2
        G2 = simple_ml.softmax(Z1 @ W2) - simple_ml.one_hot(y, W2.shape[1], X.dtype)
        m = X.dtype.type(len(X))
        return X.T @ ((G2 @ W2.T) * 2 * np.maximum(X @ W1, 0)) / m, Z1.T @ G2 / m

    report = check.gradients(squared_relu)
    assert report.mistakes == ["unknown"]
    text = " ".join(str(report).split())
    assert "No mistake in the table gives these numbers" in text
    assert "times the expected" in text


def test_a_common_factor_is_measured_whatever_it_is():
    def scaled(X, y, W1, W2):
        return tuple(X.dtype.type(2.75) * dW for dW in simple_ml.gradients(X, y, W1, W2))

    report = check.gradients(scaled)
    assert report.mistakes == ["gradient_scaled"]
    assert "the gradient is 2.75 times the right one" in " ".join(str(report).split())


# ---------------------------------------------------------------- misbehaviour


def test_a_function_that_hangs_is_stopped_and_its_line_shown():
    def hangs(Z, y):
        while True:
            pass

    start = time.perf_counter()
    report = check.softmax_loss(hangs, limit=0.5)
    assert time.perf_counter() - start < 5
    assert report.mistakes == ["hangs"]
    assert "in hangs: " in str(report)
    assert report.findings[0].lines[-1].function == "hangs"


def test_a_function_that_swallows_every_exception_is_stopped_too():
    def stubborn(Z, y):
        while True:
            try:
                time.sleep(10)
            except BaseException:
                pass

    assert check.softmax_loss(stubborn, limit=0.5).mistakes == ["hangs"]


def test_an_exception_is_reported_with_the_students_lines_only():
    def helper(Z):
        return Z @ Z @ Z.no_such_thing

    def raises(Z, y):
        return helper(Z)

    report = check.softmax_loss(raises)
    assert report.mistakes == ["raises"]
    lines = [str(line) for line in report.findings[0].lines]
    assert ["test_check.py" in line for line in lines] == [True, True]
    assert "in helper: return Z @ Z" in lines[1]
    assert "sandbox" not in str(report)


def test_a_process_that_ends_is_reported():
    report = check.softmax_loss(lambda Z, y: os._exit(3))
    assert report.mistakes == ["crashes"]
    assert "exited with code 3" in str(report)


def test_printing_is_remarked_and_not_wrong(capsys):
    def prints(Z, y):
        print("here")
        return simple_ml.softmax_loss(Z, y)

    report = check.softmax_loss(prints)
    assert report
    assert [name for name, _ in report.remarks] == ["prints"]
    assert capsys.readouterr() == ("", "")


def test_changed_global_state_is_seen_and_does_not_reach_us():
    def seeds(Z, y):
        np.random.seed(0)
        random.seed(0)
        np.seterr(all="ignore")
        os.chdir("/")
        return simple_ml.softmax_loss(Z, y)

    before = repr(np.random.get_state()), random.getstate(), np.geterr(), os.getcwd()
    report = check.softmax_loss(seeds)
    assert report  # the course does not forbid it
    assert report.mistakes == report.beyond == ["global_state"]
    assert "numpy.random" in str(report)
    assert before == (repr(np.random.get_state()), random.getstate(), np.geterr(), os.getcwd())


def test_inputs_that_are_written_into_are_named():
    def writes(X, y, W1, W2):
        result = simple_ml.gradients(X, y, W1, W2)
        y[:] = 0
        return result

    report = check.gradients(writes)
    assert report.mistakes == ["inputs_modified"]
    assert "changes y," in str(report)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_no_process_is_left_behind(tmp_path):
    def alive(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
        except OSError:
            return False

    def spawns(Z, y):
        child = subprocess.Popen(["sleep", "60"])
        (tmp_path / "pids").write_text(f"{os.getpid()} {child.pid}")
        while True:
            pass

    assert check.softmax_loss(spawns, limit=0.5).mistakes == ["hangs"]
    deadline = time.monotonic() + 5
    pids = (tmp_path / "pids").read_text().split()
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(alive, pids))


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_without_fork_a_function_that_hangs_is_stopped_whatever_interrupts_do(handler):
    """A job in the background ignores them; the caller's way with them is put back."""

    def hangs(x):
        while time.monotonic() < late:
            pass

    caller_s = signal.signal(signal.SIGINT, handler)
    try:
        late = time.monotonic() + 10
        events, _ = sandbox.run(hangs, [(1,)], limit=0.3, isolated=False)
        assert isinstance(events[0], sandbox.Hung)
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, caller_s)


def test_the_report_says_when_it_could_not_isolate(monkeypatch):
    monkeypatch.delattr(os, "fork")
    report = check.softmax_loss(simple_ml.softmax_loss)
    assert report
    assert [name for name, _ in report.remarks] == ["not_isolated"]


def test_a_closure_and_a_local_class_can_be_checked():
    class Model:
        def loss(self, Z, y):
            return simple_ml.softmax_loss(Z, y)

    assert check.softmax_loss(Model().loss)


def test_callers_are_told_what_they_did_wrong():
    with pytest.raises(TypeError, match="without parentheses"):
        check.nn_epoch(3.0)
    with pytest.raises(ValueError, match="no check exists for 'foo'"):
        check.check(lambda: 0, "foo")
    with pytest.raises(ValueError, match="expected one of hw0"):
        check.initializer(lambda a, b, c: 0, "zeros")
    with pytest.raises(ValueError, match="no check exists for '<lambda>'"):
        check.check(lambda: 0)


def test_a_function_is_known_by_its_own_name():
    assert check.check(simple_ml.softmax_loss).function == "softmax_loss"
    assert check.check(SCHEMES["he"], "he").function == "he"

    def loss_err(Z, y):
        return simple_ml.softmax_loss(Z, y)

    assert check.check(loss_err).mistakes == ["returns_rubbish"]
    assert check.check(loss_err, "softmax_loss")


@pytest.mark.parametrize("name", RIGHT)
def test_each_function_of_the_course_has_a_check_of_its_own(name):
    seen = getattr(check, name)(lambda *arguments: None, limit=5)
    assert getattr(check, name).__name__ == name
    assert seen.function == name
    assert not seen


# ---------------------------------------------------------------- HTML and terminal


class Balance(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_is_well_formed_labelled_and_escaped():
    def evil(Z, y):
        raise ValueError("<script>alert(1)</script>")

    for report in (check.softmax_loss(evil), check.nn_epoch(no_mask)):
        html = report._repr_html_()
        page = Balance()
        page.feed(html)
        assert not page.open
        assert "<script" not in html
        assert page.seen[0][0] == "section"
        assert page.seen[0][1]["aria-label"].startswith("Check of ")
    headers = [attributes for tag, attributes in page.seen if tag == "th"]
    assert headers
    assert all("scope" in attributes for attributes in headers)
    cells = [attributes for tag, attributes in page.seen if tag in ("th", "td")]
    assert all("text-align: right" in attributes["style"] for attributes in cells)
    assert report._repr_mimebundle_()["text/plain"] == str(report)
    assert check.nn_epoch(no_mask)._repr_html_() == html  # nothing in it changes from run to run


@pytest.mark.parametrize("given", [{}, {"limit": 3.5}, {"strict": True}])
def test_each_function_has_a_check_that_passes_on_what_it_is_given(monkeypatch, given):
    def look(function, task, limit, name, strict):
        return function, task.name, limit, name, strict

    monkeypatch.setattr(check, "diagnose", look)
    limit, strict = given.get("limit", 10.0), given.get("strict", False)
    for name in [*RIGHT, "backward", "deep_gradients"]:
        assert getattr(check, name)(len, **given) == (len, name, limit, name, strict)
        assert check.check(len, name, **given) == (len, name, limit, name, strict)
    assert check.initializer(len, "he") == (len, "initializer", 10.0, "he", False)
