"""Learn: Pairs and triplets. What the network trains on, and which pairs still teach it something."""

import streamlit as st

from pages.ui import turns
from pages.ui.learn import mining_panels, pairs_panels
from pages.ui.learn.lesson_text import lesson
from pages.ui.runs import history

st.title("Pairs and triplets")
history.arrive_by_link()
lesson("pairs")

turns.fragment(pairs_panels.samples)()
left, right = st.columns(2, gap="large")
with left:
    turns.fragment(pairs_panels.pairs)()
with right:
    turns.fragment(pairs_panels.triplets)()
turns.fragment(pairs_panels.batch)()
mining_panels.mining()
