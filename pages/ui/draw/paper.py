"""The paper: a square to draw in with the mouse or a finger, with undo, clear and stroke width.

The browser sends the way of the pen; its pixels are not asked for, since privacy settings change them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.drawings.picture_file import PictureRefused
from core.drawings.strokes import MOST_STROKES, NOT_A_DRAWING, ink_of_strokes

SIDE = 280  # CSS pixels: ten per pixel of the network's input
PEN, PAPER = "#16202e", "#ffffff"
WIDTHS = (10, 16, 24, 32)
USUAL_WIDTH = 24  # of 280: about as thick as MNIST's strokes

Ink = npt.NDArray[np.float64]


def paper(key: str) -> Ink | None:
    """Show the paper called `key`; returns the ink on it [280, 280], 255 for full ink, or None.

    Raises PictureRefused for data that the drawing area would not send.
    """
    # registers itself with the running app on import, so it needs one
    from streamlit_drawable_canvas import st_canvas

    width = st.session_state.get(_width(key)) or USUAL_WIDTH
    try:
        result = st_canvas(
            stroke_width=width,
            stroke_color=PEN,
            background_color=PAPER,
            height=SIDE,
            width=SIDE,
            initial_drawing=st.session_state.get(_start(key)),
            key=key,
        )
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:  # the component does not validate its data
        raise PictureRefused(NOT_A_DRAWING) from error
    finally:
        _tools(key)
    return ink_of_strokes(result.json_data, SIDE)


def _tools(key: str) -> None:
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom", width=SIDE):
        st.button("Undo", icon=":material/undo:", on_click=_undo, args=(key,), key=f"undo_{key}")
        st.button("Clear", icon=":material/ink_eraser:", on_click=_clear, args=(key,), key=f"clear_{key}")
    st.radio(
        "Stroke width",
        WIDTHS,
        index=WIDTHS.index(USUAL_WIDTH),
        format_func=lambda pixels: f"{pixels} px",
        horizontal=True,
        key=_width(key),
    )


def _undo(key: str) -> None:
    _restart_with(key, _strokes(key)[:-1])


def _clear(key: str) -> None:
    _restart_with(key, [])


def _restart_with(key: str, strokes: list[Any]) -> None:
    """Restart the paper with these strokes. `turn` makes each restart a new value: the browser ignores equal ones."""
    before = st.session_state.get(_start(key)) or {}
    st.session_state[_start(key)] = {"objects": strokes, "turn": before.get("turn", 0) + 1}


def _strokes(key: str) -> list[Any]:
    """The strokes that the browser reports; empty if its value is not a drawing."""
    value = st.session_state.get(key)
    for name in ("drawing", "raw"):
        value = value.get(name) if isinstance(value, Mapping) else None
    strokes = value.get("objects") if isinstance(value, Mapping) else None
    return list(strokes)[:MOST_STROKES] if isinstance(strokes, (list, tuple)) else []


def _start(key: str) -> str:
    return f"start_of_{key}"


def _width(key: str) -> str:
    return f"stroke_width_{key}"
