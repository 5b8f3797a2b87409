"""Distances to all points, and the labels of the nearest, against loops and SciPy."""

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from core import distances
from core.distances import blocks, neighbour_labels, squared_distances


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


@pytest.mark.parametrize("d", [1, 2, 64])
def test_the_labels_of_the_nearest_come_nearest_first(d: int) -> None:
    generator = np.random.default_rng(d)
    train, queries = generator.normal(size=(40, d)), generator.normal(size=(9, d))
    labels = np.arange(40) + 100
    expected = [
        [100 + i for i in sorted(range(40), key=lambda i, q=query: math.dist(q, train[i]))[:6]]
        for query in queries
    ]
    assert neighbour_labels(train, labels, queries, 6).tolist() == expected
    assert neighbour_labels(train, labels, queries, 50).shape == (9, 40)


def test_copies_of_a_point_are_as_many_neighbours_as_are_asked_for() -> None:
    train = np.array([[0.0, 0]] * 30 + [[1.0, 0]] * 30)
    labels = np.repeat([4, 6], 30)
    found = neighbour_labels(train, labels, np.array([[0.1, 0], [0.9, 0]]), 40)
    assert (found[0, :30] == 4).all() and (found[0, 30:] == 6).all()
    assert (found[1, :30] == 6).all() and (found[1, 30:] == 4).all()
