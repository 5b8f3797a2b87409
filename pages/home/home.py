"""Home: the promise in one sentence, the shipped run, and the three doors."""

import streamlit as st

from core.runs import RunDamaged
from pages.ui import history, navigation, run_view

st.title("Teach a network which digits are alike, and watch all 60,000 of them sort themselves")
example = history.shipped()
try:
    run_view.picture(example, example.config())
except RunDamaged as damage:
    st.error(f"The example cannot be shown. {damage} Restore it from the project's repository.")

with st.container(horizontal=True):
    for section, promise in navigation.DOORS.items():
        if section not in navigation.SECTIONS:
            continue
        page = navigation.SECTIONS[section][0]
        with st.container(border=True, width="stretch"):
            st.page_link(page, label=f"**{section}**", icon=page.icon, width="stretch")
            st.caption(promise)
