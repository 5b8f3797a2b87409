"""Home: the promise in one sentence, the shipped run, and the three doors."""

import streamlit as st

from core.runs import RunDamaged, shipped_run
from pages.ui import navigation
from pages.ui.runs.picture import canvas_options, picture
from pages.ui.serving.first_picture import PROMISE

st.title(PROMISE)
example = shipped_run()  # the run of the first picture, too
try:
    picture(example, canvas_options(example, example.config(), split="train"), key="picture")
except RunDamaged as damage:
    st.error(f"The example cannot be shown. {damage} Restore it from the project's repository.")

# the link of a door covers its whole card
st.html(
    "<style>[class*='st-key-door_'] { position: relative; } [class*='st-key-door_'] * { position: static; } "
    "[class*='st-key-door_'] a::after { content: ''; position: absolute; inset: 0; }</style>"
)
doors = {section: promise for section, promise in navigation.DOORS.items() if section in navigation.SECTIONS}
for column, (section, promise) in zip(st.columns(len(doors)), doors.items(), strict=True):
    first = navigation.SECTIONS[section][0]
    with column.container(border=True, height="stretch", key=f"door_{section}"):
        navigation.link(first, f"**{section}**", width="stretch")
        st.caption(promise)
