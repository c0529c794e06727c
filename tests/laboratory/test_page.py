"""The laboratory's page: it trains, says what it does, and refuses what it cannot do."""

import gzip
import math
import re
from contextlib import nullcontext

import numpy as np
import pytest
from checks import THEMES, accessibility
from driving import enter, losses_in_python, press, run, state, status, train, unpacked, verdict

from simple_ml import forward, load_mnist, loss_err, nn_epoch

# ---------------------------------------------------------------- the page trains


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
    parts = ("train", X[:2000], y[:2000]), ("test", X_te[:500], y_te[:500])
    for epoch in found.epochs:
        if epoch["epoch"] > 0:
            nn_epoch(W1=W1, W2=W2, **here)
        for part, X_part, y_part in parts:
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
    tab.get_by_label("My guess").fill("2.3")
    assert tab.locator(".lab-guess-verdict").inner_text() == ""  # not told before
    tab.get_by_label("Speed").select_option("full")
    train(tab)
    first = run(tab).epochs[0]["train"]["loss"]
    expected = f"Your guess was 2.3. The first loss, over all training digits, is {first:.3f}."
    assert tab.locator(".lab-guess-verdict").inner_text() == expected
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
        histogram = tab.get_by_role("img", name=re.compile(f"every {box}.* after 60 steps"))
        assert re.search(r"standard deviation [\d.]+, after", histogram.get_attribute("aria-label"))
    assert "0 of 20" in tab.locator(".lab-dead").inner_text()
    assert tab.locator(".lab-filters canvas").count() == 20
    assert tab.locator("tr[data-layer=W1] td").nth(1).inner_text().endswith("%)")


def test_pause_go_on_one_batch_reset_and_more_epochs(visit):
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
    assert (run(tab).steps, len(run(tab).points)) == (1, 1)
    for epochs in (1, 3):  # the same run, only longer
        enter(tab, "Epochs", str(epochs))
        press(tab, "Continue")
        state(tab, "finished")
        assert (run(tab).steps, len(run(tab).epochs)) == (20 * epochs, epochs + 1)


def test_runs_are_overlaid_and_the_legend_says_what_differs(visit):
    tab = visit("#d=20&epochs=1&lr=0.1")
    train(tab)
    assert "this run" in tab.locator(".lab-legend li").first.inner_text()
    for rate in ("0.3", "0.5"):
        enter(tab, "Learning rate", rate)
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


# ---------------------------------------------------------------- settings


def test_a_link_restores_all_settings(visit):
    tab = visit("#d=40")
    enter(tab, "Standard deviation of W2", "0.123456")
    tab.get_by_label("Distribution").select_option("uniform")
    for name, value in (("Seed", "7"), ("Batch size", "50"), ("Epochs", "2")):
        enter(tab, name, value)
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
    tab.wait_for_function("document.activeElement.textContent === 'Train this run'")
    assert tab.evaluate("laboratory.app.getBoundingClientRect().top") < 200
    press(tab, "Train this run")
    state(tab, "finished")
    assert run(tab).points == first.points


def test_a_changed_address_changes_the_settings(visit):
    tab = visit("#d=40&init=he")
    tab.evaluate("location.hash = '#d=50&scale=2&imbalance=0.5'")
    tab.wait_for_function("laboratory.current.settings.d === 50")
    state(tab, "ready")
    settings = run(tab).settings
    assert settings["s1"] == pytest.approx(math.sqrt(2 / 0.5 / 784), rel=1e-5)
    assert settings["s2"] == pytest.approx(math.sqrt(2 * 0.5 / 50), rel=1e-5)
    tab.evaluate("document.documentElement.classList.add('waiting')")  # for fonts: all is hidden
    tab.evaluate("location.hash = '#d=60'")
    tab.wait_for_function("laboratory.current.settings.d === 60")
    tab.evaluate("document.documentElement.classList.remove('waiting')")
    tab.wait_for_function("document.activeElement === laboratory.trainButton")
    settings = run(tab).settings
    tab.evaluate("location.hash = '#what-runs-here'")  # a heading is not a setting
    assert run(tab).settings == settings


def test_the_python_call_makes_the_same_run(visit):
    """With a learning rate of 0 it returns the weights as they were drawn."""
    tab = visit()
    tab.get_by_text("Share this run").click()
    for start in ("init=zeros", "init=pytorch", "init=hw0%2Bfan_in", "s1=0.25&s2=0.5&draw=uniform"):
        hash = f"#d=60&{start}&lr=0&batch=80&seed=4&epochs=1"
        tab.evaluate("hash => { location.hash = hash; }", hash)
        tab.wait_for_function(
            """start => laboratory.current.settings.batch === 80 &&
            laboratory.current.settings.init === (start.match(/init=(.*)/)?.[1] ?? null)""",
            arg=start.replace("%2B", "+"),
        )
        made = {}
        call = tab.get_by_label("Python", exact=True).inner_text()
        assert "batch=80" in call
        dead = pytest.warns(UserWarning, match="the network is dead")
        with dead if start == "init=zeros" else nullcontext():
            exec(call, made)
        settings, (W1, W2) = run(tab).settings, made["run"].weights
        assert len(made["run"].history["train_loss"]) == 1
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
    tab = visit("#d=7&init=kaiming&lr=0.3&batch=%zz")  # also those of a link
    texts = " ".join(tab.locator(".lab-error").all_inner_texts())
    for sentence in ("hidden_dim is 7: expected a whole number from 10", "“kaiming”", "“%zz”"):
        assert sentence in texts
    assert run(tab).settings["lr"] == 0.3
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
        assert (run(tab).steps, run(tab).settings) == (0, before)
        assert tab.evaluate("document.activeElement.id") == field.get_attribute("id")
        field.fill(good)
        field.press("Tab")
        assert field.get_attribute("aria-invalid") is None


# ---------------------------------------------------------------- when it goes wrong


def test_divergence_is_said_with_its_step_and_freezes_nothing(visit):
    tab = visit("#d=100&init=hw0&lr=1e12&epochs=1")
    train(tab, until="diverged")
    found = run(tab)
    assert found.status["step"] == found.steps == len(found.points)
    expected = f"The loss is no longer a number, at step {found.steps}: lower the learning rate"
    assert status(tab).startswith(expected)
    assert tab.locator(".lab-app [role=status]").first.inner_text() == status(tab)
    tab.locator("[data-chart=batch] .lost").wait_for()
    enter(tab, "Learning rate", "0.1")
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
def test_digits_that_are_not_the_expected_ones_are_refused(visit, still, answer, sentence):
    still.page.route("**/digits.bin", lambda route: route.fulfill(**answer))
    tab = visit(ready=False)
    alert = tab.locator(".lab-failure")
    alert.wait_for()
    assert alert.inner_text().startswith("The laboratory cannot start: the file of the digits")
    assert sentence in alert.inner_text()
    still.wrong[:] = [line for line in still.wrong if "404" not in line]


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

    tab_to(".lab-primary")
    tab_to("#lab-d-slider")  # the settings come after the button
    before = run(tab).settings["d"]
    tab.keyboard.press("ArrowLeft")
    tab.wait_for_function(f"laboratory.current.settings.d < {before}")
    slider = tab.locator("#lab-d-slider")
    assert slider.get_attribute("aria-valuetext") == str(run(tab).settings["d"])
    tab_to("#lab-epochs")
    tab.keyboard.type("1")  # a field that is tabbed to is selected
    tab.keyboard.press("Enter")
    tab.locator(".lab-primary").focus()
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
    bad = [c for c in found if not c["name"].strip() or c["height"] < 44 or c["right"] > 390]
    assert bad == []


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
    tab = visit("#d=10&epochs=1000")
    tab.evaluate(
        """() => {
          window.drawn = [];
          const draw = laboratory.view.drawCurves.bind(laboratory.view);
          laboratory.view.drawCurves = () => { window.drawn.push(performance.now()); draw(); };
        }"""
    )
    press(tab, "Train")
    tab.wait_for_function("window.drawn.length > 3")
    assert np.diff(tab.evaluate("window.drawn"))[1:].min() > 900


def test_a_link_to_a_section_below_the_laboratory_leads_there(visit):
    tab = visit("#a-wide-network-in-a-hurry")
    tab.wait_for_selector("#lab.lab-drawn")
    section = tab.locator("#a-wide-network-in-a-hurry")
    assert 60 < section.bounding_box()["y"] < 70  # below the page's bar
    tab.mouse.move(640, 450)
    tab.mouse.wheel(0, -400)
    tab.wait_for_function(
        "id => document.getElementById(id).getBoundingClientRect().top > 300",
        arg="a-wide-network-in-a-hurry",
    )


# ---------------------------------------------------------------- digits


def draw_a_seven(tab):
    pad = tab.locator(".lab-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    at = lambda x, y: (box["x"] + x * box["width"], box["y"] + y * box["height"])  # noqa: E731
    tab.mouse.move(*at(0.3, 0.2))
    tab.mouse.down()
    tab.mouse.move(*at(0.7, 0.2), steps=8)
    tab.mouse.move(*at(0.45, 0.8), steps=8)
    tab.mouse.up()


def test_a_drawn_digit_is_classified(visit):
    tab = visit("#d=60&epochs=6")
    train(tab)
    tab.wait_for_function("laboratory.pad.weights?.steps === 120")
    draw_a_seven(tab)
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


def test_a_digit_is_drawn_while_the_network_trains(visit):
    tab = visit("#d=60&epochs=1000&lr=0.1", reduced_motion="no-preference")
    press(tab, "Train")
    tab.wait_for_function("laboratory.current.epochs.length > 6")
    draw_a_seven(tab)
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
        pattern = rf"([✓✗]) (\d), \d+ %: test digit {i} is a (\d)"
        mark, says, truth = re.fullmatch(pattern, name).groups()
        assert int(truth) == y[i]
        assert (says == truth) == (mark == "✓")
    tab.get_by_label("Only mistakes").check()
    assert all("✗" in t for t in tab.locator(".lab-digits button").all_inner_texts())
    chosen = tab.locator(".lab-digits button").nth(1)
    name = chosen.get_attribute("aria-label")
    chosen.click()
    i, says = re.search(r"digit (\d+)", name)[1], re.search(r"✗ (\d)", name)[1]
    assert verdict(tab).startswith(f"Test digit {i}, a {y[int(i)]}: the network says {says}")
