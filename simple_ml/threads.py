"""As many BLAS threads as pay off: all of them on an idle machine, one where cores are shared.

A matrix product on two threads waits for the slower one. Where another process shares the cores,
the waiting thread spins while its partner is not even running, and a product of a tenth of a
millisecond takes several: training becomes two to thirty times slower than on one thread. On an
idle machine two threads are faster than one. Neither is known beforehand, and it changes while a
network trains. So `BlasThreads` measures now and then, and uses what is faster at the moment.
"""

from time import perf_counter

__all__ = ["BlasThreads"]

SECONDS = 0.004  # of each trial: about as long as an operating system lets a neighbour run
ROUNDS = 3  # trials of each kind
SHARE = 50  # a measurement is repeated when this many times its cost has passed
GAIN = 0.9  # all threads have to take at most this share of the time that one takes


class BlasThreads:
    """The choice between one BLAS thread and all of them, whichever is faster at the moment.

    Call `adapt` before each epoch, and `restore` at the end, or leave that to a ``with`` statement.
    Where BLAS has one thread anyway (as with ``OPENBLAS_NUM_THREADS=1``), or its threads cannot be
    set, nothing is measured and nothing is changed.

    Parameters
    ----------
    work : callable
        A sample of the work, called without arguments: about one product of a training step.

    Attributes
    ----------
    available : int
        Threads that BLAS would use by itself.
    used : int
        Threads that it uses now.
    """

    def __init__(self, work):
        from threadpoolctl import ThreadpoolController  # only here: `import simple_ml` stays fast

        self.work = work
        blas = ThreadpoolController().select(user_api="blas")
        self._libraries = {library: library.num_threads for library in blas.lib_controllers}
        self.available = self.used = max(self._libraries.values(), default=1)
        self._next = 0.0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.restore()

    def adapt(self):
        """Measure and choose the number of threads, unless that was done a short while ago."""
        if self.available == 1 or perf_counter() < self._next:
            return
        start = perf_counter()
        self._use(self.available)
        self.work()  # wakes the threads, which is not to be measured
        seconds = {1: 0.0, self.available: 0.0}
        for _ in range(ROUNDS):
            for threads in seconds:
                self._use(threads)
                seconds[threads] += _seconds_per_call(self.work)
        self._use(self.available if seconds[self.available] < GAIN * seconds[1] else 1)
        end = perf_counter()
        self._next = end + SHARE * (end - start)

    def restore(self):
        """Set what was set before."""
        self._use(self.available)

    def _use(self, threads):
        """Set the threads of every BLAS library, but never more than it had before."""
        for library, before in self._libraries.items():
            library.set_num_threads(min(threads, before))
        self.used = threads


def _seconds_per_call(work):
    """Return the mean time of a call, over `SECONDS` or one call."""
    start, calls = perf_counter(), 0
    while (elapsed := perf_counter() - start) < SECONDS or not calls:
        work()
        calls += 1
    return elapsed / calls
