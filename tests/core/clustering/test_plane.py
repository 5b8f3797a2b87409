"""Two clusters in a plane: the embedding itself in 2-D, else one that keeps the distance of the centroids."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.clustering import davies_bouldin
from core.clustering.plane import pair_plane


def blobs(dims: int, classes: int = 4, n: int = 900) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(dims)
    labels = generator.integers(0, classes, n) * 2  # labels are not places
    centres = generator.normal(size=(2 * classes, dims)) * 3
    return (centres[labels] + generator.normal(size=(n, dims))).astype(np.float32), labels


@pytest.mark.parametrize("dims", [2, 3, 8])
def test_the_distance_of_the_centroids_keeps_its_length(dims: int) -> None:
    points, labels = blobs(dims)
    index = davies_bouldin(points, labels)
    for i, j in ((0, 1), (3, 1)):
        plane = pair_plane(points, labels, index, i, j)
        assert np.linalg.norm(plane.centroids[1] - plane.centroids[0]) == pytest.approx(index.between[i, j])
        assert plane.radii == pytest.approx(index.within[[i, j]])


def test_in_two_dimensions_the_plane_is_the_embedding() -> None:
    points, labels = blobs(2)
    plane = pair_plane(points, labels, davies_bouldin(points, labels), 1, 2, sample=50)
    assert plane.exact
    assert np.array_equal(plane.points, points[plane.which])
    assert np.array_equal(labels[plane.which], np.where(plane.first, 2, 4))
    assert plane.drawn.tolist() == [50, 50]
    assert plane.of.tolist() == [(labels == 2).sum(), (labels == 4).sum()]
    assert len(np.unique(plane.which)) == 100


def test_in_more_dimensions_no_two_points_look_farther_apart_than_they_are() -> None:
    points, labels = blobs(6)
    plane = pair_plane(points, labels, davies_bouldin(points, labels), 0, 3)
    true = np.linalg.norm(points[plane.which][:, None] - points[plane.which][None], axis=2)
    drawn = np.linalg.norm(plane.points[:, None] - plane.points[None], axis=2)
    assert (drawn <= true + 1e-5).all()
    assert not plane.exact


def test_across_the_line_the_points_have_the_largest_variance() -> None:
    points, labels = blobs(5)
    index = davies_bouldin(points, labels)
    plane = pair_plane(points, labels, index, 0, 1)
    line = index.centroids[1] - index.centroids[0]
    line /= np.linalg.norm(line)
    rest = points[plane.which] - np.outer(points[plane.which] @ line, line)
    assert plane.points[:, 1].var(ddof=1) == pytest.approx(PCA(1).fit(rest).explained_variance_[0], rel=1e-4)


def test_small_clusters_are_drawn_completely_and_equal_centroids_are_allowed() -> None:
    points = np.array([[0, 0, 1], [0, 0, -1], [0, 2, 0], [0, -2, 0]], np.float32)
    labels = np.array([0, 0, 1, 1])
    index = davies_bouldin(points, labels)
    assert index.reason is not None
    plane = pair_plane(points, labels, index, 0, 1)
    assert len(plane.points) == 4 and np.isfinite(plane.points).all()
    assert np.linalg.norm(plane.points, axis=1) == pytest.approx([1, 1, 2, 2])


def test_clusters_on_one_line_stay_on_it() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [4, 0, 0], [6, 0, 0]], np.float32)
    labels = np.array([0, 0, 1, 1])
    plane = pair_plane(points, labels, davies_bouldin(points, labels), 0, 1)
    assert plane.points[:, 1] == pytest.approx(np.zeros(4))
    assert np.ptp(plane.points[:, 0]) == pytest.approx(6)


def test_another_seed_draws_other_points() -> None:
    points, labels = blobs(2)
    index = davies_bouldin(points, labels)
    one, same, other = (
        pair_plane(points, labels, index, 0, 1, sample=20, seed=seed).which for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_an_invalid_pair_of_clusters_is_refused() -> None:
    points, labels = blobs(2)
    index = davies_bouldin(points, labels)
    for i, j in ((1, 1), (0, 4), (-1, 0)):
        with pytest.raises(ValueError, match="Two different clusters"):
            pair_plane(points, labels, index, i, j)
    broken = points.copy()
    broken[3, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        pair_plane(broken, labels, index, 0, 1)
