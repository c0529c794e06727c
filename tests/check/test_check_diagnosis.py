"""What a report says of a function: facts, names, sentences, and the smallest input."""

import gzip
import itertools
import os
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from held_out_check.right import with_struct

import simple_ml
from simple_ml import check
from simple_ml.check import diagnosis, explanation, facts, sandbox, wording
from simple_ml.check.mistakes import ANY_ORDER, Mistake
from simple_ml.check.probes import Probe
from simple_ml.check.sandbox import Died, Hung, Raised, Ran
from simple_ml.check.tasks import TASKS, initializer_task
from simple_ml.initialization import SCHEMES

A = np.array


def said(report):
    return " ".join(str(report).split())


def replace_the_table(monkeypatch, **ways):
    """Let there be no mistakes but these, each a wrong line of the loss."""
    table = [Mistake(name, f"it is {name}", "mean", (way,), "…") for name, way in ways.items()]
    monkeypatch.setattr(explanation, "TABLE", table)
    monkeypatch.setattr(explanation, "rows", lambda program: [(row, row.ways) for row in table])
    monkeypatch.setattr(wording, "ROWS", {row.name: row for row in table})


def test_two_explanations_of_one_function_are_none(monkeypatch):
    replace_the_table(monkeypatch, one={"count": "1"}, other={"count": "1"})
    report = check.softmax_loss(lambda Z, y: len(y) * simple_ml.softmax_loss(Z, y))
    assert report.mistakes == ["unknown"]
    assert report.difference == "These numbers cannot tell which mistake it is: `one` or `other`."


def test_of_two_mistakes_one_may_be_certain(monkeypatch):
    third = {"count": "m / 3"}
    replace_the_table(monkeypatch, doubled={"sign": "2"}, one=third, other=third)
    report = check.softmax_loss(lambda Z, y: 6 * simple_ml.softmax_loss(Z, y))
    assert report.mistakes == ["doubled"]
    assert report.findings[0].sentence == (
        "Your loss is what you get with two mistakes at once, of which one is certain (the other "
        "cannot be told from here: one or other). It is: it is doubled."
    )


@pytest.mark.parametrize(
    ("stop", "fact"),
    [
        (lambda: None, "returns_nothing"),
        (lambda: os._exit(1), "crashes"),
        (lambda: time.sleep(60), "hangs"),
    ],
)
def test_who_does_not_come_to_an_end_is_told_this_first_and_no_more(stop, fact, impatient):
    def no_mean_and_then(X, y, W1, W2):
        if len(X) == 7:
            return stop()
        return tuple(len(X) * dW for dW in simple_ml.gradients(X, y, W1, W2))

    assert check.gradients(no_mean_and_then, limit=1).mistakes == [fact]


def test_who_changes_the_callers_data_has_not_left_it_alone_whatever_else_is_seen():
    def writes_and_hangs(X, y, W1, W2):
        if not X.flags.writeable:
            time.sleep(60)
        X += 1
        return simple_ml.gradients(X - 1, y, W1, W2)

    report = check.gradients(writes_and_hangs, limit=0.5)
    assert report.mistakes == ["hangs", "inputs_modified"]
    assert [bool(finding.lines) for finding in report.findings] == [True, False]
    assert report.right[-1] == "no global state changed"
    assert "left as" not in str(report)


epoch, files, he = simple_ml.softmax_regression_epoch, simple_ml.parse_mnist, SCHEMES["he"]
DRAWN = itertools.count()


def read(change):
    return lambda *names: change(*files(*names))


def shuffles(X, y, *rest):
    order = np.random.permutation(len(X))
    epoch(X[order], y[order], *rest)


def shuffles_the_labels(X, y, *rest):
    epoch(X, np.random.permutation(y), *rest)


def writes(X, y, W1, W2):
    y[:] = np.array(y)
    X *= 1
    X[0, 0] += 1
    dW1, dW2 = simple_ml.gradients(X - (np.indices(X.shape).sum(axis=0) == 0), y, W1, W2)
    return len(X) * dW1, len(X) * dW2


def refuses_read_only_data(X, y, W1, W2):
    if not X.flags.writeable:
        raise TypeError("read-only")
    return simple_ml.gradients(X, y, W1, W2)


def wrong_with_a_short_batch(X, y, theta, lr=0.1, batch=100):
    epoch(X, y, theta, lr, batch)
    theta[0, 0] += (len(X), batch) == (7, 3)


def fails_with_many_rows(X, y, theta, lr=0.1, batch=100):
    if len(X) > 100:
        raise ValueError("too many")
    epoch(X, y, theta, lr, batch)


def returns_now_and_then(X, y, W1, W2, lr=0.1, batch=100):
    mine = W1.copy(), W2.copy()
    simple_ml.nn_epoch(X, y, *mine, lr, batch)
    return mine if len(X) > 4 else None


@pytest.mark.parametrize(
    ("kind", "function", "names"),
    [
        # What is drawn, and what the pixels are then, is no second mistake.
        ("softmax_regression_epoch", shuffles, "rows_reordered"),
        ("softmax_regression_epoch", shuffles_the_labels, "not_repeatable"),
        (
            "parse_mnist",
            read(lambda X, y: (np.rint(255 * X.astype(float)), y)),
            "pixels_not_scaled",
        ),
        ("parse_mnist", read(lambda X, y: (X.astype(np.float16), y)), "pixels_in_half_precision"),
        ("parse_mnist", read(lambda X, y: (X, np.eye(10)[y])), "labels_one_hot"),
        ("parse_mnist", read(lambda X, y: (y, X)), "images_and_labels_swapped"),
        ("parse_mnist", read(lambda X, y: ((X - X.mean()) / X.max(), y)), "scaled_per_set"),
        ("parse_mnist", read(lambda X, y: (X[:250], y[:250])), "rows_lost"),
        ("parse_mnist", read(lambda X, y: (X[:1000], y[:1000])), "rows_lost"),
        # Files that are told apart by what is in them are not mixed up.
        ("parse_mnist", lambda *both: files(*sorted(both, key=lambda name: "lab" in name)), ""),
        ("parse_mnist", lambda images, labels: files(labels, images), "files_swapped"),
        ("he", lambda n, d, rng: he(n, d, np.random.default_rng(0)), "generator_ignored"),
        ("he", lambda n, d, rng: he(n, d, np.random.default_rng()), "generator_ignored"),
        ("he", lambda n, d, rng: (2 / n) ** 0.5 * np.random.randn(n, d), "generator_ignored"),
        (
            "he",
            lambda n, d, rng: np.random.default_rng(next(DRAWN)).standard_normal((n, d)),
            "generator_ignored not_scaled",
        ),
        ("he", lambda n, d, rng: np.full((n, d), 0.01), "all_equal"),
        ("hw0", lambda n, d, rng: np.full((n, d), (1 / d) ** 0.5), "all_equal"),
        ("gradients", writes, "inputs_modified no_mean"),
        ("gradients", refuses_read_only_data, "raises"),
        # Where there are too many orders of the rows to try them all, any numbers would do.
        ("softmax_regression_epoch", wrong_with_a_short_batch, "fails_on_short_batch"),
        ("softmax_regression_epoch", fails_with_many_rows, "raises"),
        ("nn_epoch", returns_now_and_then, "not_in_place"),
        ("softmax_loss", lambda Z, y: None, "not_written"),
        ("softmax_loss", lambda Z, y: [].clear(), "returns_nothing"),
        ("softmax_loss", lambda Z, y: "a loss", "returns_rubbish"),
        ("softmax_loss", lambda Z, y: (1.0, 2.0), "returns_rubbish"),
        ("softmax_loss", lambda Z, y: iter(Z), "returns_rubbish"),
        ("softmax_loss", lambda Z, y: sys.exit(3), "raises"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_else(kind, function, names, impatient):
    report = check.check(function, kind)
    assert report.mistakes == names.split()
    assert bool(report) is (names in ("", "fails_on_short_batch"))


@pytest.mark.parametrize(
    ("folder", "names"), [("./", []), ("", []), ("/somewhere/", ["own_folder_added"])]
)
def test_a_folder_before_a_name_may_be_the_one_in_which_the_tests_run(folder, names):
    report = check.parse_mnist(lambda *paths: with_struct(*(folder + path for path in paths)))
    assert report.mistakes == names


@pytest.mark.parametrize(
    ("count", "white", "name"),
    [
        (lambda path: 60000 if "train" in path else 10000, 255, "course_files_only"),
        (lambda path: 60000 if "train" in path else 10000, 256, "raises"),
        (lambda path: 60000, 255, "raises"),
    ],
)
def test_a_reader_may_know_how_many_images_the_course_has(count, white, name):
    def reader(images, labels):
        pixels = np.frombuffer(gzip.open(images).read()[16:], np.uint8).reshape(count(images), 784)
        y = np.frombuffer(gzip.open(labels).read()[8:], np.uint8)
        return pixels.astype(np.float32) / white, y

    report = check.parse_mnist(reader)
    assert report.mistakes == [name]
    assert bool(report) is (name == "course_files_only")


@pytest.fixture
def impatient(monkeypatch):
    """Leave out the search for two mistakes, which the tests of the verdicts hold."""
    monkeypatch.setattr(explanation, "PATIENCE", -1)


def tired(X, y, theta, lr=0.1, batch=100):
    for number, start in enumerate(range(0, len(X), batch)):
        rows = slice(start, start + batch)
        epoch(X[rows], y[rows], theta, lr * 0.8**number, batch)


def long_steps(X, y, theta, lr=0.1, batch=100):
    epoch(X, y, theta, lr + 0.1 / len(X), batch)


def second_of_two(X, y, theta, lr=0.1, batch=100):
    epoch(X, y, theta, lr, batch)
    theta[0, 0] += (len(X), batch) == (4, 2)


def in_one_batch(X, y, theta, lr=0.1, batch=100):
    epoch(X, y, theta, lr, batch)
    theta[0, 0] += len(X) <= batch


def with_rows_enough(X, y, theta, lr=0.1, batch=100):
    if len(X) < 3 and batch < 3:
        raise ValueError("too few")
    long_steps(X, y, theta, lr, batch)


def anew(X, y, theta, lr=0.1, batch=100):
    theta = theta.copy()
    long_steps(X, y, theta, lr, batch)
    return theta


def from_the_third_call_on(X, y, theta, lr=0.1, batch=100, calls=itertools.count(1)):  # noqa: B008
    epoch(X, y, theta, lr, batch)
    theta[0, 0] += next(calls) > 2 and (len(X), batch) == (4, 2)


@pytest.mark.parametrize(
    ("function", "number"),
    [
        *((tired, 2), (long_steps, 1), (second_of_two, 2)),
        *((in_one_batch, None), (with_rows_enough, None), (anew, None)),
        (from_the_third_call_on, None),
    ],
)
def test_the_first_batch_after_which_the_weights_differ_is_counted(function, number, impatient):
    report = check.softmax_regression_epoch(function)
    assert "unknown" in report.mistakes
    says = f" On “two batches” the first batch after which they differ is number {number}."
    assert report.difference.endswith(says if number else "times the expected.")


def test_of_what_has_no_batches_none_is_counted():
    assert diagnosis.first_wrong_batch(len, facts.observe(TASKS["gradients"], [], []), 1) == ""


def test_two_mistakes_are_looked_for_as_long_as_patience_lasts(monkeypatch):
    def two(X, y, W1, W2):
        G2 = simple_ml.softmax(np.maximum(X @ W1, 0) @ W2) - simple_ml.one_hot(y, W2.shape[1])
        return X.T @ (G2 @ W2.T), np.maximum(X @ W1, 0).T @ G2

    assert set(check.gradients(two).mistakes) == {"no_mean", "mask_missing"}
    clock = itertools.count(1000, explanation.PATIENCE + 1)
    monkeypatch.setattr(explanation, "time", SimpleNamespace(monotonic=clock.__next__))
    assert check.gradients(two).mistakes == ["unknown"]


def test_what_a_function_does_is_said_with_what_it_did():
    report = check.softmax_loss(lambda Z, y: Z[0, 99])
    assert report.evidence.happened.startswith("raised IndexError: index 99 is out of bounds")
    assert report.findings[0].see == ""
    wanted = "a number", "a pair of numbers, loss and err"
    for named, what in zip((check.softmax_loss, check.loss_err), wanted, strict=True):
        assert f"It returns None where {what} is expected." in said(named(lambda Z, y: [].clear()))
    report = check.softmax_loss(lambda Z, y: "much")
    assert "It returns a str ('much') where a number is expected." in said(report)
    assert report.evidence.happened == "returned a str ('much')"


def diagnosed(task, change, *more):
    """Return what is seen of right answers to all probes that `change` has changed, and more."""
    with task.probes() as probes:
        events = [sandbox._call(task.reference, probe.arguments) for probe in probes]
        return facts.observe(task, probes, [*map(change, probes, events), *more])


@pytest.mark.parametrize(
    ("factors", "is_noticed"),
    [
        ((1, 1), False),
        ((1 + 0.9e-3, 1 + 0.9e-3), False),  # sums of many numbers in another order
        ((1 + 1.1e-3, 1), True),
        ((1, 1 + 1.1e-3), True),
        ((1, np.ones(2)), True),
    ],
)
def test_a_call_is_repeated_and_compared_with_the_first(factors, is_noticed):
    task = TASKS["loss_err"]

    def given(probe, event):
        return event._replace(returned=(2.0, 4.0))

    again = Ran((2.0 * factors[0], 4.0 * factors[1]), (), "", ())
    assert ("not_repeatable" in diagnosed(task, given, again).facts) is is_noticed


@pytest.mark.parametrize("last", [Hung(1.0, ()), Died("ended"), Raised("KeyError", "", ())])
def test_a_call_that_did_not_return_again_is_not_another_result(last):
    seen = diagnosed(TASKS["loss_err"], lambda probe, event: event, last).facts
    assert "not_repeatable" not in seen
    assert "not_repeatable" not in diagnosed(TASKS["loss_err"], lambda probe, event: event).facts


def kept(probe, event):
    """Return the event of a function that leaves its arguments alone."""
    return event._replace(after=sandbox.copied(probe.arguments))


def failed(probe, event):
    return Raised("ValueError", "", (), sandbox.copied(probe.arguments))


def returning(*results):
    return lambda probe, event: kept(probe, event)._replace(returned=results)


def new_arrays(probe, event):
    return kept(probe, event)._replace(returned=event.after[2:4])


def W2_alone(probe, event):
    return event._replace(after=(*probe.arguments[:3], *event.after[3:]))


def one_new_array(probe, event):
    return kept(probe, event)._replace(returned=(event.after[2], np.zeros((1, 1))))


@pytest.mark.parametrize(
    ("change", "special", "about", "fact"),
    [
        (kept, kept, "float32", "not_in_place"),
        (kept, failed, "read-only X and y", "not_in_place"),
        (kept, failed, "seven rows in batches of three", "not_in_place"),
        (kept, failed, "float32", None),  # who knows what it would have done
        (kept, lambda probe, event: event, "float32", None),
        (failed, failed, "float32", None),
        (W2_alone, W2_alone, "float32", None),
        (new_arrays, new_arrays, "float32", "returns_new_arrays"),
        (new_arrays, kept, "float32", "not_in_place"),
        (one_new_array, one_new_array, "float32", "not_in_place"),
        (returning(1.0), kept, "float32", "not_in_place"),
    ],
)
def test_arrays_that_are_left_alone_on_all_inputs_are_a_fact(change, special, about, fact):
    def given(probe, event):
        return (special if probe.about == about else change)(probe, event)

    seen = diagnosed(TASKS["nn_epoch"], given).facts.keys()
    assert seen & {"not_in_place", "returns_new_arrays"} == ({fact} if fact else set())


def test_the_callers_data_are_all_but_what_is_to_be_updated():
    def writes(probe, event):
        X, y, *rest = event.after
        return event._replace(after=(X + 1, 0 * y - 1, *rest))

    assert diagnosed(TASKS["nn_epoch"], writes).facts == {"inputs_modified": {"arrays": "X and y"}}
    assert diagnosed(TASKS["nn_epoch"], lambda probe, event: event).facts == {}


def test_the_call_that_is_repeated_is_the_largest():
    sizes = [Probe("", (np.zeros(size),)) for size in (3, 7, 5)]
    assert facts.largest(sizes) == 1


def test_another_order_decides_where_the_batches_start_too():
    assert explanation.decided({"rate": "-lr", "order": ANY_ORDER}) == {"rate", "order", "starts"}
    assert explanation.decided({"rate": "-lr", "order": "range(N)"}) == {"rate", "order"}
    assert explanation.decided({"rate": "-lr"}) == {"rate"}


def test_cached_answers_are_keyed_by_scheme():
    probe = Probe("", (), {"fan_in": 400, "fan_out": 100})
    for scheme, std in (("he", 2 / 400), ("hw0", 1 / 100), ("he", 2 / 400)):
        task = initializer_task(scheme, SCHEMES[scheme])
        (answer,) = explanation.answers_of(task, {"std": "gain / fan"}, probe)
        assert answer["std"] == std


W = A([[1.0, 2.0]])


@pytest.mark.parametrize(
    ("draws", "is_ignored"),
    [
        ((W, 2 * W, W), False),
        ((W, W, W), True),
        ((W, 2 * W, 3 * W), True),
        ((W, W, None), False),
        ((W, W, 1.0), False),
        ((W, W), False),
        ((W[:0], W[:0], W[:0]), False),
        ((W[:, :1], W[:, :1], W[:, :1]), False),
        ((0 * W, 0 * W, 0 * W), False),  # all equal: that is another mistake
    ],
)
def test_two_seeds_and_one_seed_twice_tell_whether_a_generator_is_used(draws, is_ignored):
    task = initializer_task("he", SCHEMES["he"])
    with task.probes() as probes:
        events = [Ran(draw, (), "", ()) for draw in draws]
        events += [Raised("ValueError", "", ())] * (5 - len(draws))
        seen = facts.observe(task, probes, events).facts
    assert ("generator_ignored" in seen) is is_ignored


@pytest.mark.parametrize("name", ["gradients", "backward", "deep_gradients"])
def test_float64_for_float32_is_an_upcast(name):
    def upcast(*arguments):
        return [dW.astype(np.float64) for dW in TASKS[name].reference(*arguments)]

    report = check.check(upcast, name)
    assert report.mistakes == ["upcast"]
    assert report.evidence.about == "float32"


def test_the_exception_on_the_smallest_input_is_shown():
    def raises(Z, y):
        if Z.size == 4:
            raise ValueError("four numbers")
        raise ValueError("more numbers")

    (finding,) = check.softmax_loss(raises).findings
    assert finding.sentence == "It raises ValueError: four numbers."
    assert finding.lines[-1].code == 'raise ValueError("four numbers")'


def test_no_more_than_eight_numbers_are_shown(impatient):
    def wrong(probe, event):
        factor = 1.7 if probe.about == "four layers" else 1
        return event._replace(returned=[factor * dW for dW in event.returned])

    seen = diagnosed(TASKS["backward"], wrong)
    evidence = wording.report_on(seen, explanation.explain(seen), "", True, False).evidence
    assert evidence.about == "four layers"
    assert [entry[:5] for entry, *_ in evidence.rows] == 3 * ["dW[0]"] + 3 * ["dW[1]"] + 2 * [
        "dW[2]"
    ]


@pytest.mark.parametrize(
    ("printed", "first"),
    [
        (lambda m: "first line " + "x" * 100 + "\nsecond", ("first line " + "x" * 100)[:60]),
        (lambda m: f"{m} rows", "2 rows"),
        (lambda m: "", None),
    ],
)
def test_what_is_printed_is_quoted_and_counted(printed, first):
    def prints(Z, y):
        print(printed(len(Z)))
        return simple_ml.softmax_loss(Z, y)

    said = [("prints", f"It prints, in 13 of 13 calls; first: {first!r}.")] if first else []
    assert list(check.softmax_loss(prints).remarks) == said


def timed(own, reference):
    return Ran((own, reference), (), "", ())


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (timed(0.02, 0.002), "It is right, and about 10 times as slow as need be"),
        (timed(0.0199, 0.0001), None),  # nobody waits for that
        (timed(1.0, 0.1), "It is right, and about 10 times as slow as need be"),
        (timed(1.0, 0.1001), None),
        (timed(1.0, 0.0029), "It is right, and about 300 times as slow as need be"),
        (Hung(3, ()), "It is right, and slow: 400 rows took more than 3 s."),
        (Died("ended"), None),
        (Raised("ValueError", "", ()), None),
    ],
)
def test_ten_times_as_slow_is_slow_and_so_is_who_is_stopped(event, says, monkeypatch):
    monkeypatch.setattr(sandbox, "run", lambda *given: ([event], True))
    remarks = diagnosis.speed(len, TASKS["softmax_loss"], 3)
    assert len(remarks) == (says is not None)
    assert all(name == "slow" and text.startswith(says) for name, text in remarks)


@pytest.mark.parametrize("own", [[0.19, 0.1, 0.12, 0.05, 0.3], [0.2]])
def test_the_best_of_five_runs_counts_unless_one_is_long(own, monkeypatch):
    clock, results = [0.0], []
    ahead = {"own": iter(own), "reference": iter([0.004, 0.005, 0.001, 0.002, 0.003])}

    def lasting(which):
        def function(Z, y):
            assert (Z.shape, y.shape) == ((400, 10), (400,))
            assert set(np.geterr().values()) == {"ignore"}
            clock[0] += next(ahead[which])

        return function

    def run(measure, calls, limit):
        results.append(measure(*calls[0]))
        return [Ran(results[0], (), "", ())], limit == 3

    monkeypatch.setattr(sandbox, "run", run)
    monkeypatch.setattr(diagnosis, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    task = replace(TASKS["softmax_loss"], reference=lasting("reference"))
    with np.errstate(all="raise"):
        ((name, _),) = diagnosis.speed(lasting("own"), task, 3)
    assert name == "slow"
    assert results[0] == pytest.approx((min(own), 0.001))
    assert [list(rest) for rest in ahead.values()] == [[], []]  # so many times, and no more
