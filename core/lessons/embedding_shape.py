"""How an embedding lies in its space: spread, rank and order, by the figures of the catalogue."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.figures.effective_rank import effective_rank, variance_shares
from core.figures.spread import between_share, spread

Points = npt.NDArray[np.floating[Any]]

# Less than a tenth of the spread under the initial, random weights counts as a single point.
SHRUNK = 0.1
# `directions` counts the principal directions that hold this share of the variance.
MOST = 0.95


@dataclass(frozen=True)
class Shape:
    """The shape of an embedding [n, d].

    spread: `core.figures.spread`; 0 if all points are the same. rank: `effective_rank`, 1 to d; 0 for a
    single point. sorted: `between_share`, 0 to 1 (each class is one point); 0 for a single class. first: the
    share of the variance along the first principal direction. directions: how many of these together hold
    `MOST` of it.
    """

    spread: float
    rank: float
    sorted: float
    first: float = 0.0
    directions: int = 0

    def without_rank(self) -> "Shape":
        """The same with rank NaN: the rank of a point would be that of its rounding errors."""
        return dataclasses.replace(self, rank=np.nan)


def shape_of(points: Points, labels: npt.NDArray[Any]) -> Shape:
    """The shape of `points` [n, d], n >= 1, with `labels` [n]; NaN if a point is not finite."""
    found = spread(points)
    if found.reason is not None:
        return Shape(np.nan, np.nan, np.nan)
    if found.value == 0:
        return Shape(0.0, 0.0, 0.0)
    between, shares = between_share(points, labels), variance_shares(points)
    return Shape(
        found.value,
        effective_rank(points).value,
        between.value if between.reason is None else 0.0,
        first=float(shares[0]),
        directions=int(np.searchsorted(shares.cumsum(), MOST)) + 1,
    )


def shapes_of(snapshots: Sequence[Points], labels: npt.NDArray[Any]) -> list[Shape]:
    """The shape of each of a run's snapshots [n, d], in order; rank NaN where it has shrunk to a point."""
    shapes = [shape_of(points, labels) for points in snapshots]
    return [shape.without_rank() if shape.spread <= SHRUNK * shapes[0].spread else shape for shape in shapes]
