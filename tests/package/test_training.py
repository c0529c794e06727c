import inspect
import io
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from simple_ml import (
    load_mnist,
    loss_err,
    nn_epoch,
    parse_mnist,
    softmax_regression_epoch,
    train_nn,
    train_softmax,
)
from simple_ml.initialization import SCHEMES, starting_weights
from simple_ml.training import HEADER, TrainingDiverged, train_from


def blobs(m=60, seed=0):
    rng = np.random.default_rng(seed)
    y = (np.arange(m) % 3).astype(np.uint8)
    X = np.eye(6)[y] * 2 + 0.3 * rng.standard_normal((m, 6))
    return X.astype(np.float32), y


@pytest.fixture
def data():
    return *blobs(), *blobs(m=30, seed=1)


def test_softmax_regression_trains_in_batches_of_the_size_asked_for(data):
    theta = np.zeros((6, 3), np.float32)
    softmax_regression_epoch(*data[:2], theta, lr=0.5, batch=7)
    history, (trained,) = train_softmax(*data, epochs=1, lr=0.5, batch=7, verbose=False)
    np.testing.assert_array_equal(trained, theta)
    assert (*history["test_loss"], *history["test_err"]) == loss_err(data[2] @ theta, data[3])


STEP, RUN = {"lr": 0.1, "batch": 100}, {"epochs": 10, "lr": 0.5, "batch": 100, "verbose": True}


@pytest.mark.parametrize(
    ("function", "defaults"),
    [
        *((nn_epoch, STEP), (softmax_regression_epoch, STEP), (train_softmax, RUN)),
        *((train_from, RUN), (train_nn, {"hidden_dim": 500} | RUN)),
    ],
)
def test_the_defaults_are_the_courses(function, defaults):
    taken = inspect.signature(function).parameters.values()
    assert {p.name: p.default for p in taken if p.default is not p.empty} == defaults


@pytest.mark.parametrize("train", [train_softmax, train_nn])
def test_the_printed_table_is_the_courses_and_its_numbers_are_the_historys(train, data, capsys):
    history, _ = train(*data, epochs=2, lr=0.1, batch=10)
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == HEADER == "| Epoch | Train Loss | Train Err | Test Loss | Test Err |"
    columns = [history[name] for name in ("train_loss", "train_err", "test_loss", "test_err")]
    for i, (line, row) in enumerate(zip(lines, zip(*columns, strict=True), strict=True)):
        cells = line.strip("|").split("|")
        assert [len(cell) for cell in cells] == [7, 12, 11, 11, 10]
        assert [float(cell) for cell in cells] == pytest.approx([i, *row], abs=5e-6)


def test_the_history_is_what_loss_err_says_of_the_returned_weights(data):
    X_tr, y_tr, X_te, y_te = data
    history, (W1, W2) = train_nn(*data, hidden_dim=7, epochs=3, verbose=False)
    assert W1.shape == (6, 7)
    assert W2.shape == (7, 3)
    for X, y, part in ((X_tr, y_tr, "train"), (X_te, y_te, "test")):
        loss, err = loss_err(np.maximum(X @ W1, 0) @ W2, y)
        assert history[f"{part}_loss"][-1] == pytest.approx(loss, rel=1e-6)
        assert history[f"{part}_err"][-1] == err


def test_the_default_start_is_the_courses_draw_and_leaves_the_global_state_alone(data):
    np.random.seed(7)
    expected = np.random.random()
    np.random.seed(7)
    _, (W1, W2) = train_nn(*data, hidden_dim=4, epochs=0, verbose=False)
    assert np.random.random() == expected
    np.random.seed(0)
    np.testing.assert_allclose(W1, np.random.randn(6, 4) / np.sqrt(4), rtol=1e-6)
    # With k a uint8, as the labels are, np.sqrt(k) would be a float16, wrong in the fourth digit.
    np.testing.assert_allclose(W2, np.random.randn(4, 3) / np.sqrt(3), rtol=1e-6)


@pytest.mark.parametrize("init", sorted(SCHEMES))
def test_every_rule_draws_both_layers_from_the_generator_given(init):
    draws = [starting_weights(init, (6, 4, 3), np.random.default_rng(seed)) for seed in (1, 1, 2)]
    for first, again, other in zip(*draws, strict=True):
        assert first.dtype == np.float32
        np.testing.assert_array_equal(first, again)
        assert (first == other).all() == (init in ("zeros", "constant"))


def test_training_from_the_courses_weights_is_train_nn_and_leaves_them_alone(data):
    weights = starting_weights("hw0", (6, 7, 3), np.random.RandomState(0))
    for W in weights:
        W.flags.writeable = False  # to write would raise
    ours = train_from(weights, *data, epochs=2, lr=0.1, batch=10, verbose=False)
    course = train_nn(*data, hidden_dim=7, epochs=2, lr=0.1, batch=10, verbose=False)
    for W, V in zip(ours.weights, course.weights, strict=True):
        np.testing.assert_array_equal(W, V)
    assert ours.history.keys() == course.history.keys()


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        (np.zeros((6, 4)), TypeError, r"weights is a ndarray, expected the pair \(W1, W2\)"),
        ([np.zeros((6, 3))], TypeError, "expected the pair"),
        ([np.zeros((6, 4)), np.zeros((4, 4)), np.zeros((4, 3))], TypeError, "expected the pair"),
        ((np.zeros((5, 4)), np.zeros((4, 3))), ValueError, "X_tr has shape .*W1.shape"),
        ((np.zeros((6, 4)), np.zeros((5, 3))), ValueError, "W1 has shape .*W2.shape"),
        ((np.zeros((6, 4)), np.zeros((4, 2))), ValueError, "y_tr .* 0 to 2, expected 0 … 1"),
        ((np.zeros((6, 4), int), np.zeros((4, 3))), TypeError, "W1 has dtype int64"),
    ],
)
def test_weights_that_do_not_fit_are_named(weights, error, message, data):
    with pytest.raises(error, match=message):
        train_from(weights, *data, verbose=False)


@pytest.mark.parametrize(
    ("train", "scale", "lr", "advice"),
    [
        (train_nn, 3, 1e20, "a lower learning rate"),
        (train_softmax, 3, 3e38, "a lower learning rate"),
        (train_nn, np.nan, 0.5, "inputs already were not"),
    ],
)
def test_weights_that_turn_non_finite_raise_with_history_and_advice(train, scale, lr, advice, data):
    X, y, *test = data
    with pytest.raises(TrainingDiverged, match=rf"epoch \d: .*{advice}") as caught:
        train(X * np.float32(scale), y, *test, epochs=5, lr=lr, batch=10, verbose=False)
    assert isinstance(caught.value, FloatingPointError)
    assert len(caught.value.history["train_loss"]) == caught.value.epoch


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"X_te": np.ones((30, 5), np.float32)}, ValueError, "X_tr has 6 columns and X_te has 5"),
        ({"y_te": np.full(30, 3)}, ValueError, "y_te holds labels up to 3 and y_tr up to 2"),
        ({"y_tr": np.zeros(60)}, TypeError, "y_tr has dtype float64"),
        ({"X_tr": [[1.0]]}, TypeError, "X_tr is a list"),
        ({"epochs": 1.5}, TypeError, "epochs is a float"),
        ({"epochs": -1}, ValueError, "epochs is -1, expected at least 0"),
        ({"hidden_dim": 0}, ValueError, "hidden_dim is 0, expected at least 1"),
        ({"lr": np.nan}, ValueError, "lr is nan"),
        ({"batch": 0}, ValueError, "batch is 0"),
    ],
)
def test_bad_input_is_named(change, error, message, data):
    arguments = dict(zip(("X_tr", "y_tr", "X_te", "y_te"), data, strict=True)) | change
    with pytest.raises(error, match=message):
        train_nn(**arguments, verbose=False)


def test_ten_epochs_on_the_embedded_digits_reach_a_test_error_below_ten_per_cent():
    history, _ = train_nn(*load_mnist(), hidden_dim=100, epochs=10, lr=0.2, verbose=False)
    assert history["test_err"][-1] < 0.10


def test_the_courses_reference_values_come_out_on_the_full_mnist(full_mnist):
    X, y = parse_mnist(
        full_mnist / "train-images-idx3-ubyte.gz", full_mnist / "train-labels-idx1-ubyte.gz"
    )
    assert np.linalg.norm(X[:10]) == pytest.approx(27.892084, rel=1e-6)
    _, (W1, W2) = train_nn(X[:1], y[:1] * 0 + 9, X[:1], y[:1] * 0, 100, epochs=0, verbose=False)
    nn_epoch(X, y, W1, W2, lr=0.2, batch=100)
    assert np.linalg.norm(W1) == pytest.approx(28.437788, rel=1e-5)
    assert np.linalg.norm(W2) == pytest.approx(10.455095, rel=1e-5)
    # The course's tolerance: its reference counts 3,604 errors, an epoch in float64 counts 3,606.
    course = {"rel": 1e-4, "abs": 1e-4}
    loss, err = loss_err(np.maximum(X @ W1, 0) @ W2, y)
    assert loss == pytest.approx(0.19770025, **course)
    assert err == pytest.approx(0.06006667, **course)


@pytest.mark.parametrize(("terminal", "longest"), [(True, 0), (True, 1e9), (False, 0)])
def test_only_a_long_run_in_a_terminal_shows_a_progress_bar(terminal, longest, data, monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: terminal
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setitem(sys.modules, "ipykernel", sys)  # a notebook is no terminal: no bar there
    monkeypatch.setattr("simple_ml.training.LONG", longest)
    train_nn(*data, epochs=3)
    assert ("epoch" in screen.getvalue()) == (terminal and longest == 0)


def test_an_interrupted_run_keeps_its_epochs_and_its_weights(data, monkeypatch):
    calls = []

    def interrupted(X, y, W1, W2, **settings):
        nn_epoch(X, y, W1, W2, **settings)
        calls.append(W1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("simple_ml.training.nn_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt) as stopped:
        train_nn(*data, epochs=5, lr=0.1, verbose=False)
    history, (W1, _) = stopped.value.run
    assert W1 is calls[0]
    assert len(history["test_err"]) == 2
    assert "2 of 5 epochs are done" in stopped.value.__notes__[0]


# ---------------------------------------------------------------- what looks finished and is not

DIGITS = tuple(A[:300] for A in load_mnist())


def told(*data, init="hw0", **settings):
    """Return the warnings of a run of two epochs."""
    weights = starting_weights(init, (784, 20, 10), np.random.RandomState(0))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if init == "hw0":
            train_nn(*data, hidden_dim=20, epochs=2, **settings)
        else:
            train_from(weights, *data, epochs=2, **settings)
    assert {Path(warning.filename) for warning in caught} <= {Path(__file__)}
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize(
    ("scaled", "settings"),
    [
        (lambda X: (X - 0.13) / 0.31, {"lr": 0.01}),  # of mean 0 and deviation 1
        (lambda X: X, {"lr": 0.1}),
        (lambda X: X, {"lr": 0, "init": "hw0+zeros"}),
    ],
)
def test_a_healthy_run_is_not_warned_of(scaled, settings):
    X, y, X_te, y_te = DIGITS
    assert told(scaled(X), y, scaled(X_te), y_te, **settings) == []


@pytest.mark.parametrize(
    ("scaled", "sets", "message"),
    [
        (lambda X: X * 255, (0, 2), r"X_tr .* from 0 to 255, .* \[0, 1\].*: X_tr / 255"),
        (lambda X: X * 16, (0,), "X_tr .* from 0 to 16"),
        (lambda X: X * 255, (2,), "X_te .* from 0 to 255"),
        (lambda X: X * 255 - 200, (0, 2), r"X_tr .* from -200 to 55.*: X_tr / 200"),
    ],
)
def test_inputs_that_were_not_scaled_are_named_once(scaled, sets, message):
    data = [scaled(A) if i in sets else A for i, A in enumerate(DIGITS)]
    first, *_ = found = told(*data, lr=1e-6)
    assert re.search(message, first)
    assert sum("scale" in text.lower() for text in found) == 1


@pytest.mark.parametrize(
    ("scale", "settings", "cause"),
    [
        (1, {"lr": 1000}, "a step at lr=1000 was too long: try a lower learning rate"),
        (1, {"lr": 0.1, "init": "zeros"}, "the weights are all 0"),
        (255, {"lr": 0.5}, "inputs up to 255 made the first steps too long"),
    ],
)
def test_a_dead_network_is_called_dead_with_the_cause(scale, settings, cause):
    data = [A * np.float32(scale) if A.ndim == 2 else A for A in DIGITS]
    *_, last = told(*data, **settings)
    quiet = told(*data, **settings, verbose=False)
    assert (last in quiet) == ("init" not in settings)  # who asks for zeros knows
    assert last.startswith("the network is dead: no hidden unit is on for any of the 300")
    assert "stays at log 10" in last
    assert cause in last


@pytest.mark.parametrize("train", [train_nn, train_softmax])
def test_labels_that_start_at_1_are_noticed_and_others_are_not(train):
    X, y, X_te, y_te = DIGITS
    with pytest.warns(UserWarning, match="y_tr holds labels from 1 to 10 .* Take y_tr - 1") as told:
        train(X, y + 1, X_te, y_te + 1, epochs=1, verbose=False)
    assert told[0].filename == __file__
    for some in (y * 0 + 9, y // 2 * 2, np.maximum(y, 1) + 1, y % 2):  # each without some class
        train(X, some, X_te, some, epochs=0, verbose=False)
