"""core.clustering.kmeans against scikit-learn and loops over all points."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from core.clustering.kmeans import assign, clustered, kmeans
from core.embedding.confusion import confusion


def blobs(seed: int, n: int, d: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), generator.integers(0, k, n - k)])
    centres = generator.normal(size=(k, d)) * 5
    return (centres[labels] + generator.normal(size=(n, d))).astype(np.float32), labels


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("d", [2, 3, 64])
def test_kmeans_is_scikit_learns_and_its_inertia_the_sum_of_squares(seed: int, d: int) -> None:
    points, _ = blobs(seed, 400, d, 6)
    ours = kmeans(points, 6, seed=seed)
    theirs = KMeans(6, n_init=10, random_state=seed).fit(points.astype(np.float64))
    assert ours.labels.dtype == np.int32
    assert np.array_equal(ours.labels, theirs.labels_)
    np.testing.assert_allclose(ours.centroids, theirs.cluster_centers_)
    inertia = sum(math.dist(p, ours.centroids[c]) ** 2 for p, c in zip(points, ours.labels, strict=True))
    assert ours.inertia == pytest.approx(inertia)
    assert ours.k == 6


def test_the_same_seed_gives_the_same_clusters_bit_for_bit_with_any_number_of_threads() -> None:
    points, _ = blobs(3, 5000, 2, 10)
    with threadpool_limits(1):
        first = kmeans(points, 10, seed=4)
    with threadpool_limits(4):  # parallel sums would round differently
        second = kmeans(points, 10, seed=4)
    assert np.array_equal(first.labels, second.labels)
    assert np.array_equal(first.centroids, second.centroids)
    assert first.inertia == second.inertia


@pytest.mark.parametrize("distinct", [1, 2, 3, 10])
@pytest.mark.parametrize("d", [1, 2, 64])
def test_kmeans_of_fewer_distinct_points_than_k_returns_the_clusters_that_exist(
    distinct: int, d: int
) -> None:
    generator = np.random.default_rng(distinct)
    places = generator.normal(size=(distinct, d)).astype(np.float32)
    which = generator.permutation(np.arange(3000) % distinct)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = kmeans(places[which], 10)
    assert found.k == 10
    assert np.unique(found.labels).tolist() == list(range(distinct))
    np.testing.assert_allclose(found.centroids[found.labels], places[which], atol=1e-6)
    assert found.inertia == pytest.approx(0, abs=1e-6)


def test_rare_points_late_in_the_data_still_count_as_clusters() -> None:
    points = np.zeros((5000, 2), np.float32)
    points[4990:] = [5, 5]
    points[4999] = [9, 0]
    assert len(kmeans(points, 10).centroids) == 3


def test_points_too_close_to_distinguish_relative_to_a_distant_one_make_fewer_clusters() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = kmeans(np.array([[0.0], [1e-9], [2e-9], [1e9]]), 4)
    assert len(found.centroids) == len(np.unique(found.labels)) < 4
    assert found.labels[3] != found.labels[0]


@given(
    seed=st.integers(0, 1000), n=st.integers(1, 25), k=st.integers(1, 12), noise=st.sampled_from([0, 1e-9, 1])
)
@settings(max_examples=50, deadline=None)
def test_every_cluster_has_points_and_each_point_is_in_a_nearest_one(
    seed: int, n: int, k: int, noise: float
) -> None:
    generator = np.random.default_rng(seed)
    points = 1 + noise * generator.integers(0, 4, size=(n, 2)).astype(np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = kmeans(points, k, restarts=3)
    assert np.unique(found.labels).tolist() == list(range(len(found.centroids)))
    assert len(found.centroids) <= min(n, k)
    own = np.linalg.norm(points - found.centroids[found.labels], axis=1)
    nearest = np.linalg.norm(points[:, None] - found.centroids, axis=2).min(axis=1)
    np.testing.assert_allclose(own, nearest, atol=1e-6 * noise + 1e-12)


def test_test_points_go_to_the_nearest_centroid() -> None:
    points, _ = blobs(0, 300, 3, 5)
    centroids = kmeans(points, 5).centroids
    others, _ = blobs(1, 200, 3, 5)
    expected = [min(range(5), key=lambda c, p=p: math.dist(p, centroids[c])) for p in others]
    assert assign(others, centroids).tolist() == expected
    assert np.array_equal(assign(points, centroids), kmeans(points, 5).labels)


def test_kmeans_refuses_invalid_points_with_the_reason() -> None:
    for bad in (np.nan, np.inf):
        points = np.ones((5, 2))
        points[2, 0] = bad
        with pytest.raises(ValueError, match="not finite numbers"):
            kmeans(points, 2)
        with pytest.raises(ValueError, match="not finite numbers"):
            assign(points, np.zeros((1, 2)))
    with pytest.raises(ValueError, match="at least one cluster"):
        kmeans(np.ones((5, 2)), 0)
    with pytest.raises(ValueError, match="table"):
        kmeans(np.ones((0, 2)), 2)


# ---- an embedding with its clusters


@pytest.mark.parametrize("seed", range(3))
def test_the_clusters_of_an_embedding_are_numbered_like_their_matched_classes(seed: int) -> None:
    train, labels = blobs(seed, 500, 2, 5)
    test, test_labels = blobs(seed + 100, 200, 2, 5)
    found, plain = clustered(train, labels, test, test_labels, 5), kmeans(train, 5)
    assert adjusted_rand_score(found.train_clusters, plain.labels) == 1
    table = confusion(labels, found.train_clusters)
    assert table.matched_digit.tolist() == table.clusters.tolist() == [0, 1, 2, 3, 4]
    for point, cluster in zip(test, found.test_clusters, strict=True):
        centroids = [train[found.train_clusters == number].mean(axis=0) for number in range(5)]
        distances = [math.dist(point, centroid) for centroid in centroids]
        assert distances[cluster] == pytest.approx(
            min(distances), abs=0.05
        )  # KMeans stops within a tolerance
    assert found.train is train and found.test_labels is test_labels


def test_a_collapsed_embedding_has_one_cluster_and_no_test_images_have_none() -> None:
    labels = np.arange(30) % 3
    found = clustered(np.ones((30, 2)), labels, np.ones((0, 2)), labels[:0], 3)
    assert set(found.train_clusters.tolist()) == {0} and len(found.test_clusters) == 0
