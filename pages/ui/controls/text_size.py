"""Large text, for a projector: 1.6 times the usual size, by a button on every page or by the link's `text=large`."""

from contextlib import AbstractContextManager, nullcontext

import streamlit as st

from pages.ui import state
from pages.ui.components.component_files import ASSETS
from pages.ui.controls.settings_url import TEXT

LARGE = "large"


def frame() -> AbstractContextManager[object]:
    """Styles the page and shows the button. What is rendered within the result has the chosen size.

    Charts and tables measure the text once, so another size needs new ones: the container gives the
    page's elements another place, and the browser makes all of them again.
    """
    _arrive()
    st.html(ASSETS / "frame" / "frame.css")
    large = state.large_text()
    if large:
        st.html(ASSETS / "frame" / "large.css")
    with st.container(key="text_size"):
        st.button(
            "Normal text" if large else "Large text",
            icon=":material/text_decrease:" if large else ":material/text_increase:",
            type="tertiary",
            help="Back to the usual text size" if large else "Large text, for a projector",
            on_click=state.set_large_text,
            args=(not large,),
            key="text_size_button",
        )
    return st.container(key="large") if large else nullcontext()


def _arrive() -> None:
    """Read the size from the URL of a new session, and put the session's into the URL of every page."""
    if not state.knows_text_size():
        state.set_large_text(st.query_params.get(TEXT) == LARGE)
    if state.large_text() and st.query_params.get(TEXT) != LARGE:
        st.query_params[TEXT] = LARGE
    elif not state.large_text() and TEXT in st.query_params:
        del st.query_params[TEXT]
