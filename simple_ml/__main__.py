"""Train from a terminal: ``python -m simple_ml train --hidden 100 --epochs 20 --lr 0.2``."""

import argparse
import math
import shlex
import sys
import warnings
from contextlib import nullcontext

import numpy as np

from simple_ml import _console
from simple_ml.datasets import load_mnist
from simple_ml.initialization import SCHEMES, pair, starting_weights
from simple_ml.training import train_from, train_softmax

DESCRIPTION = """\
Train a digit classifier with NumPy alone and print loss and error after each epoch.

  python -m simple_ml softmax                        a linear classifier, in about a second
  python -m simple_ml train                          a two-layer ReLU network
  python -m simple_ml train --data full --epochs 20  the same on all of MNIST
  python -m simple_ml sweep out.csv --lr 0.1 0.2 0.4 many settings and seeds, a process a core
  python -m simple_ml check my_file.py               which mistake is in your own functions?
"""

SWEEP = """\
Train the two-layer network once for every combination of the settings given, and write a row for
each checkpoint of each run into a table. Runs that the table already holds are not done again: a
sweep that was interrupted goes on, and a finished one can be extended. At the end the best learning
rate of each kind of start is printed, chosen on the last digits of the training set.

  python -m simple_ml sweep out.csv --init hw0 fan_in --hidden 64 256 --lr 0.1 0.2 0.4 --seeds 0-4
"""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        """Print what was wrong and where to read more, and exit with code 2."""
        self.exit(2, f"{self.prog}: {' '.join(message.split())} (see {self.prog} --help)\n")


def whole(least):
    """Return a parser of whole numbers that are not below `least`."""

    def parse(text):
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is too small, expected at least {least}")
        return value

    return parse


def finite(text):
    """Return `text` as a finite float."""
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value


def seeds(text):
    """Return the seeds that `text` stands for: one, or a range with both ends."""
    first, dash, last = text.partition("-")
    values = range(whole(0)(first), whole(0)(last if dash else first) + 1)
    if not values:
        raise argparse.ArgumentTypeError(f"{text} is empty, expected the smaller seed first")
    return values


def rule(text):
    """Return `text` if it names a scheme, or two joined by a plus sign."""
    try:
        pair(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def parser():
    """Return the command line's parser."""
    root = Parser(
        prog="python -m simple_ml",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data",
        default="embedded",
        metavar="WHAT",
        help="'embedded': 5,000 digits that come with the package (default); 'full': all 70,000, "
        "downloaded once; or a folder with the four IDX files",
    )
    common = argparse.ArgumentParser(add_help=False, parents=[data])
    add = common.add_argument
    add("--epochs", type=whole(0), default=10, metavar="N", help="passes over the digits (10)")
    add("--batch", type=whole(1), default=100, metavar="N", help="digits in a step (100)")

    softmax = commands.add_parser("softmax", parents=[common], help="train a linear classifier")
    train = commands.add_parser("train", parents=[common], help="train the two-layer network")
    for command, lr in ((softmax, 0.5), (train, 0.2)):
        command.add_argument(
            "--lr", type=finite, default=lr, metavar="X", help=f"learning rate ({lr})"
        )
    add = train.add_argument
    add("--hidden", type=whole(1), default=100, metavar="N", help="hidden units (100)")
    schemes = f"{', '.join(SCHEMES)}, or two for the two layers: hw0+fan_in"
    add("--init", type=rule, default="hw0", metavar="RULE", help=f"(hw0) {schemes}")
    add(
        "--seed",
        type=whole(0),
        metavar="N",
        help="draw the starting weights from numpy.random.default_rng(N); "
        "without it they are the course's, np.random.seed(0)",
    )

    many = commands.add_parser(
        "sweep",
        parents=[data],
        help="train many networks and keep a table",
        description=SWEEP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    many.add_argument(
        "table", metavar="TABLE.csv", help="where the rows go; continued if it exists"
    )
    add = many.add_argument_group("what varies; each takes any number of values").add_argument
    add("--init", type=rule, nargs="+", default=["hw0"], metavar="RULE", help=f"(hw0) {schemes}")
    add("--hidden", type=whole(1), nargs="+", default=[100], metavar="N", help="hidden units (100)")
    add("--lr", type=finite, nargs="+", default=[0.2], metavar="X", help="learning rates (0.2)")
    add(
        "--seeds",
        type=seeds,
        nargs="+",
        default=[range(1)],
        metavar="N",
        help="of the starting weights, 0-19 for twenty (0); the same under every rule",
    )
    add(
        "--draw",
        choices=["normal", "uniform"],
        nargs="+",
        help="shape of the distribution (normal)",
    )
    add("--gain", type=finite, nargs="+", metavar="X", help="both layers' variances times X (1)")
    add(
        "--imbalance",
        type=finite,
        nargs="+",
        metavar="X",
        help="variance of W1 divided by X, of W2 times X (1)",
    )
    add = many.add_argument_group("what all runs share").add_argument
    add(
        "--epochs",
        type=whole(1),
        nargs="+",
        default=[20],
        metavar="N",
        help="when to measure, increasing; training ends with the last (20)",
    )
    add("--batch", type=whole(1), default=100, metavar="N", help="digits in a step (100)")
    add(
        "--holdout",
        type=whole(1),
        default=1000,
        metavar="N",
        help="training digits, the last, that learning rates are chosen on (1000)",
    )
    add = many.add_argument_group("where it runs").add_argument
    add("--jobs", type=whole(1), metavar="N", help="processes (one a core)")
    add("--dask", metavar="ADDRESS", help="a Dask scheduler, tcp://host:8786: use its workers")

    check = commands.add_parser(
        "check",
        help="look for mistakes in your own functions",
        description="Check every function of a file whose name is known. Exit code 0: all meet the "
        "assignment; 1: one is wrong; 2: nothing could be checked.",
    )
    check.add_argument("file", help="a Python file, a notebook, or the folder of a homework")
    check.add_argument("functions", nargs="*", help="which functions (all that are known)")
    add = check.add_argument
    add("--strict", action="store_true", help="ask for more than the assignment does")
    add("--full", action="store_true", help="tell everything, each with its smallest input")
    add("--json", action="store_true", help="print one object a function")
    add("--gradescope", metavar="results.json", help="write the file that Gradescope reads")
    add("--limit", type=finite, default=10.0, metavar="S", help="seconds for each function (10)")
    return root


def run_sweep(args, command):
    """Do the runs that were asked for, and print the best learning rates."""
    from simple_ml.study.sweep import grid, sweep  # only here: training needs none of it

    axes = {"init": args.init, "hidden_dim": args.hidden}
    for name in ("draw", "gain", "imbalance"):
        if values := getattr(args, name):
            axes[name] = values
    kinds = list(axes)
    axes |= {"lr": args.lr, "seed": [seed for part in args.seeds for seed in part]}
    with cluster(args.dask) if args.dask else nullcontext():
        table = sweep(
            args.table,
            grid(**axes),
            args.data,
            holdout=args.holdout,
            jobs="dask" if args.dask else args.jobs,
            command=command,
            epochs=tuple(args.epochs),
            batch=args.batch,
        )
    print_best(table, kinds)


def cluster(address):
    """Return a client of the Dask scheduler at `address`, a context manager."""
    try:
        from distributed import Client
    except ImportError:
        raise ImportError(
            "--dask needs the package distributed; python -m pip install distributed"
        ) from None
    client = Client(address, timeout=30)
    client.wait_for_workers(1, timeout=60)
    return client


def print_best(table, kinds):
    """Print the best learning rate for each combination of the columns `kinds`."""
    from simple_ml.study.results import best, select

    table = select(table, epoch=table["epoch"].max())
    header = [*kinds, "best lr", "valid err", "test err", "seeds"]
    lines, at_the_edge = [header], False
    for values in dict.fromkeys(zip(*(table[name] for name in kinds), strict=True)):
        rows = select(table, **dict(zip(kinds, values, strict=True)))
        lrs = np.unique(rows["lr"])
        try:
            lr = best(rows, "lr", by="valid_err")
        except ValueError:  # at every learning rate a run diverged
            lines.append([*map(str, values), "none", "diverged", "", ""])
            continue
        edge = len(lrs) > 1 and lr in (lrs[0], lrs[-1])
        at_the_edge |= edge
        rows = select(rows, lr=lr)
        valid, test = rows["valid_err"], rows["test_err"]
        spread = f" ± {100 * test.std(ddof=1):.2f}" if len(test) > 1 else ""
        lines.append(
            [
                *map(str, values),
                f"{lr:g}" + "*" * edge,
                f"{100 * valid.mean():.2f} %",
                f"{100 * test.mean():.2f}{spread} %",
                str(len(test)),
            ]
        )
    lines = [[_console.printable(cell) for cell in line] for line in lines]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (f"{cell:>{width}}" for cell, width in zip(line, widths, strict=True))
        print(f"| {' | '.join(cells)} |")
    print(f"after epoch {table['epoch'][0]}; lr by validation error, ± one deviation of the seeds")
    if at_the_edge:
        print("* the first or last learning rate tried: the best may lie beyond")


def main(argv=None):
    """Run the command line and return its exit code."""
    _console.speak()
    root = parser()
    args = root.parse_args(argv)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_: print(f"{root.prog}: {message}", file=sys.stderr)
        return run(root, args, argv)


def run(root, args, argv):
    """Do what was asked for, and return the exit code."""
    try:
        if args.command == "check":
            from simple_ml.check import command  # only here: training needs none of it

            return command.main(
                args.file,
                args.functions,
                limit=args.limit,
                strict=args.strict,
                full=args.full,
                as_json=args.json,
                gradescope=args.gradescope,
            )
        if args.command == "sweep":
            run_sweep(args, shlex.join(["python", "-m", "simple_ml", *(argv or sys.argv[1:])]))
            return 0
        data = load_mnist(args.data)
        if args.command == "softmax":
            train_softmax(*data, epochs=args.epochs, lr=args.lr, batch=args.batch)
        else:
            seed = args.seed
            rng = np.random.RandomState(0) if seed is None else np.random.default_rng(seed)
            sizes = data[0].shape[1], args.hidden, int(data[1].max()) + 1
            weights = starting_weights(args.init, sizes, rng)
            train_from(weights, *data, epochs=args.epochs, lr=args.lr, batch=args.batch)
    except BrokenPipeError:  # the reader of our output, such as `head`, has closed the pipe
        sys.stdout = None  # else the interpreter would try to write the rest when it ends
        return 141
    except (ImportError, OSError, ValueError) as error:
        root.error(str(error))
    except MemoryError as error:
        root.exit(1, f"{root.prog}: not enough memory: {error}\n")
    except FloatingPointError as error:
        root.exit(1, f"{root.prog}: {error}\n")
    except KeyboardInterrupt:
        goes_on = "; the same command goes on where it stopped" * (args.command == "sweep")
        root.exit(130, f"{root.prog}: interrupted{goes_on}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
