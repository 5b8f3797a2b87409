"""The silhouette of a sample of points, each measured against all others."""

from collections.abc import Callable, Sequence

import numpy as np

from core.embedding.distances import blocks, squared_distances
from core.figures.base import Figure, Subject
from core.figures.estimate import (
    Estimate,
    Floats,
    Ints,
    Labels,
    Points,
    check_labels,
    mean_of,
    sample_of,
    undefined,
    why_not,
)

SAMPLE = 1000


def silhouette(points: Points, labels: Labels, *, sample: int = SAMPLE, seed: int = 0) -> Estimate:
    """How much closer points lie to their own cluster than to the nearest other one, on average.

    Best 1, worst -1; random clusters get about 0. points: [n, d], labels: [n]. Measured on `sample`
    random points, each against all n, with the standard error of their mean; equals
    sklearn.metrics.silhouette_score if the sample includes all. Undefined for one cluster, for
    clusters of one point each, and for a collapsed embedding. Raises ValueError if points and
    labels do not match. Source: Rousseeuw 1987.
    """
    return silhouettes(points, [labels], sample=sample, seed=seed)[0]


def silhouettes(
    points: Points,
    labellings: Sequence[Labels],
    *,
    sample: int = SAMPLE,
    seed: int = 0,
    check_cancelled: Callable[[], None] = lambda: None,
) -> list[Estimate]:
    """`silhouette` of several labellings [n] of the same points, at little more than the cost of one.

    check_cancelled: called periodically; may raise to abort.
    """
    for labels in labellings:
        check_labels(points, labels)
    unknown = why_not(points)
    reasons = [unknown or _why_not(labels) for labels in labellings]
    defined = [labels for labels, reason in zip(labellings, reasons, strict=True) if reason is None]
    which = sample_of(len(points), sample, seed)
    found = iter(silhouette_samples(points, defined, which, check_cancelled) if defined else [])
    return [
        mean_of(next(found), len(points)) if reason is None else undefined(reason, len(points))
        for reason in reasons
    ]


def silhouette_samples(
    points: Points,
    labellings: Sequence[Labels],
    which: Ints,
    check_cancelled: Callable[[], None] = lambda: None,
) -> list[Floats]:
    """For each labelling [n] the silhouettes [s] of the points at the places `which` [s].

    s = (b - a) / max(a, b): a is the mean distance to the others of the own cluster, b to the nearest
    other cluster. A cluster of one point has 0. Points must be finite, with at least two labels.
    """
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    members = [np.unique(labels, return_inverse=True)[1] for labels in labellings]
    indicators = [np.eye(own.max() + 1)[own] for own in members]  # [n, c], 1 in the column of its cluster
    columns = np.hstack(indicators)
    sums = np.empty((len(which), columns.shape[1]))  # of the distances to each cluster
    for part in blocks(len(which), len(points)):
        check_cancelled()
        distances = squared_distances(centred[which[part]], centred)
        sums[part] = np.sqrt(distances, out=distances) @ columns
    ends = np.cumsum([indicator.shape[1] for indicator in indicators])[:-1]
    return [
        _of_sums(part, own[which], np.bincount(own))
        for part, own in zip(np.split(sums, ends, axis=1), members, strict=True)
    ]


def _of_sums(sums: Floats, own: Ints, sizes: Ints) -> Floats:
    """sums: [s, c], each point's sum of distances to each cluster; own: [s]; sizes: [c]."""
    row = np.arange(len(own))
    a = sums[row, own] / np.maximum(sizes[own] - 1, 1)  # the distance to itself, 0, does not count
    means = sums / sizes
    means[row, own] = np.inf
    b = means.min(axis=1)
    larger = np.maximum(a, b)
    alone = (sizes[own] == 1) | (larger == 0)
    return np.where(alone, 0.0, (b - a) / np.where(larger == 0, 1.0, larger))


def _why_not(labels: Labels) -> str | None:
    clusters = len(np.unique(labels))
    if clusters == 1:
        return "There is only one cluster, and the silhouette compares each point with its nearest other one."
    if clusters == len(labels):
        return "Each point is a cluster of its own, so none has a distance to others of its cluster."
    return None


def of_both(subject: Subject) -> list[Estimate]:
    """Of the training images' clusters and of their classes."""
    embedding = subject.embedding
    return silhouettes(
        embedding.train,
        [embedding.train_clusters, embedding.train_labels],
        seed=subject.seed,
        check_cancelled=subject.check_cancelled,
    )


ENTRIES = (
    Figure(
        "silhouette_clusters",
        "Silhouette of the clusters",
        "Silhouette",
        "separation",
        "How much closer an image lies to its own cluster than to the nearest other cluster.",
        best=1.0,
        worst=-1.0,
        range="-1 to 1",
        chance="Random clusters get about 0 or slightly less.",
        source="Rousseeuw 1987",
        function=lambda subject: subject.once(of_both)[0],
    ),
    Figure(
        "silhouette_digits",
        "Silhouette of the classes",
        "Silhouette, classes",
        "shape",
        "How much closer an image lies to its own class than to the nearest other class.",
        best=1.0,
        worst=-1.0,
        range="-1 to 1",
        chance="Random classes get about 0 or slightly less.",
        source="Rousseeuw 1987",
        function=lambda subject: subject.once(of_both)[1],
    ),
)
