"""The link: a URL that restores what is on the screen.

Python writes the run, the page and the tab; assets/link adds the picture's bookmark from the canvas.
"""

from urllib.parse import urlencode

import streamlit as st

from core.config import PARAMETERS, RunConfig
from core.runs import Run, RunDamaged
from pages.ui import addresses, state
from pages.ui.components.component_files import component_files
from pages.ui.controls import settings_url

# The Train page's path, the key of its tabs, and its first tab. The other pages' tabs are bound to the query.
TRAIN, TABS, FIRST = "train", "pictures", "Embedding"

_COMPONENT = st.components.v2.component("contrastive_lab_link", **component_files("link"))


def of_screen(config: RunConfig) -> str:
    """The URL of the page on screen, with the run of `config` and the open tab."""
    page = state.page_path()
    shown: dict[str, str | list[str]] = {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if name not in PARAMETERS and name not in (settings_url.BOOKMARK, settings_url.TEXT)
    }
    if page == TRAIN:
        tab = st.session_state.get(TABS)
        shown = {} if tab in (None, FIRST) else {settings_url.TAB: tab}
    query = urlencode({**settings_url.link_parameters(config), **shown}, doseq=True)
    return f"{addresses.root()}/{page}" + (f"?{query}" if query else "")


def to_train(config: RunConfig) -> str:
    """The URL of the Train page with the run of `config`."""
    query = urlencode(settings_url.link_parameters(config))
    return f"{addresses.root()}/{TRAIN}" + (f"?{query}" if query else "")


def popover(run: Run) -> None:
    """A button that opens a popover with the link."""
    popup = st.popover(
        "", icon=":material/link:", help="Link to what is on the screen", key="link", on_change="rerun"
    )
    if not popup.open:
        return
    with popup, st.container(width=440):
        try:
            address_of_screen = of_screen(run.config())
        except RunDamaged:
            st.markdown("This run cannot be read, so there is no link to it.")
            return
        _COMPONENT(
            data={"address": address_of_screen, "run": run.key},
            key="link_address",
            width="stretch",
            height="content",
        )
        st.caption(
            "Every setting of the run, the open tab, and the picture's current state: step, position, colours, "
            "hidden classes, the picked image. On this server it opens this run; elsewhere, or when the run has "
            "been deleted, press Train to make the same run."
        )
