"""What the Draw page shows of a run that is not finished, and how it asks for one."""

import streamlit as st

from core.config import RunConfig
from pages.ui import navigation, state
from pages.ui.runs import following
from pages.ui.runs.names import name_for

COMES_LATER = "Comes when the run has finished."


def not_finished() -> None:
    """What to do where nothing will come any more."""
    st.info("This run was not finished, so there is no embedding to draw into. Choose another one above.")
    navigation.link(navigation.TRAIN, "To the Train page")


def button(label: str, config: RunConfig, *, key: str) -> None:
    """A button that has the run of `config` trained and puts it on the page."""
    if st.button(label, icon=":material/play_arrow:", key=key, type="primary"):
        if run := following.ask_for(config):
            state.remember_run(run.key, name_for(config))
        st.rerun()  # the whole page, of which the button may stand in a part
    following.show_problem()
