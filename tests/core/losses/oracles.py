"""The losses again, slow and obvious: one Python loop over pairs or triplets, in plain floats.

Written from the papers' and the seed documents' formulas, not from core/losses, so that the two
can disagree. `ORACLES` maps a loss's name to `oracle(points, labels, margin, tuples) -> terms`.
"""

import itertools
import math
from collections.abc import Callable, Sequence

Points = Sequence[Sequence[float]]
Tuples = Sequence[tuple[int, ...]]
Terms = dict[str, float]


def distance(a: Sequence[float], b: Sequence[float]) -> float:
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b, strict=True)))


def mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def every_triplet(labels: Sequence[int]) -> list[tuple[int, int, int]]:
    places = range(len(labels))
    return [
        (a, p, n)
        for a, p, n in itertools.product(places, places, places)
        if a != p and labels[a] == labels[p] and labels[a] != labels[n]
    ]


def pair_loss(
    pull: Callable[[float], float],
    push: Callable[[float], float],
    points: Points,
    labels: Sequence[int],
    pairs: Tuples | None,
) -> Terms:
    """Given pairs: the mean of y pull + (1-y) push. All pairs: positives and negatives half and half."""
    chosen = itertools.combinations(range(len(labels)), 2) if pairs is None else pairs
    pulls, pushes = [], []
    for i, j in chosen:
        d = distance(points[i], points[j])
        if labels[i] == labels[j]:
            pulls.append(pull(d))
        else:
            pushes.append(push(d))
    if pairs is None:
        return {"attraction": mean(pulls) / 2, "repulsion": mean(pushes) / 2}
    return {"attraction": sum(pulls) / len(pairs), "repulsion": sum(pushes) / len(pairs)}


def contrastive(points: Points, labels: Sequence[int], margin: float, pairs: Tuples | None) -> Terms:
    """Hadsell, Chopra, LeCun 2006, eq. 4 (their Y = 0 for alike pairs): d²/2 and max(0, m - d)²/2."""
    return pair_loss(lambda d: d * d / 2, lambda d: max(0, margin - d) ** 2 / 2, points, labels, pairs)


def contrastive_squared(points: Points, labels: Sequence[int], margin: float, pairs: Tuples | None) -> Terms:
    """The PyTorch tutorial: h/2 and max(0, m - h)/2 with h = d²."""
    return pair_loss(lambda d: d * d / 2, lambda d: max(0, margin - d * d) / 2, points, labels, pairs)


def pair_hinge_triplet(
    points: Points, labels: Sequence[int], margin: float, triplets: Tuples | None
) -> Terms:
    """The Wolfram notebook: posdist + Max[0, m - Sqrt[negdist]]^2, the mean over the batch."""
    pulls, pushes = [], []
    for a, p, n in every_triplet(labels) if triplets is None else triplets:
        pulls.append(distance(points[a], points[p]) ** 2)
        pushes.append(max(0, margin - distance(points[a], points[n])) ** 2)
    return {"attraction": mean(pulls), "repulsion": mean(pushes)}


def triplet_margin(points: Points, labels: Sequence[int], margin: float, triplets: Tuples | None) -> Terms:
    """Balntas et al. 2016: max(0, d(a,p) - d(a,n) + m), the mean over the batch."""
    return {
        "triplet": mean(
            [
                max(0, distance(points[a], points[p]) - distance(points[a], points[n]) + margin)
                for a, p, n in (every_triplet(labels) if triplets is None else triplets)
            ]
        )
    }


Oracle = Callable[[Points, Sequence[int], float, Tuples | None], Terms]

ORACLES: dict[str, Oracle] = {
    "contrastive": contrastive,
    "contrastive_squared": contrastive_squared,
    "pair_hinge_triplet": pair_hinge_triplet,
    "triplet_margin": triplet_margin,
}


def slope(
    oracle: Oracle, points: Points, labels: Sequence[int], margin: float, tuples: Tuples | None
) -> Points:
    """The total's gradient by central differences, one coordinate of one point after the other."""
    step = 1e-5

    def total(i: int, k: int, by: float) -> float:
        moved = [list(point) for point in points]
        moved[i][k] += by
        return sum(oracle(moved, labels, margin, tuples).values())

    return [
        [(total(i, k, step) - total(i, k, -step)) / (2 * step) for k in range(len(point))]
        for i, point in enumerate(points)
    ]
