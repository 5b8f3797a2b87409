"""Learn: Collapse. Break a run on purpose, read the signs, cure it."""

import streamlit as st

from pages.ui.learn import collapse_panels
from pages.ui.learn.lesson_text import lesson

st.title("Collapse")
lesson("collapse")
collapse_panels.collapse()
