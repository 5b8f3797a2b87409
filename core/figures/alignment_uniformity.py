"""Alignment and uniformity on the unit sphere (Wang, Isola 2020)."""

import math

import numpy as np

from core.figures.base import Figure
from core.figures.estimate import (
    Chance,
    Estimate,
    Floats,
    Labels,
    Points,
    check_labels,
    draw_pairs,
    exact,
    mean_of,
    undefined,
    why_not,
)

PAIRS = 100_000
AT_ONCE = 4096  # pairs whose coordinates are held at a time


def alignment(points: Points, labels: Labels) -> Estimate:
    """The mean squared distance between two images of the same class, on the unit sphere.

    Best 0, worst 4 (opposite each other); compare with `alignment_by_chance`. points: [n, d] are scaled
    to length 1 first; all pairs of the same class count equally. Undefined for a collapsed embedding, if
    a point lies at the origin, and if no class has two images. Raises ValueError if points and labels do
    not match. Source: Wang, Isola 2020 (alpha = 2).
    """
    check_labels(points, labels)
    reason = _why_no_directions(points)
    sizes = np.unique(labels, return_counts=True)[1]
    if reason is None and sizes.max() < 2:
        reason = "No two images are of the same class."
    if reason is not None:
        return undefined(reason, len(points))
    directions = _on_sphere(points)
    total, pairs = 0.0, 0
    for label in np.unique(labels):
        distance, count = _squared_distance_of_pairs(directions[labels == label])
        total, pairs = total + distance * count, pairs + count
    return exact(total / pairs, len(points))


def alignment_by_chance(points: Points) -> float:
    """The expected `alignment` of random classes: that of any two images; NaN if undefined."""
    if _why_no_directions(points) is not None or len(points) < 2:
        return math.nan
    return _squared_distance_of_pairs(_on_sphere(points))[0]


def uniformity(points: Points, *, pairs: int = PAIRS, seed: int = 0) -> Estimate:
    """The logarithm of the mean of exp(-2 d²) over pairs of images, d their distance on the unit sphere.

    Lower is more evenly spread; worst 0 (all directions equal), best -1.58 in the plane, towards -4 in many
    dimensions. points: [n, d] are scaled to length 1 first. Measured on `pairs` random pairs, with the
    standard error, or on all if there are no more. Undefined for a collapsed embedding and if a point lies
    at the origin. Raises ValueError for pairs < 2. Source: Wang, Isola 2020 (t = 2).
    """
    if pairs < 2:
        raise ValueError(f"Uniformity needs at least two pairs, not {pairs}.")
    reason = _why_no_directions(points)
    n = len(points)
    if reason is not None:
        return undefined(reason, n * (n - 1) // 2)
    directions, all_pairs = _on_sphere(points), n * (n - 1) // 2
    first, second = np.triu_indices(n, 1) if all_pairs <= pairs else draw_pairs(n, pairs, seed)
    squares = np.empty(len(first))
    for start in range(0, len(first), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        difference = directions[first[part]] - directions[second[part]]
        squares[part] = np.einsum("pd,pd->p", difference, difference)
    mean = mean_of(np.exp(-2 * squares), all_pairs)
    # the error of a logarithm is the relative error
    return Estimate(math.log(mean.value), mean.error / mean.value, mean.sampled, all_pairs)


def _squared_distance_of_pairs(points: Floats) -> tuple[float, int]:
    """The mean squared distance over all pairs of points [n, d], computed as twice the variance, and the
    number of pairs."""
    n = len(points)
    if n < 2:
        return 0.0, 0
    centred = points - points.mean(axis=0)
    return 2 * float((centred**2).sum()) / (n - 1), n * (n - 1) // 2


def _why_no_directions(points: Points) -> str | None:
    reason = why_not(points)
    if reason is None and not np.any(points, axis=1).all():
        reason = "A point lies at the origin, from where no direction leads to the unit sphere."
    return reason


def _on_sphere(points: Points) -> Floats:
    exactly = points.astype(np.float64)
    lengths: Floats = np.sqrt(np.einsum("nd,nd->n", exactly, exactly))
    return exactly / lengths[:, None]


ENTRIES = (
    Figure(
        "alignment",
        "Alignment",
        "Alignment",
        "shape",
        "The mean squared distance between two images of the same class, on the unit sphere.",
        best=0.0,
        worst=4.0,
        range="0 to 4",
        chance="Random classes get the value of any two images: 2 if they are spread evenly.",
        source="Wang, Isola 2020",
        function=lambda subject: alignment(subject.embedding.train, subject.embedding.train_labels),
        guessing=lambda subject: Chance.known(alignment_by_chance(subject.embedding.train)),
    ),
    Figure(
        "uniformity",
        "Uniformity",
        "Uniformity",
        "shape",
        "How evenly the images fill the unit sphere: the logarithm of the mean of exp(-2 d²) over pairs of images.",
        best=-4.0,
        worst=0.0,
        range="-4 to 0; in 2-D at least -1.58",
        chance=None,
        source="Wang, Isola 2020",
        function=lambda subject: uniformity(subject.embedding.train, seed=subject.seed),
    ),
)
