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


def embedding_canvas(
    payload: bytes,
    *,
    key: str,
    run: str,
    class_names: tuple[str, ...] = (),
    title: str = "Embedding",
    description: str = "",
    live: bool = False,
    margin: float | None = None,
    margin_label: str = "",
    height: int = 520,
) -> None:
    """Shows the frames in `payload` (from `core.frames.pack`); the options are those of `CanvasOptions`.

    Called again with the same `key` and `run`, it goes on where it is: give all frames so far each time.
    """
    options = CanvasOptions(
        run=run,
        class_names=class_names,
        title=title,
        description=description,
        live=live,
        margin=margin,
        margin_label=margin_label,
        height=height,
    )
    # One bytes object: bytes inside a dict would make Streamlit turn all of the data into text.
    _COMPONENT(data=with_options(payload, options), key=key, width="stretch", height="content")
