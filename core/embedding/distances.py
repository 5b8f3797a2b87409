"""Distances from some points to all, without a table of all pairs at once."""

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist

Floats = npt.NDArray[np.float64]
Points = npt.NDArray[np.floating]

TREE_DIMS = 8  # up to so many dimensions a tree beats the products of matrices
BLOCK = 2**20  # distances at a time: 8 MB


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
