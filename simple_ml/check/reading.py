"""Titles and numbers of what a report refers to; `make renew` writes this file."""

TITLES = {
    "softmax": ("Scores are not probabilities", "1.1"),
    "loss": ("The loss from the scores", "1.5"),
    "mean": ("The loss: what did the truth cost?", "1.4"),
    "overflow": ("The shift to the rescue", "1.22"),
    "error": ("A batch, and where the $1/m$ goes", "1.12"),
    "forward": ("A batch of rows: why $W_1^\\top x$ becomes $X W_1$", "2.4"),
    "G1": ("The gradient for $W_1$", "2.17"),
    "dW1": ("The gradient for $W_1$", "2.18"),
    "dW2": ("The gradient for $W_2$", "2.15"),
    "recursion": ("The gradient that comes back", "3.9"),
    "data": ("What is a digit, to a program?", ""),
    "update": ("The optimiser: how do we get better?", "4.4"),
    "epoch": ("What happens in one epoch, line by line?", "4.5"),
    "batch": ("What if the last batch is short?", "4.8"),
    "init": ("Which side does a rule look at?", "5.1"),
}
"""For each key of `READ`: the section's title, and a number."""
