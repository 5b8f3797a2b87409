"""A page with a text above the 10 kB from which Streamlit would let the browser keep it."""

import streamlit as st

st.button("Again")
st.text("a large text " * 2000)
