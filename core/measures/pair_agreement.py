"""The Rand index as what it is: draw two images at random; do digits and clusters agree on them?"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.measures.cluster_metrics import contingency, rand, shuffled_tables
from core.measures.estimate import Chance, Floats, Ints, Labels, chance_of

Bools = npt.NDArray[np.bool_]

SHUFFLES = 100


@dataclass(frozen=True)
class PairAgreement:
    """Random pairs in the order in which they were drawn: the places first, second [p] of their images,
    and whether the two have the same label and the same cluster."""

    first: Ints
    second: Ints
    same_label: Bools
    same_cluster: Bools

    @property
    def agree(self) -> Bools:
        """[p]: together in both, or apart in both."""
        agree: Bools = self.same_label == self.same_cluster
        return agree

    @property
    def running(self) -> Floats:
        """[p]: the share of agreements among the pairs drawn so far; it converges to the Rand index."""
        drawn = np.arange(1, len(self.first) + 1)
        share: Floats = self.agree.cumsum() / drawn
        return share

    @property
    def error(self) -> Floats:
        """[p]: the standard error of `running`, sqrt(p(1-p)/t); 0 as long as all pairs agree."""
        drawn = np.arange(1, len(self.first) + 1)
        error: Floats = np.sqrt(self.running * (1 - self.running) / drawn)
        return error

    def interval(self, z: float = 1.96) -> tuple[Floats, Floats]:
        """Low and high [p]: where the index lies, with 95 % confidence for z = 1.96. Honest from the
        first pair on, where `error` is not. Source: Wilson 1927."""
        drawn = np.arange(1, len(self.first) + 1)
        centre = (self.running + z**2 / (2 * drawn)) / (1 + z**2 / drawn)
        half = z / (1 + z**2 / drawn) * np.sqrt(self.error**2 + z**2 / (4 * drawn**2))
        return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)

    @property
    def counts(self) -> Ints:
        """[2, 2]: pairs by label (row 0: same, row 1: different) and cluster (column 0: same, column
        1: different); the diagonal are the agreements."""
        cell = 2 * ~self.same_label + ~self.same_cluster
        return np.bincount(cell, minlength=4).reshape(2, 2)


def draw_pairs(n: int, count: int, seed: int) -> tuple[Ints, Ints]:
    """The places of `count` random pairs of different images among n, each pair equally likely, and
    drawn anew each time. Raises ValueError for n < 2 and count < 1."""
    if n < 2:
        raise ValueError(f"A pair needs two images, and there are {n}.")
    if count < 1:
        raise ValueError(f"At least one pair must be drawn, not {count}.")
    generator = np.random.default_rng(seed)
    first = generator.integers(0, n, count)
    second = generator.integers(0, n - 1, count)
    return first, second + (second >= first)  # leaps over the first image


def sample_pairs(labels: Labels, clusters: Labels, count: int, *, seed: int = 0) -> PairAgreement:
    """Draw `count` pairs of images and see whether labels [n] and clusters [n] agree on each.

    Raises ValueError for different lengths, fewer than two images, and count < 1.
    """
    if len(labels) != len(clusters):
        raise ValueError(f"Each image has one label and one cluster; got {len(labels)} and {len(clusters)}.")
    first, second = draw_pairs(len(labels), count, seed)
    return PairAgreement(first, second, labels[first] == labels[second], clusters[first] == clusters[second])


def random_clusters(n: int, k: int, *, seed: int = 0) -> Ints:
    """[n]: k clusters of (almost) equal size, filled at random: a clustering that knows nothing.

    Raises ValueError for k < 1.
    """
    if k < 1:
        raise ValueError(f"There must be at least one cluster, not {k}.")
    return np.random.default_rng(seed).permutation(np.arange(n, dtype=np.int64) % k)


def chance_rand_index(labels: Labels, clusters: Labels) -> float:
    """The Rand index that clusters of just these sizes get on average when they are filled at random.

    p q + (1-p)(1-q), with p the share of pairs that have the same label and q the share in the same
    cluster. For k equal clusters this is `core.measures.metrics.random_rand_index`. One image alone: 1.
    Raises ValueError for no labels or different lengths. Source: Hubert, Arabie 1985.
    """
    table = contingency(labels, clusters)
    if table.sum() == 1:
        return 1.0
    p, q = _share_of_pairs(table.sum(axis=1)), _share_of_pairs(table.sum(axis=0))
    return p * q + (1 - p) * (1 - q)


def shuffled_rand_index(
    labels: Labels, clusters: Labels, *, shuffles: int = SHUFFLES, seed: int = 0
) -> Chance:
    """The same, found by trying: deal the clusters out at random, `shuffles` times.

    Raises ValueError for no labels, different lengths, and fewer than two shuffles.
    """
    return chance_of([rand(table) for table in shuffled_tables(labels, clusters, shuffles, seed)])


@dataclass(frozen=True)
class BeyondChance:
    """The adjusted Rand index in its parts: of the room `possible` = 1 - chance above what guessing
    gets, `gained` = rand - chance is filled; adjusted = gained / possible."""

    rand: float
    chance: float
    gained: float
    possible: float
    adjusted: float


def beyond_chance(labels: Labels, clusters: Labels) -> BeyondChance:
    """What the adjusted Rand index corrects, in numbers; `adjusted` equals
    `core.measures.metrics.adjusted_rand_index`, 1 where guessing itself is always right.

    Best 1, guessing gets 0, worst -0.5. Raises ValueError for no labels or different lengths.
    Source: Hubert, Arabie 1985.
    """
    index, chance = rand(contingency(labels, clusters)), chance_rand_index(labels, clusters)
    gained, possible = index - chance, 1 - chance
    # with one class and one cluster, or with each image alone in both, no guess can be wrong
    adjusted = 1.0 if math.isclose(possible, 0.0, abs_tol=1e-15) else gained / possible
    return BeyondChance(index, chance, gained, possible, adjusted)


def _share_of_pairs(sizes: Ints) -> float:
    """The probability that two different images drawn at random fall in the same group."""
    n = int(sizes.sum())
    return float((sizes * (sizes - 1)).sum() / (n * (n - 1)))
