"""A table of shaded numbers with cells to press by click, touch or keys: assets/heatmap."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from pages.ui.components.component_files import component_files

_COMPONENT = st.components.v2.component("contrastive_lab_heatmap", **component_files("heatmap"))


@dataclass(frozen=True)
class Cell:
    """shade: 0 to 1. tip: its meaning in words; None for a cell without meaning, which cannot be pressed.
    marked: underlined."""

    text: str
    shade: float
    tip: str | None
    marked: bool = False


@dataclass(frozen=True)
class Heatmap:
    """cells: [rows][columns], named by `rows` and `columns`. title: the text alternative.
    columns_title: a line above."""

    title: str
    columns_title: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[Cell]]


def heatmap(
    shown: Heatmap,
    selected: tuple[int, int] | None = None,
    on_press: Callable[[int, int], None] | None = None,
    *,
    key: str,
) -> None:
    """Show it, with one cell marked as `selected`.

    on_press: called with the pressed row and column before the page reruns; None: a plain table with
    tips on hover.
    """

    def pressed() -> None:
        place = pressed_cell(st.session_state[key].get("cell"), shown)
        if place is not None and on_press is not None:
            on_press(*place)

    _COMPONENT(
        data={**asdict(shown), "selected": selected, "pressable": on_press is not None},
        key=key,
        width="stretch",
        height="content",
        on_cell_change=pressed,
    )


def pressed_cell(value: Any, shown: Heatmap) -> tuple[int, int] | None:
    """What the browser sent, as a row and column that can be pressed; None if it is not that."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        return None
    row, column = value
    if not all(isinstance(place, int) and not isinstance(place, bool) for place in value):
        return None
    if not (0 <= row < len(shown.rows) and 0 <= column < len(shown.columns)):
        return None
    return (row, column) if shown.cells[row][column].tip is not None else None
