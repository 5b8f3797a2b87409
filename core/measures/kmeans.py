"""KMeans clusters of an embedding, and the cluster of a point that was not there to cluster."""

from collections.abc import Callable
from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

Floats = npt.NDArray[np.float64]
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


def kmeans(
    points: Points, k: int, *, seed: int = 0, restarts: int = 10, go_on: Callable[[], None] = lambda: None
) -> Clustering:
    """The best of `restarts` KMeans clusterings of points [n, d], each from its own k-means++ start.

    go_on: called before each start; what it raises ends the search.
    Raises ValueError for no points, k < 1, and coordinates that are not finite. The same seed gives
    the same clusters. Source: Lloyd 1982; Arthur, Vassilvitskii 2007 (k-means++).
    """
    _check_finite(points)
    if k < 1:
        raise ValueError(f"There must be at least one cluster, not {k}.")
    found = _distinct(points, k)

    def start(centred: Floats, count: int, random_state: np.random.RandomState) -> Floats:
        go_on()
        centres: Floats = kmeans_plusplus(centred, count, random_state=random_state)[0]
        return centres

    # sklearn's threads add up in any order, so one thread is what makes equal seeds equal
    with catch_warnings(), threadpool_limits(1, user_api="openmp"):
        # points that differ by rounding alone can still end in fewer clusters; handled below
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
