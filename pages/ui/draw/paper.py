"""The paper: a square to draw in with the mouse or a finger, and the stroke width. Undo and Clear are in the drawing
area's own toolbar.

The browser sends the way of the pen; its pixels are not asked for, since privacy settings change them.
"""

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.drawings.picture_file import PictureRefused
from core.drawings.strokes import NOT_A_DRAWING, ink_of_strokes

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
    st.space("medium")  # for the toolbar, which appears above the paper
    try:
        result = st_canvas(
            stroke_width=width,
            stroke_color=PEN,
            background_color=PAPER,
            height=SIDE,
            width=SIDE,
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
        _stroke_width(key)
    return ink_of_strokes(result.json_data, SIDE)


def _stroke_width(key: str) -> None:
    st.radio(
        "Stroke width",
        WIDTHS,
        index=WIDTHS.index(USUAL_WIDTH),
        format_func=lambda pixels: f"{pixels} px",
        horizontal=True,
        key=_width(key),
    )


def _width(key: str) -> str:
    return f"stroke_width_{key}"
