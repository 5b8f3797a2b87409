"""Shows the texts of the lessons."""

import streamlit as st

from core.lessons import texts


def lesson(name: str, /, **figures: str) -> None:
    """Show a lesson's text; its section "Sources" in small print.

    figures: computed values for the names in braces.
    """
    body, _, sources = texts.whole(name).partition("\n## Sources\n")
    st.markdown(texts.filled(body, **figures))
    if sources:
        st.caption(" ".join(sources.split()))


def caption(name: str, section: str, /, **figures: str) -> None:
    """Show a section of a text file in small print, below what it explains."""
    st.caption(texts.section(name, section, **figures))
