"""The frame around every page: title, logo and navigation."""

import sys
from pathlib import Path

import streamlit as st

PROJECT = Path(__file__).resolve().parents[2]
if str(PROJECT) not in sys.path:  # when this file is the main script, as in the page tests
    sys.path.insert(0, str(PROJECT))

from pages.ui import navigation, state
from pages.ui.components import translation
from pages.ui.controls import settings_url, text_size
from pages.ui.runs import following, kept_runs
from pages.ui.turns import in_turn

# on top: keeps the sidebar free for the settings, so that they and the picture fit on one screen
page = st.navigation(navigation.pages(), position="top")
st.set_page_config(
    page_title=navigation.tab_title(page),
    page_icon=str(PROJECT / "assets" / "icon.svg"),
    layout="wide",
)
st.logo(str(PROJECT / "assets" / "logo.svg"), size="large")
state.set_page_path(page.url_path)
settings_url.drop_unusable()
translation.keep_true()
with in_turn(), text_size.frame(), following.checked_in():
    page.run()
    kept_runs.keep()
