"""Renew what the checker's reports say, and where they send their readers.

    python tools/check_reports.py        writes both records, and prints what changed

``tests/check/reports.txt`` holds some thirty reports as a reader gets them, one of each kind. Read
what changed as a student would: is it right, and is it better?

``simple_ml/check/numbers.toml`` holds the numbers of the equations that a report refers to. They
follow from the chapters: an equation may be added without a word here.
"""

import re
import sys
from collections.abc import Iterator

import equations
import records

from simple_ml.check.mistakes import READ

REPORTS = records.ROOT / "tests" / "check" / "reports.txt"
NUMBERS = records.ROOT / "simple_ml" / "check" / "numbers.toml"

KINDS = """\
einstein
list_of_two
recursive
with_struct
doubles_inside: divides_by_batch
with_a_class: no_max_shift
with_a_class: mask_missing
one_row_at_a_time: mask_not_strict
buffers: W2_updated_first
einstein: softmax_over_columns
in_slices: raises
while_loop: hangs
in_slices: not_in_place
mean_of_outer_products: classes_from_labels
list_of_two: upcast
per_row: returns_rubbish
in_slices: no_mean mask_missing
recursive: no_mean derivative_not_carried
with_struct: pixels_over_256 label_offset
with_struct: wrong_dtype
list_of_two: unknown
per_row: unknown
recursive: unknown
per_row: raises unknown
list_of_two: mask_not_strict no_mean
mean_of_outer_products: divides_by_all one_hot_added
""".splitlines()
"""Homework of tests/check/held_out_check whose reports are kept: right; meets; wrong."""


def reports() -> Iterator[tuple[str, str]]:
    """Yield a title and a report for each of `KINDS`, and for each kind of function."""
    sys.path.insert(0, str(REPORTS.parent))
    from held_out_check import verdict
    from held_out_check.right import RIGHT
    from held_out_check.wrong import ALL

    kinds = dict(RIGHT) | {function: kind for function, (kind, _) in ALL.items()}
    chosen = {f.__name__: f for f in kinds}
    for function in [chosen[name] for name in KINDS] + others(kinds):
        yield function.__name__, str(verdict(function, kinds[function]))


def others(kinds: dict) -> list:
    """Return a wrong function of each kind that `KINDS` has no function of."""
    seen = {kind for function, kind in kinds.items() if function.__name__ in KINDS}
    return list({kind: f for f, kind in kinds.items() if kind not in seen}.values())


def text_of(pairs: Iterator[tuple[str, str]]) -> str:
    return "\n".join(f"# {title}\n\n{report}\n" for title, report in pairs)


def steady(text: str) -> str:
    """Return text without what differs from one machine to the next."""
    text = re.sub(r"\b(\w+(?:Error|Exception)): .*", r"\1: …", text)  # a library's own words
    text = re.sub(r"(?<=line )\d+", "#", text)
    text = re.sub(r"^( +\w+\[)[\d, ]+\].*", r"\1#]", text, flags=re.MULTILINE)  # what differs most
    text = re.sub(r" +", " ", text)
    return re.sub(r"[−-]?\b\d+(\.\d+(e[−+-]?\d+)?|e[−+-]?\d+)\b", "#", text)


def numbers() -> str:
    """Return the table of the numbers of the equations that reports refer to."""
    known = equations.read_book().numbers
    labels = dict.fromkeys(page.label for page in READ.values() if page.label)  # once each
    head = "# The numbers of what a report refers to; `make renew` writes this file."
    return "\n".join([head, *(f'{label} = "{known[label]}"' for label in labels), ""])


def main() -> None:
    records.renew(NUMBERS, numbers())
    records.renew(REPORTS, text_of(reports()))


if __name__ == "__main__":
    main()
