"""What README, CONTRIBUTING and the pages tell a reader to type is what can be typed."""

import re
import shlex
from pathlib import Path

import pytest

from simple_ml.__main__ import parser

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "book").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
TEXT = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands():
    """Return each call of the package's command line, without its comment."""
    for text in TEXT.values():
        for language, block in FENCE.findall(text):
            if language in ("", "bash"):
                lines = block.replace("\\\n", "").splitlines()
                yield from (line for line in lines if line.startswith("python -m simple_ml"))


@pytest.mark.parametrize("command", list(commands()))
def test_the_command_line_understands(command):
    arguments = shlex.split(command, comments=True)[3:]
    if "--help" in arguments:
        with pytest.raises(SystemExit, match="0"):
            parser().parse_args(arguments)
    else:
        parser().parse_args(arguments)


def test_the_bibliography_names_a_paper_of_arxiv_by_its_number_alone():
    """The page makes the address of it; with another beside it, it would be there twice."""
    entries = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    assert entries.count("eprint") == entries.count("archiveprefix") > 10
    assert "arxiv.org" not in entries.lower()
    assert "arXiv:" not in entries


@pytest.mark.parametrize("page", TEXT)
def test_every_target_of_make_and_every_script_exists(page):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):(?: |$).*##", makefile, re.MULTILINE))
    typed = re.findall(r"(?:^|`|<code>)make((?: [a-z][a-z-]*)+)", TEXT[page], re.MULTILINE)
    assert {target for names in typed for target in names.split()} - targets == set()
    scripts = re.findall(r"\b(?:tools|experiments|experiments/benchmarks)/\w+\.py\b", TEXT[page])
    example = "experiments/record_name.py"  # the one that CONTRIBUTING tells you to write
    assert [name for name in scripts if name != example and not (ROOT / name).exists()] == []


def test_the_program_of_the_readme_runs():
    """That of the page on sweeps is run in tests/package/test_sweep.py."""
    (program,) = (b for language, b in FENCE.findall(TEXT["README.md"]) if language == "python")
    names = {}
    exec(program, names)
    assert names["W1"].shape == (784, 100)


@pytest.mark.parametrize("command", ["softmax", "train", "sweep table.csv"])
def test_the_help_says_what_an_option_means_that_is_left_out(command, capsys):
    found = vars(parser().parse_args(command.split()))
    with pytest.raises(SystemExit):
        parser().parse_args([*command.split(), "--help"])
    said = " ".join(capsys.readouterr().out.split())
    for name in found.keys() & {"epochs", "lr", "hidden", "batch", "holdout"}:
        value = found[name]
        assert f"({value[0] if isinstance(value, list) else value})" in said, name
