"""Distances from some points to all, and the labels of the nearest, without a table of all pairs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]

TREE_DIMS = 8  # up to so many dimensions a tree beats the products of matrices
BLOCK = 2**20  # distances at a time: 8 MB
SEARCH = 2048  # queries at a time


def squared_distances(queries: Points, points: Points) -> Floats:
    """[q, d] and [n, d] to [q, n], never below 0. In many dimensions by |x|² - 2xy + |y|²: matrix
    products are several times faster there, and exact to about 1e-16 times the largest |x|², so
    points far from the origin must be centred first.
    """
    queries, points = queries.astype(np.float64, copy=False), points.astype(np.float64, copy=False)
    if points.shape[1] <= TREE_DIMS:
        distances: Floats = cdist(queries, points, "sqeuclidean")
        return distances
    products: Floats = (-2 * queries) @ points.T
    products += np.einsum("nd,nd->n", points, points)
    products += np.einsum("qd,qd->q", queries, queries)[:, None]
    return np.maximum(products, 0.0, out=products)


def blocks(queries: int, points: int) -> list[slice]:
    """The queries in groups whose distances to all points stay within `BLOCK` numbers."""
    rows = max(1, BLOCK // max(1, points))
    return [slice(start, start + rows) for start in range(0, queries, rows)]


def neighbour_labels(
    train: Points, labels: Labels, queries: Points, count: int, go_on: Callable[[], None] = lambda: None
) -> Labels:
    """The labels [q, c] of the `count` nearest of train [n, d] to each of queries [q, d], nearest
    first; c < count where there are fewer training points. Points must be finite.

    go_on: called again and again meanwhile; what it raises ends the search.
    """
    from sklearn.neighbors import NearestNeighbors  # a second and 60 MB: for those who search only

    few = train.shape[1] <= TREE_DIMS  # a tree skips most distances in few dimensions and none in many
    if few:
        train, labels = thinned(train, labels, count)
    dtype = np.float64 if few else np.float32
    search = NearestNeighbors(n_neighbors=min(count, len(train)), algorithm="kd_tree" if few else "brute")
    search.fit(train.astype(dtype))
    nearest = []
    for part in searches(len(queries)):
        go_on()
        nearest.append(search.kneighbors(queries[part].astype(dtype), return_distance=False))
    found: Labels = labels[np.concatenate(nearest)]
    return found


def searches(queries: int) -> list[slice]:
    """The queries in groups that are searched for in well under a second: whole blocks of scikit-learn's own,
    so that the parts find to the bit what one search would."""
    return [slice(start, start + SEARCH) for start in range(0, max(queries, 1), SEARCH)]


def thinned(points: Points, labels: Labels, copies: int) -> tuple[Points, Labels]:
    """Without the copies of a point beyond the first `copies`: no vote hears them.

    In a collapsed embedding all distances are equal, and a tree that holds all copies searches all.
    """
    order = np.lexsort(points.T)
    ordered = points[order]
    first = np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1))
    place = np.arange(len(points))
    copy = place - np.maximum.accumulate(np.where(first, place, 0))
    kept = np.sort(order[copy < copies])
    return points[kept], labels[kept]
