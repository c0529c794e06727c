"""Where the time of a loop goes, line by line: a copy of the function with a stopwatch in it."""

import ast
import inspect
import textwrap
from time import perf_counter

__all__ = ["line_seconds"]


def line_seconds(function, *args, **kwargs):
    """Return how long each line of a function's first ``for`` loop takes in one call.

    The function is compiled again with the stopwatch read after each statement of the loop's body.
    A reading costs about a tenth of a microsecond and is counted to its line.

    Parameters
    ----------
    function : callable
        A Python function with a ``for`` loop, whose source can be found.
    *args, **kwargs
        What it is called with.

    Returns
    -------
    lines : dict of str to float
        Seconds in each statement, summed over all turns, in the order of the source; the key is the
        statement without its comments. The first key is the loop's own line.
    total : float
        Seconds of the whole call.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    loop = next(node for node in ast.walk(tree) if isinstance(node, ast.For))
    names = [ast.unparse(loop).partition("\n")[0], *map(ast.unparse, loop.body)]
    seconds = [0.0] * len(names)
    last = 0.0

    def lap(line):
        nonlocal last
        now = perf_counter()
        seconds[line] += now - last
        last = now

    body = [ast.parse("_lap(0)").body[0]]
    for line, statement in enumerate(loop.body, start=1):
        body += [statement, ast.parse(f"_lap({line})").body[0]]
    loop.body = body
    namespace = {**function.__globals__, "_lap": lap}
    exec(compile(ast.fix_missing_locations(tree), "<line_seconds>", "exec"), namespace)
    timed = namespace[function.__name__]
    start = last = perf_counter()
    timed(*args, **kwargs)
    total = perf_counter() - start
    return dict(zip(names, seconds, strict=True)), total
