"""What a reader does in the laboratory, and what is to be seen there; numbers from Python and back.

Numbers cross between Python and JavaScript as bytes (compare.js).
"""

import base64
import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from simple_ml import forward, load_mnist, loss_err, nn_epoch
from simple_ml.initialization import pair

LAB = Path(__file__).resolve().parents[2] / "book" / "lab"
LN10 = math.log(10)


def state(tab, name):
    tab.wait_for_selector(f".lab-app[data-state={name}]")


def press(tab, name):
    name = re.compile("^Train( this run)?$") if name == "Train" else name
    tab.get_by_role("button", name=name, exact=True).click()


def enter(tab, label, text):
    """Type into a field, and leave it; the last of that label is the field, not its slider."""
    field = tab.get_by_label(label, exact=not label.startswith(("Learning", "Standard"))).last
    field.fill(text)
    field.press("Enter")


def train(tab, until="finished"):
    press(tab, "Train")
    state(tab, until)


def train_for(tab, epochs):
    """Train for so many epochs, or a little more, and pause."""
    press(tab, "Train")
    tab.wait_for_function("n => laboratory.current.epochs.length > n", arg=epochs)
    tab.evaluate("laboratory.send({ type: 'pause' })")  # its button may have turned by now
    tab.wait_for_function("['paused', 'finished'].includes(laboratory.app.dataset.state)")


def follow(tab, name):
    """Take an experiment's link; its question is shown and has the focus."""
    tab.locator(f"#{name}").click()
    tab.wait_for_function(
        "name => laboratory.prompt.textContent === document.getElementById(name).dataset.prompt",
        arg=name,
    )
    state(tab, "ready")
    assert tab.evaluate("document.activeElement.className") == "lab-prompt"


def status(tab):
    return tab.locator(".lab-status").inner_text()


def verdict(tab):
    return tab.locator(".lab-verdict").inner_text()


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


# ---------------------------------------------------------------- numbers


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


def for_javascript(run):
    return {k: packed(v) if isinstance(v, np.ndarray) else v for k, v in run.items()}


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
