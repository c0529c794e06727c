"""The live laboratory, in a real browser: the same mathematics as `simple_ml`, and the page.

The site is the one in `_build/html`, served from a folder below the root, as it may be
published. Numbers cross between Python and JavaScript as bytes (tests/site/lab/compare.js).
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import math
import re
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from browsing import SITE, Tab, serving
from build_lab_digits import content
from checks import THEMES, accessibility

from simple_ml import forward, load_mnist, loss_err, nn_epoch
from simple_ml.initialization import SCHEMES, pair

LAB = Path(__file__).resolve().parents[2] / "book" / "lab"
COMPARE = (Path(__file__).with_name("lab") / "compare.js").read_text(encoding="utf-8")
PATH = f"/{SITE.name}/book/lab.html"


# ---------------------------------------------------------------- the files


def test_the_digits_are_the_first_of_the_embedded_ones():
    raw = gzip.decompress((LAB / "digits.bin").read_bytes())
    assert raw == content()
    digest = hashlib.sha256(raw).hexdigest()
    assert f'SHA256 = "{digest}"' in (LAB / "digits.js").read_text(encoding="utf-8")


def test_the_laboratory_is_small():
    assert (LAB / "digits.bin").stat().st_size < 500_000
    assert sum(path.stat().st_size for path in LAB.iterdir()) < 600_000


def test_no_file_of_the_laboratory_names_another_host():
    texts = {path.name: path.read_text(encoding="utf-8") for path in LAB.glob("*.[jc]s*")}
    assert len(texts) > 10
    allowed = "http://www.w3.org/2000/svg"  # the name of SVG, which nobody asks for
    for name, text in texts.items():
        assert "//" not in re.sub(r"(^|\s)//[^\n]*", "", text.replace(allowed, "")), name


# ---------------------------------------------------------------- the browser


@pytest.fixture(scope="module")
def published(pages):
    """Return where the site is served: in a folder of another one, as it may be published."""
    assert "book/lab.html" in pages
    with serving(SITE.parent) as address:
        yield address


@pytest.fixture(scope="module")
def moving(browser):
    """Return a tab for the laboratory, of a reader who has not asked for less motion."""
    allowed = ["clipboard-read", "clipboard-write"]
    tab = Tab(browser, reduced_motion="no-preference", permissions=allowed)
    yield tab
    tab.close()


@pytest.fixture
def visit(browser, moving, published):
    """Open the laboratory as often as wanted; whatever goes wrong there fails the test.

    With options of a browser's context it is in a tab of its own.
    """
    others = []

    def go(hash="", *, width=1280, theme="light", ready=True, **options):
        if options:
            others.append(Tab(browser, **options))
        tab = others[-1] if options else moving
        page = tab.open(f"{published}{PATH}{hash}", theme, width)
        if ready:
            state(page, "ready")
        return page

    yield go
    wrong = [line for tab in (moving, *others) for line in tab.wrong]
    moving.page.unroute_all()
    for tab in others:
        tab.close()
    # Where there are no scripts, or no digits, a request is given up.
    assert [line for line in wrong if not line.startswith("failed: ")] == []


def state(tab, name):
    tab.wait_for_selector(f".lab-app[data-state={name}]")


def press(tab, name):
    tab.get_by_role("button", name=name, exact=True).click()


def train(tab, until="finished"):
    press(tab, "Train")
    state(tab, until)


def train_for(tab, epochs):
    """Train for so many epochs, or a little more, and pause."""
    press(tab, "Train")
    tab.wait_for_function("n => laboratory.current.epochs.length > n", arg=epochs)
    tab.evaluate("laboratory.send({ type: 'pause' })")  # its button may have turned by now
    tab.wait_for_function("['paused', 'finished'].includes(laboratory.app.dataset.state)")


def status(tab):
    return tab.locator(".lab-status").inner_text()


def run(tab):
    """Return the current run: settings, points, epochs, steps, peak, and how far W1, W2 moved."""
    found = tab.evaluate(
        """() => {
          const { snapshot, start, ...run } = laboratory.current;
          return JSON.stringify({ ...run, dead: snapshot?.dead, moved: snapshot?.moved,
            startNorms: snapshot?.startNorms });
        }"""
    )
    return SimpleNamespace(**json.loads(found))


@pytest.fixture(scope="module")
def modules(browser, published):
    """A call of tests/site/lab/compare.js in an empty page of the same origin."""
    context = browser.new_context()
    tab = context.new_page()
    folder = f"{published}/{SITE.name}/_static/lab/"
    tab.route(f"{folder}empty.html", lambda r: r.fulfill(body="", content_type="text/html"))
    tab.route(
        f"{folder}compare.js", lambda r: r.fulfill(body=COMPARE, content_type="text/javascript")
    )
    tab.goto(f"{folder}empty.html")

    def call(name, **values):
        return tab.evaluate(
            f"async values => (await import('./compare.js')).{name}(values)",
            {"folder": folder, **values},
        )

    def evaluate(script, values=None):
        return tab.evaluate(script, values)

    call.evaluate = evaluate
    yield call
    context.close()


# ---------------------------------------------------------------- the same mathematics


def packed(array):
    array = np.ascontiguousarray(array)
    text = base64.b64encode(array.tobytes()).decode()
    return {"dtype": str(array.dtype), "shape": array.shape, "base64": text}


def unpacked(text):
    return np.frombuffer(base64.b64decode(text), np.float32)


def training(init, d, lr, dtype=np.float32, batch=40, steps=56, rows=250):
    """Return a run for both languages: real digits in file order, the last batch shorter."""
    X, y, _, _ = load_mnist()
    rng = np.random.default_rng(0)
    first, second = pair(init)
    return {
        "X": X[:rows].astype(dtype), "y": y[:rows], "lr": lr, "batch": batch, "steps": steps,
        "W1": first(784, d, rng, dtype), "W2": second(d, 10, rng, dtype),
    }  # fmt: skip


def losses_in_python(X, y, W1, W2, lr, batch, steps):
    """Return the loss of each batch before its step, and the step at which it was not finite."""
    losses, W1, W2 = [], W1.copy(), W2.copy()
    batches = math.ceil(len(X) / batch)
    for t in range(steps):
        part = slice(t % batches * batch, (t % batches + 1) * batch)
        with np.errstate(all="ignore"):
            loss = float(loss_err(forward(X[part], W1, W2)[1], y[part])[0])
            if not np.isfinite(loss):
                return {"losses": losses, "lost": t}
            losses.append(loss)
            nn_epoch(X[part], y[part], W1, W2, lr=lr, batch=batch)
    return {"losses": losses, "lost": None}


def for_javascript(run):
    return {k: packed(v) if isinstance(v, np.ndarray) else v for k, v in run.items()}


def sources():
    return {n: (LAB / n).read_text(encoding="utf-8") for n in ("network.js", "matrix.js")}


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
    (found,) = modules("losses", sources=sources(), runs=[for_javascript(run)])
    assert found["lost"] == expected["lost"]
    assert (expected["lost"] is not None) == ("diverging" in name)
    assert len(found["losses"]) == len(expected["losses"]) >= (2 if "diverging" in name else 50)
    np.testing.assert_allclose(found["losses"], expected["losses"], rtol=1e-4)
    if "float64" in name:
        np.testing.assert_allclose(found["losses"], expected["losses"], rtol=1e-10)


# Every statement of the step matters: without it, or with a mistake in it, the losses differ.

STEP = ("forward", "backward", "step", "descend", "softmax", "oneHot", "softmaxLoss")
CHANGES = {
    "network.js": [
        ("(a < 0 ? 0 : a)", "a"),  # no ReLU
        ("(z > 0 ? g : 0)", "(z >= 0 ? g : 0)"),  # the mask is strict
        ("(z > 0 ? g : 0)", "g"),
        ("(s, i) => s - i", "(s, i) => i - s"),  # a sign
        ("(s, i) => s - i", "(s, i) => s + i"),
        ("(s, i) => s - i", "(s, i) => s"),
        ("map(G1, (g) => g / m)", "G1"),  # 1/m
        ("map(G2, (g) => g / m)", "G2"),
        ("const m = X.rows", "const m = 20"),  # the last batch is shorter
        ("const m = X.rows", "const m = X.cols"),
        ("productTransposed(G2, W2)", "productTransposed(softmax(Z2), W2)"),
        ("transposedProduct(X, map(G1", "transposedProduct(X, map(Z1"),
        ("transposedProduct(Z1, map(G2", "transposedProduct(Z1, map(softmax(Z2)"),
        ("product(Z1, W2)", "product(product(X, W1), W2)"),
        ("-= lr * dW", "+= lr * dW"),
        ("-= lr * dW", "-= dW"),
        ("-= lr * dW", "= -lr * dW"),
        ("descend(W2, dW2, lr);", "descend(W2, backward(X, y, W2, forward(X, W1, W2)).dW2, lr);"),
        ("/ sum;", ";"),
        ("Math.exp(z[j] - top)", "Math.exp(z[j])"),
        ("I.data[i * Z.cols + y[i]] = 1", "I.data[i * Z.cols + y[i]] = 0.9"),
        ("loss / Z.rows", "loss"),
        ("Math.log(sum) - (z[y[i]] - top)", "Math.log(sum) - z[y[i]]"),
        ("Math.log(sum) - (z[y[i]] - top)", "Math.log(sum) + (z[y[i]] - top)"),
        ("loss: softmaxLoss(Z.Z2, y)", "loss: softmaxLoss(forward(X, W1, W2).Z2, y)"),
    ],
    "matrix.js": [
        ("A.data, i * A.cols, 1, B", "A.data, i * A.cols, 2, B"),
        ("A.data, j, A.cols, B", "A.data, j, 1, B"),
        ("q + 4 <= wanted", "q + 5 < wanted && q < 8"),  # equal results: the control, see below
        ("a0 * b[p0++] + a1 * b[p1++]", "a0 * b[p0++] + a0 * b[p1++]"),
        ("for (; q < wanted; q++) {", "for (; q < wanted - 1; q++) {"),
        ("B.data[j * n + p];", "B.data[p * n + j];"),
        ("let sum = 0;\n      for (let p", "let sum = 1e-3;\n      for (let p"),
        ("c[to] += a0 * b[p0++] + a1", "c[to] = a0 * b[p0++] + a1"),
    ],
}
UNNOTICED = ("q + 4 <= wanted", "q + 5 < wanted && q < 8")


def without_a_line(text):
    """Yield the source without one of the statements of the step, for each of them."""
    for name in STEP:
        start = text.index(f"export function {name}(")
        body = text[start : text.index("\n}\n", start)]
        for line in body.splitlines()[1:]:
            code = line.split(" // ")[0].strip()
            if code.endswith(";") and not code.startswith("return"):
                yield f"without {code}", text.replace(body, body.replace(line, "", 1))


def test_a_change_of_any_line_of_the_step_is_noticed(modules):
    original = sources()
    changes, names = [], []
    for file, pairs in CHANGES.items():
        for old, new in pairs:
            assert original[file].count(old) >= 1, old
            names.append(f"{old} → {new}")
            changes.append({"file": file, "text": original[file].replace(old, new, 1)})
    for name, text in without_a_line(original["network.js"]):
        names.append(name)
        changes.append({"file": "network.js", "text": text})
    assert len(names) > 45
    small = {"batch": 20, "steps": 15, "rows": 50}  # what differs differs soon
    runs = [training("hw0", 20, 0.3, **small), training("hw0", 100, 1e12, **small)]
    results = modules(
        "mutants",
        sources=original,
        changes=changes,
        runs=[for_javascript(run) for run in runs],
        expected=[losses_in_python(**run) for run in runs],
    )
    unnoticed = [n for n, r in zip(names, results, strict=True) if r == "not noticed"]
    assert unnoticed == [" → ".join(UNNOTICED)]  # a change that changes nothing is let pass


def test_gradients_agree_with_central_differences(modules):
    assert modules("gradientCheck") < 1e-8


def test_error_rate_and_dead_units_are_numpy_s(modules):
    run = RUNS["hw0"]
    Z1, Z2 = forward(run["X"], run["W1"], run["W2"])
    quiet = np.where(Z1 > 2, Z1, 0)
    found = modules("evaluation", Z1=packed(quiet), Z2=packed(Z2), y=packed(run["y"]))
    loss, err = loss_err(Z2, run["y"])
    dead = int((quiet == 0).all(axis=0).sum())
    assert 0 < dead < 30
    assert found == [pytest.approx(loss, rel=1e-5), pytest.approx(err), dead]


def test_equal_largest_logits_count_for_the_first_as_in_numpy(modules):
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


@pytest.mark.parametrize(("gain", "imbalance", "d"), [(1, 1, 100), (8.85, 0.1, 50), (2, 30, 500)])
def test_gain_and_imbalance_are_relative_to_fan_in(modules, gain, imbalance, d):
    values = {"gain": gain, "imbalance": imbalance, "d": d}
    there, back = modules.evaluate(
        """async (values) => {
          const { fromGain, toGain } = await import("./schemes.js");
          const stds = fromGain(values);
          return [stds, toGain({ ...stds, d: values.d })];
        }""",
        values,
    )
    assert there["s1"] == pytest.approx(math.sqrt(1 / 784) * math.sqrt(gain / imbalance))
    assert there["s2"] == pytest.approx(math.sqrt(1 / d) * math.sqrt(gain * imbalance))
    assert back == pytest.approx({"gain": gain, "imbalance": imbalance})


def xoshiro(seed, count):
    """Return the first numbers of xoshiro128** after splitmix32, in Python's own integers."""
    word = 2**32 - 1
    mix, s = seed, []
    for _ in range(4):
        mix = (mix + 0x9E3779B9) & word
        z = ((mix ^ mix >> 16) * 0x21F0AAAD) & word
        z = ((z ^ z >> 15) * 0x735A2D97) & word
        s.append(z ^ z >> 15)
    rotate = lambda x, k: (x << k | x >> 32 - k) & word  # noqa: E731
    for _ in range(count):
        yield rotate(s[1] * 5 & word, 7) * 9 & word
        t = s[1] << 9 & word
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 11)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_the_generator_is_xoshiro(modules, seed):
    found = modules.evaluate(
        """async (seed) => {
          const next = (await import("./random.js")).generator(seed);
          return Array.from({ length: 100 }, next);
        }""",
        seed,
    )
    assert found == list(xoshiro(seed, 100))


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


# ---------------------------------------------------------------- the page trains


def test_only_its_own_page_loads_the_laboratory(pages):
    texts = {name: (SITE / name).read_text(encoding="utf-8") for name in pages}
    assert [name for name, text in texts.items() if "/lab/lab." in text] == ["book/lab.html"]


def test_the_page_trains_as_simple_ml_does(visit, modules):
    tab = visit("#d=30&init=hw0&lr=0.2&batch=64&seed=3&epochs=2")  # 31 batches and a short one
    train(tab)
    found = run(tab)
    X, y, X_te, y_te = load_mnist()
    W1, W2 = map(unpacked, modules("weights", settings=found.settings).values())
    W1, W2 = W1.reshape(784, 30).copy(), W2.reshape(30, 10).copy()
    here = {"X": X[:2000], "y": y[:2000], "lr": 0.2, "batch": 64}
    expected = losses_in_python(W1=W1, W2=W2, steps=64, **here)["losses"]
    assert found.steps == len(found.points) == 64
    np.testing.assert_allclose([p["loss"] for p in found.points], expected, rtol=1e-4)
    assert [p["x"] for p in found.points] == pytest.approx([t / 32 for t in range(64)])
    for epoch in found.epochs:
        if epoch["epoch"] > 0:
            nn_epoch(W1=W1, W2=W2, **here)
        for part, X_part, y_part in (
            ("train", X[:2000], y[:2000]),
            ("test", X_te[:500], y_te[:500]),
        ):
            Z1, Z2 = forward(X_part, W1, W2)
            loss, err = loss_err(Z2, y_part)
            assert epoch[part]["loss"] == pytest.approx(loss, rel=1e-4)
            assert epoch[part]["error"] == pytest.approx(err, abs=0.003)  # ties of rounding
            assert epoch[part]["dead"] == (Z1 == 0).all(axis=0).sum()
    assert [epoch["epoch"] for epoch in found.epochs] == [0, 1, 2]


def test_training_is_seen_and_said(visit):
    tab = visit("#d=20&epochs=3")
    said = tab.evaluate_handle(
        """() => {
          const said = [], live = laboratory.live;
          const listen = new MutationObserver(() => said.push(live.textContent));
          listen.observe(live, { childList: true });
          return said;
        }"""
    )
    assert "Nothing yet" in tab.locator("[data-chart=batch] svg").get_attribute("aria-label")
    tab.get_by_label("Speed").select_option("full")
    train(tab)
    assert status(tab).startswith("Done: 3 epochs. Training loss ")
    sentences = said.json_value()
    assert sentences[-1] == status(tab)
    assert all(re.match(r"Epoch \d: training loss [\d.]+, test error", s) for s in sentences[:-1])
    tab.wait_for_function("document.querySelectorAll('[data-chart=loss] path').length === 2")
    for name in ("batch", "loss", "error", "gradients", "updates"):
        label = tab.locator(f"[data-chart={name}] svg").get_attribute("aria-label")
        assert re.search(r"from [\d.]+( %)? to [\d.]+", label), label
    table = tab.locator("[data-chart=error]")
    table.get_by_text("These numbers as a table").click()
    table.locator("tbody tr").last.wait_for()  # filled by an event that follows the click
    assert table.locator("tbody tr").count() == 4
    assert table.locator("tbody tr").nth(3).locator("td").nth(1).inner_text() in status(tab)
    for box in ("pre-activation", "logit"):
        label = tab.get_by_role("img", name=f"Histogram of every {box}").get_attribute("aria-label")
        assert re.search(r"standard deviation [\d.]+, after 60 steps", label)
    assert "0 of 20" in tab.locator(".lab-dead").inner_text()
    assert tab.locator(".lab-filters canvas").count() == 20
    assert tab.locator("tr[data-layer=W1] td").nth(1).inner_text().endswith("%)")


def test_pause_go_on_one_batch_and_reset(visit):
    tab = visit("#d=10&lr=0.05&epochs=400")
    press(tab, "Train")
    tab.wait_for_function("laboratory.current.steps > 40")
    press(tab, "Pause")
    state(tab, "paused")
    steps = run(tab).steps
    assert status(tab).startswith(f"Paused after step {steps}")
    press(tab, "One batch")
    tab.wait_for_function(f"laboratory.current.steps === {steps + 1}")
    press(tab, "Continue")
    tab.wait_for_function(f"laboratory.current.steps > {steps + 20}")
    press(tab, "Reset")
    state(tab, "ready")
    assert run(tab).steps == 0
    tab.wait_for_function("!document.querySelector('[data-chart=batch] .series')")
    press(tab, "One batch")
    state(tab, "paused")
    assert run(tab).steps == 1
    assert len(run(tab).points) == 1


def test_more_epochs_go_on_with_the_same_run(visit):
    tab = visit("#d=10&epochs=1")
    train(tab)
    tab.get_by_label("Epochs", exact=True).fill("3")
    tab.get_by_label("Epochs", exact=True).press("Enter")
    press(tab, "Continue")
    state(tab, "finished")
    assert run(tab).steps == 60
    assert len(run(tab).epochs) == 4


def test_runs_are_overlaid_and_the_legend_says_what_differs(visit):
    tab = visit("#d=20&epochs=1&lr=0.1")
    train(tab)
    legend = tab.locator(".lab-legend li")
    assert "this run" in legend.first.inner_text()
    for rate in ("0.3", "0.5"):
        tab.get_by_label("Learning rate").last.fill(rate)
        tab.get_by_label("Learning rate").last.press("Enter")
        state(tab, "ready")
        train(tab)
    tab.wait_for_function("document.querySelectorAll('.lab-legend li').length === 3")
    texts = tab.locator(".lab-legend li > span").all_inner_texts()
    assert texts == ["rate 0.1", "rate 0.3", "rate 0.5"]
    series = tab.locator("[data-chart=error] g.series")
    assert series.count() == 6  # training and test of three runs
    dashes = tab.evaluate(
        "[...document.querySelectorAll('.lab-swatch path')]"
        ".map(line => getComputedStyle(line).strokeDasharray + getComputedStyle(line).stroke)"
    )
    assert len(set(dashes)) == 3
    label = tab.locator("[data-chart=loss] svg").get_attribute("aria-label")
    assert "rate 0.1: training from" in label
    tab.get_by_role("button", name="Remove the run rate 0.1").click()
    tab.wait_for_function("document.querySelectorAll('.lab-legend li').length === 2")
    assert series.count() == 4


def test_a_guess_is_compared_with_the_first_loss(visit):
    tab = visit("#d=10&epochs=1")
    tab.get_by_label("My guess").fill("2.3")
    assert tab.locator(".lab-guess-verdict").inner_text() == ""  # not told before
    train(tab)
    first = run(tab).epochs[0]["train"]["loss"]
    expected = f"Your guess was 2.3. The first loss, over all training digits, is {first:.3f}."
    assert tab.locator(".lab-guess-verdict").inner_text() == expected


# ---------------------------------------------------------------- settings


def test_a_link_restores_all_settings(visit):
    tab = visit("#d=40")
    tab.get_by_label("Standard deviation of W2").last.fill("0.123456")
    tab.get_by_label("Standard deviation of W2").last.press("Enter")
    tab.get_by_label("Distribution").select_option("uniform")
    for name, value in (("Seed", "7"), ("Batch size", "50"), ("Epochs", "2")):
        tab.get_by_label(name, exact=True).fill(value)
        tab.get_by_label(name, exact=True).press("Enter")
    state(tab, "ready")
    tab.get_by_text("Share this run").click()
    press(tab, "Copy link")
    tab.get_by_text("The link is copied.").wait_for()
    link = tab.evaluate("navigator.clipboard.readText()")
    assert link == tab.url
    train(tab)
    first = run(tab)
    assert first.settings["s2"] == 0.123456
    press(tab, "Train again")
    tab.wait_for_function("laboratory.current.steps < 80")
    state(tab, "finished")
    assert run(tab).points == first.points
    tab = visit("#" + link.partition("#")[2])
    assert run(tab).settings == first.settings
    train(tab)
    assert run(tab).points == first.points


def test_a_changed_address_changes_the_settings(visit):
    tab = visit("#d=40&init=he")
    tab.evaluate("location.hash = '#d=50&gain=2&imbalance=0.5'")
    tab.wait_for_function("laboratory.current.settings.d === 50")
    state(tab, "ready")
    settings = run(tab).settings
    assert settings["s1"] == pytest.approx(math.sqrt(2 / 0.5 / 784), rel=1e-5)
    assert settings["s2"] == pytest.approx(math.sqrt(2 * 0.5 / 50), rel=1e-5)
    tab.evaluate("location.hash = '#what-runs-here'")  # a heading is not a setting
    assert run(tab).settings == settings


def test_the_python_call_makes_the_same_run(visit):
    """With a learning rate of 0 it returns the weights as they were drawn."""
    tab = visit()
    tab.get_by_text("Share this run").click()
    starts = [f"init={name}" for name in SCHEME_NAMES] + ["s1=0.25&s2=0.5&draw=uniform"]
    for start in starts:
        tab.evaluate(
            "hash => { location.hash = hash; }",
            f"#d=60&{start}&lr=0&batch=80&seed=4&epochs=1".replace("hw0+", "hw0%2B"),
        )
        names = {}
        tab.wait_for_function("laboratory.current.settings.batch === 80")
        tab.wait_for_function(
            "hash => laboratory.current.settings.init === (hash.match(/init=(.*)/)?.[1] ?? null)",
            arg=start,
        )
        call = tab.get_by_label("Python", exact=True).inner_text()
        assert "batch=80" in call
        dead = pytest.warns(UserWarning, match="the network is dead")
        with dead if start == "init=zeros" else nullcontext():
            exec(call, names)
        settings, (W1, W2) = run(tab).settings, names["run"].weights
        assert len(names["run"].history["train_loss"]) == 1
        assert (W1.shape, W2.shape) == ((784, 60), (60, 10))
        for W, std in ((W1, settings["s1"]), (W2, settings["s2"])):
            assert W.std() == pytest.approx(std, rel=0.1)
            bounded = abs(W).max() < 1.733 * std
            assert std == 0 or bounded == (settings["draw"] == "uniform")


REFUSED = [
    ("Hidden units (hidden_dim, d)", "5", "hidden_dim is 5: expected a whole number from 10 to"),
    ("Hidden units (hidden_dim, d)", "20.5", "expected a whole number"),
    ("Learning rate", "fast", "The learning rate is “fast”: expected a number"),
    ("Learning rate", "0,5", "write the decimals with a point, 0.5"),
    ("Learning rate", "-1", "expected a number from 0"),
    ("Batch size", "5000", "There are 2,000 training digits."),
    ("Batch size", "", "The batch size is missing"),
    ("Imbalance (W2 against W1)", "0", "above 0"),
    ("Standard deviation of W1 (s₁)", "1e99", "The standard deviation of W1 is 1e99"),
]  # fmt: skip


def test_invalid_settings_are_refused_with_a_sentence(visit):
    tab = visit()
    for label, text, sentence in REFUSED:
        before = run(tab).settings
        field = tab.get_by_role("textbox", name=label)
        good = field.input_value()
        field.fill(text)
        field.press("Tab")
        assert field.get_attribute("aria-invalid") == "true"
        error = tab.locator(f"[id='{field.get_attribute('aria-describedby')}']")
        assert sentence in error.inner_text()
        assert error.is_visible()
        press(tab, "Train")
        assert run(tab).steps == 0
        assert tab.evaluate("document.activeElement.id") == field.get_attribute("id")
        assert run(tab).settings == before
        field.fill(good)
        field.press("Tab")
        assert field.get_attribute("aria-invalid") is None


def test_an_invalid_link_is_refused_with_sentences(visit):
    tab = visit("#d=7&init=kaiming&lr=0.3&batch=%zz")
    texts = " ".join(tab.locator(".lab-error").all_inner_texts())
    assert "hidden_dim is 7: expected a whole number from 10 to 500." in texts
    assert "“kaiming”" in texts
    assert "“%zz”" in texts
    assert run(tab).settings["lr"] == 0.3


# ---------------------------------------------------------------- when it goes wrong


def test_divergence_is_said_with_its_step_and_freezes_nothing(visit):
    tab = visit("#d=100&init=hw0&lr=1e12")
    train(tab, until="diverged")
    found = run(tab)
    assert found.status["step"] == found.steps == len(found.points)
    expected = f"The loss is no longer a number, at step {found.steps}: lower the learning rate"
    assert status(tab).startswith(expected)
    assert tab.locator(".lab-app [role=status]").first.inner_text() == status(tab)
    tab.locator("[data-chart=batch] .lost").wait_for()
    tab.get_by_label("Learning rate").last.fill("0.1")
    tab.get_by_label("Learning rate").last.press("Enter")
    state(tab, "ready")
    train(tab)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"status": 404}, "cannot be read (404)"),
        ({"body": b"\x1f\x8b damaged"}, "damaged"),
        ({"body": gzip.compress(b"short")}, "holds 5 bytes"),
        ({"body": gzip.compress(bytes(2500 * 785))}, "not the expected one"),
    ],
)
def test_digits_that_are_not_the_expected_ones_are_refused(visit, moving, answer, sentence):
    moving.page.route("**/digits.bin", lambda route: route.fulfill(**answer))
    tab = visit(ready=False)
    alert = tab.locator(".lab-failure")
    alert.wait_for()
    assert alert.inner_text().startswith("The laboratory cannot start: the file of the digits")
    assert sentence in alert.inner_text()
    moving.wrong[:] = [line for line in moving.wrong if "404" not in line]


def test_without_scripts_the_page_says_what_is_missing(visit):
    tab = visit(ready=False, java_script_enabled=False)
    assert "is a program that your browser runs" in tab.locator("#lab").text_content()


def test_leaving_the_page_stops_the_worker_and_coming_back_starts_one(visit):
    tab = visit("#d=10&epochs=1000")
    press(tab, "Train")
    tab.wait_for_function("laboratory.current.steps > 0")
    (worker,) = tab.workers
    with worker.expect_event("close"):
        tab.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    assert tab.workers == []
    tab.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    state(tab, "ready")
    assert len(tab.workers) == 1
    with tab.workers[0].expect_event("close"):
        tab.goto("about:blank")


def test_the_page_answers_while_it_trains(visit):
    """A drawing is the page's longest work: three pieces, each of less than 50 milliseconds.

    Counted in the processor time of its thread: other programs use this machine, too.
    """
    tab = visit("#d=500&epochs=40&lr=0.05")
    tab.evaluate(
        """() => {
          window.count = { messages: 0, drawings: 0 };
          const counted = (owner, name, what) => {
            const piece = owner[name].bind(owner);
            owner[name] = (...values) => {
              window.count[what] += 1;
              piece(...values);
            };
          };
          counted(laboratory, "progress", "messages");
          counted(laboratory.view, "drawCurves", "drawings");
          laboratory.pad.choose(0);
        }"""
    )
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work():
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    press(tab, "Train")
    tab.wait_for_function("count.drawings >= 3")
    tab.evaluate("() => { count.messages = count.drawings = 0; window.began = performance.now(); }")
    before = work()
    tab.wait_for_function("count.drawings >= 12")
    spent = work() - before
    found = tab.evaluate("({ ...count, seconds: (performance.now() - began) / 1000 })")
    press(tab, "Pause")
    state(tab, "paused")
    print(f"{1000 * spent / found['drawings']:.0f} ms a drawing, "
          f"{found['messages'] / found['seconds']:.1f} messages a second")  # fmt: skip
    assert spent / found["drawings"] / 3 < 0.05
    assert found["messages"] / found["seconds"] < 20


def test_an_epoch_takes_no_time_to_speak_of(visit):
    tab = visit("#d=100&epochs=5")
    tab.evaluate("window.began = performance.now()")
    train(tab)
    seconds = tab.evaluate("(performance.now() - window.began) / 5000")
    print(f"{seconds:.2f} s an epoch, looking at both sets included")
    assert seconds < 10  # under a second where nobody else computes


# ---------------------------------------------------------------- the guided experiments


def follow(tab, name):
    """Take an experiment's link; its question is shown and has the focus."""
    link = tab.locator(f"#{name}")
    link.click()
    tab.wait_for_function(
        "name => laboratory.prompt.textContent === document.getElementById(name).dataset.prompt",
        arg=name,
    )
    state(tab, "ready")
    assert tab.evaluate("document.activeElement.className") == "lab-prompt"


def test_hw0_starts_near_4_and_a_third_of_w2_near_ln_10(visit):
    tab = visit()
    follow(tab, "set-hw0")
    train(tab)
    hw0 = run(tab)
    follow(tab, "set-hw0-third")
    train(tab)
    third = run(tab)
    first = [found.epochs[0]["train"]["loss"] for found in (hw0, third)]
    assert first[0] == pytest.approx(4, abs=0.5)
    assert math.log(10) < first[1] < math.log(10) + 0.35
    assert third.settings["s1"] == pytest.approx(hw0.settings["s1"])
    assert third.settings["s2"] == pytest.approx(hw0.settings["s2"] / 3, rel=1e-5)
    # "The large start costs a few steps, no more. At this width it was not a bad choice."
    last = [found.epochs[-1]["test"]["error"] for found in (hw0, third)]
    assert last[0] < last[1] + 0.02
    below = [next(p["x"] for p in f.points if p["loss"] < math.log(10)) for f in (hw0, third)]
    assert below[0] < 0.5


def test_the_same_product_in_another_ratio_starts_alike_and_trains_otherwise(visit):
    tab = visit()
    found = []
    for name in ("set-ratio-low", "set-ratio-one", "set-ratio-high"):
        follow(tab, name)
        train_for(tab, 1)
        found.append(run(tab))
    first = [f.epochs[0]["train"]["loss"] for f in found]
    np.testing.assert_allclose(first, first[0], rtol=1e-4)
    moved = [[m / s for m, s in zip(f.moved, f.startNorms, strict=True)] for f in found]
    assert moved[0][1] > moved[0][0]  # a large W1 drives the small W2
    assert moved[2][0] > moved[2][1]  # and the other way round
    peaks = [f.peak["loss"] for f in found]
    assert peaks[2] > 3 * peaks[1]
    assert found[2].dead > 10 + found[1].dead


def test_a_wide_network_from_hw0_spikes_and_w2_is_to_blame(visit):
    tab = visit()
    found = []
    for name in ("set-wide", "set-wide-fan-in", "set-wide-mup"):
        follow(tab, name)
        train_for(tab, 1)
        found.append(run(tab))
    hw0, fan_in, mup = found
    assert hw0.peak["loss"] > 5 * hw0.epochs[0]["train"]["loss"]
    assert hw0.peak["step"] < 10
    assert hw0.dead > 100
    for calm in (fan_in, mup):
        assert calm.peak["loss"] < 1.2 * calm.epochs[0]["train"]["loss"]
        assert calm.dead == 0
    tab.wait_for_function("document.querySelectorAll('.lab-legend li').length === 3")
    assert "hw0" in tab.locator(".lab-legend").inner_text()


def test_a_newcomer_on_a_phone_is_told_of_the_spike_and_of_its_cause(visit):
    tab = visit(width=390, has_touch=True, is_mobile=True)
    tab.locator("#set-wide").tap()
    state(tab, "ready")
    assert tab.get_by_label("Only the first epoch").is_checked()  # where the spike is to be seen
    tab.get_by_role("button", name="Train", exact=True).tap()
    tab.wait_for_function("laboratory.current.epochs.length > 1")
    tab.get_by_role("button", name="Pause", exact=True).tap()
    state(tab, "paused")
    assert re.search(r"The loss of a batch rose to [\d.]+, at step \d", status(tab))
    plot = tab.locator("[data-chart=batch] svg")
    tab.wait_for_function(
        """() => {
          const box = (selector) => document.querySelector(selector).getBoundingClientRect();
          const chart = box("[data-chart=batch] svg");
          return chart.top > 0 && chart.bottom < box(".lab-bar").top;
        }"""
    )
    assert plot.is_visible()
    why = tab.locator(".lab-why")
    why.get_by_text("What to look for, and why").tap()
    why.get_by_text("The cause is").wait_for()
    wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def test_another_experiment_shows_all_epochs_again(visit):
    tab = visit()
    for name, only in (("#set-wide", True), ("#set-hw0", False)):
        tab.locator(name).click()
        state(tab, "ready")
        assert tab.get_by_label("Only the first epoch").is_checked() is only


def test_zeros_which_layer_moves_first(visit):
    tab = visit()

    def moved(name):
        follow(tab, name)
        found = []
        for step in (1, 2):
            press(tab, "One batch")
            tab.wait_for_function(f"laboratory.current.snapshot?.steps === {step}")
            found.append([m > 0 for m in run(tab).moved])
        return found

    assert moved("set-zeros") == [[False, False], [False, False]]
    press(tab, "Continue")
    state(tab, "still")
    assert run(tab).epochs[-1]["train"]["loss"] == pytest.approx(math.log(10), rel=1e-6)
    assert "Nothing moves, since step 1" in status(tab)
    assert "Give W1 a scale" in status(tab)
    assert moved("set-zero-w1") == [[False, False], [False, False]]
    assert moved("set-zero-w2") == [[False, True], [True, True]]
    press(tab, "Continue")
    tab.wait_for_function("laboratory.current.epochs.at(-1).test.error < 0.2")  # "it trains well"


def test_much_too_fast_the_units_die(visit):
    tab = visit()
    follow(tab, "set-fast")
    train(tab, until="still")
    found = run(tab)
    assert found.dead == 100
    assert found.peak["loss"] > 100
    assert found.epochs[-1]["train"]["loss"] == pytest.approx(math.log(10), rel=1e-6)
    assert re.search(r"Nothing moves, since step \d+: .* The units died", status(tab))


def test_an_experiment_has_an_address(visit):
    tab = visit("#set-wide")
    assert run(tab).settings["d"] == 500
    assert "500 hidden units" in tab.locator(".lab-prompt").inner_text()


# ---------------------------------------------------------------- draw a digit


def ink_of_a_seven(side=280, shift=(0, 0), scale=1.0):
    """Return a drawing of two strokes, as numbers from 0 to 1."""
    y, x = np.mgrid[:side, :side] + 0.5
    x, y = (x - 140 - shift[0]) / scale, (y - 140 - shift[1]) / scale

    def stroke(x0, y0, x1, y1):
        along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0))
                        / ((x1 - x0) ** 2 + (y1 - y0) ** 2), 0, 1)  # fmt: skip
        return np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0)) < 8

    return (stroke(-40, -60, 40, -60) | stroke(40, -60, -20, 60)).astype(np.float32)


def centred(modules, ink):
    side = ink.shape[0]
    return unpacked(modules("centred", ink=packed(ink.ravel()), side=side)).reshape(28, 28)


@pytest.mark.parametrize(("shift", "scale"), [((0, 0), 1), ((50, 30), 1), ((-40, 20), 0.6)])
def test_a_drawing_is_scaled_and_centred_as_mnist_does(modules, shift, scale):
    image = centred(modules, ink_of_a_seven(shift=shift, scale=scale))
    rows, cols = np.nonzero(image.max(axis=1))[0], np.nonzero(image.max(axis=0))[0]
    assert max(np.ptp(rows), np.ptp(cols)) + 1 == 20
    y, x = np.mgrid[:28, :28]
    assert (image * x).sum() / image.sum() == pytest.approx(14, abs=0.5)  # moved by whole pixels
    assert (image * y).sum() / image.sum() == pytest.approx(14, abs=0.5)
    assert ((image > 0.05) & (image < 0.95)).sum() > 20  # smooth edges
    assert abs(image - centred(modules, ink_of_a_seven())).mean() < 0.02  # wherever it was drawn


def test_mnist_s_own_digits_stay_what_they_are(modules):
    _, _, X, _ = load_mnist()
    for digit in X[:30].reshape(-1, 28, 28):
        drawing = np.kron(digit, np.ones((5, 5), np.float32))  # five times as large
        np.testing.assert_allclose(centred(modules, drawing), digit, atol=1e-6)


def test_no_ink_no_digit(modules):
    assert modules("centred", ink=packed(np.zeros(100, np.float32)), side=10) is None


def draw_a_seven(tab, pointer):
    tab.evaluate(
        """(pointer) => {
          const pad = document.querySelector(".lab-pad");
          pad.scrollIntoView({ behavior: "instant", block: "center" });
          const box = pad.getBoundingClientRect();
          const path = [];
          for (let i = 0; i <= 20; i++) path.push([0.3 + 0.4 * i / 20, 0.2]);
          for (let i = 0; i <= 20; i++) path.push([0.7 - 0.25 * i / 20, 0.2 + 0.6 * i / 20]);
          const send = (name, [x, y]) => pad.dispatchEvent(new PointerEvent(name, {
            bubbles: true, pointerId: 1, isPrimary: true, pointerType: pointer,
            clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
          pad.setPointerCapture = () => {};
          send("pointerdown", path[0]);
          for (const point of path) send("pointermove", point);
          send("pointerup", path.at(-1));
        }""",
        pointer,
    )


def verdict(tab):
    return tab.locator(".lab-verdict").inner_text()


@pytest.mark.parametrize("pointer", ["touch", "pen"])
def test_a_drawn_digit_is_classified(visit, pointer):
    tab = visit("#d=60&epochs=6")
    train(tab)
    tab.wait_for_function("laboratory.pad.weights?.steps === 120")
    draw_a_seven(tab, pointer)
    assert re.fullmatch(r"The network says 7, with \d+ %\.", verdict(tab))
    shares = tab.locator(".lab-bars .lab-share").all_inner_texts()
    assert sum(float(share.split()[0]) for share in shares) == pytest.approx(100, abs=1)
    units = tab.locator(".lab-units li").all_inner_texts()
    fires = [float(re.search(r"unit \d+: ([\d.]+)", unit)[1]) for unit in units]
    assert len(fires) == 6
    assert fires == sorted(fires, reverse=True)
    press(tab, "Clear")
    assert verdict(tab) == "Draw a digit."
    assert tab.locator(".lab-units li").count() == 0


def test_a_digit_is_drawn_with_the_mouse_while_the_network_trains(visit):
    tab = visit("#d=60&epochs=1000&lr=0.1")
    press(tab, "Train")
    tab.wait_for_function("laboratory.current.epochs.length > 6")
    pad = tab.locator(".lab-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    tab.mouse.move(*at(0.3, 0.2))
    tab.mouse.down()
    tab.mouse.move(*at(0.7, 0.2), steps=8)
    tab.mouse.move(*at(0.45, 0.8), steps=8)
    tab.mouse.up()
    tab.wait_for_function("document.querySelector('.lab-verdict').textContent.includes('says 7')")
    press(tab, "Pause")


def test_test_digits_and_their_probabilities(visit):
    tab = visit("#d=20&epochs=2")
    train(tab)
    tab.wait_for_function("laboratory.pad.weights?.steps === 40")
    _, _, _, y = load_mnist()
    names = [b.get_attribute("aria-label") for b in tab.locator(".lab-digits button").all()]
    assert len(names) == 8
    for i, name in enumerate(names):
        mark, says, truth = re.fullmatch(
            rf"([✓✗]) (\d), \d+ %: test digit {i} is a (\d)", name
        ).groups()
        assert int(truth) == y[i]
        assert (says == truth) == (mark == "✓")
    tab.get_by_label("Only mistakes").check()
    assert all("✗" in t for t in tab.locator(".lab-digits button").all_inner_texts())
    chosen = tab.locator(".lab-digits button").nth(1)
    name = chosen.get_attribute("aria-label")
    chosen.click()
    i, says = re.search(r"digit (\d+)", name)[1], re.search(r"✗ (\d)", name)[1]
    assert verdict(tab).startswith(f"Test digit {i}, a {y[int(i)]}: the network says {says}")


# ---------------------------------------------------------------- for everybody


def test_by_keyboard_alone(visit):
    tab = visit("#d=20&epochs=1")
    tab.locator("#set-hw0").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.activeElement.className === 'lab-prompt'")

    def tab_to(selector):
        for _ in range(60):
            if tab.evaluate("s => document.activeElement.matches(s)", selector):
                outline = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none"
                return
            tab.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {selector}")

    tab_to("#lab-d-slider")
    before = run(tab).settings["d"]
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_function(f"laboratory.current.settings.d < {before}")
    slider = tab.locator("#lab-d-slider")
    assert slider.get_attribute("aria-valuetext") == str(run(tab).settings["d"])
    tab_to("#lab-epochs")
    tab.keyboard.type("1")  # a field that is tabbed to is selected
    tab_to(".lab-primary")
    tab.keyboard.press("Enter")
    state(tab, "finished")
    assert run(tab).steps == 20
    tab_to("#lab-choose")
    tab.keyboard.type("3")
    tab.keyboard.press("Enter")
    tab.wait_for_function("document.querySelector('.lab-verdict').textContent.startsWith('Test')")
    assert verdict(tab).startswith("Test digit 3, a ")


def test_every_control_has_a_name_and_can_be_touched(visit):
    tab = visit(width=390)
    tab.evaluate("document.querySelectorAll('.lab-app details').forEach(d => { d.open = true; })")
    found = tab.evaluate(
        """() => [...document.querySelectorAll(".lab-app :is(button, input, select, summary)")]
          .filter((e) => e.checkVisibility())
          .map((e) => {
            const box = (e.type === "checkbox" ? e.closest("label") : e).getBoundingClientRect();
            const name = e.getAttribute("aria-label") || e.textContent.trim()
              || [...(e.labels ?? [])].map((label) => label.textContent).join(" ");
            return { name, height: box.height, right: box.right, html: e.outerHTML.slice(0, 80) };
          })"""
    )
    assert len(found) > 35
    assert [c["html"] for c in found if not c["name"].strip()] == []
    assert [c for c in found if c["height"] < 44] == []
    assert [c for c in found if c["right"] > 390] == []


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_before_and_after_training(visit, theme):
    tab = visit("#d=20&epochs=1", width=390 if theme == "dark" else 1440, theme=theme)
    assert accessibility(tab) == []
    train(tab)
    tab.evaluate("document.querySelectorAll('.lab-app details').forEach(d => { d.open = true; })")
    tab.get_by_label("Batch size").fill("0")
    tab.get_by_label("Batch size").press("Tab")  # a refused number, too
    tab.evaluate("laboratory.pad.choose(3)")
    tab.wait_for_function("document.querySelectorAll('.lab-numbers td').length > 4")
    # In a window as high as the page: which field the bar with the buttons stands over in a lower
    # one depends on how far one has scrolled, and axe-core takes what is left of it for the target.
    height = tab.evaluate("document.documentElement.scrollHeight")
    tab.set_viewport_size({"width": tab.viewport_size["width"], "height": height})
    assert accessibility(tab) == []


def test_the_theme_is_followed_while_the_page_is_open(visit):
    tab = visit("#d=10")

    background = "getComputedStyle(document.querySelector('.lab-primary')).backgroundColor"
    before = tab.evaluate(background)
    tab.wait_for_function("document.querySelector('.lab-digits canvas')?.theme === 'light'")
    tab.evaluate("document.documentElement.dataset.theme = 'dark'")
    tab.wait_for_function("document.querySelector('.lab-digits canvas').theme === 'dark'")
    assert tab.evaluate(background) != before
    corner = tab.evaluate(
        "[...document.querySelector('.lab-digits canvas').getContext('2d')"
        ".getImageData(0, 0, 1, 1).data]"
    )
    assert max(corner[:3]) < 60


def test_less_motion_means_fewer_drawings_and_no_gliding(visit):
    tab = visit("#d=10&epochs=1000", reduced_motion="reduce")
    tab.evaluate(
        """() => {
          window.drawn = [];
          const draw = laboratory.view.drawCurves.bind(laboratory.view);
          laboratory.view.drawCurves = () => { window.drawn.push(performance.now()); draw(); };
        }"""
    )
    press(tab, "Train")
    tab.wait_for_function("window.drawn.length > 3")
    times = np.diff(tab.evaluate("window.drawn"))
    assert times[1:].min() > 900
