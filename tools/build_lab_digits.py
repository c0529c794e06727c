"""Write the digits of the live laboratory, `book/lab/digits.bin`, from the embedded ones.

    python tools/build_lab_digits.py

The file is a gzip stream of 2,500 · 785 bytes: the first 2,000 training images and the first 500
test images of `load_mnist()`, 784 pixels each (0 is paper, 255 is ink), row by row from the top;
then their 2,500 labels. Both sets are shuffled already, so their first rows are a fair sample, and
`X_tr[:2000]` in Python is the laboratory's training set.

gzip's bytes depend on the version of zlib, so the page verifies the SHA-256 of the decompressed
bytes. This script writes it into `book/lab/digits.js`.

The digits are MNIST's, by Y. LeCun, C. Cortes and C. J. C. Burges (1998), under the licence that
`simple_ml/data/README.md` names.
"""

import gzip
import hashlib
import re
from pathlib import Path

import numpy as np

from simple_ml import load_mnist

TRAIN, TEST = 2000, 500
LAB = Path(__file__).resolve().parents[1] / "book" / "lab"


def content():
    """Return the decompressed bytes of the file."""
    X_tr, y_tr, X_te, y_te = load_mnist()
    X = np.concatenate([X_tr[:TRAIN], X_te[:TEST]])  # (2500, 784), in [0, 1]
    y = np.concatenate([y_tr[:TRAIN], y_te[:TEST]])
    return (X * 255).round().astype(np.uint8).tobytes() + y.astype(np.uint8).tobytes()


def main():
    raw = content()
    packed = gzip.compress(raw, compresslevel=9, mtime=0)
    (LAB / "digits.bin").write_bytes(packed)
    script = LAB / "digits.js"
    digest = hashlib.sha256(raw).hexdigest()
    text = re.sub(r'SHA256 = "[^"]*"', f'SHA256 = "{digest}"', script.read_text(encoding="utf-8"))
    script.write_text(text, encoding="utf-8")
    print(f"{len(packed):,} bytes, sha256 of the content {digest}")


if __name__ == "__main__":
    main()
