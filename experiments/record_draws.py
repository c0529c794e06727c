"""Record normal against uniform starting weights: notebooks/results/draws_embedded.csv.

Two hundred runs on the embedded digits, 100 seeds for each shape of draw, with equal variance (the
course's 1/fan_out) and the settings below; a row a run. About two minutes::

    python experiments/record_draws.py
"""

from functools import partial

import numpy as np
from recording import command, parser, record_at_once
from tqdm import tqdm

from simple_ml import load_mnist
from simple_ml.initialization import hw0, normal, starting_weights, uniform
from simple_ml.study.results import provenance
from simple_ml.training import COLUMNS, train_from

HIDDEN = 100
SETTINGS = {"epochs": 10, "lr": 0.2, "batch": 100}
DRAWS = {"normal": normal, "uniform": uniform}
SEEDS = range(100)


def last_row(data, draw, seed):
    """Return loss and error on both sets after the last epoch of one run."""
    rule, rng = partial(hw0, draw=DRAWS[draw]), np.random.default_rng(seed)
    weights = starting_weights(rule, (784, HIDDEN, 10), rng)
    run = train_from(weights, *data, **SETTINGS, verbose=False)
    return [run.history[name][-1] for name in COLUMNS]


def make():
    data = load_mnist()
    seed = "np.random.default_rng(seed), the column"
    settings = {"hidden_dim": HIDDEN} | SETTINGS
    how = provenance(command(__file__), data, **settings, init="hw0", seed=seed)
    runs = [(draw, seed) for draw in DRAWS for seed in SEEDS]
    rows = [(*run, *last_row(data, *run)) for run in tqdm(runs, unit="run", disable=None)]
    return ["draw", "seed", *COLUMNS], rows, how


if __name__ == "__main__":
    again = parser(__doc__).parse_args().again
    record_at_once("draws_embedded.csv", make, __file__, again)
