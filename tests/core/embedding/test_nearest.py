"""core.embedding.nearest against scikit-learn's brute-force search and a slow loop."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from core.embedding.nearest import Neighbours, instructive, nearest, nearest_images
from core.encoders.encoder import to_input


def slowly(points: list[list[float]], query: list[float], k: int, exclude: int | None) -> list[int]:
    """Indices by squared distance, then by index; only points at a finite distance."""
    found = [
        (sum((a - b) ** 2 for a, b in zip(point, query, strict=True)), index)
        for index, point in enumerate(points)
        if index != exclude
    ]
    return [index for distance, index in sorted(pair for pair in found if math.isfinite(pair[0]))][:k]


@pytest.mark.parametrize("d", [1, 2, 8, 64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finds_the_same_points_as_scikit_learn(d: int, dtype: type[np.floating]) -> None:
    generator = np.random.default_rng(d)
    points = generator.normal(size=(1000, d)).astype(dtype)  # more than a chunk, and not a multiple of it
    queries = generator.normal(size=(5, d)).astype(dtype)
    search = NearestNeighbors(n_neighbors=12, algorithm="brute").fit(points.astype(np.float64))
    distances, indices = search.kneighbors(queries.astype(np.float64))
    for query, their_distances, their_indices in zip(queries, distances, indices, strict=True):
        found = nearest(points, query, 12)
        assert np.array_equal(found.indices, their_indices)
        np.testing.assert_allclose(found.distances, their_distances, rtol=1e-6)


@pytest.mark.parametrize("n", [1, 255, 256, 700])
def test_finds_the_same_images_as_scikit_learn_in_the_encoders_units(n: int) -> None:
    generator = np.random.default_rng(n)
    images = generator.integers(0, 256, (n, 784)).astype(np.uint8)
    query = generator.integers(0, 256, 784).astype(np.uint8)
    k = min(n, 9)
    seen = to_input(torch.from_numpy(images)).numpy().astype(np.float64)
    search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(seen)
    distances, indices = search.kneighbors(to_input(torch.from_numpy(query)).numpy()[None].astype(np.float64))
    found = nearest_images(images, query, k)
    assert np.array_equal(found.indices, indices[0])
    np.testing.assert_allclose(found.distances, distances[0], rtol=1e-6)


def test_images_that_differ_by_one_grey_level_are_distinguished() -> None:
    """Their squared distances, near 51 million, exceed the integer precision of float32."""
    images = np.zeros((4, 784), np.uint8)
    images[:, 780:] = 255
    images[0, 780:783] = images[1, 780:782] = images[2, 782] = 254
    found = nearest_images(images, np.full(784, 255, np.uint8), 4)
    assert found.indices.tolist() == [3, 2, 1, 0]
    assert found.distances == pytest.approx(np.sqrt(780 * 255**2 + np.arange(4)) / 255, rel=1e-15)
    assert nearest_images(images[:1] * 0, np.full(784, 255, np.uint8), 1).distances == [28]  # the root of 784


grid = st.integers(-2, 2)


@given(
    points=st.lists(st.tuples(grid, grid), min_size=1, max_size=30),
    query=st.tuples(grid, grid),
    k=st.integers(1, 12),
    left_out=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_ties_go_to_the_lower_index(
    points: list[tuple[int, int]], query: tuple[int, int], k: int, left_out: bool
) -> None:
    exclude = len(points) // 2 if left_out else None
    expected = slowly([list(point) for point in points], list(query), k, exclude)
    found = nearest(np.array(points, np.float32), np.array(query, np.float32), k, exclude)
    assert found.indices.tolist() == expected
    as_grey = np.array(points).astype(np.uint8)  # -1 becomes 255, so other distances
    grey_query = np.array(query).astype(np.uint8)
    expected = slowly(as_grey.astype(int).tolist(), grey_query.astype(int).tolist(), k, exclude)
    assert nearest_images(as_grey, grey_query, k, exclude).indices.tolist() == expected


def test_in_a_collapsed_embedding_the_first_points_are_the_nearest() -> None:
    found = nearest(np.full((5000, 2), 0.3, np.float32), np.full(2, 0.3, np.float32), 4, exclude=1)
    assert found.indices.tolist() == [0, 2, 3, 4]
    assert found.distances.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_point_that_is_not_finite_is_never_a_neighbour_and_has_none(bad: float) -> None:
    points = np.arange(10, dtype=np.float32).reshape(5, 2)
    points[1, 0] = bad
    assert nearest(points, points[0], 9, exclude=0).indices.tolist() == [2, 3, 4]
    assert len(nearest(points, points[1], 3).indices) == 0


@pytest.mark.parametrize("n", [0, 1, 3])
def test_fewer_points_than_requested_are_all_returned(n: int) -> None:
    assert sorted(nearest(np.ones((n, 2)), np.zeros(2), 5).indices) == list(range(n))
    assert len(nearest_images(np.ones((n, 784), np.uint8), np.zeros(784, np.uint8), 5).indices) == n


def test_the_arguments_are_not_modified() -> None:
    points, images = np.ones((3, 2)), np.ones((3, 4), np.uint8)
    nearest(points, points[0], 2, exclude=0)
    nearest_images(images, images[0], 2, exclude=0)
    assert np.all(points == 1) and np.all(images == 1)


def test_neighbours_of_the_same_class_are_counted() -> None:
    found = Neighbours(np.array([4, 0, 2]), np.array([0.1, 0.2, 0.3]))
    labels = np.array([7, 3, 7, 7, 1], np.uint8)
    assert found.of_class(labels, 7) == 2
    assert found.of_class(labels, 1) == 1
    assert found.of_class(labels, 3) == 0
    assert nearest(np.empty((0, 2)), np.zeros(2), 3).of_class(labels, 7) == 0


def test_invalid_arguments_are_refused_with_the_reason() -> None:
    points = np.ones((5, 3))
    with pytest.raises(ValueError, match="One neighbour or more"):
        nearest(points, points[0], 0)
    for query in (np.ones(2), np.ones((1, 3))):
        with pytest.raises(ValueError, match="looked for among"):
            nearest(points, query, 1)
    for exclude in (-1, 5):
        with pytest.raises(ValueError, match="cannot be left out"):
            nearest_images(points.astype(np.uint8), np.ones(3, np.uint8), 1, exclude)


def in_a_plane(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points clustered by class, images unrelated to it, and the classes."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, n)
    points = 10 * np.eye(4)[labels][:, :2] + [0, 20] * (labels[:, None] > 1) + generator.normal(size=(n, 2))
    return points, generator.integers(0, 256, (n, 16)).astype(np.uint8), labels


@pytest.mark.parametrize("seed", range(4))
def test_the_instructive_point_has_the_largest_gain(seed: int) -> None:
    points, images, labels = in_a_plane(seed, 150)  # fewer than the number of queries: every point is a query
    gains = [
        nearest(points, points[at], 6, exclude=at).of_class(labels, labels[at])
        - nearest_images(images, images[at], 6, exclude=at).of_class(labels, labels[at])
        for at in range(150)
    ]
    found = instructive(points, images, labels, 6)
    assert found is not None
    assert gains[found] == max(gains) > min(gains)


def test_points_that_are_not_finite_are_not_instructive() -> None:
    points, images, labels = in_a_plane(1, 60)
    points[:59] = np.nan
    assert instructive(points, images, labels, 6) == 59
    points[59, 1] = np.inf
    assert instructive(points, images, labels, 6) is None
    assert instructive(points[:0], images[:0], labels[:0], 6) is None
