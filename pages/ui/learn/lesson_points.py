"""The points of the Losses lesson in this session: where they are, which is the anchor, how they got there."""

from typing import cast

import streamlit as st

from core.lessons.forces import Points
from core.lessons.lesson_plane import LABELS, START, within

_POINTS, _ANCHOR, _VERSION, _WAY = "lesson_points", "lesson_anchor", "lesson_version", "lesson_way"
_FIRST_ANCHOR = 3


def points() -> Points:
    """Where they are [n, 2]."""
    return cast(Points, st.session_state.setdefault(_POINTS, START.copy()))


def anchor() -> int:
    """Which one was touched last."""
    return int(st.session_state.get(_ANCHOR, _FIRST_ANCHOR))


def version() -> int:
    """How often they were put somewhere by anything but a hand in the browser."""
    return int(st.session_state.get(_VERSION, 0))


def frames(place: int) -> list[list[list[float]]]:
    """The way that brought them here, for the planes to walk."""
    del place  # every plane shows the same points, and walks the same way
    return cast(list[list[list[float]]], st.session_state.get(_WAY, []))


def move(moved: Points, touched: int) -> None:
    """A hand has moved them."""
    st.session_state[_POINTS] = within(moved)
    st.session_state[_ANCHOR] = min(max(touched, 0), len(LABELS) - 1)
    st.session_state[_WAY] = []


def put(placed: Points, way: list[Points] | None = None) -> None:
    """Put them somewhere, by the `way` if there is one."""
    st.session_state[_POINTS] = within(placed)
    st.session_state[_VERSION] = version() + 1
    st.session_state[_WAY] = [within(step).round(4).tolist() for step in way or []]
