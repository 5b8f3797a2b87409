"""Where a loss leaves points alone: pairs that are near or far enough, and all points at one place.

Measured on a few points, like the curves of `core.lessons.loss_curves`: a new loss needs no text of its own.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.lessons.forces import Parameters, Points, forces
from core.lessons.lesson_plane import LABELS, ONE_PLACE, START
from core.lessons.loss_curves import Three, by_angle, loss_of_three
from core.losses import LossEntry

# springs: a positive is always pulled, a negative only pushed up to some distance. rests: a near positive is not
# pulled either. difference: neither moves once the negative is far enough beyond the positive. never: both go on.
# spread: a near positive is pushed away as well. learned: an image is compared with what is learned for each
# class, not with other images.
Ends = Literal["springs", "rests", "difference", "never", "spread", "learned"]
# full: no force on the pile, but however near to it the whole force. growing: a force in proportion to the
# distance from it. stable: parting the classes costs as much as the pile.
PileKind = Literal["full", "growing", "stable"]

AWAY = 0.02  # root mean square distance of the points from the pile
_NEAR, _STEP = 0.2, 1e-4
# Sharper settings weigh far points with numbers too small to compute with; when a force ends does not depend
# on them.
_MILD = {"temperature": 1.0, "scale": 2.0}


def ends_of(entry: LossEntry, parameters: Parameters) -> Ends:
    """When the loss stops to move a positive and a negative of an anchor.

    From the slopes at a positive with the negative far away, and at a negative that is even farther.
    """
    if entry.learned:
        return "learned"
    mild = {**parameters, **{name: value for name, value in _MILD.items() if name in parameters}}
    on_sphere = by_angle(entry, mild)
    far = 3 + 2 * mild.get("margin", 0.0)

    def slope(moving: str, at: float = _NEAR) -> float:
        def loss(by: float) -> float:
            d_ap, d_an = (at + by, far) if moving == "positive" else (at, far + by)
            return loss_of_three(entry, mild, three(d_ap, d_an), moving, held=three(at, far))

        def three(d_ap: float, d_an: float) -> Three:
            return _on_sphere(d_ap, d_an - far) if on_sphere else _in_space(d_ap, d_an)

        return (loss(_STEP) - loss(-_STEP)) / (2 * _STEP)

    pulled, pushed = slope("positive"), -slope("negative")
    if pulled < -1e-7:
        return "spread"
    if pushed > 1e-7:
        return "never"
    if pulled > 1e-7:
        return "springs"
    # still nearer than the negative, by more than the margin
    return "rests" if slope("positive", at=1 + mild.get("margin", 0.0)) > 1e-7 else "difference"


def _in_space(d_ap: float, d_an: float) -> tuple[Points, Points, Points]:
    """Anchor and positive on a circle, and a negative equally far from both."""
    radius = max(1.0, d_ap)
    angle = 2 * np.arcsin(d_ap / 2 / radius)
    positive = radius * np.array([np.cos(angle), np.sin(angle), 0.0])
    return np.array([radius, 0.0, 0.0]), positive, np.array([0.0, 0.0, np.sqrt(d_an**2 - radius**2)])


def _on_sphere(d_ap: float, by: float) -> tuple[Points, Points, Points]:
    """The same on the unit sphere: the negative almost opposite, and moved `by` farther along the sphere."""
    ring = 0.15
    half = np.arcsin(d_ap / 2 / np.sin(ring))
    anchor, positive = (
        np.array([np.sin(ring) * np.cos(at), np.sin(ring) * np.sin(at), -np.cos(ring)])
        for at in (half, -half)
    )
    return anchor, positive, np.array([-np.sin(by), 0.0, np.cos(by)])


@dataclass(frozen=True)
class Pile:
    """What a loss does to points that are almost at one place. force, half_force: the strongest with the points
    AWAY and half as far from it, in all directions."""

    kind: PileKind
    force: float
    half_force: float


def pile_of(entry: LossEntry, parameters: Parameters) -> Pile:
    """What the loss does to the lesson's points once they are nudged away from a single place."""

    def strongest(nudge: float) -> float:
        return forces(entry, ONE_PLACE + nudge * _scattered(START), LABELS, parameters).strongest

    force, half = strongest(AWAY), strongest(AWAY / 2)
    parted = ONE_PLACE + AWAY * _scattered(_CORNERS[LABELS])
    here, there = (_loss(entry, points, parameters) for points in (ONE_PLACE, parted))
    if there >= here - 1e-10:
        return Pile("stable", force, half)
    return Pile("full" if half > 0.75 * force else "growing", force, half)


# One for each class, at equal distances.
_CORNERS = np.array([[1.0, 0.0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]])


def _scattered(points: Points) -> Points:
    """Moved to the mean 0 and scaled to a root mean square distance of 1 from it."""
    centred = points - points.mean(axis=0)
    scaled: Points = centred / np.sqrt((centred**2).sum(axis=1).mean())
    return scaled


def _loss(entry: LossEntry, points: Points, parameters: Parameters) -> float:
    read = {name: parameters[name] for name in entry.parameters}
    return float(entry.function(points, LABELS, **read).total)
