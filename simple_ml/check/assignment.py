"""What the homework asks of a function, and what lies beyond it: data, from its public text.

The text is that of homework 0 of CMU 10-714, https://github.com/dlsyscourse/hw0, in our words. A
probe that goes beyond it carries the key of a row of `BEYOND`: a function that fails only on such
probes meets the assignment. The book asks for more, and says so with ``strict=True``.
"""

from dataclasses import dataclass

ASSIGNED = ("parse_mnist", "softmax_loss", "loss_err", "softmax_regression_epoch", "nn_epoch")
"""The functions that the course asks for; of the book's own functions everything is asked."""


@dataclass(frozen=True)
class Beyond:
    """One kind of input that the assignment does not ask for.

    Attributes
    ----------
    name : str
        What failing there is called in a report if no row of the table of mistakes explains it.
    where : str
        Completes "it differs only where …".
    asked : str
        What the assignment says, or does not say, about it.
    see : str
        Where the book explains it: a key of `simple_ml.check.mistakes.READ`.
    """

    name: str
    where: str
    asked: str
    see: str


BEYOND = {
    "large_logits": Beyond(
        "fails_on_large_logits",
        "logits are large",
        "The course allows a log-sum-exp that is computed directly, without scaling.",
        "overflow",
    ),
    "short_batch": Beyond(
        "fails_on_short_batch",
        "the last batch is shorter than the others",
        "The course does not say what a last, shorter batch should do; "
        "in its own tests all batches are whole.",
        "batch",
    ),
    "missing_classes": Beyond(
        "fails_on_missing_classes",
        "a class does not occur in the labels",
        "In the course's own data every class occurs.",
        "error",
    ),
    "small_batch": Beyond(
        "fails_on_small_batch",
        "a batch has fewer rows than there are classes",
        "The course's own tests have no batch with fewer rows than there are classes.",
        "error",
    ),
    "other_pixels": Beyond(
        "fails_on_other_pixels",
        "no pixel of the file is 0, or none is 255",
        "The course asks for values from 0 to 1; in its own files the pixels reach 0 and 255, "
        "so that scaling by the file's own range is the same.",
        "data",
    ),
    "one_image": Beyond(
        "fails_on_one_image",
        "a file holds one image",
        "The course's own files hold many images.",
        "data",
    ),
}
"""What the assignment does not ask for, in the order in which a report says it."""

ALLOWED = {
    "inputs_modified": (
        ("softmax_loss", "loss_err"),
        "The course does not forbid it: its own training loop hands over logits that nobody "
        "needs again.",
    ),
    "course_files_only": (
        ("parse_mnist",),
        "The course's own files hold 60,000 and 10,000 images, and it asks for no others.",
    ),
    "global_state": (ASSIGNED, "The course does not forbid it, and its own tests do not notice."),
}
"""What a function may do besides its result: for which functions, and why it is allowed."""


def allowed(fact, task):
    """Return whether the assignment allows what was seen."""
    return fact in ALLOWED and task in ALLOWED[fact][0]
