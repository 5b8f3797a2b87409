"""A small vector drawing in the page's own font and colours, made in Python, drawn by the browser.

Only for drawings of our own making: the text goes into the page as it is.
"""

import streamlit as st

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
    """Show the `svg` element, as wide as there is room or `width` pixels."""
    _COMPONENT(data={"svg": svg}, key=key, width="stretch" if width is None else width, height="content")
