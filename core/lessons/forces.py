"""Forces: what a loss does to each of a few points, minus its gradient, without torch.

The losses are written for NumPy arrays too, so the gradient is taken by central differences
(core.losses.slopes): for the handful of points of a lesson's plane that is a few thousandths of a
second. Tested against torch.autograd for every loss of the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from core.losses import Loss, LossEntry
from core.losses.distances import directions
from core.losses.slopes import gradient

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Parameters = Mapping[str, float]


# No point takes a longer step: gradient clipping, without which a sharp loss throws it about.
LONGEST = 0.25


@dataclass(frozen=True)
class Forces:
    """A loss at some points: its total, its terms by name, and the force of each term on each point.

    of_term: name -> [n, d], minus the gradient of that term; `total` is their sum. A point feels
    nothing where the loss is flat, and also where it has a kink with equal slopes up on all sides:
    two points at the same place.
    """

    loss: float
    terms: dict[str, float]
    of_term: dict[str, Points]

    @property
    def total(self) -> Points:
        """The force on each point [n, d]."""
        summed: Points = np.sum(list(self.of_term.values()), axis=0)
        return summed

    @property
    def strongest(self) -> float:
        """The length of the longest force."""
        return float(np.linalg.norm(self.total, axis=1).max(initial=0.0))


def forces(entry: LossEntry, points: Points, labels: Labels, parameters: Parameters) -> Forces:
    """The forces of a loss on `points` [n, d] with `labels` [n], all its pairs or triplets taken.

    parameters: as the entry lists them; others are left aside.
    """
    here = _terms(entry, points, labels, parameters)
    read = {name: parameters[name] for name in entry.parameters}
    of_term = {name: -gradient(_only(entry, name), points, labels, **read) for name in here}
    return Forces(sum(here.values()), here, of_term)


@dataclass(frozen=True)
class Walk:
    """Steps of gradient descent: the points before the first step and after each, and the loss there."""

    points: list[Points]
    losses: list[float]


def walk(
    entry: LossEntry, points: Points, labels: Labels, parameters: Parameters, *, rate: float, steps: int
) -> Walk:
    """`steps` steps of gradient descent: each point moves by `rate` times the force on it, at most by LONGEST.

    Where only directions count the points are put back on the unit sphere, as the encoder does it.
    Ends early where no point moves any more.
    """
    walked = [points]
    losses = []
    read = {name: parameters[name] for name in entry.parameters}
    for _ in range(steps):
        losses.append(sum(_terms(entry, walked[-1], labels, parameters).values()))
        step = -rate * gradient(entry, walked[-1], labels, **read)
        length = np.linalg.norm(step, axis=1, keepdims=True)
        moved = walked[-1] + step * np.minimum(1.0, LONGEST / np.maximum(length, LONGEST))
        if entry.normalised:
            moved = directions(moved)
        if np.abs(moved - walked[-1]).max(initial=0.0) < 1e-5:
            return Walk(walked, losses)
        walked.append(moved)
    losses.append(sum(_terms(entry, walked[-1], labels, parameters).values()))
    return Walk(walked, losses)


def _terms(entry: LossEntry, points: Points, labels: Labels, parameters: Parameters) -> dict[str, float]:
    read = {name: parameters[name] for name in entry.parameters}
    return {name: float(term) for name, term in entry.function(points, labels, **read).terms.items()}


def _only(entry: LossEntry, term: str) -> LossEntry:
    """The entry of a loss that is one term of this one."""

    def function(*arguments: Any, **named: Any) -> Loss:
        return Loss.of(**{term: entry.function(*arguments, **named).terms[term]})

    return replace(entry, function=function)
