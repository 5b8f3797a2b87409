"""Keeps a page true that the browser translates: assets/translation/translation.js."""

import streamlit as st

from core.environment import PROJECT

_SCRIPT = (PROJECT / "assets" / "translation" / "translation.js").read_text("utf-8")
_NO_SPACE = "[data-testid='stLayoutWrapper']:has(> .st-key-translation) { display: none; }"


def keep_true() -> None:
    """Once on every page; takes no space."""
    with st.container(key="translation"):
        st.html(f"<style>{_NO_SPACE}</style><script>{{{_SCRIPT}}}</script>", unsafe_allow_javascript=True)
