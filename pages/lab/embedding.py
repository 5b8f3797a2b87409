"""Lab: Embedding. A large picture of a run, with panels that explain it."""

import streamlit as st

from core.runs import RunDamaged
from pages.ui.components.plain_text import plain
from pages.ui.embedding import panels, settings
from pages.ui.runs import history

history.arrive_by_link()
history.picker()
run = history.shown()
try:
    config = run.config()
    if run.status().state == "done":
        looking = settings.sidebar(run, config)
        st.fragment(panels.show)(run, config, looking)
    else:
        panels.not_finished(run)
except RunDamaged as damage:
    st.error(
        f"This run cannot be shown. {plain(str(damage))} Choose another one, or train it again.",
        icon=":material/broken_image:",
    )
