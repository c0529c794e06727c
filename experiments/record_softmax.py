"""Record softmax regression on the full MNIST: notebooks/results/softmax_full.csv.

The course's setting: weights from zero, batches of 100 in the order of the files, learning rate
0.2, 10 epochs. Nothing is drawn, so there is no seed; a row an epoch. A few seconds::

    python experiments/record_softmax.py
    python experiments/record_softmax.py --epochs 20 --again
"""

from functools import partial

from recording import command, parser, record_at_once

from simple_ml import load_mnist, train_softmax
from simple_ml.study.results import provenance
from simple_ml.training import COLUMNS


def make(settings):
    data = load_mnist("full")
    typed = " ".join(f"--{name} {value}" for name, value in settings.items())
    seed = "none: weights start at 0, rows in the order of the files"
    how = provenance(f"{command(__file__)} {typed}", data, **settings, seed=seed)
    history = train_softmax(*data, **settings).history
    rows = zip(range(1, settings["epochs"] + 1), *history.values(), strict=True)
    return ["epoch", *COLUMNS], rows, how


if __name__ == "__main__":
    options = parser(__doc__)
    for name, default in {"epochs": 10, "lr": 0.2, "batch": 100}.items():
        options.add_argument(f"--{name}", type=type(default), default=default)
    settings = vars(options.parse_args())
    again = settings.pop("again")
    record_at_once("softmax_full.csv", partial(make, settings), __file__, again)
