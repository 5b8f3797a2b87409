"""Forces: what a loss does to each of a few points, minus its gradient, without torch.

The losses are written for NumPy arrays too, so the gradient is taken by central differences: for the
handful of points of a lesson's plane that is a few thousandths of a second. Tested against
torch.autograd for every loss of the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.losses import LossEntry

Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]
Parameters = Mapping[str, float]

# Small enough that the curvature costs ten digits less than we show, large enough that rounding does too.
STEP = 1e-5


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
        return np.sum(list(self.of_term.values()), axis=0)

    @property
    def strongest(self) -> float:
        """The length of the longest force."""
        return float(np.linalg.norm(self.total, axis=1).max(initial=0.0))


def forces(entry: LossEntry, points: Points, labels: Labels, parameters: Parameters) -> Forces:
    """The forces of a loss on `points` [n, d] with `labels` [n], all its pairs or triplets taken.

    parameters: as the entry lists them; others are left aside.
    """
    here = _terms(entry, points, labels, parameters)
    of_term = {name: np.zeros(points.shape) for name in here}
    for place in np.ndindex(*points.shape):
        beyond, before = points.copy(), points.copy()
        beyond[place] += STEP
        before[place] -= STEP
        up, down = (_terms(entry, moved, labels, parameters) for moved in (beyond, before))
        for name in here:
            of_term[name][place] = (down[name] - up[name]) / (2 * STEP)
    return Forces(sum(here.values()), here, of_term)


@dataclass(frozen=True)
class Walk:
    """Steps of gradient descent: the points before the first step and after each, and the loss there."""

    points: list[Points]
    losses: list[float]


def walk(
    entry: LossEntry, points: Points, labels: Labels, parameters: Parameters, *, rate: float, steps: int
) -> Walk:
    """`steps` steps of plain gradient descent: each point moves by `rate` times the force on it.

    Ends early where no point moves any more, or where one would leave all bounds.
    """
    walked = [points]
    losses = []
    for _ in range(steps):
        now = forces(entry, walked[-1], labels, parameters)
        losses.append(now.loss)
        moved = walked[-1] + rate * now.total
        if rate * now.strongest < 1e-5 or not np.isfinite(moved).all():
            return Walk(walked, losses)
        walked.append(moved)
    losses.append(sum(_terms(entry, walked[-1], labels, parameters).values()))
    return Walk(walked, losses)


def _terms(entry: LossEntry, points: Points, labels: Labels, parameters: Parameters) -> dict[str, float]:
    read = {name: parameters[name] for name in entry.parameters}
    return {name: float(term) for name, term in entry.function(points, labels, **read).terms.items()}
