"""How well clusters are separated: the Davies-Bouldin index with its parts."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

from core.figures.base import Figure, Subject
from core.figures.estimate import (
    NO_POINTS,
    NOT_FINITE,
    Estimate,
    Floats,
    Ints,
    Labels,
    Points,
    check_labels,
    exact,
    undefined,
)


@dataclass(frozen=True)
class DaviesBouldin:
    """The Davies-Bouldin index with its parts, for n clusters in d dimensions.

    score: the mean over clusters of the similarity S to the rival: best 0, worst infinite, NaN if
        undefined. reason: why it is undefined, else None.
    labels, sizes: [n], the clusters' labels, ascending, and their numbers of points. centroids: [n, d].
    within: [n], mean distance of a cluster's points to its centroid (WCD).
    between: [n, n], distance between two centroids (BCD).
    similarity: [n, n], S = (within_i + within_j) / between_ij; NaN on the diagonal and where two
        centroids are equal.
    rival: [n], index of the most similar other cluster (one with an equal centroid first); -1 if none.
    """

    score: float
    reason: str | None
    labels: Labels
    sizes: Ints
    centroids: Floats
    within: Floats
    between: Floats
    similarity: Floats
    rival: Ints

    @property
    def worst(self) -> Floats:
        """[n]: each cluster's similarity to its rival, whose mean is the index; NaN if it has none."""
        place = np.arange(len(self.labels))
        return np.where(self.rival >= 0, self.similarity[place, self.rival], np.nan)

    @property
    def typical(self) -> tuple[float, float]:
        """Means over the clusters, in units of the embedding: the widths (WCD) of a cluster and its rival together,
        and the distance (BCD) between the two. Not if undefined."""
        place = np.arange(len(self.labels))
        widths = self.within + self.within[self.rival]
        return float(widths.mean()), float(self.between[place, self.rival].mean())

    @property
    def shares(self) -> Floats:
        """[n]: each cluster's contribution to the index, sum 1; NaN if undefined."""
        count = len(self.labels)
        if self.score == 0:  # no cluster has any spread: equal contributions
            return np.full(count, 1 / count)
        shares: Floats = self.worst / (self.score * count)
        return shares


def davies_bouldin(points: Points, labels: Labels) -> DaviesBouldin:
    """How wide clusters are, compared with the gap to their most similar rival, on average: best 0, worst infinite.

    points: [n, d], labels: [n]. Equals sklearn.metrics.davies_bouldin_score (in float64), except that
    sklearn returns 0.0, the best value, for a total collapse and ignores pairs of equal centroids: here
    the index is then undefined, with the reason. It is also undefined for one cluster, no points, and
    coordinates that are not finite. Raises ValueError if points and labels do not match.
    Source: Davies, Bouldin 1979.
    """
    check_labels(points, labels)
    names, sizes = np.unique(labels, return_counts=True)
    count, dims = len(names), points.shape[1]
    finite = bool(np.isfinite(points).all())
    centroids, within = np.full((count, dims), np.nan), np.full(count, np.nan)
    between, similarity = np.full((count, count), np.nan), np.full((count, count), np.nan)
    rival = np.full(count, -1)
    score, reason = np.nan, _undefined(count, finite)
    if finite and count:
        # relative to one of the points, so that equal points give bitwise equal centroids
        origin = points[0].astype(np.float64)
        for i, name in enumerate(names):
            members = points[labels == name].astype(np.float64) - origin
            centroids[i] = members[0] + (members - members[0]).mean(axis=0)
            within[i] = np.linalg.norm(members - centroids[i], axis=1).mean()
        between = cdist(centroids, centroids)
        centroids += origin
    if reason is None:
        spread = within[:, None] + within  # WCD_i + WCD_j
        # a distance within rounding error counts as 0
        equal = between <= _ROUNDING * spread
        similarity = np.divide(spread, between, where=~equal, out=similarity)
        np.fill_diagonal(similarity, np.nan)
        np.fill_diagonal(equal, False)
        ranked = np.where(equal, np.inf, np.where(np.isnan(similarity), -np.inf, similarity))
        rival = ranked.argmax(axis=1)
        reason = _equal_centroids(names, equal)
        if reason is None:
            score = float(similarity[np.arange(count), rival].mean())
    return DaviesBouldin(
        float(score), reason, names, sizes, centroids, within, between, similarity, rival.astype(np.int64)
    )


_ROUNDING = 1e-12


def _undefined(count: int, finite: bool) -> str | None:
    if count == 0:
        return NO_POINTS
    if not finite:
        return NOT_FINITE
    if count == 1:
        return "There is only one cluster, and the index compares each cluster with its nearest rival."
    return None


def _equal_centroids(names: Labels, equal: npt.NDArray[np.bool_]) -> str | None:
    if not equal.any():
        return None
    if equal.sum() == equal.size - len(equal):
        return (
            "All clusters have the same centre: the embedding has collapsed or the clusters lie inside each "
            "other, and the index would divide by a distance of 0."
        )
    first, second = names[np.argwhere(equal)[0]]
    return same_centre(first, second)


def same_centre(first: Any, second: Any) -> str:
    """Why two clusters have no S."""
    return (
        f"Clusters {first} and {second} have the same centre, and the index would divide by "
        "the distance between them, which is 0."
    )


def of_clusters(subject: Subject) -> DaviesBouldin:
    """The index of the training images' clusters."""
    return davies_bouldin(subject.embedding.train, subject.embedding.train_clusters)


def of_classes(subject: Subject) -> DaviesBouldin:
    """The index of the training images' true classes."""
    return davies_bouldin(subject.embedding.train, subject.embedding.train_labels)


def _estimate(index: DaviesBouldin) -> Estimate:
    count = int(index.sizes.sum())
    return exact(index.score, count) if index.reason is None else undefined(index.reason, count)


ENTRIES = (
    Figure(
        "davies_bouldin",
        "Davies-Bouldin index",
        "Davies-Bouldin",
        "separation",
        "How wide a cluster and its most similar rival are for the gap between them, on average: the sum of the two "
        "spreads divided by the distance between the centres.",
        best=0.0,
        worst=math.inf,
        range="0 to infinity",
        chance=None,
        source="Davies, Bouldin 1979",
        function=lambda subject: _estimate(subject.once(of_clusters)),
        headline=True,
    ),
    Figure(
        "digits_davies_bouldin",
        "Davies-Bouldin index of the classes",
        "Davies-Bouldin, classes",
        "separation",
        "The Davies-Bouldin index of the true classes instead of the KMeans clusters: stray images widen a class, "
        "while KMeans assigns them to the cluster where they lie.",
        best=0.0,
        worst=math.inf,
        range="0 to infinity",
        chance=None,
        source="Davies, Bouldin 1979",
        function=lambda subject: _estimate(subject.once(of_classes)),
    ),
)
