"""The curve of a loss over distance, with its margin or temperature as a handle to drag: assets/curve."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import streamlit as st

from pages.ui.components.component_files import component_files

_COMPONENT = st.components.v2.component("contrastive_lab_curve", **component_files("curve"))


@dataclass(frozen=True)
class Dot:
    """A pair of the plane on its curve; kind: "positive" or "negative"."""

    kind: str
    distance: float
    loss: float


@dataclass(frozen=True)
class Curve:
    """lines: "positive" and "negative" -> the loss at equal steps from distance 0 to `farthest`.

    highest: upper end of the y axis. handle: the distance at which the handle is, None for a loss
    without one. handle_text: next to it; handle_label: its accessible name.
    """

    title: str
    across: str
    farthest: float
    highest: float
    lines: Mapping[str, Sequence[float]]
    dots: Sequence[Dot]
    handle: float | None
    handle_text: str
    handle_label: str


def curve(shown: Curve, on_handle: Callable[[float], None], *, key: str) -> None:
    """Show it. on_handle: called with the handle's distance, several times a second while it is dragged,
    before the page reruns."""
    heard = f"{key}_heard"

    def dragged() -> None:
        value = st.session_state[key].get("handle")
        at = handle_place(value, shown)
        if at is not None:
            st.session_state[heard] = value["sent"]
            on_handle(at)

    data = asdict(shown) | {"heard": st.session_state.get(heard, 0)}
    _COMPONENT(data=data, key=key, width="stretch", height="content", on_handle_change=dragged)


def handle_place(value: Any, shown: Curve) -> float | None:
    """What the browser sent, as a distance of this curve; None if it is not that."""
    if not isinstance(value, Mapping) or shown.handle is None:
        return None
    at, sent = value.get("at"), value.get("sent")
    if not isinstance(sent, int) or isinstance(sent, bool) or sent < 0:
        return None
    if not isinstance(at, (int, float)) or isinstance(at, bool) or not math.isfinite(at):
        return None
    return float(at) if 0 <= at <= shown.farthest else None
