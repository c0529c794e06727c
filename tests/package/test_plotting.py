"""Figures show the data they were given."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from simple_ml import plotting

SIDES = {"m": 4, "n": 6, "d": 5, "k": 3}
LINES = [
    [("X", "m", "n"), ("W1", "n", "d"), "=", ("A1", "m", "d")],
    ["1/m", ("Z1T", "d", "m"), ("G2", "m", "k"), "=", ("dW2", "d", "k")],
]


@pytest.fixture
def ax():
    fig, ax = plt.subplots()
    yield ax
    plt.close(fig)


def test_each_matrix_is_a_rectangle_in_proportion_and_a_result_has_another_colour(ax):
    assert plotting.draw_shapes(ax, LINES, SIDES) is ax
    drawn = {box.get_gid(): (box.get_height(), box.get_width()) for box in ax.patches}
    matrices = [item for line in LINES for item in line if not isinstance(item, str)]
    assert drawn == {name: (SIDES[rows], SIDES[columns]) for name, rows, columns in matrices}
    assert ax.get_aspect() == 1
    written = [text.get_text() for text in ax.texts]
    assert sorted(written) == sorted([*sum(matrices, ()), "=", "=", "1/m"])
    colours = {box.get_gid(): box.get_facecolor() for box in ax.patches}
    assert colours["A1"] == colours["dW2"] != colours["X"]  # they follow an equals sign
    assert len({colours[name] for name in ("X", "W1", "Z1T", "G2")}) == 1


def test_rectangles_do_not_overlap_and_stay_inside(ax):
    plotting.draw_shapes(ax, LINES, SIDES)
    boxes = [box.get_extents().transformed(ax.transData.inverted()) for box in ax.patches]
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])
        assert ax.viewLim.x0 <= box.x0 < box.x1 <= ax.viewLim.x1
        assert ax.viewLim.y0 <= box.y0 < box.y1 <= ax.viewLim.y1


def test_a_networks_numbers_are_written_and_a_weight_of_0_is_dotted(ax):
    W1, W2 = np.array([[1.0, -1], [0, 0.5]]), np.array([[0.25], [0]])
    nodes, errors = {"X": [7, 8], "Z_1": [3, 0], "Z_2": [4]}, {"G_1": [-0.5, 0], "G_2": [-2]}
    assert plotting.draw_network(ax, nodes, [W1, W2], errors) is ax
    written = [text.get_text() for text in ax.texts]
    numbers = ["7", "8", "3", "0", "4", "1", "−1", "½", "1/4", "−½", "0", "−2"]
    assert sorted(written) == sorted([*numbers, "$X$", "$Z_1$", "$Z_2$", "$G_1$", "$G_2$"])
    assert [line.get_linestyle() for line in ax.lines] == ["-", "-", ":", "-", "-", ":"]
    colours = {text.get_text(): text.get_color() for text in ax.texts}
    assert colours["3"] == "C0" != colours["−½"] == "C1"


def test_both_passes_are_drawn_with_their_numbers_one_gradient_below_each_array(ax):
    there = {"Z": (np.array([[7.0]]), ""), "A": (np.array([[1.0, 2]]), "·W")}
    there["H"] = np.array([[3.0]]), "relu"
    back = {"V": (np.array([[-0.5, 0]]), "mask"), "G": (np.array([[4.0]]), "S − I")}
    assert plotting.draw_passes(ax, there, back) is ax
    at = {text.get_text(): text.get_position() for text in ax.texts}
    names = {*there, *back}
    assert {"·W", "relu", "mask", "S − I", "7", "1", "2", "3", "−½", "0", "4"} | names <= {*at}
    assert at["V"][0] == at["A"][0] < at["G"][0] == at["H"][0]
    assert at["V"][1] < 0 < 1 < at["A"][1]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None)]
    assert len(arrows) == 2 + 1 + 1  # forward, from the logits to their error, back


def test_a_history_is_drawn_epoch_by_epoch_and_errors_in_per_cent(ax):
    history = {"train_err": np.array([0.5, 0.25]), "test_err": np.array([0.6, 0.3])}
    plotting.plot_history(ax, history, "err", label="run")
    drawn = {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}
    assert drawn == {"run train": [[1, 50], [2, 25]], "run test": [[1, 60], [2, 30]]}


def test_images_stand_row_by_row_upright_and_a_signed_one_is_scaled_by_its_own_peak(ax):
    images = np.array([[1.0, 0, 0, 0], [0, 2.0, 0, 0], [0, 0, -4.0, 0]])
    plotting.plot_images(ax, images, columns=2, signed=True)
    canvas = np.nan_to_num(ax.get_images()[0].get_array().filled(0))
    marks = {(int(i), int(j)): canvas[i, j] for i, j in np.argwhere(canvas)}
    # tiles of 2×2 pixels, two apart to the right and two head rows above each
    assert marks == {(2, 0): 1, (2, 5): 1, (7, 0): -1}


def test_a_confusion_matrix_shades_mistakes_only_and_writes_every_count_in_its_cell(ax):
    counts = np.array([[9, 2], [0, 7]])
    plotting.plot_confusion(ax, counts)
    np.testing.assert_array_equal(ax.get_images()[0].get_array(), [[0, 2], [0, 0]])
    written = {text.get_position(): text.get_text() for text in ax.texts}
    assert written == {(0, 0): "9", (1, 0): "2", (1, 1): "7"}
