import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simple_ml import gradients, nn_epoch, softmax_loss
from simple_ml.gradcheck import numerical_gradient, relative_error


def problem(m=7, n=5, d=4, k=3, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((m, n)).astype(dtype)
    y = rng.integers(0, k, m).astype(np.uint8)
    W1 = rng.standard_normal((n, d)).astype(dtype)
    W2 = rng.standard_normal((d, k)).astype(dtype)
    return X, y, W1, W2


def two_layer_loss(X, y, W1, W2):
    return softmax_loss(np.maximum(X @ W1, 0) @ W2, y)


@settings(max_examples=40)
@given(
    m=st.integers(1, 6),
    n=st.integers(1, 5),
    d=st.integers(1, 5),
    k=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_every_entry_of_both_gradients_agrees_with_central_differences(m, n, d, k, seed):
    X, y, W1, W2 = problem(m, n, d, k, seed=seed)
    # A central difference means nothing across the kink of a ReLU: keep every pre-activation off 0.
    nearest = np.abs(X @ W1).min()
    step = min(1e-5, 0.1 * nearest / np.abs(X).max())
    for A in (X, y, W1, W2):
        A.flags.writeable = False  # nothing is modified: to write would raise
    dW1, dW2 = gradients(X, y, W1, W2)
    for actual, W, loss in (
        (dW1, W1, lambda W: two_layer_loss(X, y, W, W2)),
        (dW2, W2, lambda W: two_layer_loss(X, y, W1, W)),
    ):
        numeric = numerical_gradient(loss, W, step=step)
        np.testing.assert_allclose(actual, numeric, atol=1e-15 / step * 20 + 1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch", [1, 10, 64, 1000])
def test_the_epoch_steps_down_the_pure_gradients_in_place_and_leaves_the_data_alone(dtype, batch):
    X, y, W1, W2 = problem(m=100, n=30, d=20, k=10, dtype=dtype)
    X.flags.writeable = y.flags.writeable = False
    expected = [W1.copy(), W2.copy()]
    for start in range(0, len(X), batch):
        rows = slice(start, start + batch)
        for V, dV in zip(expected, gradients(X[rows], y[rows], *expected), strict=True):
            V -= dtype(0.01) * dV
    assert nn_epoch(X, y, W1, W2, lr=0.01, batch=batch) is None
    rounding = 100 * np.finfo(dtype).eps  # a hundred steps of one rounding each, at most
    assert relative_error(W1, expected[0]) < rounding
    assert relative_error(W2, expected[1]) < rounding


def test_a_float32_step_creates_no_float64_array(recording):
    X, y, W1, W2 = problem(dtype=np.float32)
    recorded = [A.view(recording) for A in (X, W1, W2)]
    nn_epoch(recorded[0], y, *recorded[1:], lr=np.float64(0.1), batch=3)
    assert recording.floats == {np.dtype(np.float32)}


def test_float64_stays_float64_and_mixed_input_updates_the_weights_in_their_own_dtype():
    X, y, W1, W2 = problem()
    dW1, dW2 = gradients(X, y, W1, W2)
    assert dW1.dtype == dW2.dtype == np.float64
    W1_32 = W1.astype(np.float32)
    nn_epoch(X.astype(np.float32), y, W1_32, W2)  # what NumPy 2 makes of randn / np.sqrt(k)
    assert W1_32.dtype == np.float32
    assert W2.dtype == np.float64


@pytest.mark.parametrize(
    ("rows", "sizes", "batch"),
    [
        (2_000, (300, 10, 3), 1000),
        (2_000, (300, 400, 3), 10),
        (2_000, (20, 300, 3), 1000),
        (2_000, (20, 30, 200), 1000),
        (30_000, (50, 20, 10), 100),  # many rows cost no more
    ],
)
def test_an_epochs_memory_is_that_of_batches_and_weights(rows, sizes, batch, memory_below):
    n, d, k = sizes
    X, y, W1, W2 = problem(rows, n, d, k, dtype=np.float32)
    floats = batch * (n + d + k) + (n * d + d * k)
    with memory_below(4 * (4 * floats) + 20_000):
        nn_epoch(X, y, W1, W2, batch=batch)


NAMES = ("X", "y", "W1", "W2")
GOOD = problem()
BAD = [
    ({"X": GOOD[0].tolist()}, TypeError, "X is a list"),
    ({"X": (GOOD[0] * 255).astype(np.uint8)}, TypeError, "X has dtype uint8.*raw pixels"),
    ({"y": GOOD[1][:-1]}, ValueError, r"y has shape \(6,\), expected \(7,\), .* of X;"),
    ({"y": GOOD[1] + 1}, ValueError, "y holds labels from 1 to 3, expected 0 … 2"),
    ({"W1": GOOD[2].T}, ValueError, r"X has shape \(7, 5\) and W1 has shape \(4, 5\).*transposed"),
    ({"W2": GOOD[3].T}, ValueError, r"W1 has shape \(5, 4\) and W2 has shape \(3, 4\)"),
    ({"W1": np.ones((5, 4), int)}, TypeError, "W1 has dtype int64"),
    ({"W2": GOOD[3].astype(np.float16)}, TypeError, "W2 has dtype float16"),
    ({"W1": np.broadcast_to(0.0, (5, 4))}, ValueError, r"W1 is read-only.*W1\.copy\(\)"),
    ({"W2": np.broadcast_to(0.0, (4, 3))}, ValueError, "W2 is read-only"),
    ({"batch": 0}, ValueError, "batch is 0, expected at least 1"),
    ({"batch": 2.0}, TypeError, "batch is a float, expected a whole number"),
    ({"lr": float("nan")}, ValueError, "lr is nan"),
    ({"lr": np.inf}, ValueError, "lr is inf"),
    ({"lr": "0.1"}, TypeError, "lr is a str"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_bad_input_is_named_before_anything_is_modified(change, error, message):
    arguments = {name: A.copy() for name, A in zip(NAMES, GOOD, strict=True)} | change
    before = [np.array(arguments[name]) for name in NAMES]
    with pytest.raises(error, match=f"^{message}"):
        nn_epoch(**arguments)
    for name, A in zip(NAMES, before, strict=True):
        np.testing.assert_array_equal(arguments[name], A)
    if "read-only" not in message and set(change) <= set(NAMES):  # else it is a matter of the step
        with pytest.raises(error, match=f"^{message}"):
            gradients(**{name: arguments[name] for name in NAMES})
