"""Each chapter is run once more: another processor's sums, its pictures, its checks' mutants.

`pytest --nbval` has run it with the sums of this processor, and compared what it prints. Here
OpenBLAS adds as on a processor with AVX2, if it is there and this processor can; pictures are
compared, too; and each check is seen to fail on the equation's mutant (tools/equation_mutants.py).

    pytest --nbval notebooks tests/book/test_chapters.py -k 04_training     one chapter alone
"""

import base64
import io
import os
import re

import equation_mutants
import equations
import execute_notebooks
import nbformat
import numpy as np
import pytest
from execute_notebooks import NOTEBOOKS, ROOT
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

VISIBLE = 32  # of 255: how much a pixel may differ, as at the edge of a line that has not moved
SHARE = 1e-4  # of a picture may differ by more: 35 pixels of an ordinary one


def changed_outputs(stored, fresh) -> list[str]:
    """Return which code cells print something else than is stored."""
    outputs = map(execute_notebooks.comparable_outputs, (stored, fresh))
    return [
        f"code cell {number}: stored is {old}, now comes {new}"
        for number, (old, new) in enumerate(zip(*outputs, strict=True))
        if old != new
    ]


def pictures(notebook):
    """Return the number of its cell and the content of each picture."""
    return [
        (number, Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))))
        for number, cell in enumerate(notebook.cells)
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def painter(picture) -> str:
    return picture.info.get("Software", "no program that it names")


def changed_pictures(stored, fresh) -> list[str]:
    """Return which stored pictures are not what their cells draw now.

    Two versions of Matplotlib set text and axes differently: only pictures of one are compared.
    """
    found = []
    for (number, old), (_, new) in zip(pictures(stored), pictures(fresh), strict=True):
        if painter(old) != painter(new):
            continue
        if old.size != new.size:
            found.append(f"cell {number}: {old.size} pixels are stored, now {new.size}")
            continue
        before, now = (np.asarray(picture.convert("RGB"), int) for picture in (old, new))
        share = np.mean(np.abs(before - now).max(axis=2) > VISIBLE)
        if share > SHARE:
            found.append(f"cell {number}: {share:.1%} of the stored picture is drawn otherwise now")
    return found


# ---------------------------------------------------------------- the chapters


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no os.fork")


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def chapter(request):
    """Return a chapter's path, and what is stored, what it gives now, and its mutants' verdicts."""
    path = request.param
    fresh, verdicts = equation_mutants.run(path, OPENBLAS_CORETYPE="Haswell")
    return path, nbformat.read(path, as_version=4), fresh, verdicts


@needs_fork
@pytest.mark.chapter
def test_the_sums_of_another_processor_print_what_is_stored(chapter):
    _, stored, fresh, _ = chapter
    assert changed_outputs(stored, fresh) == []


@needs_fork
@pytest.mark.chapter
def test_the_stored_pictures_are_drawn_again(chapter):
    _, stored, fresh, _ = chapter
    assert changed_pictures(stored, fresh) == []


@needs_fork
@pytest.mark.chapter
def test_each_check_catches_its_mutant(chapter):
    path, _, _, verdicts = chapter
    declared = [c.label for c in equations.read_book(ROOT).checks if c.file.endswith(path.name)]
    assert [label for label, _ in verdicts] == declared
    assert [pair for pair in verdicts if pair[1] != equation_mutants.CAUGHT] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_stored_pictures_were_drawn_by_the_locked_matplotlib(path):
    """Else the test above would have nothing to compare them with."""
    (locked,) = re.findall(r"^matplotlib==(\S+)", (ROOT / "requirements.lock").read_text(), re.M)
    drawn = {painter(picture) for _, picture in pictures(nbformat.read(path, as_version=4))}
    assert drawn <= {f"Matplotlib version{locked}, https://matplotlib.org/"}, "make notebooks"


# ---------------------------------------------------------------- these tests can fail


def check(label, text, old, new):
    entry = {"kind": "symbolic", "mutant": [old, new], "catches": "a lost sign"}
    return new_code_cell(text, metadata={"equation_checks": {label: entry}})


CHECK = "G2 = S - I_y\nassert G2 == 2"
FIGURE = """
import inspect
import matplotlib.pyplot as plt
def f(): return 1
assert "return 1" in inspect.getsource(f)
display(f()); print("noise"); plt.plot([1, 2]); plt.show()
"""


@needs_fork
def test_mutants_get_their_verdicts_and_leave_the_chapter_alone(tmp_path):
    cells = [
        new_code_cell("S, I_y = 3, 1"),
        check("caught", CHECK, "- I_y", "+ I_y"),
        check("survived", CHECK.replace("== 2", "> 0"), "- I_y", "+ I_y"),
        check("another error", CHECK, "I_y", "I_z"),
        check("spoils", "S = S + 0\nassert S == 3", "+ 0", "+ 1"),
        check("unspoilt", CHECK, "- I_y", "+ I_y"),
        check("draws", FIGURE, '"return 1"', '"return 2"'),
        check("draws and lives", FIGURE, "[1, 2]", "[2, 1]"),
        check("dies", "x = 1", "x = 1", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
        new_code_cell("print(S, G2)"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "chapter.ipynb")
    fresh, verdicts = equation_mutants.run(tmp_path / "chapter.ipynb")
    assert verdicts == [
        ("caught", "caught"),
        ("survived", "survived"),
        ("another error", "wrong error: NameError: name 'I_z' is not defined"),
        ("spoils", "caught"),
        ("unspoilt", "caught"),
        ("draws", "caught"),
        ("draws and lives", "survived"),
        ("dies", "wrong error: ended by signal 9"),
    ]
    assert [len(cell.outputs) for cell in fresh.cells] == [0, 0, 0, 0, 0, 0, 3, 3, 0, 1]
    assert fresh.cells[-1].outputs[0].text == "3 2\n"


def drawn(shift=0, size=(200, 300), line=255):
    """Return a chapter with a picture of one line, which may stand elsewhere or be paler."""
    pixels = np.zeros(size, np.uint8)
    pixels[20 + shift, :] = line
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    output = new_output("display_data", {"image/png": base64.b64encode(buffer.getvalue()).decode()})
    return new_notebook(cells=[new_code_cell("1", outputs=[output])])


def test_a_picture_of_other_data_is_noticed():
    assert changed_pictures(drawn(), drawn(line=255 - VISIBLE)) == []  # another machine's edge
    assert changed_pictures(drawn(), drawn(shift=1)) != []
    assert "pixels are stored" in changed_pictures(drawn(), drawn(size=(200, 200)))[0]
