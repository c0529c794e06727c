"""Hand the numbers of a chapter's cells to its sentences."""

import json
import re
from numbers import Integral

__all__ = ["quote"]


def quote(form="{}", /, **numbers):
    """Hand numbers to the sentences of the chapter.

    A sentence holds a number between two comments, which no reader sees:
    ``a mean of <!--norm-->89<!--/--> pixels``. A cell computes it:
    ``quote("{:.0f}", norm=norms.mean())``. When ``make notebooks`` executes the chapter, it writes
    the number into every sentence that names it. The cell shows nothing: its output is a comment,
    in which `nbval` and the book's tests find the numbers.

    Parameters
    ----------
    form : str
        How each number is written: a template for `str.format`, such as ``"{:.1f} %"``.
    **numbers : float, int, str or tuple
        Each number by its name. A tuple has a number for each field of the template:
        ``quote("{:.2f} ± {:.2f}", difference=(mean, half))``.

    Raises
    ------
    TypeError
        If the template leaves open how many digits of a number a sentence shows.
    """
    from IPython.display import display  # every notebook has it; the package does without

    for name, number in numbers.items():
        if form == "{}" and not isinstance(number, (Integral, str)):
            raise TypeError(
                f"quote got {name} = {number!r} and no form to write it in, such as '{{:.2f}}'"
            )
    texts = {
        name: form.format(*number) if isinstance(number, tuple) else form.format(number)
        for name, number in numbers.items()
    }
    texts = {name: re.sub(r"(?<!\w)-(?=\d)", "−", text) for name, text in texts.items()}
    stored = json.dumps(texts, ensure_ascii=False, indent=1)  # a line a number, for diffs
    display({"text/markdown": f"<!-- quotes {stored} -->"}, raw=True)
