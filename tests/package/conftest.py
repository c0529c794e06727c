"""What several tests of the package share."""

import contextlib
import tracemalloc

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
