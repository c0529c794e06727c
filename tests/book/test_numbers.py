"""Every number in the text is computed: glued, asserted, or typed for a reason that is given.

The first half looks at the book; the second spoils a copy of it and sees that somebody notices.
"""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import equations
import execute_notebooks
import nbformat
import numpy as np
import pytest
import typed_numbers

from simple_ml import load_mnist, softmax
from simple_ml.datasets import MNIST

KERNEL = execute_notebooks.KERNEL
ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
REFERENCE = re.compile(r"\{glue(?::\w+)?\}`(?:[^`<]*<)?([^`>:]+)(?::[^`>]*)?>?`")
# Glued in a loop over the rows of a table, of which the prose quotes some.
LOOPS = {
    "ch2-fit-",
    "ch2-values-",
    *(f"ch6-{rows}-" for rows in ("above", "below", "c", "curved", "died", "lam", "moved1", "on")),
    *(f"ch6-{rows}-" for rows in ("regret", "sharp", "size", "sure", "top", "turned")),
}


def glued(notebook):
    """Return what each key of a notebook holds, as it is stored."""
    return {
        output.metadata["scrapbook"]["name"]: output.data
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "scrapbook" in output.get("metadata", {})
    }


def referenced(texts):
    return {key for text in texts for key in REFERENCE.findall(text)}


def prose(path):
    return typed_numbers.prose_of(path)[0]


@pytest.fixture(scope="module")
def stored():
    return {path: nbformat.read(path, as_version=4) for path in NOTEBOOKS}


@pytest.fixture(scope="module")
def keys(stored):
    return {key: data for notebook in stored.values() for key, data in glued(notebook).items()}


@pytest.mark.parametrize("path", typed_numbers.pages(), ids=lambda path: path.stem)
def test_every_reference_has_a_value(path, keys):
    assert referenced(prose(path)) - set(keys) == set()


def test_every_value_is_referenced(keys):
    used = {key for path in typed_numbers.pages() for key in referenced(prose(path))}
    unused = {key for key in set(keys) - used if not key.startswith(tuple(LOOPS))}
    assert unused == set(), "glued and not quoted: quote them, or print them instead"


def test_no_key_is_glued_twice(stored):
    seen = [key for notebook in stored.values() for key in glued(notebook)]
    assert len(seen) == len(set(seen))


# ---------------------------------------------------------------- typed numbers


def test_no_number_is_typed_without_a_reason():
    entries = typed_numbers.reasons()
    left = [
        str(number)
        for path in typed_numbers.pages()
        for number in typed_numbers.typed(path)
        if not typed_numbers.excused(number, entries)
    ]
    assert left == [], "glue them, or give the reason in tests/book/typed_numbers.toml"


def test_every_reason_is_still_needed():
    found = [n for path in typed_numbers.pages() for n in typed_numbers.typed(path)]
    entries = typed_numbers.reasons()
    unused = [e for e in entries if not any(typed_numbers.excused(n, [e]) for n in found)]
    assert unused == []
    assert all(entry["reason"].strip() for entry in entries)


COMPUTED = [entry for entry in typed_numbers.reasons() if "is" in entry]


@pytest.mark.parametrize("entry", COMPUTED, ids=lambda entry: entry["text"])
def test_what_is_typed_is_what_comes_out(entry, keys):
    def number_of(key):
        (text,) = keys[key].values()
        return float(re.search(r"\d[\d.]*", text).group())

    names = {"np": np, "glued": number_of, "embedded": load_mnist(), "MNIST": MNIST}
    computed = float(eval(entry["is"], names))  # text of our own table
    power = re.search(r"(\d) *\\cdot *10\^\{(-?\d+)\}", entry["text"])
    if power:
        assert f"{computed:.0e}" == f"{float(f'{power[1]}e{power[2]}'):.0e}"
        return
    typed = [n.replace(",", "") for n in typed_numbers.NUMBER.findall(entry["text"])]
    assert any(round(computed, len(n.partition(".")[2])) == float(n) for n in typed), computed


def test_the_probabilities_in_a_description_of_chapter_1():
    assert softmax(np.array([[2.0, 1.0, -1.0]])).round(2).tolist() == [[0.71, 0.26, 0.04]]


# ---------------------------------------------------------------- number mutants


def changed(text):
    """Return a text with its last digit another one."""
    at = max(i for i, letter in enumerate(text) if letter.isdigit())
    return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]


# `test_notebooks` holds that the stored outputs are those of a fresh run, by this comparison.
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_stored_number_can_change_unnoticed(path, stored):
    compare = execute_notebooks.comparable_outputs
    tried = 0
    for number, cell in enumerate(stored[path].cells):
        before = compare(nbformat.v4.new_notebook(cells=[cell]))
        for i, output in enumerate(cell.get("outputs", [])):
            for kind in ["text"] if output.output_type == "stream" else output.get("data", {}):
                if kind.startswith("image/"):
                    continue
                mutant = copy.deepcopy(cell)
                target = mutant.outputs[i]
                holder = target if output.output_type == "stream" else target.data
                if re.search(r"\d", str(holder[kind])):
                    holder[kind] = changed(str(holder[kind]))
                    after = compare(nbformat.v4.new_notebook(cells=[mutant]))
                    assert after != before, f"cell {number}: {kind}"
                    tried += 1
    assert tried or not glued(stored[path])


# What `glue` of MyST-NB does, without its import, which takes seconds.
GLUE = """from IPython.display import display
mime = "application/papermill.record/text/plain"
meta = {"scrapbook": {"name": "err", "mime_prefix": "application/papermill.record/"}}
display({mime: "'19.8 %'"}, raw=True, metadata=meta)"""


def test_nbval_notices_a_changed_glued_number(tmp_path):
    """The other guard: `pytest --nbval` compares glued values, too."""
    mime = "application/papermill.record/text/plain"
    meta = {"scrapbook": {"name": "err", "mime_prefix": "application/papermill.record/"}}
    cells = []
    for count, text in ((1, "'19.8 %'"), (2, "'19.7 %'")):
        output = nbformat.v4.new_output("display_data", {mime: text}, metadata=meta)
        cells.append(nbformat.v4.new_code_cell(GLUE, execution_count=count, outputs=[output]))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": dict(KERNEL)})
    nbformat.write(notebook, tmp_path / "x.ipynb")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    command += ["--nbval", "--nbval-current-env", "x.ipynb"]
    report = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    assert "1 failed, 1 passed" in report
    assert "19.7 %" in report


# ---------------------------------------------------------------- the search can find


@pytest.mark.parametrize(
    "text",
    [
        "The test error is 9.5 %.",
        "It is 3 times as fast.",
        "a speed-up of 17",
        "The error falls to $0.0213$.",
        "The error is about $10^{-7}$.",
        "From 2.3026 it falls.",
        "- 64 of them are wrong",
        "| hw0 | 6.4 % |",
        "an error of 1 %",
    ],
)
def test_a_typed_result_is_found(text, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"# A page\n\n{text}\n")
    assert typed_numbers.typed(path, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "as chapter 4 says, and sections 3.1 and 3.2",
        "question 5 of homework 0",
        "The error is {glue:text}`ch1-err`.",
        "`lr=0.25` and `[64, 32]`",
        "$$\nx = 0.25\n$$ (eq-x)",
        "```python\nx = 0.25\n```",
        "written in 1998",
        "[a link](https://example.org/3.14)",
        "3. the third step",
        "the slope is 0 on the left and 1 on the right",
        ":header-rows: 12",
    ],
)
def test_what_is_no_result_is_left_alone(text, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"# A page\n\n{text}\n")
    assert typed_numbers.typed(path, tmp_path) == []


def test_a_setting_is_known_from_the_code_and_a_result_of_the_same_size_is_not(tmp_path):
    path = tmp_path / "01_x.ipynb"
    cells = [
        {"cell_type": "code", "source": "lr = 0.5", "metadata": {}},
        {"cell_type": "markdown", "source": "At 0.5 the error is 0.5 %.", "metadata": {}},
    ]
    path.write_text(json.dumps({"cells": cells}))
    assert [n.number for n in typed_numbers.typed(path, tmp_path)] == ["0.5"]
    assert equations.chapter_number(path.name) == 1


def test_descriptions_and_captions_of_figures_are_read(tmp_path):
    path = tmp_path / "01_x.ipynb"
    shown = {"image": {"alt": "falls to 6.4"}, "figure": {"caption": "It ends at 7.3."}}
    cells = [{"cell_type": "code", "source": "1", "metadata": {"mystnb": shown}}]
    path.write_text(json.dumps({"cells": cells}))
    assert [n.number for n in typed_numbers.typed(path, tmp_path)] == ["6.4", "7.3"]
