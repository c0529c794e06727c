"""Draw the pictures of the book's own: the network, the logo, the favicon and the card.

    python tools/draw_network.py            writes them into book/_static/

The network is a computational graph with the shape of each array: the forward pass in
solid blue, the backward pass in dashed orange (so that colour is not the only carrier).
It is drawn once for each theme, as SVG without a background and with the letters as
outlines, and comes out byte for byte the same on every run.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

STATIC = Path(__file__).resolve().parents[1] / "book" / "_static"
REPRODUCIBLE = {"svg.hashsalt": "two-layers-by-hand", "svg.fonttype": "path"}


@dataclass(frozen=True)
class Theme:
    """The colours of a drawing (Okabe and Ito's palette, lightened for the dark)."""

    ink: str
    box: str
    forward: str
    backward: str


THEMES = {
    "light": Theme(ink="#1b1b1b", box="#ffffff", forward="#0072B2", backward="#B34700"),
    "dark": Theme(ink="#f2f2f2", box="#1c2128", forward="#56B4E9", backward="#F0A030"),
}

WIDTH, HEIGHT = 0.66, 0.56
# Column and row, name and shape, of each array; the rows count from below.
BOXES = {
    "forward": [
        (0, 2, "$X$", "$(m, n)$"),
        (1, 2, "$A_1$", "$(m, d)$"),
        (2, 2, "$Z_1$", "$(m, d)$"),
        (3, 2, "$Z_2$", "$(m, k)$"),
        (4, 2, r"$\ell$", "number"),
        (0.5, 3, "$W_1$", "$(n, d)$"),
        (2.5, 3, "$W_2$", "$(d, k)$"),
        (3.5, 3, "$y$", "$(m,)$"),
    ],
    "backward": [
        (3, 1, "$G_2$", "$(m, k)$"),
        (1, 1, "$G_1$", "$(m, d)$"),
        (2.5, 0, r"$\nabla_{W_2}\ell$", "$(d, k)$"),
        (0.5, 0, r"$\nabla_{W_1}\ell$", "$(n, d)$"),
    ],
}
# From where, to where, and by how much shorter at either end, so that boxes stay free.
ARROWS = {
    "forward": [
        *(((column, 2), (column + 1, 2), (0.36, 0.36)) for column in range(4)),
        *(((column, 3), (column, 2), (0.3, 0.06)) for column in (0.5, 2.5, 3.5)),
        ((3.42, 0.12), (3.78, 0.12), (0, 0)),  # the legend's
    ],
    "backward": [
        ((4, 1), (3, 1), (0, 0.36)),
        ((3, 1), (1, 1), (0.36, 0.36)),
        ((3, 1), (2.5, 0), (0.32, 0.34)),
        ((1, 1), (0.5, 0), (0.32, 0.34)),
        ((3.42, -0.14), (3.78, -0.14), (0, 0)),
    ],
}
TEXTS = [
    (0.5, 1.64, "product", 10.5, {"ha": "center", "va": "top"}),
    (1.5, 1.64, "ReLU", 10.5, {"ha": "center", "va": "top"}),
    (2.5, 1.64, "product", 10.5, {"ha": "center", "va": "top"}),
    (3.5, 1.64, "softmax\nloss", 10.5, {"ha": "center", "va": "top", "linespacing": 1.0}),
    (3.68, 0.7, "$S - I_y$", 12, {"ha": "center", "va": "bottom"}),
    (2, 1.14, r"$\cdot\, W_2^\top$, then mask $Z_1 > 0$", 12, {"ha": "center", "va": "bottom"}),
    (2.92, 0.3, r"$Z_1^\top G_2 / m$", 12, {"ha": "left", "va": "bottom"}),
    (0.92, 0.3, r"$X^\top G_1 / m$", 12, {"ha": "left", "va": "bottom"}),
    (3.86, 0.12, "forward", 11, {"va": "center"}),
    (3.86, -0.14, "backward", 11, {"va": "center"}),
]


def box(x, y, theme: Theme, edge: str) -> FancyBboxPatch:
    """Return the box of an array around its centre."""
    corner, style = (x - WIDTH / 2, y - HEIGHT / 2), "round,pad=0,rounding_size=0.08"
    return FancyBboxPatch(
        corner, WIDTH, HEIGHT, boxstyle=style, facecolor=theme.box, edgecolor=edge, linewidth=1.6
    )


def arrow(start, end, trim, **line) -> FancyArrowPatch:
    """Return an arrow between two centres, shortened by ``trim`` at either end."""
    start, end = np.array(start), np.array(end)
    one = (end - start) / np.linalg.norm(end - start)
    ends = start + one * trim[0], end - one * trim[1]
    form = {"arrowstyle": "-|>", "mutation_scale": 13, "shrinkA": 0, "shrinkB": 0}
    return FancyArrowPatch(*ends, **form, **line)


def draw_network(ax: Axes, theme: Theme) -> Axes:
    """Draw the two-layer network's computational graph with shapes, and return ``ax``."""
    lines = {
        "forward": {"color": theme.forward, "linewidth": 1.8, "linestyle": "solid"},
        "backward": {"color": theme.backward, "linewidth": 1.8, "linestyle": (0, (4, 2))},
    }
    ax.plot([4, 4], [1.7, 1], **lines["backward"])  # from the loss down to where it turns
    for way, line in lines.items():
        for x, y, name, shape in BOXES[way]:
            ax.add_patch(box(x, y, theme, line["color"]))
            for dy, text, size in ((0.1, name, 14), (-0.15, shape, 11)):
                ax.text(x, y + dy, text, ha="center", va="center", color=theme.ink, fontsize=size)
        for ends in ARROWS[way]:
            ax.add_patch(arrow(*ends, **line))
    for x, y, text, size, how in TEXTS:
        ax.text(x, y, text, color=theme.ink, fontsize=size, **how)
    ax.set(xlim=(-0.38, 4.46), ylim=(-0.34, 3.34), aspect="equal")
    ax.set_axis_off()
    return ax


def draw_logo(ax: Axes, *, nodes=(3, 4, 2), ink="#0072B2") -> Axes:
    """Draw two layers of weights between three columns of nodes, and return ``ax``."""
    columns = [[(x, y - (count - 1) / 2) for y in range(count)] for x, count in enumerate(nodes)]
    colours = [ink, "#D55E00"]
    for layer, (left, right) in enumerate(pairwise(columns)):
        for x0, y0 in left:
            for x1, y1 in right:
                ax.plot([x0, x1], [y0 * 0.5, y1 * 0.5], color=colours[layer], lw=2.4, zorder=1)
    for column, colour in zip(columns, [ink, "#8a8a8a", "#D55E00"], strict=True):
        xs, ys = zip(*column, strict=True)
        ax.scatter(xs, [y * 0.5 for y in ys], s=340, color=colour, zorder=2)
    ax.set(xlim=(-0.3, 2.3), ylim=(-1.05, 1.05))
    ax.set_axis_off()
    return ax


def draw_card(figure) -> None:
    """Draw the picture that chats show beside a link to the book: 1200 × 630 pixels."""
    draw_logo(figure.add_axes((0.03, 0.1, 0.42, 0.8)))
    for y, text, size in (
        (0.56, "Two Layers by Hand", 34),
        (0.42, "a neural network, derived,", 19),
        (0.34, "checked and trained", 19),
    ):
        figure.text(0.48, y, text, fontsize=size, color=THEMES["light"].ink)


def save(figure, path: Path) -> None:
    with mpl.rc_context(REPRODUCIBLE):
        figure.savefig(
            path, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    plt.close(figure)
    # Matplotlib ends lines with blanks; a linter of the repository would not like them.
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=STATIC)
    folder = parser.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    plt.rcParams["mathtext.fontset"] = "dejavusans"
    for name, theme in THEMES.items():
        figure = plt.figure(figsize=(7.4, 5.7))
        draw_network(figure.add_axes((0, 0, 1, 1)), theme)
        save(figure, folder / f"network-{name}.svg")
    figure = plt.figure(figsize=(2.6, 2.0))
    draw_logo(figure.add_axes((0, 0, 1, 1)))
    save(figure, folder / "logo.svg")
    figure = plt.figure(figsize=(2, 2))
    draw_logo(figure.add_axes((0, 0, 1, 1)), nodes=(2, 2, 2))
    save(figure, folder / "favicon.svg")
    figure = plt.figure(figsize=(12, 6.3))
    draw_card(figure)
    figure.savefig(folder / "card.png", dpi=100, facecolor="white", metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    main()
