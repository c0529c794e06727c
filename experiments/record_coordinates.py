"""Record a coordinate check: notebooks/results/coordinates.csv.

How far do the hidden pre-activations and the logits of test digits move in 1, 10 and 100 steps, at
one learning rate and four widths? Where they move further the wider the network is, the rule is too
hot; where less, it is lazy; where it does not matter, the rate can be tuned on a narrow network.
Four rules, ten paired seeds: some five minutes on two cores::

    python experiments/record_coordinates.py
"""

from networks import batches, rms, start
from recording import record

from simple_ml.study.sweep import grid
from simple_ml.two_layer import forward, nn_epoch

RUNS = grid(
    seed=range(10), hidden_dim=[64, 256, 1024, 4096], init=["hw0", "fan_in", "hw0+fan_in", "he"]
)
SETTINGS = {"lr": 0.05, "batch": 100, "steps": (1, 10, 100), "rows": 300}
SAMPLE = [(0, 64, "fan_in"), (1, 64, "hw0+fan_in"), (2, 256, "fan_in")]


def coordinates(data, *, seed, hidden_dim, init, lr, batch, steps, rows):
    """Return a row for each of `steps`: how far the test digits' coordinates have moved by then.

    The pre-activations' change is in units of their own size at the start. The logits' is not,
    since theirs may be as good as 0.
    """
    X, y, seen = data[0], data[1], data[4][:rows]
    W = start(init, X.shape[1], hidden_dim, int(y.max()) + 1, seed)
    A1, Z2 = seen @ W[0], forward(seen, *W)[1]
    order, table = batches(len(X), batch), []
    for done in range(1, steps[-1] + 1):
        part = order[(done - 1) % len(order)]
        nn_epoch(X[part], y[part], *W, lr=lr, batch=batch)
        if done in steps:
            table.append(
                {
                    "step": done,
                    "preactivations": rms(seen @ W[0] - A1) / rms(A1),
                    "first_logits": rms(Z2),
                    "logits": rms(forward(seen, *W)[1] - Z2),
                }
            )
    return table


if __name__ == "__main__":
    record(__file__, RUNS, __doc__, task=coordinates, **SETTINGS)
