"""Home: the promise in one sentence, the shipped run, and the three doors."""

import streamlit as st

from core.runs import RunDamaged
from pages.ui import history, run_view

st.title(
    "Teach a network which digits are alike, in about two seconds, and watch all 60,000 of them sort themselves"
)
example = history.shipped()
try:
    run_view.picture(example, example.config())
except RunDamaged as damage:
    st.error(f"The example cannot be shown. {damage} Restore it from the project's repository.")

with st.container(horizontal=True):
    for page, label, promise in ():
        with st.container(border=True, width="stretch"):
            st.page_link(page, label=f"**{label}**", icon=page.icon, width="stretch")
            st.caption(promise)
