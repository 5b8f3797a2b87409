"""The embedding canvas: thousands of points, alive, drawn in the browser by assets/canvas."""

from pathlib import Path

import streamlit as st

from core.frames import CanvasOptions, with_options

ASSETS = Path(__file__).resolve().parents[2] / "assets" / "canvas"

# One module for the browser, in reading order: each file uses what stands in those before it.
SCRIPTS = ("frames", "theme", "view", "points", "axes", "timeline", "legend", "gestures", "words", "canvas")


def _text(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


_COMPONENT = st.components.v2.component(
    "contrastive_lab_canvas",
    html=_text("canvas.html"),
    css=_text("canvas.css"),
    js="\n".join(_text(f"{name}.js") for name in SCRIPTS),
    isolate_styles=True,
)


def embedding_canvas(options: CanvasOptions, frames: bytes, *, key: str) -> None:
    """Shows `frames` (from `core.frames.pack`), or fetches its own where `options.source` says from where.

    Called again with the same `key` and `options.run`, it goes on where it is: of frames given, give
    all so far each time.
    """
    # One bytes object: bytes inside a dict would make Streamlit turn all of the data into text.
    _COMPONENT(data=with_options(frames, options), key=key, width="stretch", height="content")
