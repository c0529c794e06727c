"""Record normal against uniform starting weights: notebooks/results/draws_embedded.csv.

Two hundred runs on the embedded digits, 100 seeds for each shape of draw, with equal variance (the
course's 1/fan_out) and the settings below. The table has a row a run, and above it comment lines
that say how it was made (`simple_ml.study.results`). About two minutes::

    python experiments/record_draws.py

`tests/book/test_results.py` recomputes a few rows.
"""

from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from simple_ml import load_mnist, train_nn
from simple_ml.initialization import hw0, normal, uniform
from simple_ml.study.results import provenance, write_table
from simple_ml.training import COLUMNS

OUTPUT = Path(__file__).resolve().parents[1] / "notebooks" / "results" / "draws_embedded.csv"
SETTINGS = {"hidden_dim": 100, "epochs": 10, "lr": 0.2, "batch": 100}
DRAWS = {"normal": normal, "uniform": uniform}
SEEDS = range(100)


def last_row(data, draw, seed):
    """Return loss and error on both sets after the last epoch of one run."""
    init = partial(hw0, draw=DRAWS[draw])
    run = train_nn(*data, **SETTINGS, init=init, rng=np.random.default_rng(seed), verbose=False)
    return [run.history[name][-1] for name in COLUMNS]


def main():
    data = load_mnist()
    how = provenance(
        "python experiments/record_draws.py",
        data,
        **SETTINGS,
        init="hw0",
        seed="np.random.default_rng(seed), the column",
    )
    runs = [(draw, seed) for draw in DRAWS for seed in SEEDS]
    rows = [(*run, *last_row(data, *run)) for run in tqdm(runs, unit="run")]
    write_table(OUTPUT, ["draw", "seed", *COLUMNS], rows, how)


if __name__ == "__main__":
    main()
