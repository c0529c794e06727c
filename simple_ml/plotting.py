"""Pictures of runs, digits and weights: arrays and an ``ax`` in, the ``ax`` out.

Nothing here opens a window or saves a file. ``plt.style.use("simple_ml.book")`` sets the size and
the palette that the book's figures share.
"""

from fractions import Fraction

import numpy as np
from matplotlib.patches import Rectangle

__all__ = [
    "draw_network",
    "draw_passes",
    "draw_shapes",
    "plot_confusion",
    "plot_history",
    "plot_images",
]


def plot_history(ax, history, quantity, *, label="", **style):
    """Draw one quantity of a training run against the epoch, for both sets of digits.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    history : dict of str to ndarray of shape (epochs,)
        As in `simple_ml.training.Run`.
    quantity : {"loss", "err"}
        What to draw; an error rate is drawn in per cent.
    label : str, optional
        Put before "train" and "test" in the legend.
    **style
        Passed to ``ax.plot``.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    scale = 100 if quantity == "err" else 1
    for part, line, marker in (("train", "--", "o"), ("test", "-", "s")):
        column = scale * np.asarray(history[f"{part}_{quantity}"])
        name = f"{label} {part}".strip()
        ax.plot(np.arange(1, len(column) + 1), column, line, marker=marker, label=name, **style)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.set_xlabel("epochs trained")
    ax.set_ylabel("error (%)" if quantity == "err" else "softmax loss (nats)")
    ax.set_ylim(bottom=0)
    return ax


def plot_images(ax, images, *, columns, titles=None, signed=False):
    """Draw square images as one mosaic, row by row.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its axes are turned off.
    images : ndarray of shape (count, side*side)
        One image a row.
    columns : int
        Images in a row of the mosaic; a last row that is not full is padded.
    titles : sequence of str, optional
        Written above each image.
    signed : bool, default False
        Centre the colours at 0 (blue below, red above) and scale each image by its own largest
        absolute value; else black is the largest value.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    count, side = len(images), round(images.shape[1] ** 0.5)
    rows = -(-count // columns)
    gap, head = 2, 14 if titles is not None else 2
    canvas = np.full((rows * (side + head), columns * (side + gap)), np.nan)
    for i, image in enumerate(images.reshape(count, side, side)):
        top = (i // columns) * (side + head) + head
        left = (i % columns) * (side + gap)
        peak = np.abs(image).max() or 1
        canvas[top : top + side, left : left + side] = image / peak if signed else image
        if titles is not None:
            ax.text(left + side / 2, top - 1, titles[i], ha="center", va="bottom")
    limits = {"cmap": "RdBu_r", "vmin": -1, "vmax": 1} if signed else {"cmap": "gray_r"}
    ax.imshow(canvas, **limits)
    ax.set_axis_off()
    return ax


def plot_confusion(ax, counts):
    """Draw a confusion matrix with its numbers; the diagonal is left white.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw.
    counts : ndarray of shape (k, k), integer
        ``counts[i, j]``: how often the digit i was taken for j.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    k = len(counts)
    wrong = counts - np.diag(np.diag(counts))
    ax.imshow(wrong, cmap="Oranges", vmax=1.5 * max(wrong.max(), 1))
    for i, j in np.ndindex(k, k):
        if counts[i, j]:
            ax.text(j, i, counts[i, j], ha="center", va="center", fontsize=10, color="black")
    ax.set_xticks(range(k))
    ax.set_yticks(range(k))
    ax.grid(False)
    ax.set_xlabel("predicted digit")
    ax.set_ylabel("true digit")
    return ax


def draw_shapes(ax, lines, sizes):
    """Draw products of matrices as rectangles in proportion, their sides labelled.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its axes are turned off.
    lines : sequence of sequences
        One product a line, from the top. A matrix is ``(name, rows, columns)``, the latter two
        being keys of `sizes`; a string is written between its neighbours. What follows ``"="`` has
        another colour.
    sizes : dict of str to int
        Length of a side for each letter.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    gap, top, right = 1.3, 0, 0
    for line in lines:
        height = max(sizes[item[1]] for item in line if not isinstance(item, str))
        middle, x, colour = top - gap - height / 2, 0, "#cce3f0"
        for item in line:
            if isinstance(item, str):
                ax.text(x + gap / 2 + 0.15, middle, item, ha="center", va="center", fontsize=16)
                x += gap
                colour = "#fbe3d0" if item == "=" else colour
                continue
            name, rows, columns = item
            w, h = sizes[columns], sizes[rows]
            x += gap
            box = {"facecolor": colour, "edgecolor": "black", "gid": name}
            ax.add_patch(Rectangle((x, middle - h / 2), w, h, **box))
            ax.text(x + w / 2, middle, name, ha="center", va="center", fontsize=16)
            side = {"fontsize": 14, "style": "italic", "color": "#004f7c"}
            ax.text(x - 0.15, middle, rows, ha="right", va="center", **side)
            ax.text(x + w / 2, middle + h / 2 + 0.1, columns, ha="center", va="bottom", **side)
            x += w
        top, right = top - gap - height, max(right, x)
    ax.set(xlim=(0, right + 0.2), ylim=(top - 0.2, 0.2), aspect="equal")
    ax.set_axis_off()
    return ax


def draw_network(ax, values, weights, errors):
    """Draw a small network as nodes and edges, with the numbers of one example.

    Values stand in the nodes (blue), weights on the edges, errors below the nodes (orange). An
    edge of weight 0 is dotted; a hidden node of value 0 is grey: it is off.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its axes are turned off.
    values : dict of str to sequence of float
        The nodes of each layer, keyed by its name in maths notation without dollars: x first, the
        logits last.
    weights : sequence of ndarrays
        One matrix between two layers: a row a node of the first, a column a node of the second.
    errors : dict of str to sequence of float
        The errors of all layers but the first, keyed by their names.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    centred = {"ha": "center", "va": "center"}
    patch = {"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none"}

    def spot(layer, node, nodes):
        return np.array([layer, (nodes - 1) / 2 - node])

    for layer, W in enumerate(weights):
        for (i, j), w in np.ndenumerate(W):
            start, end = spot(layer, i, len(W)), spot(layer + 1, j, W.shape[1])
            line = "-" if w else ":"
            ax.plot(*zip(start, end, strict=True), line, color="0.6", lw=1.5, zorder=0)
            if w:
                ax.text(*(0.7 * start + 0.3 * end), _fraction(w), bbox=patch, **centred)
    top = max(map(len, values.values())) / 2 + 0.2
    for layer, (name, numbers) in enumerate(values.items()):
        back, error = [(None, ()), *errors.items()][layer]
        ax.text(layer - 0.05, top, f"${name}$", color="C0", ha="center")
        if back:
            ax.text(layer + 0.09, top, f"${back}$", color="C1", ha="center")
        for i, number in enumerate(numbers):
            off = 0 < layer < len(weights) and number == 0
            colour = "0.5" if off else "C0"
            x, y = spot(layer, i, len(numbers))
            ring = {"boxstyle": "circle,pad=0.4", "fc": "white", "ec": colour, "lw": 2}
            ax.text(x, y, _fraction(number), color=colour, bbox=ring, **centred)
            if len(error):
                ax.text(x, y - 0.42, _fraction(error[i]), color="C1", bbox=patch, **centred)
    ax.set(xlim=(-0.2, len(weights) + 0.2), ylim=(-top - 0.1, top + 0.3))
    ax.set_axis_off()
    return ax


def draw_passes(ax, there, back):
    """Draw the arrays of a forward pass above those of the backward pass, with their numbers.

    Forward runs to the right (blue, solid), backward to the left (orange, dashed). Each array of
    the backward pass stands below the one whose gradient it is.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw; its axes are turned off.
    there : dict of str to (ndarray, str)
        The arrays of the forward pass, keyed by their names, and what leads to each.
    back : dict of str to (ndarray, str)
        The gradients of the last of them, in the same order.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    centred, last = {"ha": "center", "va": "center"}, len(there) - 1
    for arrays, y, colour, line in ((there, 1.0, "C0", "-"), (back, 0.0, "C1", "--")):
        first = len(there) - len(arrays)
        sides = [0.12 + 0.17 * array.shape[1] / 2 for array, _ in arrays.values()]
        for i, (name, (array, step)) in enumerate(arrays.items()):
            x, half = first + i, sides[i] - 0.05
            box = {"fc": "white", "ec": colour, "ls": line, "lw": 1.8, "gid": name}
            ax.add_patch(Rectangle((x - half, y - 0.22), 2 * half, 0.44, **box))
            ax.text(x, y + (0.34 if y else -0.34), name, color=colour, **centred)
            for (r, c), number in np.ndenumerate(array):
                right, down = c - (array.shape[1] - 1) / 2, r - (len(array) - 1) / 2
                at = x + 0.205 * right, y - 0.2 * down
                ax.text(*at, _fraction(number), **centred)
            start, end = (i - 1, i) if y else (i + 1, i)
            if 0 <= start < len(arrays):
                way = 1 if y else -1
                ends = (x - way * sides[end], y), (first + start + way * sides[start], y)
                arrow = {"arrowstyle": "-|>", "color": colour, "ls": line, "lw": 1.8}
                ax.annotate("", *ends, arrowprops=arrow | {"shrinkA": 0, "shrinkB": 0})
                ax.text(np.mean(ends, axis=0)[0], y + 0.13, step, color=colour, **centred)
    turn = {"arrowstyle": "-|>", "color": "0.4", "ls": ":", "lw": 1.8}
    ax.annotate("", (last, 0.24), (last, 0.76), arrowprops=turn)
    ax.text(last - 0.04, 0.5, list(back.values())[-1][1], ha="right", va="center", color="0.3")
    ax.set(xlim=(-0.4, last + 0.4), ylim=(-0.5, 1.5))
    ax.set_axis_off()
    return ax


def _fraction(number):
    """Write a number as a fraction, one half as ½."""
    text = str(Fraction(float(number))).replace("-", "−")
    return {"1/2": "½", "−1/2": "−½"}.get(text, text)
