"""KMeans clusters, how well they are apart (Davies-Bouldin), and which digit each one holds."""

from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Clustering:
    """What KMeans found.

    labels: [n], 0 to k'-1. centroids: [k', d]. inertia: sum of squared distances to the own centroid
    (best 0). k: how many clusters were asked for; k' < k where there were too few distinct points.
    """

    labels: npt.NDArray[np.int32]
    centroids: Floats
    inertia: float
    k: int


def kmeans(points: Points, k: int, *, seed: int = 0, restarts: int = 10) -> Clustering:
    """The best of `restarts` KMeans clusterings of points [n, d], each from its own k-means++ start.

    Raises ValueError for no points, k < 1, and coordinates that are not finite. The same seed gives
    the same clusters. Source: Lloyd 1982; Arthur, Vassilvitskii 2007 (k-means++).
    """
    _check_finite(points)
    if k < 1:
        raise ValueError(f"There must be at least one cluster, not {k}.")
    found = _distinct(points, k)
    # sklearn's threads add up in any order, so one thread is what makes equal seeds equal
    with catch_warnings(), threadpool_limits(1, user_api="openmp"):
        # points that differ by rounding alone can still end in fewer clusters; handled below
        simplefilter("ignore", ConvergenceWarning)
        model = KMeans(found, n_init=restarts, random_state=seed).fit(points.astype(np.float64))
    filled, labels = np.unique(model.labels_, return_inverse=True)
    centroids = model.cluster_centers_[filled]
    return Clustering(labels.astype(np.int32), centroids, float(model.inertia_), k)


def assign(points: Points, centroids: Floats) -> npt.NDArray[np.int32]:
    """The index of the nearest centroid for each point: [n, d] and [k, d] to [n]; the lower if tied.

    Raises ValueError for coordinates that are not finite.
    """
    _check_finite(points)
    distances: Floats = cdist(points, centroids, "sqeuclidean")
    nearest: npt.NDArray[np.int32] = distances.argmin(axis=1).astype(np.int32)
    return nearest


@dataclass(frozen=True)
class DaviesBouldin:
    """The Davies-Bouldin index with all that it is made of, for n clusters in d dimensions.

    score: the mean over clusters of the similarity S to the rival: best 0, worst infinite, NaN where
        undefined. reason: why it is undefined, else None.
    labels, sizes: [n], the clusters' labels, rising, and their numbers of points. centroids: [n, d].
    within: [n], mean distance of a cluster's points to its centroid (WCD).
    between: [n, n], distance of two centroids (BCD).
    similarity: [n, n], S = (within_i + within_j) / between_ij; NaN on the diagonal and where two
        centroids are equal.
    rival: [n], index of the most similar other cluster (an equal centroid before all); -1 if none.
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


def davies_bouldin(points: Points, labels: Labels) -> DaviesBouldin:
    """How much clusters overlap their most similar rival, on average: best 0, worst infinite.

    points: [n, d], labels: [n]. Equals sklearn.metrics.davies_bouldin_score (in float64), but where
    that returns 0.0, the best value, for a total collapse and leaves a pair of equal centroids out,
    this says that the index is undefined, and why. So for one cluster, no points, and coordinates
    that are not finite. Raises ValueError where points and labels do not match.
    Source: Davies, Bouldin 1979.
    """
    if points.ndim != 2 or labels.ndim != 1 or len(points) != len(labels):
        raise ValueError(f"Points [n, d] need one label each; got shapes {points.shape} and {labels.shape}.")
    names, sizes = np.unique(labels, return_counts=True)
    count, dims = len(names), points.shape[1]
    finite = bool(np.isfinite(points).all())
    centroids, within = np.full((count, dims), np.nan), np.full(count, np.nan)
    between, similarity = np.full((count, count), np.nan), np.full((count, count), np.nan)
    rival = np.full(count, -1)
    score, reason = np.nan, _undefined(count, finite)
    if finite and count:
        # sums of differences to a point of the data: equal points give equal centroids, to the bit
        origin = points[0].astype(np.float64)
        for i, name in enumerate(names):
            members = points[labels == name].astype(np.float64) - origin
            centroids[i] = members[0] + (members - members[0]).mean(axis=0)
            within[i] = np.linalg.norm(members - centroids[i], axis=1).mean()
        between = cdist(centroids, centroids)
        centroids += origin
    if reason is None:
        spread = within[:, None] + within  # WCD_i + WCD_j
        # a distance that is all rounding counts as none
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
        return "There are no points, so there are no clusters to compare."
    if not finite:
        return (
            "Some coordinates are not finite numbers (the training diverged), so there are no distances "
            "to compare. A lower learning rate usually helps."
        )
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
    return (
        f"Clusters {first} and {second} have the same centre, and the index would divide by "
        "the distance between them, which is 0."
    )


@dataclass(frozen=True)
class Confusion:
    """How often each digit (row) fell into each cluster (column).

    digits: [r], rising. clusters: [c], ordered so that each stands in the order of its digit,
    unmatched ones last. counts: [r, c]. matched_digit: [c], the digit that each cluster is matched
    to; -1 for a cluster too many.
    """

    digits: Labels
    clusters: Labels
    counts: Ints
    matched_digit: Ints

    @property
    def row_shares(self) -> Floats:
        """[r, c]: which share of a digit's images fell into each cluster; an empty row is all 0."""
        return _shares(self.counts, self.counts.sum(axis=1, keepdims=True))

    @property
    def column_shares(self) -> Floats:
        """[r, c]: which share of a cluster's images is of each digit; an empty column is all 0."""
        return _shares(self.counts, self.counts.sum(axis=0, keepdims=True))

    @property
    def matched_share(self) -> float:
        """The share of all images whose cluster is matched to their digit; best 1, worst above 0.

        With no image at all it is 0. Known as clustering accuracy.
        """
        matched = self.counts[self.digits[:, None] == self.matched_digit]
        return float(matched.sum() / max(1, self.counts.sum()))


def confusion(digits: Labels, clusters: Labels) -> Confusion:
    """Counts digits [n] against clusters [n] and matches each cluster to one digit, one to one, so
    that as many images as possible lie in matched cells (the Hungarian method).

    Raises ValueError for different lengths. Source: Kuhn 1955.
    """
    if len(digits) != len(clusters):
        raise ValueError(f"Each image has one digit and one cluster; got {len(digits)} and {len(clusters)}.")
    rows, row = np.unique(digits, return_inverse=True)
    columns, column = np.unique(clusters, return_inverse=True)
    shape = (len(rows), len(columns))
    counts = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)
    matched_rows, matched_columns = linear_sum_assignment(counts, maximize=True)  # rows rising
    left = np.setdiff1d(np.arange(shape[1]), matched_columns)
    order = np.concatenate([matched_columns, left]).astype(np.int64)
    matched_digit = np.concatenate([rows[matched_rows], np.full(len(left), -1)]).astype(np.int64)
    return Confusion(rows, columns[order], counts[:, order].astype(np.int64), matched_digit)


@dataclass(frozen=True)
class ClusterRow:
    """One cluster in the Davies-Bouldin breakdown; the index is the mean of `similarity`.

    within: WCD. rival: the most similar other cluster (-1 if none), `between`: BCD to it,
    `similarity`: S with it (NaN if undefined). digit, rival_digit: matched digits, -1 if none.
    """

    cluster: int
    size: int
    digit: int
    within: float
    rival: int
    rival_digit: int
    between: float
    similarity: float


def cluster_table(davies: DaviesBouldin, confusion: Confusion) -> list[ClusterRow]:
    """One row per cluster, in the order of their labels.

    Raises ValueError if the two speak of different clusters.
    """
    if not np.array_equal(davies.labels, np.sort(confusion.clusters)):
        raise ValueError("The index and the confusion matrix were made from different clusters.")
    digit = dict(zip(confusion.clusters.tolist(), confusion.matched_digit.tolist(), strict=True))
    rows = []
    for i, cluster in enumerate(davies.labels.tolist()):
        j = int(davies.rival[i])
        alone = j < 0
        rows.append(
            ClusterRow(
                cluster=cluster,
                size=int(davies.sizes[i]),
                digit=digit[cluster],
                within=float(davies.within[i]),
                rival=-1 if alone else int(davies.labels[j]),
                rival_digit=-1 if alone else digit[int(davies.labels[j])],
                between=float("nan") if alone else float(davies.between[i, j]),
                similarity=float("nan") if alone else float(davies.similarity[i, j]),
            )
        )
    return rows


def _shares(counts: Ints, totals: Ints) -> Floats:
    return counts / np.maximum(totals, 1)


def _distinct(points: Points, enough: int) -> int:
    """How many distinct points there are, counted up to `enough`."""
    count = 0
    for left in (points[:1000], points):  # all points only where the first ones are not enough
        count = 0
        while count < enough and len(left):
            left, count = left[(left != left[0]).any(axis=1)], count + 1
        if count >= enough:
            break
    return count


def _check_finite(points: Points) -> None:
    if points.ndim != 2 or len(points) == 0:
        raise ValueError(f"Clusters need points as a table [n, d], not an array of shape {points.shape}.")
    if not np.isfinite(points).all():
        raise ValueError(
            "Some coordinates are not finite numbers (the training diverged), so there are no clusters. "
            "A lower learning rate usually helps."
        )
