"""The laboratory computes what `simple_ml` computes: steps, gradients, starting weights, digits."""

import gzip
import hashlib
import math

import numpy as np
import pytest
from driving import LAB, for_javascript, losses_in_python, packed, training, unpacked

from simple_ml import load_mnist
from simple_ml.initialization import SCHEMES, pair


def test_the_digits_are_the_first_of_the_embedded_ones():
    X_tr, y_tr, X_te, y_te = load_mnist()
    pixels = np.rint(255 * np.concatenate([X_tr[:2000], X_te[:500]])).astype(np.uint8)
    raw = gzip.decompress((LAB / "digits.bin").read_bytes())
    assert raw == pixels.tobytes() + y_tr[:2000].tobytes() + y_te[:500].tobytes()
    digest = hashlib.sha256(raw).hexdigest()
    assert f'SHA256 = "{digest}"' in (LAB / "digits.js").read_text(encoding="utf-8")


def test_the_laboratory_is_small():
    assert sum(path.stat().st_size for path in LAB.iterdir()) < 600_000


# ---------------------------------------------------------------- the step


RUNS = {
    "hw0": training("hw0", 30, 0.2),
    "fan_in": training("fan_in", 60, 0.5),
    "hw0, wide: the spike": training("hw0", 200, 0.3),
    "hw0, diverging": training("hw0", 100, 1e12),
    "hw0, float64": training("hw0", 30, 0.5, np.float64),
    "diverging, float64": training("hw0", 100, 1e40, np.float64),
}


@pytest.mark.parametrize("name", RUNS)
def test_the_step_agrees_with_simple_ml(modules, name):
    run = RUNS[name]
    expected = losses_in_python(**run)
    found = modules("losses", run=for_javascript(run))
    assert found["lost"] == expected["lost"]
    assert (expected["lost"] is not None) == ("diverging" in name)
    assert len(found["losses"]) == len(expected["losses"]) >= (2 if "diverging" in name else 50)
    np.testing.assert_allclose(found["losses"], expected["losses"], rtol=1e-4)
    if "float64" in name:
        np.testing.assert_allclose(found["losses"], expected["losses"], rtol=1e-10)


def test_of_equal_largest_logits_the_first_counts_as_in_numpy(modules):
    script = "async z => (await import('./network.js')).largest(z)"
    assert modules.evaluate(script, [1, 3, 3, 2]) == np.argmax([1, 3, 3, 2])


# ---------------------------------------------------------------- starting weights


class Ones:
    """A source of randomness whose every standard normal number is 1."""

    def standard_normal(self, shape):
        return np.ones(shape)

    def uniform(self, low, high, shape):
        return np.full(shape, high / np.sqrt(3))  # bounds of ±√3 std


SCHEME_NAMES = ("hw0", "fan_in", "he", "he_fan_out", "glorot", "pytorch", "unit", "zeros",
                "hw0+fan_in")  # fmt: skip


def test_the_schemes_are_those_of_simple_ml(modules):
    listed = modules.evaluate(
        "async () => (await import('./schemes.js')).SCHEMES.map(({ name }) => name)"
    )
    assert tuple(listed) == SCHEME_NAMES
    assert set(SCHEMES) - set(SCHEME_NAMES) == {"constant"}  # no number says that one
    for name in SCHEME_NAMES:
        for d in (10, 100, 500):
            found = modules.evaluate(
                "async ([name, d]) => (await import('./schemes.js')).scheme(name, d)", [name, d]
            )
            first, second = pair(name)
            assert found["s1"] == pytest.approx(first(784, d, Ones(), np.float64)[0, 0])
            assert found["s2"] == pytest.approx(second(d, 10, Ones(), np.float64)[0, 0])
            assert found["draw"] == ("uniform" if name == "pytorch" else "normal")


def test_output_scale_and_imbalance_are_relative_to_fan_in(modules):
    script = """async (values) => {
      const { fromScale, toScale } = await import("./schemes.js");
      const stds = fromScale(values);
      return [stds, toScale({ ...stds, d: values.d })];
    }"""
    for scale, imbalance, d in ((1, 1, 100), (8.85, 0.1, 50), (2, 30, 500)):
        values = {"scale": scale, "imbalance": imbalance, "d": d}
        there, back = modules.evaluate(script, values)
        assert there["s1"] == pytest.approx(math.sqrt(1 / 784) * math.sqrt(scale / imbalance))
        assert there["s2"] == pytest.approx(math.sqrt(1 / d) * math.sqrt(scale * imbalance))
        assert back == pytest.approx({"scale": scale, "imbalance": imbalance})


# A link has to give the same weights for ever: xoshiro128** after splitmix32, of three seeds.
FIRST_NUMBERS = {0: "c442751a2b9b3a4f", 1: "f302c15f33cda835", 2**32 - 1: "c2e89ceea0456b69"}


def test_the_generator_is_xoshiro(modules):
    script = """async (seed) => {
      const next = (await import("./random.js")).generator(seed);
      return Array.from({ length: 100 }, next);
    }"""
    for seed, expected in FIRST_NUMBERS.items():
        found = np.array(modules.evaluate(script, seed), np.uint32)
        assert hashlib.sha256(found.tobytes()).hexdigest()[:16] == expected


@pytest.mark.parametrize(("draw", "kurtosis"), [("normal", 3), ("uniform", 1.8)])
def test_weights_have_the_distribution_that_is_asked_for(modules, draw, kurtosis):
    settings = {"d": 200, "s1": 0.3, "s2": 2, "draw": draw, "seed": 5}
    W1, W2 = map(unpacked, modules("weights", settings=settings).values())
    for W, std in ((W1, 0.3), (W2, 2)):
        assert W.mean() == pytest.approx(0, abs=5 * std / math.sqrt(W.size))
        assert W.std() == pytest.approx(std, rel=0.06)
    assert np.mean((W1 / W1.std()) ** 4) == pytest.approx(kurtosis, rel=0.03)


def test_the_prediction_of_the_first_loss_holds_on_average_over_seeds(modules):
    found = modules.evaluate(
        """async () => {
          const { loadDigits, inputs } = await import("./digits.js");
          const { matrix } = await import("./matrix.js");
          const { forward, softmaxLoss } = await import("./network.js");
          const { initialWeights, prediction, scheme } = await import("./schemes.js");
          const { meanSquare } = await import("./measure.js");
          const { test } = await loadDigits();
          const X = matrix(500, 784, inputs(test.pixels));
          const settings = { d: 50, ...scheme("hw0", 50) };
          let measured = 0, loss = 0;
          for (let seed = 0; seed < 40; seed++) {
            const { W1, W2 } = initialWeights({ ...settings, seed });
            const { Z2 } = forward(X, W1, W2);
            measured += meanSquare(Z2.data) / 40;
            loss += softmaxLoss(Z2, test.labels) / 40;
          }
          return { measured, loss, ...prediction(settings, 784 * meanSquare(X.data)) };
        }"""
    )
    _, _, X, _ = load_mnist()
    assert found["variance"] == pytest.approx((X[:500] ** 2).sum(axis=1).mean() / 20, rel=1e-5)
    assert found["measured"] == pytest.approx(found["variance"], rel=0.1)
    assert math.log(10) == pytest.approx(found["low"])
    assert found["low"] < found["loss"] < found["high"]


# ---------------------------------------------------------------- drawings


@pytest.mark.parametrize(("times", "beside"), [(5, (0, 0)), (5, (60, 10)), (3, (0, 40))])
def test_a_drawing_is_scaled_and_centred_as_mnist_does(times, beside, modules):
    """A digit of MNIST, larger and not in the middle, becomes what it was."""
    _, _, X, _ = load_mnist()
    for digit in X[:30].reshape(-1, 28, 28):
        drawing = np.kron(digit, np.ones((times, times), np.float32))
        drawing = np.pad(drawing, [(more, max(beside) - more) for more in beside])
        found = modules("centred", ink=packed(drawing.ravel()), side=len(drawing))
        np.testing.assert_allclose(unpacked(found).reshape(28, 28), digit, atol=1e-6)


def test_without_ink_there_is_no_digit(modules):
    assert modules("centred", ink=packed(np.zeros(100, np.float32)), side=10) is None
