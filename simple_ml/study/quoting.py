"""Hand the numbers of a chapter's cells to its sentences."""

import json

__all__ = ["quote"]


def quote(**numbers):
    """Hand numbers to the sentences of the chapter.

    A sentence holds a number between two comments, which no reader sees:
    ``a mean of <!--norm-->89<!--/--> pixels``. A cell computes it:
    ``quote(norm=f"{norms.mean():.0f}")``. When ``make notebooks`` executes the chapter, it writes
    the number into every sentence that names it. The cell shows nothing: its output is a comment,
    in which `nbval` and the book's tests find the numbers.

    Parameters
    ----------
    **numbers : str
        Each number by its name, written as it will stand in the sentence.

    Raises
    ------
    TypeError
        If a number is no string: how many digits a sentence shows is for its author to say.
    """
    from IPython.display import display  # every notebook has it; the package does without

    for name, number in numbers.items():
        if not isinstance(number, str):
            raise TypeError(
                f"quote expects {name} as text, such as f'{{x:.2f}}', and got {number!r}"
            )
    stored = json.dumps(numbers, ensure_ascii=False, indent=1)  # a line a number, for diffs
    display({"text/markdown": f"<!-- quotes {stored} -->"}, raw=True)
