"""Lab: Train. Set the sliders, train on all of MNIST, watch, and read the results."""

import streamlit as st

from core.service.shared_engine import shared_engine
from pages.ui import state
from pages.ui.components.plain_text import plain
from pages.ui.controls import settings_url, sidebar
from pages.ui.runs import following, history
from pages.ui.train import actions
from pages.ui.train.panel import run_panel

opened_by_link = settings_url.read()
config = sidebar.sidebar()
if config is not None:
    settings_url.write(config)
    if opened_by_link:
        history.show_run_of_link(config)

# in one container, so that the panel keeps its place on the page whatever is said above it
with st.container():
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        history.picker()
        with st.container(horizontal=True, width="content", gap="xsmall"):
            waiting = following.awaited() is not None
            refused = None if config is None else shared_engine().cost(config)[1]
            st.button(
                "Train",
                type="primary",
                icon=":material/play_arrow:",
                shortcut="Ctrl+Enter",
                disabled=config is None or waiting or refused is not None,
                on_click=actions.train,
                key="train",
            )
            st.button(
                "Stop",
                icon=":material/stop:",
                shortcut="Ctrl+Shift+Enter",
                disabled=not waiting,
                on_click=following.stop,
                key="stop",
            )

    if problems := state.link_problems():
        st.warning("\n".join(f"- {plain(sentence)}" for sentence in problems[:8]), icon=":material/link_off:")
    if refused is not None:
        st.warning(refused, icon=":material/block:")
    following.show_problem()

run_panel(config, waits=waiting)
