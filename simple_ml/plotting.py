"""Pictures of runs, digits and weights: arrays and an ``ax`` in, the ``ax`` out.

Nothing here opens a window or saves a file. ``plt.style.use("simple_ml.book")`` sets the size and
the palette that the book's figures share.
"""

import numpy as np

__all__ = ["plot_confusion", "plot_history", "plot_images"]


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
    gap, head = 2, 9 if titles is not None else 2
    canvas = np.full((rows * (side + head), columns * (side + gap)), np.nan)
    for i, image in enumerate(images.reshape(count, side, side)):
        top = (i // columns) * (side + head) + head
        left = (i % columns) * (side + gap)
        peak = np.abs(image).max() or 1
        canvas[top : top + side, left : left + side] = image / peak if signed else image
        if titles is not None:
            ax.text(left + side / 2, top - 1, titles[i], ha="center", va="bottom", fontsize=8)
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
