"""The texts of the lessons: assets/lessons/*.md."""

from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"


@st.cache_data(show_spinner=False)
def _text(name: str, changed: float) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def lesson(name: str, **figures: str) -> None:
    """Show a lesson's text; its sources, the part after the line "Sources", smaller.

    figures: what is computed, each in the place of its name in braces.
    """
    path = FOLDER / f"{name}.md"
    text = _text(name, path.stat().st_mtime)
    for figure, value in figures.items():
        text = text.replace(f"{{{figure}}}", value)
    body, _, sources = text.partition("\n## Sources\n")
    st.markdown(body)
    if sources:
        st.caption(" ".join(sources.split()))
