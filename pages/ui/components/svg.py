"""A small SVG in the page's font and colours, made in Python and inserted as HTML.

Only for trusted SVG: the text is not escaped.
"""

from typing import Literal

import streamlit as st

from pages.ui import state

_SCRIPT = """
export default function ({ data, parentElement }) {
  const place = parentElement.querySelector("#drawing")
  if (place.innerHTML !== data.svg) place.innerHTML = data.svg
}
"""

_COMPONENT = st.components.v2.component(
    "contrastive_lab_drawing",
    html='<div id="drawing"></div>',
    css="#drawing { line-height: 0; color: var(--st-text-color); font-family: var(--st-font); }\n",
    js=_SCRIPT,
)


def show_svg(svg: str, *, key: str, width: int | None = None) -> None:
    """Show the `svg` element at the available width or at `width` pixels, of the usual text size."""
    wide: Literal["stretch"] | int = "stretch" if width is None else round(state.sized(width))
    _COMPONENT(data={"svg": svg}, key=key, width=wide, height="content")
