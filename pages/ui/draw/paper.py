"""The paper: a square to draw in with the mouse or a finger, with undo, clear and stroke width.

The browser's answer may be forged, so its size is checked before it is unpacked.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.drawings.picture_file import PictureRefused, read_drawing

SIDE = 280  # CSS pixels: ten per pixel of the network's input
PEN, PAPER = "#16202e", "#ffffff"
WIDTHS = (10, 16, 24, 32)
USUAL_WIDTH = 24  # of 280: about as thick as MNIST's strokes
MOST_STROKES = 200

FORGED = "What came from the drawing area is no drawing. Clear it and draw again."

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
            return_image_data=True,
            key=key,
        )
        content = result.image_bytes
    except (
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:  # the component does not validate its data
        raise PictureRefused(FORGED) from error
    finally:
        _tools(key)
    if content is None:
        return None
    return 255.0 - read_drawing(content, SIDE, SIDE).astype(np.float64)


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
