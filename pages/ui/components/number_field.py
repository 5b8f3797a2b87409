"""A text field for a whole number, with buttons for the next and the previous one.

As text, because a browser's own number field silently turns 1,5 into 15, or into nothing.
"""

from functools import partial
from typing import Any

import streamlit as st

from core.config import Parameter
from pages.ui.components.plain_text import plain


def number_field(label: str, high: int, *, key: str, **more: Any) -> int | None:
    """The whole number from 0 to `high` in the field; None, after the reason, if it holds none.

    The session has its text under `key`; without any it is 0. more: arguments of `st.text_input`.
    """
    number = Parameter(kind="integer", label=label, help="", low=0, high=high)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        text = st.text_input(label, key=key, placeholder="0", max_chars=12, width=180, **more)
        try:
            value: int | None = number.read(text or "0", 0)
        except ValueError as error:
            value, reason = None, str(error)
        for name, icon, by in (("Previous", "chevron_left", -1), ("Next", "chevron_right", 1)):
            st.button(
                name,
                icon=f":material/{icon}:",
                on_click=partial(_put, key, (value or 0) + by),
                disabled=value is None or not 0 <= value + by <= high,
                key=f"{name.lower()}_{key}",
            )
    if value is None:
        st.error(plain(reason), icon=":material/error:")
    return value


def _put(key: str, value: int) -> None:
    st.session_state[key] = str(value)
