"""The Davies-Bouldin index against scikit-learn and loops over all points."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import davies_bouldin_score

from core.clustering import DaviesBouldin, cluster_table, davies_bouldin
from core.clustering.kmeans import kmeans
from core.embedding.confusion import confusion


def blobs(seed: int, n: int, d: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), generator.integers(0, k, n - k)])
    centres = generator.normal(size=(k, d)) * 5
    return (centres[labels] + generator.normal(size=(n, d))).astype(np.float32), labels


def slow_davies_bouldin(points: np.ndarray, labels: np.ndarray) -> tuple[float, list[int]]:
    """The definition as a loop."""
    names = sorted(set(labels.tolist()))
    members = [
        [p.tolist() for p, label in zip(points, labels, strict=True) if label == name] for name in names
    ]
    centroids = [[math.fsum(c) / len(m) for c in zip(*m, strict=True)] for m in members]
    within = [math.fsum(math.dist(p, c) for p in m) / len(m) for m, c in zip(members, centroids, strict=True)]
    worst, rivals = [], []
    for i in range(len(names)):
        s = {
            j: (within[i] + within[j]) / math.dist(centroids[i], centroids[j])
            for j in range(len(names))
            if j != i
        }
        rivals.append(max(s, key=lambda j, s=s: s[j]))
        worst.append(s[rivals[-1]])
    return math.fsum(worst) / len(worst), rivals


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("d", "k"), [(1, 2), (2, 10), (3, 4), (64, 10)])
def test_the_index_equals_scikit_learns_and_a_loop(seed: int, d: int, k: int) -> None:
    points, labels = blobs(seed, 300, d, k)
    points = points.astype(np.float64)
    ours = davies_bouldin(points, labels)
    score, rivals = slow_davies_bouldin(points, labels)
    assert ours.score == pytest.approx(davies_bouldin_score(points, labels), abs=1e-9)
    assert ours.score == pytest.approx(score, abs=1e-9)
    assert ours.rival.tolist() == rivals
    assert ours.reason is None


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(4, 40), k=st.integers(2, 6), d=st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_the_index_equals_a_loop_and_scikit_learns_for_random_labels(
    seed: int, n: int, k: int, d: int
) -> None:
    generator = np.random.default_rng(seed)
    points, labels = generator.normal(size=(n, d)), generator.integers(0, k, n) * 3
    ours = davies_bouldin(points, labels)
    if len(ours.labels) > 1:
        assert ours.score == pytest.approx(slow_davies_bouldin(points, labels)[0], rel=1e-9)
        # for a cluster of one point, scikit-learn's distances have rounding errors of about 1e-8
        if ours.sizes.min() > 1:
            assert ours.score == pytest.approx(davies_bouldin_score(points, labels), rel=1e-9, abs=1e-9)


def test_single_points_a_distant_origin_and_gaps_in_the_labels_make_no_difference() -> None:
    points, labels = blobs(0, 60, 3, 4)
    points = points.astype(np.float64)
    labels = np.array([2, 3, 40, 200], np.uint8)[labels]
    labels[7] = 9  # a cluster of one point
    near, far = davies_bouldin(points, labels), davies_bouldin(points + 1e5, labels)
    assert near.score == pytest.approx(slow_davies_bouldin(points, labels)[0], abs=1e-9)
    assert far.score == pytest.approx(near.score, abs=1e-9)
    np.testing.assert_allclose(far.centroids, near.centroids + 1e5)
    assert near.labels.tolist() == [2, 3, 9, 40, 200]
    assert near.within[2] == 0


def test_the_parts_match_their_definitions() -> None:
    points = np.array([[0.0, 0], [0, 2], [10, 1], [10, 1], [0, 101], [0, 105]])
    ours = davies_bouldin(points, np.array([5, 5, 6, 6, 8, 8]))
    assert ours.labels.tolist() == [5, 6, 8]
    assert ours.sizes.tolist() == [2, 2, 2]
    assert ours.centroids.tolist() == [[0, 1], [10, 1], [0, 103]]
    assert ours.within.tolist() == [1, 0, 2]
    far = math.hypot(10, 102)
    np.testing.assert_allclose(ours.between, [[0, 10, 102], [10, 0, far], [102, far, 0]])
    nan = math.nan
    expected = [[nan, 0.1, 3 / 102], [0.1, nan, 2 / far], [3 / 102, 2 / far, nan]]
    np.testing.assert_allclose(ours.similarity, expected)
    assert ours.rival.tolist() == [1, 0, 0]
    assert ours.score == pytest.approx((0.1 + 0.1 + 3 / 102) / 3)
    assert ours.typical == pytest.approx([(1 + 1 + 3) / 3, (10 + 10 + 102) / 3])


@pytest.mark.parametrize("scale", [1e-12, 1e-6, 1e6])
def test_the_index_does_not_depend_on_the_scale(scale: float) -> None:
    points, labels = blobs(1, 100, 2, 3)
    points = points.astype(np.float64)
    ours, scaled = davies_bouldin(points, labels), davies_bouldin(points * scale, labels)
    assert scaled.score == pytest.approx(ours.score)
    assert scaled.typical == pytest.approx([scale * length for length in ours.typical])


def check_undefined(ours: DaviesBouldin, clusters: int, sentence: str) -> None:
    assert math.isnan(ours.score)
    assert ours.reason is not None
    assert sentence in ours.reason
    assert len(ours.labels) == len(ours.sizes) == len(ours.within) == len(ours.rival) == clusters
    assert ours.between.shape == ours.similarity.shape == (clusters, clusters)
    assert np.isnan(np.diag(ours.similarity)).all()


@pytest.mark.parametrize("value", [0.0, 0.1, -3e7])
@pytest.mark.parametrize("d", [1, 2, 64])
def test_a_total_collapse_is_undefined_where_scikit_learn_returns_the_best_value(
    value: float, d: int
) -> None:
    points, labels = np.full((999, d), value, np.float32), np.arange(999) % 7
    assert davies_bouldin_score(points.astype(np.float64), labels) == 0.0
    ours = davies_bouldin(points, labels)
    check_undefined(ours, 7, "All clusters have the same centre")
    assert np.array_equal(ours.within, np.zeros(7))
    assert np.isnan(ours.similarity).all()


def test_two_equal_centroids_among_others_leave_the_index_undefined_and_name_the_pair() -> None:
    points = np.array([[-1.0, 0], [1, 0], [0, -3], [0, 3], [9, 9], [9, 8], [9, 9], [8, 8]])
    labels = np.array([1, 1, 4, 4, 6, 6, 7, 7])
    assert math.isfinite(davies_bouldin_score(points, labels))
    ours = davies_bouldin(points, labels)
    check_undefined(ours, 4, "Clusters 1 and 4 have the same centre")
    assert ours.rival.tolist() == [1, 0, 3, 2]
    assert math.isnan(ours.similarity[0, 1])
    assert ours.similarity[2, 3] == pytest.approx((0.5 + math.sqrt(0.5)) / 0.5)


def test_centroids_that_differ_only_by_rounding_are_equal() -> None:
    generator = np.random.default_rng(0)
    cloud = generator.normal(size=(1000, 2)) + 0.1
    points = np.concatenate([cloud, generator.permutation(cloud), cloud + 5])
    ours = davies_bouldin(points, np.repeat([0, 1, 2], 1000))
    check_undefined(ours, 3, "Clusters 0 and 1 have the same centre")


def test_one_cluster_has_no_rival_and_no_index() -> None:
    ours = davies_bouldin(np.random.default_rng(0).normal(size=(10, 2)), np.full(10, 3))
    check_undefined(ours, 1, "only one cluster")
    assert ours.rival.tolist() == [-1]
    assert ours.within[0] > 0
    check_undefined(davies_bouldin(np.ones((1, 2)), np.zeros(1, int)), 1, "only one cluster")


def test_no_points_have_no_index() -> None:
    check_undefined(davies_bouldin(np.empty((0, 2)), np.empty(0, int)), 0, "no points")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_points_that_are_not_finite_have_no_index(bad: float) -> None:
    points, labels = blobs(0, 30, 2, 3)
    points[4, 1] = bad
    ours = davies_bouldin(points, labels)
    check_undefined(ours, 3, "not finite numbers")
    assert ours.sizes.sum() == 30
    assert ours.rival.tolist() == [-1, -1, -1]


def test_points_and_labels_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="one label each"):
        davies_bouldin(np.ones((3, 2)), np.zeros(2, int))
    with pytest.raises(ValueError, match="one label each"):
        davies_bouldin(np.ones(3), np.zeros(3, int))


def test_the_index_is_the_mean_of_the_tables_similarity_column() -> None:
    points, digits = blobs(5, 500, 2, 6)
    clusters = kmeans(points, 6).labels
    davies, matched = davies_bouldin(points, clusters), confusion(digits, clusters)
    rows = cluster_table(davies, matched)
    assert np.mean([row.similarity for row in rows]) == pytest.approx(davies.score, abs=1e-12)
    assert [row.cluster for row in rows] == list(range(6))
    assert sum(row.size for row in rows) == 500
    digit = {row.cluster: row.digit for row in rows}
    for row in rows:
        own, rival = (points[clusters == c].astype(np.float64) for c in (row.cluster, row.rival))
        assert row.rival_digit == digit[row.rival]
        assert row.digit == matched.matched_digit[matched.clusters.tolist().index(row.cluster)]
        assert row.between == pytest.approx(math.dist(own.mean(axis=0), rival.mean(axis=0)))
        assert row.within == pytest.approx(davies.within[row.cluster])
        assert row.similarity == pytest.approx((row.within + rows[row.rival].within) / row.between)


def test_the_table_of_one_cluster_names_no_rival() -> None:
    points, clusters = np.random.default_rng(0).normal(size=(9, 2)), np.full(9, 2)
    (row,) = cluster_table(davies_bouldin(points, clusters), confusion(np.full(9, 8), clusters))
    assert (row.cluster, row.size, row.digit, row.rival, row.rival_digit) == (2, 9, 8, -1, -1)
    assert math.isnan(row.between)
    assert math.isnan(row.similarity)


def test_the_table_of_equal_centroids_shows_the_pair_at_distance_zero() -> None:
    points = np.array([[-1.0, 0], [1, 0], [0, -3], [0, 3], [9, 9]])
    clusters = np.array([0, 0, 1, 1, 2])
    rows = cluster_table(davies_bouldin(points, clusters), confusion(clusters, clusters))
    assert [(row.rival, row.between) for row in rows[:2]] == [(1, 0.0), (0, 0.0)]
    assert math.isnan(rows[0].similarity)
    assert math.isfinite(rows[2].similarity)


def test_a_table_of_different_clusters_is_refused() -> None:
    points = np.random.default_rng(0).normal(size=(4, 2))
    with pytest.raises(ValueError, match="different clusters"):
        cluster_table(
            davies_bouldin(points, np.array([0, 0, 1, 1])), confusion(np.zeros(4), np.array([0, 0, 2, 2]))
        )
