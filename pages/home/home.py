"""Home: the promise in one sentence, the shipped run, and the way in."""

import streamlit as st

from core.runs import RunDamaged
from pages.ui import history, navigation, run_view

st.title("Teach a network which digits are alike")
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.markdown(
        "Train it on 60,000 handwritten digits in about two seconds, watch them sort themselves, "
        "and find out why it works.",
        width="content",
    )
    if st.button("Train your own", icon=":material/play_arrow:", type="primary"):
        st.switch_page(navigation.TRAIN)
example = history.shipped()
try:
    run_view.picture(example, example.config())
except RunDamaged as damage:
    st.error(f"The example cannot be shown. {damage} Restore it from the project's repository.")
