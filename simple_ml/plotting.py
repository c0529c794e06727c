"""Pictures of runs, digits and weights: arrays and an ``ax`` in, the ``ax`` out.

Nothing here opens a window or saves a file. ``plt.style.use("simple_ml.book")`` sets the size and
the palette that the book's figures share.
"""

from fractions import Fraction

import numpy as np
from matplotlib.patches import Rectangle

__all__ = [
    "draw_layers",
    "draw_network",
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
            ax.text(j, i, counts[i, j], ha="center", va="center", fontsize=8, color="black")
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

    def text(number):
        return str(Fraction(float(number))).replace("-", "−")

    def spot(layer, node, nodes):
        return np.array([layer, (nodes - 1) / 2 - node])

    for layer, W in enumerate(weights):
        for (i, j), w in np.ndenumerate(W):
            start, end = spot(layer, i, len(W)), spot(layer + 1, j, W.shape[1])
            line = "-" if w else ":"
            ax.plot(*zip(start, end, strict=True), line, color="0.6", lw=1.5, zorder=0)
            if w:
                ax.text(*(0.7 * start + 0.3 * end), text(w), bbox=patch, **centred)
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
            ax.text(x, y, text(number), color=colour, bbox=ring, **centred)
            if len(error):
                ax.text(x, y - 0.42, text(error[i]), color="C1", bbox=patch, **centred)
    ax.set(xlim=(-0.2, len(weights) + 0.2), ylim=(-top - 0.1, top + 0.3))
    ax.set_axis_off()
    return ax


def draw_layers(ax, widths, *, names=None):
    """Draw the forward and the backward pass of a network as a computational graph.

    Forward runs down the left side (blue, solid), backward up the right side (orange, dashed);
    dotted grey lines are what the backward pass reads from the cache.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Where to draw, about 2.4 inches high for each layer (3 with `names`); its axes are
        turned off.
    widths : sequence of str
        d_1, …, d_{L+1} in maths notation without dollars, such as ``["n", "d", "k"]``; the number
        of layers L is one less.
    names : dict of str to str, optional
        Second names, written into the boxes: ``{"V_1": "G1 in the assignment"}``.

    Returns
    -------
    ax : matplotlib.axes.Axes
    """
    L, names = len(widths) - 1, names or {}
    blue, orange, grey = "#0072B2", "#D55E00", "0.45"
    left, middle, right = 2.0, 5.0, 8.0
    gap = 33 if names else 20  # points from the middle of a box to its edge

    def box(x, y, text, color, line, symbol=None):
        if symbol in names:
            text += f"\n{names[symbol]}"
        frame = {"boxstyle": "round,pad=0.35", "fc": "white", "ec": color, "ls": line, "lw": 1.8}
        ax.text(x, y, text, ha="center", va="center", fontsize=17, bbox=frame, zorder=3)

    def arrow(start, end, color, line, text="", side="left", shrink=0):
        style = {"arrowstyle": "-|>", "color": color, "ls": line, "lw": 1.8, "mutation_scale": 16}
        ax.annotate(
            "", end, start, arrowprops=style | {"shrinkA": shrink, "shrinkB": shrink}, zorder=2
        )
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        shift = -0.15 if side == "left" else 0.15
        align = "right" if side == "left" else "left"
        ax.text(x + shift, y, text, ha=align, va="center", fontsize=17, color=color)

    for i in range(1, L + 1):
        y = -2 * i  # the row of A_i and V_i; Z_i and G_i are one above
        rows, columns = widths[i - 1], widths[i]
        box(left, y + 1, f"$Z_{i}$   $m×{rows}$", blue, "-", f"Z_{i}")
        box(left, y, f"$A_{i}$   $m×{columns}$", blue, "-", f"A_{i}")
        box(right, y, f"$V_{i}$   $m×{columns}$", orange, "--", f"V_{i}")
        box(middle, y + 0.5, f"$∇W_{i}$\n${rows}×{columns}$", orange, "--")
        arrow((left, y + 1), (left, y), blue, "-", f"$·\\,W_{i}$", shrink=gap)
        arrow((left, y), (left, y - 1), blue, "-", rf"$\sigma_{i}$", shrink=gap)
        slope = rf"$∘\,\sigma_{i}'(A_{i})$"
        arrow((right, y - 1), (right, y), orange, "--", slope, "right", shrink=gap)
        arrow((left + 1.2, y + 0.95), (middle - 0.8, y + 0.6), grey, ":")
        arrow((right - 1.25, y + 0.1), (middle + 0.8, y + 0.4), orange, "--")
        arrow((left + 1.2, y), (right - 1.25, y), grey, ":")
        if i > 1:
            box(right, y + 1, f"$G_{i}$   $m×{rows}$", orange, "--", f"G_{i}")
            arrow(
                (right, y), (right, y + 1), orange, "--", rf"$·\,W_{i}^\top$", "right", shrink=gap
            )
    end = -2 * L - 1
    box(left, end, f"$Z_{L + 1}$   $m×{widths[-1]}$", blue, "-", f"Z_{L + 1}")
    box(right, end, f"$G_{L + 1}$   $m×{widths[-1]}$", orange, "--", f"G_{L + 1}")
    box(middle, end, r"loss $\ell$", "black", "-")
    arrow((left + 1.2, end), (middle - 0.8, end), blue, "-")
    arrow((middle + 0.8, end), (right - 1.25, end), orange, "--")
    under = {"arrowstyle": "-|>", "color": grey, "ls": ":", "lw": 1.8, "mutation_scale": 16}
    under |= {"connectionstyle": "arc3,rad=0.4", "shrinkB": 1.5 * gap}  # below the loss
    ax.annotate("", (right, end), (left, end), arrowprops=under, zorder=2)
    ax.text(left, -0.45, "forward", ha="center", fontsize=17, color=blue)
    ax.text(right, -0.45, "backward", ha="center", fontsize=17, color=orange)
    ax.set_xlim(0.6, 9.9)
    ax.set_ylim(end - 0.9, -0.2)
    ax.set_axis_off()
    return ax
