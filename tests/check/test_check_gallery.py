"""The gallery of chapter 2: each row is a mistake, and prints the line that is run."""

import numpy as np
import pytest

from simple_ml import gradients
from simple_ml.check.gallery import BATCH, MISTAKES
from simple_ml.losses import one_hot, softmax


def data(m, n, d, k, seed=0, scale=1.0):
    """Return a batch with every class in it, and weights."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(m) % k).astype(np.uint8)
    W1, W2 = rng.standard_normal((n, d)), scale * rng.standard_normal((d, k))
    return rng.standard_normal((m, n)), y, W1, W2


def a_unit_at_zero():
    X, y, W1, W2 = data(6, 4, 5, 3)
    W1[:, 0] = 0
    return X, y, W1, W2


def the_last_class_missing():
    X, y, W1, W2 = data(6, 4, 5, 3)
    return X, np.minimum(y, 1), W1, W2


SQUARE = {"mask from Z2", "X for Z1", "W2 not transposed", "∇W1 transposed"}
SUITABLE = {
    "mask A1 >= 0": a_unit_at_zero(),
    "classes from the batch": the_last_class_missing(),
    "softmax not shifted": data(6, 4, 5, 3, scale=1e4),
    **{name: data(6, 4, 4, 4) for name in SQUARE},
}


def the_same(pairs):
    return all(a.shape == b.shape and np.allclose(a, b, rtol=1e-9) for a, b in pairs)


@pytest.mark.parametrize("name", sorted(SQUARE))
def test_the_mistakes_that_fit_square_layers_only_do_not_fit_others(name):
    (mistake,) = (row for row in MISTAKES if row.name == name)
    X, y, W1, W2 = data(7, 4, 5, 3)
    try:
        shapes = [g.shape for g in mistake.gradients(X, y, W1, W2)]
    except ValueError:
        return
    assert shapes != [W1.shape, W2.shape]


@pytest.mark.parametrize(
    ("name", "batch"), [("1/batch", data(BATCH, 4, 5, 3)), ("product of means", data(1, 4, 5, 3))]
)
def test_a_batch_may_hide_a_mistake(name, batch):
    (mistake,) = (row for row in MISTAKES if row.name == name)
    assert the_same(zip(mistake.gradients(*batch), gradients(*batch), strict=True))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_line_that_is_printed_gives_the_numbers_of_the_one_that_is_run_and_wrong_ones(mistake):
    X, y, W1, W2 = batch = SUITABLE.get(mistake.name, data(6, 4, 5, 3))
    given = {"X": X, "y": y, "W1": W1, "W2": W2, "m": len(X), "k": W2.shape[1], "batch": BATCH}
    lines = {
        **{"A1": "X @ W1", "Z1": "np.maximum(A1, 0)", "Z2": "Z1 @ W2", "S": "softmax(Z2)"},
        **{"I_y": "one_hot(y, k, Z2.dtype)", "G2": "S - I_y", "G1": "(Z1 > 0) * (G2 @ W2.T)"},
        **{"dW2": "Z1.T @ G2 / m", "dW1": "X.T @ G1 / m"},
    }
    lines |= dict(line.split(" = ") for line in mistake.code.split("; "))
    assert len(lines) == 9
    with np.errstate(all="ignore"):
        if mistake.name == "W2 updated first":
            lines = {key: lines[key] for key in "A1 Z1 Z2 S I_y G2 dW2 G1 dW1".split()}
        try:
            for name, line in lines.items():
                given[name] = eval(line, {"np": np, "softmax": softmax, "one_hot": one_hot}, given)
        except ValueError:
            assert mistake.name == "classes from the batch"
            with pytest.raises(ValueError, match="shape"):
                mistake.gradients(*batch)
            return
        wrong = mistake.gradients(*batch)
    assert [g.shape for g in wrong] == [W.shape for W in batch[2:]]
    assert not the_same(zip(wrong, gradients(*batch), strict=True))
    for name, found in zip(("dW1", "dW2"), wrong, strict=True):
        np.testing.assert_allclose(given[name], found, rtol=1e-9)
