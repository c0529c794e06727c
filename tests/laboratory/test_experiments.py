"""The laboratory's guided experiments show what their texts say."""

import re

import numpy as np
import pytest
from driving import LN10, follow, press, run, state, status, train, train_for


def first_losses(runs):
    return [found.epochs[0]["train"]["loss"] for found in runs]


def after_an_epoch(tab, *names):
    """Return the runs of these experiments after an epoch each."""
    found = []
    for name in names:
        follow(tab, name)
        train_for(tab, 1)
        found.append(run(tab))
    return found


def test_hw0_starts_near_4_and_a_third_of_w2_near_ln_10(visit):
    tab = visit()
    found = []
    for name in ("set-hw0", "set-hw0-third"):
        follow(tab, name)
        assert tab.get_by_label("My guess").input_value() == ""  # not the last experiment's
        tab.get_by_label("My guess").fill("2.3")
        train(tab)
        found.append(run(tab))
    hw0, third = found
    first = first_losses(found)
    assert first[0] == pytest.approx(4, abs=0.5)
    assert LN10 < first[1] < LN10 + 0.35
    assert third.settings["s1"] == pytest.approx(hw0.settings["s1"])
    assert third.settings["s2"] == pytest.approx(hw0.settings["s2"] / 3, rel=1e-5)
    # "On these few digits the large start has cost some steps and little else."
    assert hw0.epochs[-1]["test"]["error"] < third.epochs[-1]["test"]["error"] + 0.02
    assert next(p["x"] for p in hw0.points if p["loss"] < LN10) < 0.5


def test_the_same_product_in_another_ratio_starts_alike_and_trains_otherwise(visit):
    found = after_an_epoch(visit(), "set-ratio-low", "set-ratio-one", "set-ratio-high")
    first = first_losses(found)
    np.testing.assert_allclose(first, first[0], rtol=1e-4)
    moved = [[m / s for m, s in zip(f.moved, f.startNorms, strict=True)] for f in found]
    assert moved[0][1] > moved[0][0]  # a large W1 drives the small W2
    assert moved[2][0] > moved[2][1]  # and the other way round
    assert found[2].peak["loss"] > 3 * found[1].peak["loss"]
    assert found[2].dead > 10 + found[1].dead


def test_a_wide_network_from_hw0_spikes_and_w2_is_to_blame(visit):
    tab = visit()
    hw0, *others = after_an_epoch(tab, "set-wide", "set-wide-fan-in", "set-wide-mup")
    assert hw0.peak["loss"] > 5 * hw0.epochs[0]["train"]["loss"]
    assert hw0.peak["step"] < 10
    assert hw0.dead > 100
    for calm in others:
        assert calm.peak["loss"] < 1.2 * calm.epochs[0]["train"]["loss"]
        assert calm.dead == 0
    tab.wait_for_function("document.querySelectorAll('.lab-legend li').length === 3")
    assert "the course’s rule" in tab.locator(".lab-legend").inner_text()


def test_a_newcomer_on_a_phone_is_told_of_the_spike_and_of_its_cause(visit):
    tab = visit(width=390, has_touch=True, is_mobile=True)
    tab.locator("#set-wide").tap()
    state(tab, "ready")
    assert tab.get_by_label("Only the first epoch").is_checked()  # where the spike is to be seen
    tab.locator(".lab-primary").tap()
    tab.wait_for_function("laboratory.current.epochs.length > 1")
    tab.get_by_role("button", name="Pause", exact=True).tap()
    state(tab, "paused")
    assert re.search(r"The loss of a batch rose to [\d.]+, at step \d", status(tab))
    tab.wait_for_function(
        """() => {
          const box = (selector) => document.querySelector(selector).getBoundingClientRect();
          const chart = box("[data-chart=batch] svg");
          return chart.top > 0 && chart.bottom < box(".lab-bar").top;
        }"""
    )
    assert tab.locator("[data-chart=batch] svg").is_visible()
    why = tab.locator(".lab-why")
    why.get_by_text("What to look for, and why").tap()
    why.get_by_text("The cause is").wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    tab.locator("#set-hw0").tap()  # another experiment shows all epochs again
    state(tab, "ready")
    assert not tab.get_by_label("Only the first epoch").is_checked()


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
    assert run(tab).epochs[-1]["train"]["loss"] == pytest.approx(LN10, rel=1e-6)
    assert "Nothing moves, since step 1" in status(tab)
    assert "Give W1 a scale" in status(tab)
    assert moved("set-zero-w1") == [[False, False], [False, False]]
    assert moved("set-zero-w2") == [[False, True], [True, True]]
    press(tab, "Continue")
    tab.wait_for_function("laboratory.current.epochs.at(-1).test.error < 0.2")  # "it trains well"


def test_much_too_fast_the_units_die(visit):
    tab = visit("#set-fast")  # an experiment has an address
    assert "A learning rate of 10." in tab.locator(".lab-prompt").inner_text()
    train(tab, until="still")
    found = run(tab)
    assert found.dead == 100
    assert found.peak["loss"] > 100
    assert found.epochs[-1]["train"]["loss"] == pytest.approx(LN10, rel=1e-6)
    assert re.search(r"Nothing moves, since step \d+: .* The units died", status(tab))
