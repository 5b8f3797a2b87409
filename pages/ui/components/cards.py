"""Cards of equal size in rows; on a phone, stacked at full width."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def cards(count: int, in_a_row: int) -> list[DeltaGenerator]:
    """`count` empty cards."""
    made: list[DeltaGenerator] = []
    while len(made) < count:
        row = st.columns(in_a_row)
        made += [column.container(border=True, height="stretch") for column in row[: count - len(made)]]
    return made
