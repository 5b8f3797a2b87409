"""Lab: Clusters. What KMeans finds in a run's embedding, and every figure of it, down to the images."""

import streamlit as st

from core.data import DataError
from core.runs import RunDamaged
from pages.ui import history
from pages.ui.clusters import parts
from pages.ui.embedding import panels
from pages.ui.plain_text import plain

history.arrive_by_link()
history.picker()
run = history.shown()
try:
    config = run.config()
    if run.status().state == "done":
        parts.show(run, config)
    else:
        panels.not_finished(run)
except (RunDamaged, DataError) as damage:
    st.error(
        f"This run cannot be shown. {plain(str(damage))} Choose another one, or train it again.",
        icon=":material/broken_image:",
    )
