"""What the Draw page shows for an unfinished run."""

import streamlit as st

from pages.ui import navigation

COMES_LATER = "Available when the run has finished."


def not_finished() -> None:
    """Shown for a run that ended unfinished."""
    st.info("This run did not finish, so there is no embedding to draw into. Choose another one above.")
    navigation.link(navigation.TRAIN, "To the Train page")
