"""A parameter of a loss as a handle on its curve: at which distance it stands, and what a distance makes of it."""

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
    """field: the parameter that it moves. at: the distance of a negative at which it stands."""

    field: str
    at: float

    @property
    def means(self) -> str:
        """What is at that distance."""
        return texts.section("losses_handles", self.field)


# What can be a handle: the first of these that a loss has. assets/lessons/losses_handles.md says what each stands at.
HANDLES = ("margin", "temperature", "similarity_margin")


def has_handle(entry: LossEntry) -> bool:
    """Whether a loss has one of HANDLES, be it in sight or not."""
    return any(field in entry.parameters for field in HANDLES)


def handle(entry: LossEntry, parameters: Parameters, d_ap: float) -> Handle | None:
    """Of a loss that has a margin, a temperature or a margin on similarities; None where it has none of these, or
    none in sight. d_ap: the distance of the positive."""
    for field in HANDLES:
        if field in entry.parameters:
            at = _place(entry, parameters, field, d_ap)
            return None if at is None else Handle(field, at)
    return None


def value_at(entry: LossEntry, parameters: Parameters, field: str, d_ap: float, at: float) -> float:
    """The value of `field`, in its own steps and bounds, with which the handle stands nearest to the distance `at`."""
    declared = PARAMETERS[field]
    count = round((declared.high - declared.low) / declared.step) + 1
    values = declared.low + declared.step * np.arange(count)
    places = [_place(entry, {**parameters, field: float(value)}, field, d_ap) for value in values]
    off = [abs((FARTHEST if place is None else place) - at) for place in places]
    return float(round(values[int(np.argmin(off))], 10))


def _place(entry: LossEntry, parameters: Parameters, field: str, d_ap: float) -> float | None:
    value = parameters[field]
    match field:
        case "temperature":
            # exp(s / t) with s = 1 - d^2 / 2 on the sphere, or exp(-d^2 / t): 1/e of it at d^2 / 2 = t, or d^2 = t
            return math.sqrt(2 * value if entry.normalised else value)
        case "similarity_margin":
            return _chord(_angle(entry, value, d_ap))
        case _:
            return turn_of(entry, parameters, d_ap)


def _angle(entry: LossEntry, margin: float, d_ap: float) -> float:
    """The angle between anchor and negative at which the exponent is 0: where s = m; with a proxy, here half-way
    between anchor and positive, where the similarity to it is -m."""
    if not entry.learned:
        return math.acos(margin)
    return math.acos(-margin) - math.asin(min(d_ap / 2, 1.0))


def _chord(angle: float) -> float:
    return 2 * math.sin(angle / 2)
