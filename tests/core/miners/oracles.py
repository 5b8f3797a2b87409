"""Slow and obvious oracles of the miners, from the papers' definitions: loops over all triplets."""

import math
from collections.abc import Sequence

from tests.core.losses.loops import distance, every_triplet, negatives, positives, unit

Points = Sequence[Sequence[float]]
Triplets = set[tuple[int, int, int]]


def batch_all(points: Points, labels: Sequence[int], margin: float) -> Triplets:
    """Hermans et al. 2017: the triplets whose loss is not zero."""
    return {
        (a, p, n)
        for a, p, n in every_triplet(labels)
        if distance(points[a], points[p]) - distance(points[a], points[n]) + margin > 0
    }


def semi_hard(points: Points, labels: Sequence[int], margin: float) -> Triplets:
    """Schroff et al. 2015: the negative is farther than the positive, but within the margin."""
    return {
        (a, p, n)
        for a, p, n in every_triplet(labels)
        if distance(points[a], points[p])
        < distance(points[a], points[n])
        < distance(points[a], points[p]) + margin
    }


def batch_hard(points: Points, labels: Sequence[int], margin: float) -> Triplets:
    """Hermans et al. 2017, eq. 5: the farthest positive and the nearest negative of each anchor."""
    found = set()
    for a in range(len(labels)):
        if positives(labels, a) and negatives(labels, a):
            found.add(
                (
                    a,
                    max(positives(labels, a), key=lambda p: distance(points[a], points[p])),
                    min(negatives(labels, a), key=lambda n: distance(points[a], points[n])),
                )
            )
    return found


def density(d: float, dims: int) -> float:
    """Wu et al. 2017, section 4: the density of distances between random points on the sphere."""
    return float(d ** (dims - 2) * (1 - d * d / 4) ** ((dims - 3) / 2))


def distance_weighted(points: Points, labels: Sequence[int], anchor: int) -> dict[int, float]:
    """Wu et al. 2017, eq. 5, for one anchor: negative -> probability of being drawn."""
    weights = {}
    for n in negatives(labels, anchor):
        d = distance(unit(points[anchor]), unit(points[n]))
        weights[n] = 0.0 if d >= 1.4 else 1 / density(max(d, 0.5), len(points[anchor]))
    total = math.fsum(weights.values())
    if total == 0:
        return {n: 1 / len(weights) for n in weights}
    return {n: weight / total for n, weight in weights.items()}
