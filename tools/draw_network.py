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
FORWARD_ROW, BACKWARD_ROW, GRADIENT_ROW, WEIGHT_ROW = 2.0, 1.0, 0.0, 3.0


def draw_array(ax: Axes, at, name: str, shape: str, edge: str, theme: Theme) -> None:
    """Draw an array as a box with its name and its shape."""
    x, y = at
    box = FancyBboxPatch(
        (x - WIDTH / 2, y - HEIGHT / 2),
        WIDTH,
        HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.08",
        facecolor=theme.box,
        edgecolor=edge,
        linewidth=1.6,
    )
    ax.add_patch(box)
    ax.text(x, y + 0.1, name, ha="center", va="center", color=theme.ink, fontsize=14)
    ax.text(x, y - 0.15, shape, ha="center", va="center", color=theme.ink, fontsize=11)


def draw_arrow(ax: Axes, start, end, colour: str, *, dashed=False, trim=(0.36, 0.36)) -> None:
    """Draw an arrow between two boxes' centres, shortened by ``trim`` at either end."""
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    ax.add_patch(
        FancyArrowPatch(
            (x0 + dx * trim[0], y0 + dy * trim[0]),
            (x1 - dx * trim[1], y1 - dy * trim[1]),
            arrowstyle="-|>",
            mutation_scale=13,
            linewidth=1.8,
            linestyle=(0, (4, 2)) if dashed else "solid",
            color=colour,
            shrinkA=0,
            shrinkB=0,
        )
    )


def draw_network(ax: Axes, theme: Theme) -> Axes:
    """Draw the two-layer network's computational graph with shapes, and return ``ax``."""
    forward = [
        ("$X$", "$(m, n)$"),
        ("$A_1$", "$(m, d)$"),
        ("$Z_1$", "$(m, d)$"),
        ("$Z_2$", "$(m, k)$"),
        (r"$\ell$", "number"),
    ]
    inputs = {0: ("$W_1$", "$(n, d)$"), 2: ("$W_2$", "$(d, k)$"), 3: ("$y$", "$(m,)$")}
    steps = ["product", "ReLU", "product", "softmax\nloss"]

    for column, (name, shape) in enumerate(forward):
        draw_array(ax, (column, FORWARD_ROW), name, shape, theme.forward, theme)
    for column, step in enumerate(steps):
        draw_arrow(ax, (column, FORWARD_ROW), (column + 1, FORWARD_ROW), theme.forward)
        ax.text(
            column + 0.5,
            FORWARD_ROW - 0.36,
            step,
            ha="center",
            va="top",
            color=theme.ink,
            fontsize=10.5,
            linespacing=1.0,
        )
    for column, (name, shape) in inputs.items():
        at = (column + 0.5, WEIGHT_ROW)
        draw_array(ax, at, name, shape, theme.forward, theme)
        draw_arrow(ax, at, (column + 0.5, FORWARD_ROW), theme.forward, trim=(0.3, 0.06))

    backward = {"G_2": 3, "G_1": 1}
    draw_array(ax, (3, BACKWARD_ROW), "$G_2$", "$(m, k)$", theme.backward, theme)
    draw_array(ax, (1, BACKWARD_ROW), "$G_1$", "$(m, d)$", theme.backward, theme)
    turn = (4, BACKWARD_ROW)
    ax.plot([4, 4], [FORWARD_ROW - 0.3, BACKWARD_ROW], color=theme.backward, lw=1.8, ls=(0, (4, 2)))
    draw_arrow(ax, turn, (3, BACKWARD_ROW), theme.backward, dashed=True, trim=(0, 0.36))
    draw_arrow(ax, (3, BACKWARD_ROW), (1, BACKWARD_ROW), theme.backward, dashed=True)
    texts = [
        (3.68, BACKWARD_ROW - 0.3, "$S - I_y$", "center"),
        (2.0, BACKWARD_ROW + 0.14, r"$\cdot\, W_2^\top$, then mask $Z_1 > 0$", "center"),
    ]
    for name, column in backward.items():
        layer = name[-1]
        at = (column - 0.5, GRADIENT_ROW)
        shape = "$(n, d)$" if layer == "1" else "$(d, k)$"
        draw_array(ax, at, rf"$\nabla_{{W_{layer}}}\ell$", shape, theme.backward, theme)
        draw_arrow(ax, (column, BACKWARD_ROW), at, theme.backward, dashed=True, trim=(0.32, 0.34))
        left = "X" if layer == "1" else "Z_1"
        formula = rf"${left}^\top {name} / m$"
        texts.append((column - 0.08, GRADIENT_ROW + 0.3, formula, "left"))
    for x, y, text, align in texts:
        ax.text(x, y, text, ha=align, va="bottom", color=theme.ink, fontsize=12)

    legend_x = 3.42
    for row, (word, colour, dashed) in enumerate(
        [("forward", theme.forward, False), ("backward", theme.backward, True)]
    ):
        y = 0.12 - 0.26 * row
        draw_arrow(ax, (legend_x, y), (legend_x + 0.36, y), colour, dashed=dashed, trim=(0, 0))
        ax.text(legend_x + 0.44, y, word, va="center", color=theme.ink, fontsize=11)

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
