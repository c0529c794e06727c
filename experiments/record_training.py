"""Record the two-layer network on the full MNIST: notebooks/results/training_full.csv.

The course's own setting: 100 hidden units, 20 epochs, learning rate 0.2, batches of 100 in the
order of the files, weights from ``np.random.seed(0)``; a row an epoch. About half a minute::

    python experiments/record_training.py
"""

from recording import command, parser, record_at_once

from simple_ml import load_mnist, train_nn
from simple_ml.study.results import provenance
from simple_ml.training import COLUMNS

SETTINGS = {"hidden_dim": 100, "epochs": 20, "lr": 0.2, "batch": 100}


def make():
    data = load_mnist("full")
    how = provenance(command(__file__), data, **SETTINGS, init="hw0", seed="np.random.seed(0)")
    history = train_nn(*data, **SETTINGS).history
    rows = zip(range(1, SETTINGS["epochs"] + 1), *history.values(), strict=True)
    return ["epoch", *COLUMNS], rows, how


if __name__ == "__main__":
    again = parser(__doc__).parse_args().again
    record_at_once("training_full.csv", make, __file__, again)
