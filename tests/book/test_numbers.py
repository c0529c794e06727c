"""Every number in the text is computed: quoted, asserted, or typed for a reason that is given.

The first part looks at the book; the others spoil a copy of it and see that somebody notices.
"""

import json
import re

import execute_notebooks
import nbformat
import numpy as np
import pytest
import quotes
import typed_numbers
from execute_notebooks import NOTEBOOKS, ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from simple_ml import load_mnist, softmax
from simple_ml.datasets import MNIST
from simple_ml.study.quoting import quote


def read(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_quoted_number_stands_in_its_sentences(path):
    assert quotes.problems(read(path)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_the_programs_that_make_the_site(path):
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    assert not re.search(r"^\s*(?:import|from) +(?:myst|sphinx|jupyter_book)", code, re.MULTILINE)


# ---------------------------------------------------------------- typed numbers


def test_no_number_is_typed_without_a_reason():
    entries = typed_numbers.reasons()
    left = [
        str(number)
        for path in typed_numbers.pages()
        for number in typed_numbers.typed(path)
        if not typed_numbers.excused(number, entries)
    ]
    assert left == [], "quote them, or give the reason in tests/book/typed_numbers.toml"


def test_every_reason_is_still_needed():
    found = [n for path in typed_numbers.pages() for n in typed_numbers.typed(path)]
    entries = typed_numbers.reasons()
    unused = [e for e in entries if not any(typed_numbers.excused(n, [e]) for n in found)]
    assert unused == []
    assert all(entry["reason"].strip() for entry in entries)


COMPUTED = [entry for entry in typed_numbers.reasons() if "is" in entry]


@pytest.mark.parametrize("entry", COMPUTED, ids=lambda entry: entry["text"])
def test_what_is_typed_is_what_comes_out(entry):
    def quoted(name):
        said = dict(quotes.computed(read(ROOT / entry["file"])))[name]
        return float(re.search(r"\d[\d.]*", said)[0])

    names = {
        "np": np,
        "softmax": softmax,
        "quoted": quoted,
        "embedded": load_mnist(),
        "MNIST": MNIST,
    }
    computed = eval(entry["is"], names)  # text of our own table: a number, or an array of them
    power = re.search(r"(\d) *\\cdot *10\^\{(-?\d+)\}", entry["text"])
    if power:
        assert f"{computed:.0e}" == f"{float(f'{power[1]}e{power[2]}'):.0e}"
        return
    typed = [n.replace(",", "") for n in typed_numbers.NUMBER.findall(entry["text"])]
    for value in np.ravel(computed).astype(float).tolist():
        assert any(round(value, len(n.partition(".")[2])) == float(n) for n in typed), computed


# ---------------------------------------------------------------- quotes


def stored(**numbers):
    """Return the output that `quote` leaves in a notebook."""
    return new_output(
        "display_data", {"text/markdown": f"<!-- quotes {json.dumps(numbers, indent=1)} -->"}
    )


def chapter(text, *outputs):
    return new_notebook(
        cells=[new_code_cell("", outputs=list(outputs)), new_markdown_cell(text)],
        metadata={"kernelspec": dict(execute_notebooks.KERNEL)},
    )


ERR = stored(err="7.9 %")


@pytest.mark.parametrize(
    "text",
    [
        "The error is <!--err-->7.9 %<!--/-->.",
        "For $a$ it is <!--err-->7.9 %<!--/-->, for `b` and $c$ <!--err-->7.9 %<!--/-->.",
        "- It is **<!--err-->7.9 %<!--/-->**, and again <!--err-->7.9 %<!--/-->.",
        "| rule | error |\n|---|---|\n| hw0 | <!--err-->7.9 %<!--/--> |",
        ":::{admonition} It is <!--err-->7.9 %<!--/-->\nText.\n:::",
    ],
)
def test_a_number_may_stand_anywhere_in_a_sentence(text):
    assert quotes.problems(chapter(text, ERR)) == []


@pytest.mark.parametrize(
    ("text", "outputs", "complaint"),
    [
        ("It is <!--err-->8.9 %<!--/-->.", [ERR], "says '8.9 %' for 'err'"),
        ("It is <!--error-->7.9 %<!--/-->.", [ERR], "no cell quotes 'error'"),
        ("It is large.", [ERR], "no sentence names 'err'"),
        ("It is <!--err-->7.9 %<!--/-->.", [ERR, ERR], "2 outputs quote 'err'"),
        ("It is\n<!--err-->7.9 %<!--/--> now.", [ERR], "move a word before the comment"),
        ("- <!--err-->7.9 %<!--/--> are wrong.", [ERR], "move a word before the comment"),
        ("> <!--err-->7.9 %<!--/--> are wrong.", [ERR], "move a word before the comment"),
        ("It is <!--err-->7.9\n%<!--/-->.", [ERR], "is no pair"),
        ("It is <!--err-->7.9 %.", [ERR], "is no pair"),
        ("It is <!-- err -->7.9 %<!-- / -->.", [ERR], "is no pair"),
        ("It is $e = <!--err-->7.9 %<!--/-->$.", [ERR], "shows the comment"),
        ("$$\ne = <!--err-->7.9 %<!--/-->\n$$ (eq-e)", [ERR], "shows the comment"),
        ("It is `<!--err-->7.9 %<!--/-->`.", [ERR], "shows the comment"),
    ],
)
def test_a_quote_that_went_wrong_is_noticed(text, outputs, complaint):
    assert any(complaint in problem for problem in quotes.problems(chapter(text, *outputs)))


def test_a_comment_in_the_description_of_a_figure_is_noticed():
    notebook = chapter("It is <!--err-->7.9 %<!--/-->.", ERR)
    notebook.cells[0].metadata["mystnb"] = {"image": {"alt": "It ends at <!--err-->7.9 %<!--/-->."}}
    assert any("a description is plain text" in problem for problem in quotes.problems(notebook))


def test_executing_a_chapter_writes_its_numbers_into_sentences_and_captions(tmp_path):
    code = "from simple_ml.study.quoting import quote\nquote('{:.1f} %', err=7.91)"
    figure = {"name": "fig-x", "caption": "At <!--err-->?<!--/-->."}
    old = "It is <!--err-->1 %<!--/-->. Not more than <!--err-->2 %<!--/-->."
    notebook = chapter(old, stored(err="1 %"))
    notebook.cells[0].source = code
    notebook.cells.append(new_code_cell("print(1)", metadata={"mystnb": {"figure": figure}}))
    nbformat.write(notebook, tmp_path / "x.ipynb")
    first, text, drawn = execute_notebooks.execute(tmp_path / "x.ipynb").cells
    assert text.source == ("It is <!--err-->7.9 %<!--/-->. Not more than <!--err-->7.9 %<!--/-->.")
    assert drawn.metadata.mystnb.figure.caption == "At <!--err-->7.9 %<!--/-->."
    assert first.outputs == [ERR]
    assert first.metadata.tags == ["remove-output"]
    assert "tags" not in drawn.metadata


def test_a_chapter_with_a_sentence_that_no_cell_serves_is_not_stored(tmp_path):
    nbformat.write(chapter("It is <!--err-->7.9 %<!--/-->."), tmp_path / "x.ipynb")
    with pytest.raises(execute_notebooks.NotClean, match="no cell quotes 'err'"):
        execute_notebooks.execute(tmp_path / "x.ipynb")


def test_the_numbers_that_changed_are_named():
    before, after = chapter("", ERR), chapter("", stored(err="8.0 %", new="1"))
    assert quotes.changes(before, after) == ["err: 7.9 % is now 8.0 %"]


@pytest.mark.parametrize("number", [7.9, np.float32(7.9), (7.9, 0.1), None])
def test_a_number_is_quoted_with_the_digits_that_its_author_chose(number):
    with pytest.raises(TypeError, match=r"quote got err = .* and no form to write it in"):
        quote(err=number)


@pytest.mark.parametrize(
    ("form", "number", "written"),
    [
        ("{:.1f} %", 7.91, "7.9 %"),
        ("{:+.2f} ± {:.2f}", (0.123, 0.046), "+0.12 ± 0.05"),
        ("{:+.2f} ± {:.2f}", (-0.123, 0.046), "−0.12 ± 0.05"),
        ("rate {:.0e}, fan-in, 784-100", 1e-5, "rate 1e-05, fan-in, 784-100"),
        ("{:,}", 15360, "15,360"),
        ("{}", np.int64(20), "20"),
        ("{}", "five", "five"),
    ],
)
def test_a_number_is_written_in_its_form(form, number, written, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append({"data": data}))
    quote(form, err=number)
    assert [quotes.quoted(output) for output in shown] == [{"err": written}]


# ---------------------------------------------------------------- the search can find


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("The test error is 9.5 %.", ["9.5"]),
        ("It is 3 times as fast.", ["3"]),
        ("a speed-up of 17", ["17"]),
        ("The error falls to $0.0213$.", ["0.0213"]),
        ("The error is about $10^{-7}$.", ["10^{-7}"]),
        ("From 2.3026 it falls.", ["2.3026"]),
        ("- 64 of them are wrong", ["64"]),
        ("| hw0 | 6.4 % |", ["6.4"]),
        ("| 7 | of the rules |", ["7"]),
        ("an error of 1 %", ["1"]),
        ("<!--err-->7.9 %<!--/--> and 8.1 %", ["8.1"]),
        ("as chapter 4 says, and sections 3.1 and 3.2", []),
        ("question 5 of homework 0", []),
        ("| 7 | [Speed](../notebooks/07_speed.ipynb) |", []),
        ("`lr=0.25` and `[64, 32]`", []),
        ("$$\nx = 0.25\n$$ (eq-x)", []),
        ("```python\nx = 0.25\n```", []),
        ("written in 1998", []),
        ("[a link](https://example.org/3.14)", []),
        ("3. the third step", []),
        ("the slope is 0 on the left and 1 on the right", []),
        (":header-rows: 12", []),
    ],
)
def test_a_typed_result_is_found_and_what_is_no_result_is_left_alone(text, typed, tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"# A page\n\n{text}\n")
    assert [number.number for number in typed_numbers.typed(path, tmp_path)] == typed


def test_a_result_is_found_beside_an_equal_setting_and_in_descriptions_and_captions(tmp_path):
    shown = {"image": {"alt": "falls to 6.4"}, "figure": {"caption": "It ends at 7.3."}}
    figure = new_code_cell("lr = 0.5", metadata={"mystnb": shown})
    cells = [figure, new_markdown_cell("At 0.5 the error is 0.5 %.")]
    nbformat.write(new_notebook(cells=cells), path := tmp_path / "01_x.ipynb")
    assert [n.number for n in typed_numbers.typed(path, tmp_path)] == ["0.5", "6.4", "7.3"]
