"""Learn: Losses. Each loss hands-on: its forces on points, its curve, its numbers."""

import streamlit as st

from pages.ui import turns
from pages.ui.learn import losses_panels
from pages.ui.learn.lesson_text import lesson

st.title("Losses")
lesson("losses")
turns.fragment(losses_panels.bench)()
turns.fragment(losses_panels.square_or_root)()
losses_panels.catalogue()
losses_panels.learned()
