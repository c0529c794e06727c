"""Train from a terminal: ``python -m simple_ml train --hidden 100 --epochs 20 --lr 0.2``."""

import argparse
import math
import sys

import numpy as np

from simple_ml.datasets import load_mnist
from simple_ml.initialization import SCHEMES
from simple_ml.training import train_nn, train_softmax

DESCRIPTION = """\
Train a digit classifier with NumPy alone and print loss and error after each epoch.

  python -m simple_ml softmax                        a linear classifier, in about a second
  python -m simple_ml train                          a two-layer ReLU network
  python -m simple_ml train --data full --epochs 20  the same on all of MNIST
  python -m simple_ml check my_file.py               which mistake is in your own functions?
"""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message):
        """Print what was wrong and where to read more, and exit with code 2."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


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


def parser():
    """Return the command line's parser."""
    root = Parser(
        prog="python -m simple_ml",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    add = common.add_argument
    add("--epochs", type=whole(0), default=10, metavar="N", help="passes over the digits (10)")
    add("--batch", type=whole(1), default=100, metavar="N", help="digits in a step (100)")
    add(
        "--data",
        default="embedded",
        metavar="WHAT",
        help="'embedded': 5,000 digits that come with the package (default); 'full': all 70,000, "
        "downloaded once; or a folder with the four IDX files",
    )

    softmax = commands.add_parser("softmax", parents=[common], help="train a linear classifier")
    train = commands.add_parser("train", parents=[common], help="train the two-layer network")
    for command, lr in ((softmax, 0.5), (train, 0.2)):
        command.add_argument(
            "--lr", type=finite, default=lr, metavar="X", help=f"learning rate ({lr})"
        )
    add = train.add_argument
    add("--hidden", type=whole(1), default=100, metavar="N", help="hidden units (100)")
    add("--init", choices=SCHEMES, default="hw0", help="how the weights start (hw0)")
    add(
        "--seed",
        type=whole(0),
        metavar="N",
        help="draw the starting weights from numpy.random.default_rng(N); "
        "without it they are the course's, np.random.seed(0)",
    )

    check = commands.add_parser("check", help="look for mistakes in your own functions")
    check.add_argument("file", help="a Python file with nn_epoch, softmax_loss, …")
    check.add_argument("functions", nargs="*", help="which of them (all whose names are known)")
    return root


def main(argv=None):
    """Run the command line and return its exit code."""
    root = parser()
    args = root.parse_args(argv)
    try:
        if args.command == "check":
            from simple_ml.check import command  # only here: training needs none of it

            return command.main(args.file, args.functions)
        data = load_mnist(args.data)
        if args.command == "softmax":
            train_softmax(*data, epochs=args.epochs, lr=args.lr, batch=args.batch)
        else:
            rng = None if args.seed is None else np.random.default_rng(args.seed)
            train_nn(
                *data,
                hidden_dim=args.hidden,
                epochs=args.epochs,
                lr=args.lr,
                batch=args.batch,
                init=args.init,
                rng=rng,
            )
    except (OSError, ValueError) as error:
        root.error(str(error))
    except FloatingPointError as error:
        root.exit(1, f"{root.prog}: {error}\n")
    except KeyboardInterrupt:
        root.exit(130, f"{root.prog}: interrupted\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
