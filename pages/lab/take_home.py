"""Lab: Take it home. The run on the page as a link, as code, as a file, and as a report."""

import streamlit as st

from core.runs import RunDamaged
from pages.ui.components.plain_text import plain
from pages.ui.runs import history
from pages.ui.take_home import page

history.arrive_by_link()
history.picker()
run = history.shown()
try:
    page.show(run, run.config())
except RunDamaged as damage:
    st.error(
        f"This run cannot be exported. {plain(str(damage))} Choose another one, or train it again.",
        icon=":material/broken_image:",
    )
