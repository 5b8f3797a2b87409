"""A figure's value with its standard error, if it is measured on a sample, and its chance level."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]

NOT_FINITE = (
    "Some coordinates are not finite numbers (the training diverged), so there are no distances to "
    "compare. A lower learning rate usually helps."
)
NO_POINTS = "There are no points to measure."
COLLAPSED = "All points lie at one place (the embedding has collapsed), so no distance tells anything apart."


@dataclass(frozen=True)
class Estimate:
    """A figure, measured on `sampled` of all `of`.

    value: NaN if undefined, with the `reason`. error: the standard error of `value`, its typical
    distance from the figure of all `of`; 0 if all were measured, NaN for a sample of one.
    """

    value: float
    error: float
    sampled: int
    of: int
    reason: str | None = None


@dataclass(frozen=True)
class Chance:
    """What guessing gets: the mean over `shuffles` random labellings, the standard `error` of that mean,
    and the `spread` (standard deviation) of a single one. NaN if undefined."""

    mean: float
    error: float
    spread: float
    shuffles: int

    @classmethod
    def known(cls, mean: float) -> "Chance":
        """A chance level from a formula."""
        return cls(mean, 0.0, 0.0, 0)


@dataclass(frozen=True)
class Curve:
    """A figure over the number k of neighbours: k, value, its standard error, and what guessing gets,
    each [c]; NaN if undefined, with the `reason`. sampled: how many queries of `of`."""

    k: Ints
    value: Floats
    error: Floats
    chance: Floats
    sampled: int
    of: int
    reason: str | None = None

    def at(self, k: int) -> Estimate:
        """The figure at one `k`."""
        place = self.k.tolist().index(k)
        return Estimate(
            float(self.value[place]), float(self.error[place]), self.sampled, self.of, self.reason
        )

    def chance_at(self, k: int) -> Chance:
        """What guessing gets at one `k`."""
        return Chance.known(float(self.chance[self.k.tolist().index(k)]))


def exact(value: float, of: int) -> Estimate:
    """A figure measured on all `of`, without sampling error."""
    return Estimate(float(value), 0.0, of, of)


def undefined(reason: str, of: int = 0) -> Estimate:
    """An undefined figure, with the reason."""
    return Estimate(math.nan, math.nan, 0, of, reason)


def curve_of(k: Sequence[int], hits: npt.NDArray[Any], chance: Floats, of: int) -> Curve:
    """The means of hits [s, c] at each k [c] with their errors, for a sample of s of `of` queries."""
    means = [mean_of(column.astype(np.float64), of) for column in hits.T]
    value, error = (np.array([getattr(mean, part) for mean in means]) for part in ("value", "error"))
    return Curve(np.array(k, dtype=np.int64), value, error, chance, len(hits), of)


def undefined_curve(k: Sequence[int], reason: str, of: int = 0) -> Curve:
    """An undefined curve, with the reason."""
    none = np.full(len(k), math.nan)
    return Curve(np.array(k, dtype=np.int64), none, none, none, 0, of, reason)


def mean_of(values: Floats, of: int) -> Estimate:
    """The mean of `values` [s], a random sample without replacement of `of` values, with its error.

    The error goes to 0 as the sample grows to all (finite population correction).
    Raises ValueError for no values. Source: Cochran 1977, section 2.6.
    """
    count = len(values)
    if count == 0:
        raise ValueError("A mean needs at least one value.")
    if count == of:
        return exact(float(values.mean()), of)
    error = math.sqrt(float(values.var(ddof=1)) / count * (1 - count / of)) if count > 1 else math.nan
    return Estimate(float(values.mean()), error, count, of)


def chance_of(values: Sequence[float]) -> Chance:
    """The chance level from the figures of random labellings. Raises ValueError for fewer than two."""
    if len(values) < 2:
        raise ValueError(f"A chance level with its error needs at least 2 shuffles, not {len(values)}.")
    spread = float(np.std(values, ddof=1))
    return Chance(float(np.mean(values)), spread / math.sqrt(len(values)), spread, len(values))


def sample_of(count: int, size: int, seed: int) -> Ints:
    """The places of `size` of `count` points, drawn without replacement, ascending; all if there are no more."""
    if size < 1:
        raise ValueError(f"A sample needs at least one point, not {size}.")
    if size >= count:
        return np.arange(count, dtype=np.int64)
    return np.sort(np.random.default_rng(seed).choice(count, size, replace=False)).astype(np.int64)


def why_not(points: Points) -> str | None:
    """Why distances between points [n, d] are meaningless (no points, not finite, or all equal), else None.

    "Equal" is up to float32 rounding: embeddings collapse only that far.
    Raises ValueError unless points are 2-D.
    """
    if points.ndim != 2:
        raise ValueError(f"Points are a table [n, d], not an array of shape {points.shape}.")
    if len(points) == 0:
        return NO_POINTS
    if not np.isfinite(points).all():
        return NOT_FINITE
    extent = float((points.max(axis=0).astype(np.float64) - points.min(axis=0)).max(initial=0.0))
    if extent <= _ROUNDING * float(np.abs(points).max(initial=0.0)):
        return COLLAPSED
    return None


def check_labels(points: Points, labels: Labels) -> None:
    """Raises ValueError unless points [n, d] have one label each."""
    if points.ndim != 2 or labels.ndim != 1 or len(points) != len(labels):
        raise ValueError(f"Points [n, d] need one label each; got shapes {points.shape} and {labels.shape}.")


def check_k(ks: Sequence[int]) -> None:
    """Raises ValueError unless each of `ks` counts at least one neighbour."""
    if not ks or min(ks) < 1:
        raise ValueError(f"At least one neighbour must be looked at; got k = {list(ks)}.")


def draw_pairs(n: int, count: int, seed: int) -> tuple[Ints, Ints]:
    """The places of `count` random pairs of different images among n, all equally likely, with
    replacement. Raises ValueError for n < 2 and count < 1."""
    if n < 2:
        raise ValueError(f"A pair needs two images, and there are {n}.")
    if count < 1:
        raise ValueError(f"At least one pair must be drawn, not {count}.")
    generator = np.random.default_rng(seed)
    first = generator.integers(0, n, count)
    second = generator.integers(0, n - 1, count)
    return first, second + (second >= first)  # skips the first image


_ROUNDING = 1e-6
