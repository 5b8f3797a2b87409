"""What the Draw page shows for an unfinished run, and its button that trains one."""

import streamlit as st

from core.config import RunConfig
from pages.ui import navigation, state
from pages.ui.runs import following
from pages.ui.runs.names import name_for

COMES_LATER = "Available when the run has finished."


def not_finished() -> None:
    """Shown for a run that ended unfinished."""
    st.info("This run did not finish, so there is no embedding to draw into. Choose another one above.")
    navigation.link(navigation.TRAIN, "To the Train page")


def button(label: str, config: RunConfig, *, key: str) -> None:
    """A button that trains `config` and shows its run on the page."""
    if st.button(label, icon=":material/play_arrow:", key=key, type="primary"):
        if run := following.ask_for(config):
            state.remember_run(run.key, name_for(config))
        st.rerun()  # the whole page: the button may be in a fragment
    following.show_problem()
