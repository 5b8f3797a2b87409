"""Distances to all points against SciPy, and in small blocks."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from core.embedding import distances
from core.embedding.distances import blocks, squared_distances


@pytest.mark.parametrize("d", [1, 2, 8, 9, 64])
def test_squared_distances_are_scipys_in_few_and_in_many_dimensions(d: int) -> None:
    generator = np.random.default_rng(d)
    queries, points = generator.normal(size=(7, d)).astype(np.float32), generator.normal(size=(50, d))
    points[:7] = queries
    found = squared_distances(queries, points)
    np.testing.assert_allclose(found, cdist(queries, points) ** 2, atol=1e-12)
    assert found.min() >= 0


@pytest.mark.parametrize(("queries", "points"), [(0, 5), (1, 1), (10, 3), (10, 10**9)])
def test_blocks_cover_each_query_once_and_keep_within_bounds(
    queries: int, points: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distances, "BLOCK", 9)
    found = blocks(queries, points)
    assert [i for part in found for i in range(queries)[part]] == list(range(queries))
    assert all((part.stop - part.start) * points <= 9 or part.stop - part.start == 1 for part in found)
