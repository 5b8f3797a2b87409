"""The link: an address that brings back what is on the screen, for whoever opens it here.

Run, page and parts stand in it as Python knows them; the picture's bookmark, assets/link asks of the canvas.
"""

from urllib.parse import urlencode

import streamlit as st

from core.config import PARAMETERS, RunConfig
from core.runs import Run, RunDamaged
from pages.ui import addresses, state
from pages.ui.components.component_files import component_files
from pages.ui.controls import settings_url

# Where the Train page's tabs keep which one is open, and the one that is open at first. The other pages' parts
# stand in their addresses already.
TRAIN, TABS, FIRST = "train", "pictures", "Embedding"

_COMPONENT = st.components.v2.component("contrastive_lab_link", **component_files("link"))


def of_screen(config: RunConfig) -> str:
    """The address of the page on screen, with the run of `config` and the part that is open."""
    page = state.page_path()
    shown: dict[str, str | list[str]] = {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if name not in PARAMETERS and name != settings_url.BOOKMARK
    }
    if page == TRAIN:
        part = st.session_state.get(TABS)
        shown = {} if part in (None, FIRST) else {settings_url.PART: part}
    query = urlencode({**settings_url.link_parameters(config), **shown}, doseq=True)
    return f"{addresses.root()}/{page}" + (f"?{query}" if query else "")


def to_train(config: RunConfig) -> str:
    """The address of the Train page with the run of `config`."""
    query = urlencode(settings_url.link_parameters(config))
    return f"{addresses.root()}/{TRAIN}" + (f"?{query}" if query else "")


def popover(run: Run) -> None:
    """A button that opens on the link."""
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
            "Every setting of the run, the part that is open, and the picture as it stands: step, place, colours, "
            "hidden classes, the image picked. Whoever opens it on this server sees this run; elsewhere, or when it "
            "has been cleared away, one press of Train makes the same again."
        )
