"""Distances from some points to all, without a full table of all pairs."""

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.floating]

TREE_DIMS = 8  # up to this many dimensions a tree is faster than matrix products
BLOCK = 2**20  # distances at a time: 8 MB


def squared_distances(queries: Points, points: Points) -> Floats:
    """[q, d] and [n, d] to [q, n], never below 0. In many dimensions computed as |x|² - 2xy + |y|²: matrix
    products are several times faster there, with an error of about 1e-16 times the largest |x|², so
    centre points far from the origin first.
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
    """The queries in slices whose distances to all points number at most `BLOCK`."""
    rows = max(1, BLOCK // max(1, points))
    return [slice(start, start + rows) for start in range(0, queries, rows)]
