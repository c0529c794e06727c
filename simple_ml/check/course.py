"""What only data of the course's size can tell.

Some readers of files are written for the course's files alone: 60,000 and 10,000 images, under
their names, below the folder that the tests run in. Such a function meets the assignment, and says
nothing on our small files. And a loss that makes an array of rows × rows is right on small probes
only.
"""

import tempfile
from pathlib import Path

import numpy as np

from simple_ml.check import sandbox
from simple_ml.check.facts import exception
from simple_ml.check.probes import write_digits

COUNT = 10000  # of the course's test images: whoever fixes 60,000 cannot read these
ROWS = 60000
PATIENCE = 3  # times the limit: the files are large


def reads_the_courses_files(function, limit):
    """Return whether `parse_mnist` reads files like the course's test data, named and placed so."""
    images = np.zeros((COUNT, 28, 28), np.uint8)
    images[::1000, ::2] = np.arange(28, dtype=np.uint8) * 9
    images[0, 0, :2] = 0, 255
    labels = (np.arange(COUNT) % 10).astype(np.uint8)
    with tempfile.TemporaryDirectory(prefix="simple_ml_course_") as folder:
        paths = write_digits(Path(folder, "data"), images, labels, "t10k")
        names = tuple(f"data/{Path(path).name}" for path in paths)
        reader = _compared(function, images, labels)
        (event, *_), _ = sandbox.run(reader, [names], PATIENCE * limit, folder=folder)
    return isinstance(event, sandbox.Ran) and event.returned is True


def stops_on_many_rows(function, limit):
    """Return with what a loss stops on as many rows as the course's own data have; else None."""
    rng = np.random.default_rng(0)
    Z, y = rng.random((ROWS, 10), np.float32), rng.integers(0, 10, ROWS).astype(np.uint8)
    (event, *_), _ = sandbox.run(function, [(Z, y)], limit)
    return exception(event) if isinstance(event, sandbox.Raised) else None


def _compared(function, images, labels):
    """Return a reader that compares its arrays where it runs, for they are large."""

    def as_it_should(*names):
        X, y = function(*names)
        pixels = images.reshape(len(images), -1) / np.float32(255)
        kinds = X.dtype == np.float32 and y.dtype == np.uint8 and X.shape == pixels.shape
        return bool(kinds and np.allclose(X, pixels, atol=1e-6) and np.array_equal(y, labels))

    as_it_should.prepare = getattr(function, "prepare", lambda: None)
    return as_it_should
