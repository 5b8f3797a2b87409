"""The gradient of any catalogue loss without torch, for the few points of a drawing."""

from typing import Any

import numpy as np
import numpy.typing as npt

from core.losses.base import LossEntry

STEP = 1e-5  # for points at distances about 1: the error is about 1e-10


def gradient(
    entry: LossEntry, points: npt.NDArray[np.float64], labels: npt.NDArray[Any], **parameters: Any
) -> npt.NDArray[np.float64]:
    """Slope [n, d] of the loss in each coordinate of each of `points` [n, d], by central differences.

    The force on a point is its negative. parameters: of the loss's function. At a kink of the loss (a
    hinge, two equal points) it is the mean of the slopes on both sides.
    """
    fixed = {**parameters, **({"held": points} if entry.holds else {})}

    def total(moved: npt.NDArray[np.float64]) -> float:
        return float(entry.function(moved, labels, **fixed).total)

    slopes = np.empty_like(points, dtype=np.float64)
    for place in np.ndindex(points.shape):
        ahead, behind = points.astype(np.float64), points.astype(np.float64)
        ahead[place] += STEP
        behind[place] -= STEP
        slopes[place] = (total(ahead) - total(behind)) / (2 * STEP)
    return slopes
