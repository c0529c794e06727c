"""What several tests of the package share."""

import contextlib
import tracemalloc
from typing import ClassVar

import numpy as np
import pytest


@pytest.fixture
def memory_below():
    """Return a context in which no more bytes than its argument may be allocated at a time."""

    @contextlib.contextmanager
    def memory_below(limit):
        tracemalloc.start()
        try:
            yield
            assert tracemalloc.get_traced_memory()[1] < limit
        finally:
            tracemalloc.stop()

    return memory_below


@pytest.fixture
def recording():
    """Return a class of arrays that notes the dtype of every float computed from them."""

    class Recording(np.ndarray):
        floats: ClassVar[set] = set()

        def __array_finalize__(self, source):
            if self.dtype.kind == "f":
                self.floats.add(self.dtype)

    return Recording
