"""The plane of the Losses lesson: points to drag by mouse, touch or keys, and forces as arrows: assets/plane."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeGuard

import streamlit as st

from pages.ui.components.component_files import component_files

_COMPONENT = st.components.v2.component("contrastive_lab_plane", **component_files("plane"))

Coordinates = list[list[float]]


@dataclass(frozen=True)
class Look:
    """How the points of a class look: its name, and its index in the theme's list of colours."""

    name: str
    colour: int


@dataclass(frozen=True)
class Ring:
    """A dashed circle around a point (None: around the origin)."""

    radius: float
    label: str
    round: int | None


@dataclass(frozen=True)
class Tie:
    """A line between two points; kind: "positive" or "negative"."""

    start: int
    to: int
    kind: str


@dataclass(frozen=True)
class Plane:
    """points [n] with labels [n], indices into `looks`. version: incremented whenever the server, not the
    visitor, moves the points. frames: the path there, animated once.

    half_width: of the visible square; edge: how far out a point can be dragged.
    forces: term -> [n] arrows, drawn `stretch` times as long; kinds: term -> "pull", "push" or "force".
    says: [n], the force on a point in words. told: a line below, on all points.
    """

    title: str
    version: int
    points: Coordinates
    labels: list[int]
    looks: Sequence[Look]
    half_width: float
    edge: float
    anchor: int
    forces: Mapping[str, Coordinates]
    kinds: Mapping[str, str]
    stretch: float
    says: Sequence[str]
    told: str
    rings: Sequence[Ring] = ()
    ties: Sequence[Tie] = ()
    frames: Sequence[Coordinates] = ()


@dataclass(frozen=True)
class Moved:
    """What the visitor did: the points' new positions, and the one touched last."""

    points: Coordinates
    picked: int


def plane(shown: Plane, on_move: Callable[[Moved], None], *, key: str) -> None:
    """Show it. on_move: called for each move, several times a second while a point is dragged, before the
    page reruns."""
    heard = f"{key}_heard"

    def moved() -> None:
        value = st.session_state[key].get("moved")
        found = moved_points(value, shown)
        if found is not None:
            st.session_state[heard] = value["sent"]
            on_move(found)

    data = asdict(shown) | {"heard": st.session_state.get(heard, 0)}
    data["ties"] = [{"from": tie.start, "to": tie.to, "kind": tie.kind} for tie in shown.ties]
    _COMPONENT(data=data, key=key, width="stretch", height="content", on_moved_change=moved)


def moved_points(value: Any, shown: Plane) -> Moved | None:
    """What the browser sent, as points of this plane; None if it is not that, or if the points have been
    replaced since."""
    if not isinstance(value, Mapping) or value.get("version") != shown.version:
        return None
    points, picked, sent = value.get("points"), value.get("picked"), value.get("sent")
    if not _whole(sent) or not _whole(picked) or picked >= len(shown.points):
        return None
    if not isinstance(points, (list, tuple)) or len(points) != len(shown.points):
        return None
    if not all(_is_point(point, shown.edge + 1e-9) for point in points):
        return None
    return Moved([[float(x), float(y)] for x, y in points], picked)


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_point(value: Any, edge: float) -> bool:
    return (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in value)
        and all(math.isfinite(x) and abs(x) <= edge for x in value)
    )
