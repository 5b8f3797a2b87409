"""The texts of the lessons: assets/lessons/*.md."""

from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"


@st.cache_data(show_spinner=False)
def _text(name: str, changed: float) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def lesson(name: str) -> None:
    """Show a lesson's text; its sources, the part after the line "Sources", smaller."""
    path = FOLDER / f"{name}.md"
    body, _, sources = _text(name, path.stat().st_mtime).partition("\n## Sources\n")
    st.markdown(body)
    if sources:
        st.caption(" ".join(sources.split()))
