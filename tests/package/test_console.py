"""All that the package prints can be printed in any encoding."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import simple_ml
from simple_ml import _console

ENCODINGS = ["ascii", "cp1252", "cp437", "cp932"]
SOURCES = sorted(Path(simple_ml.__file__).parent.rglob("*.py"))
OURS = sorted({c for path in SOURCES for c in path.read_text("utf-8") if not c.isascii()})


def run(encoding, *arguments, folder):
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, capture_output=True, cwd=folder, env=environment, check=False)
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("character", OURS)
def test_every_sign_in_our_sources_has_a_readable_form(character, encoding):
    spelled = character.encode(encoding, "spell").decode(encoding)
    assert spelled
    assert "\\" not in spelled


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("0.5 ± 0.1 − 2 × 3 ≤ 4 …", "0.5 +/- 0.1 - 2 x 3 <= 4 ..."),
        ("∇W1 = Xᵀ G1 / m, σ(a), x²", "grad W1 = X.T G1 / m, sigma(a), x2"),
        ("café", "cafe"),
        ("漢\udcff", "\\u6f22\\udcff"),
    ],
)
def test_what_ascii_lacks_is_spelled_out(text, spelled):
    assert _console.printable(text, io.TextIOWrapper(io.BytesIO(), "ascii")) == spelled


@pytest.mark.parametrize("stream", [io.StringIO(), io.TextIOWrapper(io.BytesIO(), "utf-8")])
def test_nothing_changes_where_the_encoding_has_all_signs(stream):
    assert _console.printable("−±…∇σ漢", stream) == "−±…∇σ漢"


def test_the_handler_leaves_other_errors_alone():
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("ascii", "spell")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_command_line_speaks_any_encoding(encoding, tmp_path):
    lines = [
        "--help",
        "train --epochs 0",
        "train --epochs x",
        "train --data −1",
        "sweep t.csv --hidden 4 --epochs 1 --seeds 0-1 --jobs 1",
    ]
    code = f"""
import sys
from simple_ml.__main__ import main
for line in {lines}:
    try:
        print(main(line.split()))
    except SystemExit as stopped:
        print(stopped.code)
"""
    found, out, err = run(encoding, "-c", code, folder=tmp_path)
    assert found == 0, err
    assert [line for line in out.splitlines() if len(line) == 1] == list("00220")
    for said in ("| Epoch |", "one deviation of the seeds"):
        assert said in out
    for said in ("whole number", "no such folder"):
        assert said in err


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_what_a_library_call_prints_speaks_any_encoding(encoding, tmp_path):
    code = (
        "from simple_ml import load_mnist, train_nn\n"
        "data = [A[:200] for A in load_mnist()]\n"
        "train_nn(*data, hidden_dim=5, epochs=1, lr=0.1)\n"
        "train_nn(*data, 5, 1, 'x')\n"
    )
    found, out, err = run(encoding, "-c", code, folder=tmp_path)
    assert found == 1
    assert "| Epoch |" in out
    assert err.rstrip().endswith("TypeError: lr is a str, expected a number")
    assert "UnicodeEncodeError" not in err
