"""How far apart images lie, and how much of that is between their classes."""

import math

import numpy as np

from core.figures.base import Figure, Subject
from core.figures.estimate import (
    COLLAPSED,
    Chance,
    Estimate,
    Floats,
    Labels,
    Points,
    check_labels,
    exact,
    undefined,
    why_not,
)


def spread(points: Points) -> Estimate:
    """How far points lie from their mean: the root mean squared distance, in units of the embedding.

    Neither high nor low is better: compare it with the margin. 0 is a total collapse.
    """
    reason = why_not(points)
    if reason == COLLAPSED:
        return exact(0.0, len(points))
    if reason is not None:
        return undefined(reason, len(points))
    return exact(math.sqrt(_mean_square(centred(points))), len(points))


def between_share(points: Points, labels: Labels) -> Estimate:
    """The share of the squared spread that is between the classes' centres; the rest is within classes.

    Best 1 (each class a point), worst 0; chance: (classes - 1) / (n - 1). Undefined for one class and a
    collapsed embedding. Raises ValueError if points and labels do not match.
    Source: Fisher 1925 (the correlation ratio eta²).
    """
    check_labels(points, labels)
    names, sizes = np.unique(labels, return_counts=True)
    reason = why_not(points)
    if reason is None and len(names) == 1:
        reason = "There is only one class, so nothing lies between classes."
    if reason is not None:
        return undefined(reason, len(points))
    about_mean = centred(points)
    centres = np.stack([about_mean[labels == name].mean(axis=0) for name in names])
    between = float((sizes * (centres**2).sum(axis=1)).sum()) / len(points)
    return exact(min(1.0, between / _mean_square(about_mean)), len(points))


def centred(points: Points) -> Floats:
    """The points relative to their mean, in double precision."""
    exactly = points.astype(np.float64)
    return np.asarray(exactly - exactly.mean(axis=0))


def _mean_square(points: Floats) -> float:
    return float(np.einsum("nd,nd->", points, points)) / len(points)


def _guessing_between(subject: Subject) -> Chance:
    labels = subject.embedding.train_labels
    return Chance.known((len(np.unique(labels)) - 1) / max(len(labels) - 1, 1))


ENTRIES = (
    Figure(
        "spread",
        "Spread",
        "Spread",
        "shape",
        "How far images lie from the centre of the embedding: the root mean squared distance.",
        best=math.nan,
        worst=math.nan,
        range="0 to infinity; compare it with the margin",
        chance=None,
        source="the standard deviation in several dimensions",
        function=lambda subject: spread(subject.embedding.train),
    ),
    Figure(
        "between_share",
        "Spread between classes",
        "Between classes",
        "shape",
        "The share of the squared spread that is between the class centres rather than within classes.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance="Guessing gets about 0 when there are many images.",
        source="Fisher 1925",
        function=lambda subject: between_share(subject.embedding.train, subject.embedding.train_labels),
        guessing=_guessing_between,
    ),
)
