"""Two modules of one name: the course's file is called `simple_ml.py`, too.

`import simple_ml` takes the first that Python finds. Where both could have been meant, a warning
says which of the two it is, so that nobody tests the book and thinks it is their homework.
"""

import os
import sys
import warnings
from pathlib import Path

COMMANDS = {"two-layers", "-m"}  # started as a command, the book's package is what is meant


def warn_of_a_homework():
    """Warn if a `simple_ml.py` lies where the reader may have meant to import it from."""
    if Path(sys.argv[0] if sys.argv else "").stem in COMMANDS:
        return
    places = dict.fromkeys(os.path.abspath(place) for place in (".", "src", *sys.path))
    homework = next((p for place in places if (p := Path(place, "simple_ml.py")).is_file()), None)
    if homework:
        warnings.warn(
            f"simple_ml is the package of the book “Two Layers by Hand” here, in "
            f"{Path(__file__).parent}, not your file {homework}; to import yours, put its folder "
            f"first: sys.path.insert(0, {str(homework.parent)!r})",
            stacklevel=3,
        )
