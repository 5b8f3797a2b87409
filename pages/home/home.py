"""Home: the promise in one sentence, the shipped run, and the way in."""

import streamlit as st

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
run_view.picture(example, example.config())
