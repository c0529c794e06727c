"""Numbers of what a report refers to; `make renew` writes this file."""

NUMBERS = {
    "eq-sm-softmax": "1.1",
    "eq-sm-loss": "1.5",
    "eq-sm-batch-loss": "1.4",
    "eq-sm-shifted": "1.13",
    "eq-sm-batch-gradient": "1.10",
    "eq-2l-batch": "2.3",
    "eq-2l-g1": "2.18",
    "eq-2l-dw1": "2.19",
    "eq-2l-dw2": "2.16",
    "eq-bp-recursion": "3.5",
    "eq-tr-sgd": "4.1",
    "eq-tr-ragged": "4.2",
    "eq-in-rules": "5.1",
}
"""For the label of an equation: its number in the book."""
