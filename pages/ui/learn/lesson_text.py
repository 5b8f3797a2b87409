"""The texts of the lessons on the page."""

import streamlit as st

from core.lessons import texts


def lesson(name: str, /, **figures: str) -> None:
    """Show a lesson's text; its sources, the part after the line "Sources", smaller.

    figures: what is computed, each in the place of its name in braces.
    """
    body, _, sources = texts.whole(name).partition("\n## Sources\n")
    st.markdown(texts.filled(body, **figures))
    if sources:
        st.caption(" ".join(sources.split()))


def caption(name: str, part: str, /, **figures: str) -> None:
    """Show a part of a file of texts in small letters, below what it explains."""
    st.caption(texts.part(name, part, **figures))
