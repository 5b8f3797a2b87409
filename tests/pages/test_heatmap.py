"""The heatmap's press message: which cells are accepted, and which values are rejected."""

from typing import Any

import pytest

from pages.ui.components.heatmap import Cell, Heatmap, pressed_cell

SHOWN = Heatmap(
    "a table",
    "",
    ["a", "b"],
    ["x", "y", "z"],
    [
        [Cell("1", 0.1, "a x"), Cell("2", 0.2, "a y"), Cell("", 0.0, None)],
        [Cell("3", 0.3, "b x"), Cell("4", 0.4, "b y"), Cell("5", 0.5, "b z")],
    ],
)


def test_a_cell_that_can_be_pressed_is_its_row_and_column() -> None:
    assert pressed_cell([0, 1], SHOWN) == (0, 1)
    assert pressed_cell([1, 2], SHOWN) == (1, 2)


@pytest.mark.parametrize(
    "forged",
    [
        None,
        3,
        "01",
        [0],
        [0, 1, 2],
        [0, 3],
        [2, 0],
        [-1, 0],
        [0, -1],
        [0.0, 1],
        ["0", "1"],
        [True, False],
        {"0": 1},
    ],
)
def test_anything_else_is_rejected(forged: Any) -> None:
    assert pressed_cell(forged, SHOWN) is None


def test_a_cell_without_a_tip_cannot_be_pressed() -> None:
    assert pressed_cell([0, 2], SHOWN) is None
