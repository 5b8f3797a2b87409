"""A loss parameter as a draggable handle on the loss curve: from value to distance, and back."""

import math
from dataclasses import dataclass

import numpy as np

from core.config import PARAMETERS
from core.lessons import texts
from core.lessons.forces import Parameters
from core.lessons.loss_curves import FARTHEST, turn_of
from core.losses import LossEntry


@dataclass(frozen=True)
class Handle:
    """field: the parameter that it sets. at: its position, a distance of the negative."""

    field: str
    at: float

    @property
    def means(self) -> str:
        """What that distance means."""
        return texts.section("losses_handles", self.field)


# The first of these that a loss has is its handle. assets/lessons/losses_handles.md explains their positions.
HANDLES = ("margin", "temperature", "similarity_margin")


def has_handle(entry: LossEntry) -> bool:
    """Whether a loss has one of HANDLES, even if off-screen."""
    return any(field in entry.parameters for field in HANDLES)


def handle(entry: LossEntry, parameters: Parameters, d_ap: float) -> Handle | None:
    """The handle of a loss; None if it has none of HANDLES, or its position is off-screen.

    d_ap: the distance of the positive.
    """
    for field in HANDLES:
        if field in entry.parameters:
            at = _position(entry, parameters, field, d_ap)
            return None if at is None else Handle(field, at)
    return None


def value_at(entry: LossEntry, parameters: Parameters, field: str, d_ap: float, at: float) -> float:
    """The value of `field`, within its steps and bounds, whose handle is closest to the distance `at`."""
    declared = PARAMETERS[field]
    count = round((declared.high - declared.low) / declared.step) + 1
    values = declared.low + declared.step * np.arange(count)
    positions = [_position(entry, {**parameters, field: float(value)}, field, d_ap) for value in values]
    off = [abs((FARTHEST if position is None else position) - at) for position in positions]
    return float(round(values[int(np.argmin(off))], 10))


def _position(entry: LossEntry, parameters: Parameters, field: str, d_ap: float) -> float | None:
    value = parameters[field]
    match field:
        case "temperature":
            # exp(s / t) with s = 1 - d^2 / 2 on the sphere, or exp(-d^2 / t): 1/e of it at d^2 / 2 = t, or
            # d^2 = t
            return math.sqrt(2 * value if entry.normalised else value)
        case "similarity_margin":
            return _chord(_angle(entry, value, d_ap))
        case _:
            return turn_of(entry, parameters, d_ap)


def _angle(entry: LossEntry, margin: float, d_ap: float) -> float:
    """The angle between anchor and negative at which the exponent is 0: s = m; with a proxy, which is
    half-way between anchor and positive here, its similarity to the negative is -m."""
    if not entry.learned:
        return math.acos(margin)
    return math.acos(-margin) - math.asin(min(d_ap / 2, 1.0))


def _chord(angle: float) -> float:
    return 2 * math.sin(angle / 2)
