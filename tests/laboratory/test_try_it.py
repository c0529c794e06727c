"""The figures inside the chapters that can be tried: as NumPy computes, as recorded, for everybody.

Each is opened alone on an empty page, so that no chapter's text matters here.
"""

import re

import numpy as np
import pytest
from browsing import ROOT
from checks import THEMES, accessibility
from draw_try_it import NAMES, RECORD, dressed
from driving import losses_in_python, run, unpacked
from laboratory import FIGURES

from simple_ml import forward, gradients, load_mnist, loss_err, softmax, softmax_loss

PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><title>Try it</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="lab/try-it.css">
<script type="module" src="lab/try-it.js"></script></head>
<body style="font-family: sans-serif; color-scheme: {theme}; background: {ground}; color: {ink}">
<main><h1>Try it</h1>{before}<div class="try-it docutils container" id="try-{name}">
<p>Its caption.</p><img class="only-light" src="try-{name}-light.svg" alt="{alt}">
<p><a class="try-lab" href="../book/lab.html#set-hw0">Open it in the laboratory</a></p></div></main>
</body></html>"""


@pytest.fixture
def figure(still, browser, published, request):
    """Open the figure of a name alone, and return its page."""
    contexts = []

    def go(name, width=390, theme="light", before="", **options):
        page = still.page
        if options:
            contexts.append(browser.new_context(**options))
            page = contexts[-1].new_page()
        page.set_viewport_size({"width": width, "height": 900})
        ground, ink = ("#fff", "#222") if theme == "light" else ("#14181e", "#eee")
        values = {"theme": theme, "ground": ground, "ink": ink, "before": before, "name": name}
        body = PAGE.format(alt=FIGURES[name][0], **values)
        address = f"{published}/_static/alone.html"
        page.route(address, lambda route: route.fulfill(body=body, content_type="text/html"))
        still.wrong.clear()
        still.asked.clear()
        still.host = published.split("/")[2]
        page.goto(address)
        return page

    yield go
    assert still.wrong == []
    still.page.unroute_all()
    for context in contexts:
        context.close()


def live(page):
    page.wait_for_selector(".try-app")
    return page


def guess(page, text):
    """Type a guess and have the figure show what is true; return its sentence."""
    live(page).get_by_label("My guess").fill(text)
    page.keyboard.press("Enter")
    page.wait_for_selector(".try-it input[type=range]:enabled")
    return page.locator(".try-verdict").inner_text()


def call(modules, name, script, values=None):
    """Return what a function of a figure's module returns; Float64Arrays as lists."""
    return modules.evaluate(
        f"""async (values) => {{
          const figure = await import("./try-{name}.js");
          const found = await ({script})(figure, values);
          return JSON.parse(JSON.stringify(found, (_, x) => ArrayBuffer.isView(x) ? [...x] : x));
        }}""",
        values,
    )


# ---------------------------------------------------------------- as recorded


@pytest.mark.parametrize("name", NAMES)
def test_the_recorded_picture_is_what_the_figure_draws(modules, name):
    """But for rounding: exp and log differ in their last digits from one browser to the next."""
    svg = modules.evaluate(RECORD.replace("./lab/", "./"), name)
    number = re.compile(r"\d+(?:\.\d+)?")
    for theme in THEMES:
        file = ROOT / "book" / "_static" / f"try-{name}-{theme}.svg"
        kept, drawn = file.read_text(encoding="utf-8"), dressed(svg, theme)
        assert number.sub("", kept) == number.sub("", drawn), "renew with tools/draw_try_it.py"
        values = [[float(x) for x in number.findall(text)] for text in (kept, drawn)]
        np.testing.assert_allclose(*values, atol=0.15)


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_and_in_print_there_is_the_picture(figure, name):
    page = figure(name, java_script_enabled=False)
    assert page.get_by_role("img").is_visible()
    assert page.get_by_role("link", name="laboratory").get_attribute("href").endswith("#set-hw0")
    page = live(figure(name))
    assert not page.locator("img").is_visible()
    page.emulate_media(media="print")
    assert page.locator("img").is_visible()
    assert not page.locator(".try-app").is_visible()
    page.emulate_media(media="null")


def test_a_figure_is_loaded_when_it_comes_near_the_window(figure, still):
    page = figure("scale", before="<div style='height: 9000px'></div>")
    page.wait_for_load_state("networkidle")
    assert [url for url in still.asked if "try-scale.js" in url] == []
    page.evaluate("scrollTo(0, 8000)")
    live(page)
    assert [url for url in still.asked if "digits.bin" in url] == []  # not before it is asked for


# ---------------------------------------------------------------- as NumPy computes


def test_the_scale_of_the_scores_is_numpy_s(modules, figure):
    for scale in (0, 0.5, 3, 100):
        found = call(modules, "scale", "(m, x) => m.measure(x)", scale)
        Z = scale * np.array([[2.0, 1.0, -1.0]])
        np.testing.assert_allclose(found["shares"], softmax(Z)[0], rtol=1e-12)
        assert found["loss"] == pytest.approx(softmax_loss(Z, np.array([1])))
    said = guess(figure("scale"), "3")
    assert said.startswith("Your guess was 3; it is 10.00. Times 10, class 0 gets 100.0 %")


def starting(modules, **settings):
    W1, W2 = map(unpacked, modules("weights", settings={"draw": "normal", **settings}).values())
    return W1.reshape(784, -1).copy(), W2.reshape(-1, 10).copy()


def test_the_first_loss_is_numpy_s_and_the_laboratory_s(modules, figure, visit):
    X, y, _, _ = load_mnist()
    W1, W2 = starting(modules, d=100, s1=0.1, s2=10**-0.5, seed=6)
    script = "async (m, x) => { await m.prepare(); return m.measure(x); }"
    course = 78.4**0.5  # its output scale, over fan-in's
    for scale in (0.1, 1, course, 100):
        expected = loss_err(forward(X[:2000], W1, scale / course * W2)[1], y[:2000])[0]
        assert call(modules, "first-loss", script, scale) == pytest.approx(expected, rel=1e-4)
    page = figure("first-loss")
    assert guess(page, "").startswith("At output scale 8.85 the first loss is 4.03")
    for _ in range(19):
        page.keyboard.press("ArrowLeft")  # the slider has the focus
    assert "At output scale 1 " in page.locator(".try-verdict").inner_text()
    link = page.get_by_role("link").get_attribute("href")
    said = re.search(r"loss is ([\d.]+)", page.locator(".try-verdict").inner_text())[1]
    tab = visit("#" + link.partition("#")[2])
    assert run(tab).epochs[0]["train"]["loss"] == pytest.approx(float(said), abs=0.006)


def test_the_spike_is_numpy_s_and_the_laboratory_s(modules, figure, visit):
    X, y, _, _ = load_mnist()
    script = "async (m, d) => { await m.prepare(); return m.measure(d); }"
    for d in (10, 200):
        found = call(modules, "spike", script, d)
        for losses, s1, s2 in zip(found, (d**-0.5, 784**-0.5), (10**-0.5, d**-0.5), strict=True):
            W1, W2 = starting(modules, d=d, s1=s1, s2=s2, seed=0)
            expected = losses_in_python(X, y, W1, W2, lr=0.5, batch=100, steps=4)["losses"]
            np.testing.assert_allclose(losses, expected, rtol=1e-3)
    page = figure("spike")
    said = guess(page, "2,5")
    assert said.startswith("Your guess was 2.5; it is 17.5. With 500 hidden units")
    tab = visit("#" + page.get_by_role("link").get_attribute("href").partition("#")[2])
    for step in (1, 2):
        tab.get_by_role("button", name="One batch").click()
        tab.wait_for_function(f"laboratory.current.points.length === {step}")
    assert run(tab).points[1]["loss"] == pytest.approx(17.5, abs=0.06)


X, Y = np.array([[1.0, 2], [2, 0]]), np.array([0, 1])
W1, W2 = np.array([[1.0, -1, 1], [0, 1, -1]]), np.array([[1.0, 0], [0, 1], [-1, 0]])


def test_the_tiny_network_is_numpy_s(modules):
    rng = np.random.default_rng(0)
    for V1, V2 in ((W1, W2), (rng.normal(size=(2, 3)), rng.normal(size=(3, 2)))):
        net = {"X": X.tolist(), "y": Y.tolist(), "W1": V1.tolist(), "W2": V2.tolist()}
        found = call(modules, "tiny", "(m, net) => m.compute(m.network(net))", net)
        Z1, Z2 = forward(X, V1, V2)
        S = softmax(Z2)
        G2 = S - np.eye(2)[Y]
        dW1, dW2 = gradients(X, Y, V1, V2)
        expected = {
            "A1": X @ V1, "Z1": Z1, "Z2": Z2, "S": S, "G2": G2, "G1": (G2 @ V2.T) * (Z1 > 0),
            "dW1": dW1, "dW2": dW2,
        }  # fmt: skip
        for name, values in expected.items():
            np.testing.assert_allclose(found[name]["data"], values.ravel(), atol=1e-12)
        assert found["loss"] == pytest.approx(softmax_loss(Z2, Y))
        moved = V1.copy()
        moved[1, 2] += 0.01
        script = "(m, net) => m.nudge(m.network(net), 'W1', 1, 2, 0.01)"
        nudged = call(modules, "tiny", script, net)
        change = softmax_loss(forward(X, moved, V2)[1], Y) - softmax_loss(Z2, Y)
        assert nudged["change"] == pytest.approx(change, abs=1e-12)
        assert nudged["predicted"] == pytest.approx(0.01 * dW1[1, 2], abs=1e-12)


def test_numbers_are_written_as_a_pencil_writes_them(modules):
    script = "(m, values) => values.map((x) => m.fraction(x))"
    values = [0.25, -1.59375, 0, -3, 1 / 3, np.log(2), 1e-5]
    written = ["¼", "−51/32", "0", "−3", "⅓", "0.6931", "1.0e-5"]
    assert call(modules, "tiny", script, values) == written
    script = "(m, words) => words.map(m.parse).map((x) => (Number.isNaN(x) ? null : x))"
    words = ["1/4", "−1", " .5 ", "1e9", "two", "9999", "1/0"]
    assert call(modules, "tiny", script, words) == [0.25, -1, 0.5, None, None, None, None]


# ---------------------------------------------------------------- as it is used


def test_the_tiny_network_steps_forward_and_back(figure):
    page = live(figure("tiny"))
    story, title = page.locator(".try-story"), page.locator(".try-title")
    told = []
    page.get_by_role("button", name="Next").focus()
    while page.get_by_role("button", name="Next").is_enabled():
        page.keyboard.press("Enter")
        told.append(story.inner_text())
    assert len(told) == 11
    for step, words in (
        (1, "2 · (−1) + 0 · 1 = −2, so ReLU gives 0; it is off"),
        (5, "Loss: (0.6931 + 0.6931) / 2 = 0.6931."),
        (7, "∇W2[2, 1] = (0 · ½ + 2 · (−½)) / 2 = −½"),
        (9, "Example 1: ½ · 0 + (−½) · 1 = −½, but it is off, so 0."),
        (10, "∇W1[0, 2] = (1 · 0 + 2 · (−½)) / 2 = −½"),
    ):  # fmt: skip
        assert words in told[step]
    assert "G1 (−½, ½, 0) and (½, 0, −½)" in page.get_by_role("img").get_attribute("aria-label")
    page.get_by_role("button", name="Back").click()
    assert title.inner_text().startswith("10 of 11. ")
    page.get_by_role("button", name="downhill").click()
    page.get_by_role("button", name="All").click()
    assert "loss 0.2353" in page.get_by_role("img").get_attribute("aria-label")
    page.get_by_role("button", name="Start again").click()
    assert title.inner_text().startswith("0 of 11. ")


def test_a_weight_is_changed_and_nudged(figure):
    page = live(figure("tiny"))
    page.get_by_text("Change a weight").click()
    page.get_by_text("Nudge a weight").click()
    field = page.get_by_label("W1[0, 1], from input 0 to hidden unit 1")
    for text, valid in (("many", False), ("-1/2", True)):
        field.fill(text)
        field.press("Tab")
        assert (field.get_attribute("aria-invalid") is None) is valid
        assert page.locator(".try-error").inner_text().startswith("W1[0, 1] is “many”") is not valid
    page.get_by_label("Move").select_option(label="W1[0, 1]")
    page.get_by_label("by δ").select_option("0.001")
    V1, loss = W1.copy(), lambda V: softmax_loss(forward(X, V, W2)[1], Y)
    V1[0, 1] = -0.5
    moved = V1.copy()
    moved[0, 1] += 0.001
    said = page.locator(".try-verdict").inner_text()
    assert f"from {loss(V1):.5f} to {loss(moved):.5f}, a change of" in said
    change, predicted = map(float, re.findall(r"(?:change of|001 =) (\d+\.\d+)", said))
    assert change == pytest.approx(loss(moved) - loss(V1), rel=0.01)
    assert predicted == pytest.approx(0.001 * gradients(X, Y, V1, W2)[0][0, 1], rel=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_for_everybody(figure, name):
    for theme, width in zip(THEMES, (390, 1440), strict=True):
        page = figure(name, width, theme)
        if name == "tiny":
            page.evaluate("document.fonts.ready")
            live(page).evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            page.get_by_role("button", name="All").click()
        else:
            guess(page, "1")
        assert accessibility(page) == []
        found = page.evaluate(
            """() => ({ wide: document.documentElement.scrollWidth - innerWidth,
              low: [...document.querySelectorAll(".try-app :is(button, input, select, summary)")]
                .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44)
                .map((e) => e.outerHTML),
              small: [...document.querySelectorAll(".try-svg text")]
                .filter((e) => 13 * e.getScreenCTM().a < 9).length })"""
        )
        assert found == {"wide": 0, "low": [], "small": 0}
