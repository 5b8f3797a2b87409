"""Forces: a loss's negative gradient at each of a few points, without torch.

The losses also accept NumPy arrays, so the gradient is taken by central differences (core.losses.slopes): a
few milliseconds for the handful of points of a lesson. Tested against torch.autograd for every loss.
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


# Gradient clipping: the longest step of a point, since steep losses would throw points around.
LONGEST = 0.25


@dataclass(frozen=True)
class Forces:
    """A loss at some points: its total, its terms by name, and the force of each term on each point.

    of_term: name -> [n, d], minus the gradient of that term; `total` is their sum. The force is zero where
    the loss is flat, and at a symmetric kink, as where two points coincide.
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
        """The magnitude of the strongest force."""
        return float(np.linalg.norm(self.total, axis=1).max(initial=0.0))


def forces(entry: LossEntry, points: Points, labels: Labels, parameters: Parameters) -> Forces:
    """The forces of a loss on `points` [n, d] with `labels` [n], over all pairs or triplets.

    parameters: those that the entry lists; others are ignored.
    """
    here = _terms(entry, points, labels, parameters)
    read = {name: parameters[name] for name in entry.parameters}
    of_term = {name: -gradient(_only(entry, name), points, labels, **read) for name in here}
    return Forces(sum(here.values()), here, of_term)


@dataclass(frozen=True)
class Walk:
    """Gradient descent: the points before the first step and after each one, and the loss at each."""

    points: list[Points]
    losses: list[float]


def walk(
    entry: LossEntry, points: Points, labels: Labels, parameters: Parameters, *, rate: float, steps: int
) -> Walk:
    """`steps` steps of gradient descent: each point moves by `rate` times its force, at most by LONGEST.

    For a loss on directions, points are projected back onto the unit sphere, as the encoder does.
    Stops early when no point moves.
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
    """The entry of a loss that consists of one term of this one."""

    def function(*arguments: Any, **named: Any) -> Loss:
        return Loss.of(**{term: entry.function(*arguments, **named).terms[term]})

    return replace(entry, function=function)
