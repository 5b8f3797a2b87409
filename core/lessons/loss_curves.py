"""A loss as a function of the distance of one pair: a curve for the positive, and one for the negative.

Measured, not derived from the formula: the loss of the catalogue is called on two or three points at each
distance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.lessons.forces import Parameters
from core.lessons.lesson_plane import LABELS, START
from core.losses import LossEntry

Floats = npt.NDArray[np.float64]
Three = tuple[Floats, Floats, Floats]  # anchor, positive, negative

CURVE_POINTS = 121
FARTHEST = 2.5
ACROSS = 2.0  # the diameter of the unit circle
_STEP = 1e-4


@dataclass(frozen=True)
class Curves:
    """distance [c]; positive [c]: the loss as the positive moves away; negative [c]: as the negative does.

    turn: the distance beyond which a negative costs nothing and is no longer pushed; None if there is none in
    range.
    """

    distance: Floats
    positive: Floats
    negative: Floats
    turn: float | None


def curves(
    entry: LossEntry, parameters: Parameters, d_ap: float, d_an: float, *, on_circle: bool = False
) -> Curves:
    """The curves of a loss. A loss on pairs is measured on each pair alone; for the others, one point moves
    while the other stays: the positive at `d_ap`, the negative at `d_an`.

    on_circle: see `by_angle`; distances are chords of the unit circle, 0 to 2.
    """
    farthest = ACROSS if on_circle else FARTHEST
    distance = np.linspace(0.0, farthest, CURVE_POINTS)
    held_ap, held_an = min(d_ap, farthest), min(d_an, farthest)
    positive = np.array([_loss(entry, parameters, d, held_an, "positive", on_circle) for d in distance])
    negative = np.array([_loss(entry, parameters, held_ap, d, "negative", on_circle) for d in distance])
    return Curves(distance, positive, negative, _turn(entry, parameters, held_ap, on_circle))


def by_angle(entry: LossEntry, parameters: Parameters) -> bool:
    """Whether the loss depends on directions or on the origin: then a distance alone doesn't determine it,
    and its curves are measured on the unit circle. Tested by translating all points."""
    read = {name: parameters[name] for name in entry.parameters}
    moved = float(entry.function(START + np.array([0.7, -0.4]), LABELS, **read).total)
    return entry.normalised or abs(moved - float(entry.function(START, LABELS, **read).total)) > 1e-9


def turn_of(
    entry: LossEntry, parameters: Parameters, d_ap: float, *, on_circle: bool = False
) -> float | None:
    """The distance beyond which a negative is no longer pushed, even outside the chart; None: there is none."""
    return _turn(entry, parameters, min(d_ap, ACROSS) if on_circle else d_ap, on_circle)


def _turn(entry: LossEntry, parameters: Parameters, d_ap: float, on_circle: bool) -> float | None:
    """By bisection: beyond it the loss is that of a negative at the far end. With weights that the gradient takes
    as constants that says nothing: there its slope decides."""
    farthest = ACROSS if on_circle else 6 * FARTHEST

    def costs(d: float) -> bool:
        if entry.holds:
            return _slope(entry, parameters, d_ap, d, on_circle) < -1e-9
        return _loss(entry, parameters, d_ap, d, "negative", on_circle) - at_rest > 1e-12

    at_rest = _loss(entry, parameters, d_ap, farthest, "negative", on_circle)
    if costs(0.999 * farthest):
        return None
    near, far = 0.0, 0.999 * farthest
    for _ in range(40):
        middle = (near + far) / 2
        near, far = (middle, far) if costs(middle) else (near, middle)
    return far


def _slope(entry: LossEntry, parameters: Parameters, d_ap: float, d_an: float, on_circle: bool) -> float:
    """Of the loss in the negative's distance."""
    held = _three(d_ap, d_an, on_circle)
    ahead, behind = (
        loss_of_three(entry, parameters, _three(d_ap, d_an + by, on_circle), "negative", held)
        for by in (_STEP, -_STEP)
    )
    return (ahead - behind) / (2 * _STEP)


def _loss(
    entry: LossEntry, parameters: Parameters, d_ap: float, d_an: float, moving: str, on_circle: bool
) -> float:
    return loss_of_three(entry, parameters, _three(d_ap, d_an, on_circle), moving)


def loss_of_three(
    entry: LossEntry, parameters: Parameters, three: Three, moving: str, held: Three | None = None
) -> float:
    """The loss of an anchor, a positive and a negative; for a loss on pairs that of the pair that moves:
    "positive" or "negative". held: where they were when the weights of the loss were computed, if it `holds`
    them."""
    read: dict[str, Any] = {name: parameters[name] for name in entry.parameters}
    anchor, positive, negative = three
    if entry.takes == "pairs":
        other, label = (positive, 0) if moving == "positive" else (negative, 1)
        pair = (np.array([0]), np.array([1]))
        found = entry.function(np.array([anchor, other]), np.array([0, label]), pairs=pair, **read)
    elif entry.takes == "triplets":
        triplet = (np.array([0]), np.array([1]), np.array([2]))
        points, labels = np.array([anchor, positive, negative]), np.array([0, 0, 1])
        found = entry.function(points, labels, triplets=triplet, **read)
    else:  # a batch needs two of each class: the negative is doubled
        points, labels = np.array([anchor, positive, negative, negative]), np.array([0, 0, 1, 1])
        if entry.holds and held is not None:
            read["held"] = np.array([*held, held[2]])
        found = entry.function(points, labels, **read)
    return float(found.total)


def _three(d_ap: float, d_an: float, on_circle: bool) -> Three:
    """An anchor, a positive on one side of it and a negative on the other."""
    if not on_circle:
        return np.array([0.0, 0.0]), np.array([-d_ap, 0.0]), np.array([d_an, 0.0])
    along_p, along_n = 2 * np.arcsin(d_ap / 2), -2 * np.arcsin(d_an / 2)
    return np.array([1.0, 0.0]), _at_angle(along_p), _at_angle(along_n)


def _at_angle(angle: float) -> Floats:
    return np.array([np.cos(angle), np.sin(angle)])
