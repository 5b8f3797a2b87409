"""The frame around every page: its title, its navigation, its place in the browser's tab."""

import sys
from pathlib import Path

import streamlit as st

PROJECT = Path(__file__).resolve().parents[2]
if str(PROJECT) not in sys.path:  # where this file is run by itself, as the tests of the pages do
    sys.path.insert(0, str(PROJECT))

from pages.ui import navigation, state
from pages.ui.serving.one_at_a_time import in_turn

st.set_page_config(
    page_title="Contrastive Lab", page_icon=str(PROJECT / "assets" / "icon.svg"), layout="wide"
)
st.logo(str(PROJECT / "assets" / "logo.svg"), size="large")
page = st.navigation(
    {section: [place.page() for place in places] for section, places in navigation.SECTIONS.items()},
    position="top",  # the sidebar is for the settings: they and the picture fit on one screen
)
state.set_page_path(page.url_path)
with in_turn():
    page.run()
