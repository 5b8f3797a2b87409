"""The points of the Losses lesson in this session: positions, anchor, and the path to animate."""

from typing import cast

import streamlit as st

from core.lessons.forces import Points
from core.lessons.lesson_plane import LABELS, START, within

_POINTS, _ANCHOR, _VERSION, _PATH = "lesson_points", "lesson_anchor", "lesson_version", "lesson_path"
_FIRST_ANCHOR = 3


def points() -> Points:
    """Their positions [n, 2]."""
    return cast(Points, st.session_state.setdefault(_POINTS, START.copy()))


def anchor() -> int:
    """The point touched last."""
    return int(st.session_state.get(_ANCHOR, _FIRST_ANCHOR))


def version() -> int:
    """How often the server has moved them, as opposed to a drag in the browser."""
    return int(st.session_state.get(_VERSION, 0))


def frames(place: int) -> list[list[list[float]]]:
    """The path to their positions, for the planes to animate."""
    del place  # every plane shows the same points and the same path
    return cast(list[list[list[float]]], st.session_state.get(_PATH, []))


def move(moved: Points, touched: int) -> None:
    """The visitor has dragged them."""
    st.session_state[_POINTS] = within(moved)
    st.session_state[_ANCHOR] = min(max(touched, 0), len(LABELS) - 1)
    st.session_state[_PATH] = []


def put(placed: Points, path: list[Points] | None = None) -> None:
    """Move them to `placed`, along `path` if given."""
    st.session_state[_POINTS] = within(placed)
    st.session_state[_VERSION] = version() + 1
    st.session_state[_PATH] = [within(step).round(4).tolist() for step in path or []]
