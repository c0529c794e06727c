"""One epoch of `nn_epoch` beside the textbook version and the bare matrix products.

``python benchmarks/epoch.py`` times one epoch at the course's size (60,000×784, 100 hidden units,
batches of 100, float32) of three functions in turn, several times over, and prints the median of
the ratios to the bare products, with its spread. Random data of the right shape serve as digits:
the time does not depend on what is in them.

Set ``OPENBLAS_NUM_THREADS=1`` (or its like) for figures that compare between machines.
"""

import argparse
import platform
import statistics
import time

import numpy as np

from simple_ml import nn_epoch

N, K = 784, 10


def products(X, y, W1, W2, lr=0.1, batch=100):
    """Multiply the five pairs of matrices of each step, and nothing else: the floor."""
    for start in range(0, len(X), batch):
        Xb = X[start : start + batch]
        A1 = Xb @ W1
        Z2 = A1 @ W2
        G1 = Z2 @ W2.T
        Xb.T @ G1
        A1.T @ Z2


def textbook(X, y, W1, W2, lr=0.1, batch=100):
    """Train for an epoch as the lecture notes have it, in the dtypes NumPy happens to choose."""
    for start in range(0, len(X), batch):
        Xb, yb = X[start : start + batch], y[start : start + batch]
        Z1 = np.maximum(0, Xb @ W1)
        exps = np.exp(Z1 @ W2)
        S = exps / np.sum(exps, axis=1, keepdims=True)
        I_y = np.zeros((len(yb), W2.shape[1]))  # float64, and so is all that follows
        I_y[np.arange(len(yb)), yb] = 1
        G2 = S - I_y
        G1 = (Z1 > 0) * (G2 @ W2.T)
        W1 -= lr * (Xb.T @ G1) / len(Xb)
        W2 -= lr * (Z1.T @ G2) / len(Xb)


def measure(functions, rows, hidden, batch, repeats):
    """Return the seconds of each function, `repeats` of them, taken in turn."""
    rng = np.random.default_rng(0)
    X = rng.random((rows, N), np.float32)
    y = rng.integers(0, K, rows).astype(np.uint8)
    W1 = (rng.standard_normal((N, hidden)) / N).astype(np.float32)
    W2 = (rng.standard_normal((hidden, K)) / hidden).astype(np.float32)
    seconds = {function.__name__: [] for function in functions}
    for _ in range(repeats):
        for function in functions:
            weights = W1.copy(), W2.copy()
            start = time.perf_counter()
            function(X, y, *weights, lr=0.01, batch=batch)
            seconds[function.__name__].append(time.perf_counter() - start)
    return seconds


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--hidden", type=int, default=100)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=7)
    args = parser.parse_args()
    seconds = measure((products, nn_epoch, textbook), **vars(args))
    print(f"Python {platform.python_version()}, NumPy {np.__version__}; {vars(args)}")
    print(f"{'':10} {'/ products':>10} {'spread':>13}")
    for name, times in seconds.items():
        ratios = [t / floor for t, floor in zip(times, seconds["products"], strict=True)]
        print(f"{name:10} {statistics.median(ratios):10.2f} {min(ratios):6.2f}-{max(ratios):.2f}")


if __name__ == "__main__":
    main()
