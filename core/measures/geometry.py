"""The shape of an embedding: alignment and uniformity, effective rank, spread."""

import math

import numpy as np
from scipy.special import hyp0f1

from core.measures.estimate import (
    Estimate,
    Floats,
    Labels,
    Points,
    check_labels,
    exact,
    mean_of,
    undefined,
    why_not,
)
from core.measures.pair_agreement import draw_pairs

PAIRS = 100_000


def alignment(points: Points, labels: Labels) -> Estimate:
    """The mean squared distance of two images of the same class, on the unit sphere.

    Best 0, worst 4 (opposite each other); compare with `alignment_by_chance`. points: [n, d] are scaled
    to length 1 first; all pairs of the same class count alike, and all are counted. Undefined for a
    collapsed embedding, where a point lies at the origin, and where no class has two images. Raises
    ValueError where points and labels do not match. Source: Wang, Isola 2020 (alpha = 2).
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
    """What `alignment` would be if classes were dealt out at random: that of any two images; NaN where
    it is undefined."""
    if _why_no_directions(points) is not None or len(points) < 2:
        return math.nan
    return _squared_distance_of_pairs(_on_sphere(points))[0]


def uniformity(points: Points, *, pairs: int = PAIRS, seed: int = 0) -> Estimate:
    """The logarithm of the mean of exp(-2 d²) over pairs of images, d their distance on the unit sphere.

    Lower is more evenly spread; worst 0 (all directions equal), best `best_uniformity(d)`. points:
    [n, d] are scaled to length 1 first. Measured on `pairs` random pairs, with the standard error; on
    all where there are no more. Undefined for a collapsed embedding and where a point lies at the
    origin. Raises ValueError for pairs < 2. Source: Wang, Isola 2020 (t = 2).
    """
    if pairs < 2:
        raise ValueError(f"Uniformity needs at least two pairs, not {pairs}.")
    reason = _why_no_directions(points)
    n = len(points)
    if reason is not None:
        return undefined(reason, n * (n - 1) // 2)
    directions, all_pairs = _on_sphere(points), n * (n - 1) // 2
    first, second = np.triu_indices(n, 1) if all_pairs <= pairs else draw_pairs(n, pairs, seed)
    difference = directions[first] - directions[second]
    mean = mean_of(np.exp(-2 * np.einsum("pd,pd->p", difference, difference)), all_pairs)
    # the error of a logarithm is the error's share of the value
    return Estimate(math.log(mean.value), mean.error / mean.value, mean.sampled, all_pairs)


def best_uniformity(dims: int) -> float:
    """The `uniformity` of points spread evenly over the sphere in `dims` dimensions: -1.57 in the plane,
    towards -4 in many. Raises ValueError for dims < 1."""
    if dims < 1:
        raise ValueError(f"A sphere needs at least one dimension, not {dims}.")
    # the mean of exp(2t cos) over the sphere is 0F1(; d/2; t²), here t = 2
    return -4 + math.log(float(hyp0f1(dims / 2, 4.0)))


def effective_rank(points: Points) -> Estimate:
    """How many dimensions the embedding really uses: exp of the entropy of its singular values' shares.

    From 1 (all points on a line) to d (the same spread in all directions). points: [n, d], centred
    first, as no distance feels where the origin is. Undefined for a collapsed embedding.
    Source: Roy, Vetterli 2007.
    """
    reason = why_not(points)
    if reason is not None:
        return undefined(reason, len(points))
    centred = _centred(points)
    # the squared singular values; those of pure rounding are 0
    squares = np.linalg.eigvalsh(centred.T @ centred)
    values = np.sqrt(np.where(squares > squares.max() * len(squares) * np.finfo(float).eps, squares, 0))
    shares = values[values > 0] / values.sum()
    return exact(math.exp(-float((shares * np.log(shares)).sum())), len(points))


def spread(points: Points) -> Estimate:
    """How far points lie from their mean: the root of the mean squared distance, in units of the embedding.

    Neither high nor low is better: compare it with the margin. 0 is a total collapse.
    """
    reason = why_not(points)
    if reason is not None:
        return undefined(reason, len(points))
    return exact(math.sqrt(_mean_square(_centred(points))), len(points))


def between_share(points: Points, labels: Labels) -> Estimate:
    """Which share of the squared spread is between the classes' centres, the rest being inside classes.

    Best 1 (each class a point), worst 0; chance: (classes - 1) / (n - 1). Undefined for one class and a
    collapsed embedding. Raises ValueError where points and labels do not match.
    Source: Fisher 1925 (the correlation ratio eta²).
    """
    check_labels(points, labels)
    names, sizes = np.unique(labels, return_counts=True)
    reason = why_not(points)
    if reason is None and len(names) == 1:
        reason = "There is only one class, so nothing lies between classes."
    if reason is not None:
        return undefined(reason, len(points))
    centred = _centred(points)
    centres = np.stack([centred[labels == name].mean(axis=0) for name in names])
    between = float((sizes * (centres**2).sum(axis=1)).sum()) / len(points)
    return exact(min(1.0, between / _mean_square(centred)), len(points))


def _squared_distance_of_pairs(points: Floats) -> tuple[float, int]:
    """The mean squared distance over all pairs of points [n, d], and how many pairs: it is twice the
    variance, so no pair has to be looked at."""
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


def _centred(points: Points) -> Floats:
    exactly = points.astype(np.float64)
    centred: Floats = exactly - exactly.mean(axis=0)
    return centred


def _mean_square(points: Floats) -> float:
    return float(np.einsum("nd,nd->", points, points)) / len(points)
