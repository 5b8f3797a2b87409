"""A page with a large text that goes for four runs of the script and comes back, all for one click."""

import streamlit as st

LARGE = "a large text " * 2000  # more than the 10 kB from which Streamlit lets the browser keep a message

left = st.session_state.get("left", 0)
if st.button("Chain"):
    left = 5
if left:
    st.session_state.left = left - 1
    if left > 1:
        st.rerun()
st.text(LARGE)
