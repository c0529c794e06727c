"""Execute chapters from a fresh kernel, and store clean outputs and the numbers in the sentences.

    python tools/execute_notebooks.py                               all notebooks
    python tools/execute_notebooks.py notebooks/04_training.ipynb   this one

Clean means that a second run stores the same bytes: no timings, no traces of the machine, one
BLAS thread, streams in one piece. If a cell raises an error or writes to stderr (a warning, a
progress bar), or a number and its sentence do not find each other (tools/quotes.py), the file is
left as it was. ``make notebooks`` calls this for the chapters that changed.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import matplotlib.font_manager  # noqa: F401  makes the list of fonts, or a first figure would log it
import nbformat
import quotes
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CELL_SECONDS = 300  # no cell takes 15 on a quiet machine
# A figure is stored twice, drawn once: as lines for the site, as pixels for whoever opens the
# notebook (JupyterLab shows no SVG of a notebook that it does not trust).
FORMATS = "--InlineBackend.figure_formats={'png', 'svg'}"
THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
}
CELL_METADATA_OF_TOOLS = ("execution", "ExecuteTime", "collapsed", "trusted", "scrolled")


class NotClean(Exception):
    """A notebook ran, but wrote something that must not be stored."""


def clean(notebook) -> None:
    """Bring metadata and outputs, in place, into the one form that is stored."""
    kept = {key: notebook.metadata[key] for key in ("mystnb",) if key in notebook.metadata}
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE} | kept)
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    for number, cell in enumerate(notebook.cells):
        cell.setdefault("id", f"cell-{number:03d}")
        for key in CELL_METADATA_OF_TOOLS:
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            cell.outputs = merged_streams(cell.outputs)
            tag_if_nothing_shows(cell)


def tag_if_nothing_shows(cell) -> None:
    """Spare the site an empty box: tag a cell whose outputs are nothing but quotes."""
    tags = [tag for tag in cell.metadata.get("tags", []) if tag != "remove-output"]
    if cell.outputs and all(quotes.quoted(output) for output in cell.outputs):
        tags.append("remove-output")
    cell.metadata.pop("tags", None)
    if tags:
        cell.metadata["tags"] = tags


def merged_streams(outputs: list) -> list:
    """Join what a stream printed in pieces: where it was cut depends on the clock."""
    merged: list = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def execute(path: Path, before_cell=None, **variables: str):
    """Return the notebook at ``path``, executed in its folder from a fresh kernel, clean.

    Its sentences hold the numbers that its cells quote. ``before_cell(client, cell)`` is awaited
    before each cell; ``variables`` are added to the kernel's environment. Raises ``NotClean`` if
    a cell fails or writes to stderr, or if a quoted number and a sentence do not find each other.
    """
    path = Path(path)
    notebook = nbformat.read(path, as_version=4)
    undated = {"SOURCE_DATE_EPOCH": "0"}  # else each SVG holds the time of its making
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, "1") | undated | variables
    with tempfile.TemporaryDirectory() as folder:
        # Files rather than TCP, on which a kernel warns that others on the machine could listen.
        sockets = {} if os.name == "nt" else {"transport": "ipc", "ip": f"{folder}/kernel"}
        client = NotebookClient(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            record_timing=False,
            extra_arguments=[FORMATS],
            resources={"metadata": {"path": str(path.parent)}},
            config=Config(KernelManager=sockets),
        )
        if before_cell:
            client.on_cell_start = lambda cell, cell_index: before_cell(client.kc, cell)
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            raise NotClean(f"{path}: a cell fails\n{error}") from None
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise NotClean(f"{path}, cell {number}: writes to stderr:\n{output.text[:1000]}")
    quotes.fill(notebook)
    if wrong := quotes.problems(notebook):
        raise NotClean("\n".join(f"{path}, {problem}" for problem in wrong))
    clean(notebook)
    return notebook


def comparable_outputs(notebook) -> list[list]:
    """Return each code cell's outputs without what may differ between two honest runs.

    Text is compared; of an image, that there is one (its bytes depend on Matplotlib's
    fonts and libraries).
    """
    cells = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [[comparable(output) for output in merged_streams(cell.outputs)] for cell in cells]


def comparable(output) -> tuple:
    if output.output_type == "stream":
        return output.name, output.text
    if output.output_type == "error":
        return "error", output.ename
    data = output.data.items()
    return output.output_type, {k: "image" if k.startswith("image/") else v for k, v in data}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="all, if none is given")
    failed = 0
    for path in parser.parse_args().notebooks or NOTEBOOKS:
        try:
            executed = execute(path)
        except NotClean as error:
            print(f"{error}\n{path}: left as it was", file=sys.stderr)
            failed += 1
            continue
        before, text = path.read_text(encoding="utf-8"), nbformat.writes(executed) + "\n"
        if before == text:
            print(f"{path}: executed, nothing changed")
            continue
        path.write_text(text, encoding="utf-8")
        print(f"{path}: executed and stored")
        for change in quotes.changes(nbformat.reads(before, as_version=4), executed):
            print(f"  {change}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
