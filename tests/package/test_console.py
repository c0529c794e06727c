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
def test_whatever_is_printed_can_be_encoded(encoding, tmp_path):
    lines = [
        "--help",
        "train --epochs 0",
        "train --epochs x",
        "train --data −1",
        "sweep t.csv --hidden 4 --epochs 1 --seeds 0-1 --jobs 1",
        "check hw.py --full",
    ]
    code = f"""
from simple_ml import load_mnist, train_nn
data = [A[:200] for A in load_mnist()]
train_nn(*data, hidden_dim=5, epochs=1, lr=0.1)  # a library call, before the command line
from simple_ml.__main__ import main
for line in {lines}:
    try:
        print(main(line.split()))
    except SystemExit as stopped:
        print(stopped.code)
train_nn(*data, hidden_dim=5, epochs=1, lr="−")
"""
    (tmp_path / "hw.py").write_text("def softmax_loss(Z, y):\n    return 1 / (Z * 0).sum()")
    environment = os.environ | {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment, check=False)
    out, err = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert [line for line in out.splitlines() if len(line) == 1] == list("002201")
    assert out.count("| Epoch |") == 2
    assert "one deviation of the seeds" in out
    assert "softmax_loss: wrong: " in out
    assert "whole number" in err
    assert "no such folder" in err
    assert err.rstrip().endswith("TypeError: lr is a str, expected a number")
