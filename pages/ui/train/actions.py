"""What the Train page's buttons do to the settings and the run on the page."""

import streamlit as st

from core.runs import run_at
from pages.ui import state
from pages.ui.controls import settings_url
from pages.ui.runs import following


def train() -> None:
    """Train the current settings, and show their run on the page."""
    try:
        config = settings_url.current()
    except ValueError as error:
        state.set_problem(str(error))
        return
    run = following.ask_for(config)
    if run is None:
        return
    state.set_link_problems([])
    if run.status().state == "done":
        st.toast(
            "Already trained: same settings and seed, same run. Change one for a new run.",
            icon=":material/bolt:",
            duration=7,  # seconds: two sentences, while the page reruns
        )
    state.remember_run(config)


def use_settings_of(key: str) -> None:
    """Set the sliders to what run `key` was trained with."""
    settings_url.put(run_at(key).config())
