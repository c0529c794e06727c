"""Two Layers by Hand: the working package behind the book.

The functions of CMU 10-714's homework 0 keep their names, arguments, defaults and in-place
semantics, so that a student's code and this one read alike.
"""

from simple_ml._twin import warn_of_a_homework
from simple_ml.datasets import load_mnist, parse_mnist
from simple_ml.losses import loss_err, one_hot, softmax, softmax_loss
from simple_ml.softmax_regression import softmax_regression_epoch
from simple_ml.training import train_from, train_nn, train_softmax
from simple_ml.two_layer import forward, gradients, nn_epoch

__all__ = [
    "forward",
    "gradients",
    "load_mnist",
    "loss_err",
    "nn_epoch",
    "one_hot",
    "parse_mnist",
    "softmax",
    "softmax_loss",
    "softmax_regression_epoch",
    "train_from",
    "train_nn",
    "train_softmax",
]

warn_of_a_homework()
