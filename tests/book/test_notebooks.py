"""The chapters as files: executed in order, clean, accessible, and the same on every run.

`pytest --nbval` compares outputs with a fresh run. It does not notice a notebook that never ran, a
figure without a description, and much else. Each property is tested on the chapters, and then on a
notebook made to break it.
"""

import copy
import re

import execute_notebooks
import nbformat
import pytest
from execute_notebooks import NOTEBOOKS, ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

MAX_CODE_LINES = 16
MAX_COLUMNS = 62  # of an output, on a phone, in letters of nine pixels
MIN_ALT_CHARACTERS = 20
MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|home|root|Users|usr|opt)/|[A-Z]:\\Users|\.venv/")
CLOCK = re.compile(
    r"\b\d+(?:\.\d+)?\s?(?:ns|µs|us|ms|sec|secs|seconds|minutes|min)\b(?! *(?:per|/))"
    r"|\b\d+(?:\.\d+)? s\b|it/s\b|\b\d\d:\d\d:\d\d\b|0x[0-9a-f]{6,}|CPU times"
)


def code_cells(notebook):
    return [
        (number, cell)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]


def output_text(output) -> str:
    """Return all that an output says in words."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return "\n".join(
        str(data) for kind, data in output.data.items() if not kind.startswith("image/")
    )


# ---------------------------------------------------------------- the properties


def not_executed_in_order(notebook) -> list[str]:
    counts = [cell.execution_count for _, cell in code_cells(notebook)]
    expected = list(range(1, len(counts) + 1))
    return [] if counts == expected else [f"execution counts {counts}, expected 1 to {len(counts)}"]


def errors_and_warnings(notebook) -> list[str]:
    return [
        f"cell {number}: {output_text(output)[:200]}"
        for number, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def figures_without_description(notebook) -> list[str]:
    found = []
    for number, cell in code_cells(notebook):
        images = [o for o in cell.outputs if any(k.startswith("image/") for k in o.get("data", {}))]
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if images and len(alt.strip()) <= MIN_ALT_CHARACTERS:
            found.append(f"cell {number}: alt text {alt!r} does not say what is seen")
    return found


def long_cells(notebook) -> list[str]:
    found = []
    for number, cell in code_cells(notebook):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > MAX_CODE_LINES:
            found.append(f"cell {number}: {len(lines)} lines, at most {MAX_CODE_LINES}")
    return found


def wide_outputs(notebook) -> list[str]:
    """Sentences, as in a report, may go on below; a line that is aligned may not."""
    return [
        f"cell {number}: {line!r} has {len(line)} columns, at most {MAX_COLUMNS}"
        for number, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "stream" and "  Read: chapter" not in output.text
        for line in output.text.splitlines()
        if len(line) > MAX_COLUMNS
    ]


def silenced_warnings(notebook) -> list[str]:
    return [
        f"cell {number}: silences warnings"
        for number, cell in code_cells(notebook)
        if re.search(r"filterwarnings|simplefilter|catch_warnings\(\s*action", cell.source)
    ]


def traces_of_the_machine(notebook) -> list[str]:
    found = []
    for number, cell in code_cells(notebook):
        for output in cell.outputs:
            for pattern in (MACHINE, CLOCK):
                if match := pattern.search(output_text(output)):
                    found.append(f"cell {number}: an output has {match[0]!r}")
    return found


def unclean_metadata(notebook) -> list[str]:
    cleaned = copy.deepcopy(notebook)
    execute_notebooks.clean(cleaned)
    return [] if cleaned == notebook else ["it is not as `clean` leaves it"]


PROPERTIES = [
    not_executed_in_order,
    errors_and_warnings,
    figures_without_description,
    long_cells,
    wide_outputs,
    silenced_warnings,
    traces_of_the_machine,
    unclean_metadata,
]


# ---------------------------------------------------------------- the chapters


@pytest.mark.parametrize("complaints", PROPERTIES, ids=lambda check: check.__name__)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_chapter_has_no(path, complaints):
    found = complaints(nbformat.read(path, as_version=4))
    assert not found, "\n".join([*found, "`make notebooks` executes and stores a chapter"])


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_chapter_is_in_the_table_of_contents(path):
    assert f"notebooks/{path.stem}\n" in (ROOT / "_toc.yml").read_text(encoding="utf-8")


# ---------------------------------------------------------------- the properties can fail

DESCRIBED = {"mystnb": {"image": {"alt": "Two curves that fall and then stay level."}}}
PNG = new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"})


def chapter(*cells):
    notebook = new_notebook(cells=[new_markdown_cell("# A chapter"), *cells])
    execute_notebooks.clean(notebook)
    return notebook


def cell(source="1 + 1", count=1, outputs=(), **metadata):
    return new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def stream(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def test_a_good_chapter_passes_every_property():
    good = chapter(
        cell(outputs=[stream("0.1977 in 3 epochs of 40 steps\n")]),
        cell("plt.show()", 2, [PNG], **DESCRIBED),
    )
    assert [complaint for check in PROPERTIES for complaint in check(good)] == []


SPOILT = [
    (not_executed_in_order, [cell(count=None), cell(count=None)]),
    (not_executed_in_order, [cell(count=1), cell(count=3)]),
    (not_executed_in_order, [cell(count=2), cell(count=1)]),
    (not_executed_in_order, [cell(count=2), cell(count=3)]),
    (errors_and_warnings, [cell(outputs=[stream("a warning", "stderr")])]),
    (errors_and_warnings, [cell(outputs=[new_output("error", ename="ValueError")])]),
    (figures_without_description, [cell(outputs=[PNG])]),
    (figures_without_description, [cell(outputs=[PNG], mystnb={"image": {"alt": "figure"}})]),
    (long_cells, [cell("\n".join(["x = 1"] * (MAX_CODE_LINES + 1)))]),
    (wide_outputs, [cell(outputs=[stream("x" * (MAX_COLUMNS + 1))])]),
    (silenced_warnings, [cell("import warnings\nwarnings.filterwarnings('ignore')")]),
]
TRACES = [
    "/home/me/book/x.py", "saved to /tmp/x", "took 3.21 s", "12 ms", "30.2it/s", "at 10:22:33",
    "<object at 0x7f3a2b1c>",
]  # fmt: skip
SPOILT += [(traces_of_the_machine, [cell(outputs=[stream(text)])]) for text in TRACES]


@pytest.mark.parametrize(("complaints", "cells"), SPOILT)
def test_a_chapter_without_the_property_is_noticed(complaints, cells):
    assert complaints(chapter(*cells))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bad: bad.cells[1].metadata.update(execution={"iopub.execute_input": "2026-01-01"}),
        lambda bad: bad.metadata.update(kernelspec={"name": "my-env", "display_name": "My env"}),
        lambda bad: bad.metadata.language_info.update(version="3.11.7"),
        lambda bad: bad.metadata.update(widgets={}),
    ],
)
def test_metadata_of_a_machine_is_noticed_and_removed(spoil):
    notebook = chapter(cell())
    spoil(notebook)
    assert unclean_metadata(notebook)
    execute_notebooks.clean(notebook)
    assert not unclean_metadata(notebook)


# ---------------------------------------------------------------- executing and storing


def written(tmp_path, *sources):
    path = tmp_path / "chapter.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def test_executing_twice_stores_the_same_bytes(tmp_path):
    path = written(tmp_path, "print('a', flush=True)\nprint('b')", "1 + 1")
    first = execute_notebooks.execute(path)
    nbformat.write(first, path)
    assert nbformat.writes(execute_notebooks.execute(path)) == nbformat.writes(first)
    assert [output.text for output in first.cells[0].outputs] == ["a\nb\n"]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("1 / 0", "ZeroDivisionError"), ("import sys\nprint('x', file=sys.stderr)", "stderr")],
)
def test_a_cell_that_fails_or_warns_is_not_stored(tmp_path, source, complaint):
    path = written(tmp_path, source)
    with pytest.raises(execute_notebooks.NotClean, match=complaint):
        execute_notebooks.execute(path)


def test_the_kernel_has_one_thread_unless_another_number_is_asked_for(tmp_path):
    path = written(tmp_path, "import os\nprint(os.environ['OPENBLAS_NUM_THREADS'])")
    for asked, threads in ({}, "1"), ({"OPENBLAS_NUM_THREADS": "2"}, "2"):
        outputs = execute_notebooks.comparable_outputs(execute_notebooks.execute(path, **asked))
        assert outputs == [[("stdout", f"{threads}\n")]]


def test_another_output_counts_as_a_difference_and_another_picture_does_not():
    other = new_output("display_data", {"image/png": "AAAA", "text/plain": "<Figure>"})
    one, two = chapter(cell(outputs=[PNG])), chapter(cell(outputs=[other]))
    three = chapter(cell(outputs=[stream("x")]))
    compare = execute_notebooks.comparable_outputs
    assert compare(one) == compare(two) != compare(three)
