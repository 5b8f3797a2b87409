"""A page with a text above 10 kB, which Streamlit by default lets the browser cache."""

import streamlit as st

st.button("Again")
st.text("a large text " * 2000)
