"""KMeans clusters of an embedding, and the assignment of new points to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from core.embedding import Embedding
from core.embedding.confusion import confusion
from core.figures.estimate import NOT_FINITE, Floats, Points


@dataclass(frozen=True)
class Clustering:
    """The result of KMeans.

    labels: [n], 0 to k'-1. centroids: [k', d]. inertia: the sum of squared distances to the own centroid
    (best 0). k: the number of clusters requested; k' < k if there were too few distinct points.
    """

    labels: npt.NDArray[np.int32]
    centroids: Floats
    inertia: float
    k: int


def kmeans(
    points: Points,
    k: int,
    *,
    seed: int = 0,
    restarts: int = 10,
    check_cancelled: Callable[[], None] = lambda: None,
) -> Clustering:
    """The best of `restarts` KMeans clusterings of points [n, d], each from its own k-means++ start.

    check_cancelled: called before each start; may raise to abort.
    Raises ValueError for no points, k < 1, and coordinates that are not finite. The same seed gives
    the same clusters. Source: Lloyd 1982; Arthur, Vassilvitskii 2007 (k-means++).
    """
    _check_finite(points)
    if k < 1:
        raise ValueError(f"There must be at least one cluster, not {k}.")
    found = _distinct(points, k)

    def start(centred: Floats, count: int, random_state: np.random.RandomState) -> Floats:
        check_cancelled()
        centres: Floats = kmeans_plusplus(centred, count, random_state=random_state)[0]
        return centres

    # sklearn's threads sum in arbitrary order; with one thread the same seed gives the same clusters
    with catch_warnings(), threadpool_limits(1, user_api="openmp"):
        # points that differ only by rounding can still give fewer clusters; handled below
        simplefilter("ignore", ConvergenceWarning)
        model = KMeans(found, init=start, n_init=restarts, random_state=seed).fit(points.astype(np.float64))
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


def clustered(
    train: Points,
    train_labels: npt.NDArray[Any],
    test: Points,
    test_labels: npt.NDArray[Any],
    classes: int,
    check_cancelled: Callable[[], None] = lambda: None,
) -> Embedding:
    """An embedding with its KMeans clusters, k = `classes`, renumbered to match the classes.

    train [n, d] with labels [n], test [m, d] with labels [m]. KMeans is fitted on the training split only;
    a test point belongs to the nearest centroid. Raises ValueError like `kmeans`.
    """
    found = kmeans(train, classes, check_cancelled=check_cancelled)
    order = confusion(train_labels, found.labels).clusters
    number = np.empty(len(order), dtype=np.uint8)
    number[order] = np.arange(len(order), dtype=np.uint8)
    test_clusters = number[assign(test, found.centroids)] if len(test) else np.empty(0, np.uint8)
    return Embedding(train, test, train_labels, test_labels, number[found.labels], test_clusters)


def _distinct(points: Points, enough: int) -> int:
    """How many distinct points there are, counted up to `enough`."""
    count = 0
    for left in (points[:1000], points):  # all points only if the first ones are not enough
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
        raise ValueError(NOT_FINITE)
