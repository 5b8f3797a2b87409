"""Lab: Train. Set the sliders, train on all of MNIST, watch it, and read what came out."""

import streamlit as st

from pages.ui import actions, controls, history, settings_url, state
from pages.ui.panel import run_panel
from pages.ui.plain_text import plain
from pages.ui.watching import awaited

came_by_link = settings_url.read()
config = controls.sidebar()
if config is not None:
    settings_url.write(config)
    if came_by_link:
        history.show_run_of_link(config)

with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    history.picker()
    with st.container(horizontal=True, width="content", gap="xsmall"):
        waiting = awaited() is not None
        st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="Ctrl+Enter",
            disabled=config is None or waiting,
            on_click=actions.train,
            key="train",
        )
        st.button(
            "Stop",
            icon=":material/stop:",
            shortcut="Ctrl+Shift+Enter",
            disabled=not waiting,
            on_click=actions.stop,
            key="stop",
        )

if problems := state.link_problems():
    st.warning("\n".join(f"- {plain(sentence)}" for sentence in problems[:8]), icon=":material/link_off:")
if problem := state.problem():
    st.error(plain(problem), icon=":material/error:")

run_panel(config, waits=waiting)
