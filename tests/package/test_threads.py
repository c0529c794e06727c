"""BLAS runs on one thread or on all, whichever is faster; and the setting is given back."""

from unittest.mock import Mock

import numpy as np
import pytest
import threadpoolctl

from simple_ml import threads, train_nn
from simple_ml.threads import BlasThreads


class Library:
    """A BLAS library that only remembers its number of threads."""

    def __init__(self, num_threads):
        self.num_threads = num_threads

    def set_num_threads(self, num_threads):
        self.num_threads = num_threads


@pytest.fixture
def machine(monkeypatch):
    """Return a pretended machine: its libraries, and the seconds a call takes on n threads."""
    machine = Mock(libraries=(Library(4), Library(1)), seconds=lambda n: 1.0, now=0.0)

    def work():
        machine.now += machine.seconds(machine.libraries[0].num_threads)

    def select(user_api):
        assert user_api == "blas"
        return Mock(lib_controllers=machine.libraries)

    machine.work.side_effect = work
    monkeypatch.setattr(threadpoolctl, "ThreadpoolController", lambda: Mock(select=select))
    monkeypatch.setattr(threads, "perf_counter", lambda: machine.now)
    return machine


@pytest.mark.parametrize(
    ("seconds", "used"),
    [
        (lambda n: 1 / n, 4),  # idle: four threads are four times as fast
        (lambda n: n, 1),  # shared: they are four times as slow
        (lambda n: 1, 1),  # no difference: one thread leaves the others to somebody else
    ],
)
def test_what_is_faster_is_used_and_what_was_set_is_restored(machine, seconds, used):
    machine.seconds = seconds
    with BlasThreads(machine.work) as blas:
        blas.adapt()
        assert blas.used == used
        assert [library.num_threads for library in machine.libraries] == [used, 1]
    assert [library.num_threads for library in machine.libraries] == [4, 1]


def test_a_busy_process_that_starts_or_ends_is_noticed(machine):
    machine.seconds = lambda n: 1 / n
    with BlasThreads(machine.work) as blas:
        for seconds, used in ((lambda n: n, 1), (lambda n: 1 / n, 4), (lambda n: n, 1)):
            machine.seconds = seconds
            machine.now += 1e6
            blas.adapt()
            assert blas.used == used


def test_measuring_takes_a_small_share_of_the_time(machine):
    machine.seconds = lambda n: 1e-4 * n
    measuring = 0.0
    with BlasThreads(machine.work) as blas:
        for _ in range(10_000):
            start = machine.now
            blas.adapt()
            measuring += machine.now - start
            machine.now += 0.01  # an epoch
    assert 0 < measuring < 0.03 * machine.now


@pytest.mark.parametrize("libraries", [(Library(1),), ()])
def test_nothing_is_measured_on_one_thread_or_where_no_library_is_found(machine, libraries):
    machine.libraries = libraries
    with BlasThreads(machine.work) as blas:
        blas.adapt()
    machine.work.assert_not_called()
    assert blas.used == 1


def test_the_setting_is_restored_after_an_error(machine):
    def fail():
        machine.libraries[0].num_threads = 1
        raise RuntimeError

    with pytest.raises(RuntimeError), BlasThreads(fail) as blas:
        blas.adapt()
    assert machine.libraries[0].num_threads == 4


def test_training_restores_the_number_of_threads(monkeypatch):
    monkeypatch.setattr(BlasThreads, "adapt", lambda self: self._use(1))  # whatever is faster here

    def blas_threads():
        info = threadpoolctl.threadpool_info()
        return [library["num_threads"] for library in info if library["user_api"] == "blas"]

    rng = np.random.default_rng(0)
    X, y = rng.random((200, 30), np.float32), rng.integers(0, 3, 200)
    with threadpoolctl.threadpool_limits(2, "blas"):
        before = blas_threads()
        train_nn(X, y, X, y, hidden_dim=10, epochs=2, lr=0.1, verbose=False)
        assert blas_threads() == before
