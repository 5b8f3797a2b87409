"""KMeans step by step: the iterations of Lloyd's algorithm from a chosen initialisation.

On at most `SAMPLE` points, so that each step can be drawn and compared; `core.clustering.kmeans` clusters all.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.embedding.distances import blocks, squared_distances
from core.figures.contingency import contingency
from core.figures.estimate import NO_POINTS, NOT_FINITE, Floats, Ints, Points, sample_of
from core.figures.rand import adjusted_rand_index

SAMPLE = 3000
MAX_ITERATIONS = 300

Assignments = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Iteration:
    """One iteration of Lloyd's algorithm, after the assignment step and before the update step.

    centroids: [k, d]. assignments: [n], the nearest centroid of each point. inertia: the sum of squared
    distances to it; it never increases from one iteration to the next. moved: how many points changed
    cluster since the last iteration (all, in the first). shift: the largest distance a centroid moved
    since then (0 in the first).
    """

    centroids: Floats
    assignments: Assignments
    inertia: float
    moved: int
    shift: float


@dataclass(frozen=True)
class Watched:
    """KMeans from one initialisation. sample: [s], the places of the clustered points among all `of`,
    ascending. converged: whether the last iteration changed nothing."""

    sample: Ints
    of: int
    start: str
    seed: int
    iterations: tuple[Iteration, ...]
    converged: bool

    @property
    def inertia(self) -> Floats:
        """[t]: over the iterations, decreasing."""
        return np.array([iteration.inertia for iteration in self.iterations])


def random_start(points: Floats, k: int, generator: np.random.Generator) -> Floats:
    """k of the points, all equally likely. Source: Forgy 1965."""
    return points[generator.choice(len(points), k, replace=False)]


def plus_plus_start(points: Floats, k: int, generator: np.random.Generator) -> Floats:
    """k of the points, each chosen with a probability proportional to its squared distance to the nearest
    one chosen before. Fewer if there are fewer distinct points. Source: Arthur, Vassilvitskii 2007."""
    chosen = [int(generator.integers(len(points)))]
    nearest = squared_distances(points[chosen], points)[0]
    while len(chosen) < k and nearest.max() > 0:
        chosen.append(int(generator.choice(len(points), p=nearest / nearest.sum())))
        nearest = np.minimum(nearest, squared_distances(points[chosen[-1:]], points)[0])
    return points[chosen]


STARTS: dict[str, Callable[[Floats, int, np.random.Generator], Floats]] = {
    "k-means++": plus_plus_start,
    "random": random_start,
}


def lloyd(
    points: Points, centroids: Points, *, max_iterations: int = MAX_ITERATIONS
) -> tuple[tuple[Iteration, ...], bool]:
    """The iterations of Lloyd's algorithm on points [n, d] from the given centroids [k, d], and whether
    it converged. The same as scikit-learn's KMeans(k, init=centroids, n_init=1, tol=0).

    Each point is assigned to its nearest centroid (the lower if tied), then each centroid moves to the mean
    of its points. An empty cluster's centroid moves to the point furthest from its own centroid. Raises
    ValueError for no points, no centroids, mismatched dimensions, and coordinates that are not finite.
    Source: Lloyd 1982.
    """
    _check(points)
    if centroids.ndim != 2 or len(centroids) == 0 or centroids.shape[1] != points.shape[1]:
        raise ValueError(f"Centroids [k, {points.shape[1]}] are needed, not of shape {centroids.shape}.")
    if not np.isfinite(centroids).all():
        raise ValueError(NOT_FINITE)
    exactly, centres = points.astype(np.float64), centroids.astype(np.float64)
    # squares lose precision far from the origin
    origin = exactly.mean(axis=0)
    iterations: list[Iteration] = []
    last, shift = np.full(len(points), -1), 0.0
    while True:
        distances = squared_distances(exactly - origin, centres - origin)
        assignments = distances.argmin(axis=1)
        own = distances[np.arange(len(points)), assignments]
        moved = int((assignments != last).sum())
        iterations.append(Iteration(centres, assignments, float(own.sum()), moved, shift))
        if moved == 0 or len(iterations) == max_iterations:
            return tuple(iterations), moved == 0
        new = _means(exactly, assignments, own, centres)
        shift = float(np.linalg.norm(new - centres, axis=1).max())
        last, centres = assignments, new


def watch(
    points: Points,
    k: int,
    *,
    start: str = "k-means++",
    seed: int = 0,
    sample: int = SAMPLE,
    sample_seed: int = 0,
) -> Watched:
    """KMeans of `sample` points drawn from points [n, d], with an initialisation from `STARTS`.

    seed: of the initialisation; the sample does not depend on it, so that restarts can be compared. With
    fewer than k (distinct) points there are fewer clusters. Raises ValueError for no points, k < 1, an
    unknown start, and coordinates that are not finite.
    """
    _check(points)
    if k < 1:
        raise ValueError(f"There must be at least one cluster, not {k}.")
    if start not in STARTS:
        raise ValueError(f"There is no start {start!r}; there are: {', '.join(STARTS)}.")
    which = sample_of(len(points), sample, sample_seed)
    chosen = points[which].astype(np.float64)
    centroids = STARTS[start](chosen, min(k, len(chosen)), np.random.default_rng(seed))
    iterations, converged = lloyd(chosen, centroids)
    return Watched(which, len(points), start, seed, iterations, converged)


def inertia_of(points: Points, centroids: Floats) -> float:
    """The sum of squared distances of all points [n, d] to their nearest centroid [k, d]: best 0."""
    _check(points)
    origin = centroids.mean(axis=0)
    parts = (
        squared_distances(points[part] - origin, centroids - origin)
        for part in blocks(len(points), len(centroids))
    )
    return math.fsum(float(distances.min(axis=1).sum()) for distances in parts)


def majorities(assignments: Assignments, labels: npt.NDArray[np.integer], k: int) -> list[int]:
    """[k]: the class that most of each cluster's points have, the lowest if tied; -1 for an empty cluster.

    assignments, labels: [n].
    """
    counts = np.zeros((k, int(labels.max(initial=0)) + 1), np.int64)
    np.add.at(counts, (assignments, labels), 1)
    found: list[int] = np.where(counts.any(axis=1), counts.argmax(axis=1), -1).tolist()
    return found


@dataclass(frozen=True)
class Restart:
    """One of several restarts. full_inertia: of all points, with the last centroids. agreement: the
    adjusted Rand index of its clusters with those of the best restart: 1 if they are the same."""

    watched: Watched
    full_inertia: float
    agreement: float


def restarts(
    points: Points, k: int, *, start: str = "k-means++", count: int = 10, seed: int = 0, sample: int = SAMPLE
) -> tuple[tuple[Restart, ...], int]:
    """KMeans from `count` initialisations, with the seeds seed, seed + 1, ..., and the place of the best: the
    one with the lowest inertia of the sample, which KMeans keeps. Raises ValueError like `watch`, and for
    count < 1."""
    if count < 1:
        raise ValueError(f"At least one start is needed, not {count}.")
    runs = [watch(points, k, start=start, seed=seed + i, sample=sample) for i in range(count)]
    best = int(np.argmin([run.iterations[-1].inertia for run in runs]))
    kept = runs[best].iterations[-1].assignments
    found = []
    for run in runs:
        end = run.iterations[-1]
        agreement = adjusted_rand_index(contingency(kept, end.assignments))
        found.append(Restart(run, inertia_of(points, end.centroids), agreement))
    return tuple(found), best


def _means(points: Floats, assignments: Assignments, own: Floats, centroids: Floats) -> Floats:
    """The mean of each cluster's points; own: [n], squared distances to the centroids they chose."""
    k = len(centroids)
    assignments = assignments.copy()
    empty = np.flatnonzero(np.bincount(assignments, minlength=k) == 0)
    for cluster, furthest in zip(empty, np.argsort(own)[::-1], strict=False):
        if own[furthest] > 0:  # otherwise there are fewer distinct points than clusters
            assignments[furthest] = cluster
    sizes = np.bincount(assignments, minlength=k)
    means = centroids.copy()  # a cluster that is still empty does not move
    for cluster in np.flatnonzero(sizes):
        members = points[assignments == cluster]
        # the mean of equal points is exactly that point, so that their distance to it is exactly 0
        means[cluster] = members[0] + (members - members[0]).mean(axis=0)
    return means


def _check(points: Points) -> None:
    if points.ndim != 2 or len(points) == 0:
        raise ValueError(f"{NO_POINTS} A table [n, d] is needed, not an array of shape {points.shape}.")
    if not np.isfinite(points).all():
        raise ValueError(NOT_FINITE)
