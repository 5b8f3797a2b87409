"""Lloyd's algorithm against scikit-learn from the same centroids, and a loop."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans

from core.clustering.lloyd import (
    SAMPLE,
    STARTS,
    inertia_of,
    lloyd,
    majorities,
    plus_plus_start,
    random_start,
    restarts,
    watch,
)
from core.figures.contingency import contingency
from core.figures.rand import adjusted_rand_index
from tests.core.shipped import shipped_embedding


def blobs(seed: int, n: int, d: int, k: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return (generator.normal(size=(k, d)) * 3)[generator.integers(0, k, n)] + generator.normal(size=(n, d))


def scikit_learns(points: np.ndarray, centroids: np.ndarray) -> KMeans:
    return KMeans(len(centroids), init=centroids, n_init=1, tol=0, algorithm="lloyd").fit(points)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("d", [1, 2, 64])
@pytest.mark.parametrize("start", STARTS)
def test_from_the_same_centroids_it_ends_like_scikit_learn(seed: int, d: int, start: str) -> None:
    points = blobs(seed, 500, d, 6)
    centroids = STARTS[start](points, 6, np.random.default_rng(seed))
    iterations, converged = lloyd(points, centroids)
    theirs = scikit_learns(points, centroids)
    assert converged
    assert len(iterations) == theirs.n_iter_
    assert np.array_equal(iterations[-1].assignments, theirs.labels_)
    np.testing.assert_allclose(iterations[-1].centroids, theirs.cluster_centers_)
    assert iterations[-1].inertia == pytest.approx(theirs.inertia_)


@pytest.mark.parametrize("start", STARTS)
def test_the_sample_of_the_shipped_run_ends_like_scikit_learn(start: str) -> None:
    run = shipped_embedding()
    watched = watch(run.train, 10, start=start, seed=2)
    points = run.train[watched.sample].astype(np.float64)
    theirs = scikit_learns(points, watched.iterations[0].centroids)
    assert (len(watched.sample), watched.of) == (SAMPLE, 60_000)
    assert np.array_equal(watched.iterations[-1].assignments, theirs.labels_)
    assert watched.inertia[-1] == pytest.approx(theirs.inertia_)
    assert watched.converged
    assert len(watched.inertia) == len(watched.iterations) == theirs.n_iter_


@given(seed=st.integers(0, 10**6), n=st.integers(1, 30), k=st.integers(1, 6), coarse=st.booleans())
@settings(max_examples=100)
def test_every_iteration_equals_a_loop_and_inertia_never_increases(
    seed: int, n: int, k: int, coarse: bool
) -> None:
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(n, 2))
    points = np.round(points) if coarse else points
    iterations, converged = lloyd(points, generator.normal(size=(k, 2)) * 2)
    assert converged
    for iteration in iterations:
        inertia = 0.0
        for point, choice in zip(points, iteration.assignments, strict=True):
            distances = [math.dist(point, centroid) for centroid in iteration.centroids]
            assert distances[choice] == pytest.approx(min(distances), abs=1e-9)
            inertia += min(distances) ** 2
        assert iteration.inertia == pytest.approx(inertia, abs=1e-9)
    for last, this in itertools.pairwise(iterations):
        assert this.inertia <= last.inertia + 1e-9
        assert this.moved == np.sum(this.assignments != last.assignments)
        moves = np.linalg.norm(this.centroids - last.centroids, axis=1)
        assert this.shift == pytest.approx(moves.max())
        for cluster in range(k):
            members = points[last.assignments == cluster]
            # if no cluster is empty, each centroid is the mean of its points
            if len(np.unique(last.assignments)) == k:
                np.testing.assert_allclose(this.centroids[cluster], members.mean(axis=0), atol=1e-9)
    assert iterations[0].moved == n
    assert iterations[0].shift == 0
    assert iterations[-1].moved == 0


def test_an_empty_clusters_centroid_moves_to_the_farthest_point_as_in_scikit_learn() -> None:
    points = blobs(0, 200, 2, 4)
    centroids = np.concatenate([points[:3], [[500.0, 500.0]]])
    iterations, _ = lloyd(points, centroids)
    first = iterations[0]
    assert set(first.assignments.tolist()) <= {0, 1, 2}
    own = np.linalg.norm(points - centroids[first.assignments], axis=1)
    np.testing.assert_allclose(iterations[1].centroids[3], points[own.argmax()])
    theirs = scikit_learns(points, centroids)
    assert np.array_equal(iterations[-1].assignments, theirs.labels_)
    np.testing.assert_allclose(iterations[-1].centroids, theirs.cluster_centers_)
    assert sorted(set(iterations[-1].assignments.tolist())) == [0, 1, 2, 3]


@pytest.mark.parametrize("offset", [0.0, 1e6])
@pytest.mark.parametrize("d", [2, 64])
def test_a_distant_origin_makes_no_difference(offset: float, d: int) -> None:
    points = blobs(1, 300, d, 5)
    near, _ = lloyd(points, points[:5])
    far, _ = lloyd(points + offset, points[:5] + offset)
    assert [i.inertia for i in far] == pytest.approx([i.inertia for i in near], rel=1e-6)
    assert inertia_of(points + offset, far[-1].centroids) == pytest.approx(near[-1].inertia, rel=1e-6)


def test_k_means_plus_plus_chooses_in_proportion_to_the_squared_distance() -> None:
    points = np.array([[0.0], [1.0], [3.0]])
    seconds = {0: [], 1: [], 3: []}  # type: dict[int, list[int]]
    for seed in range(6000):
        first, second = plus_plus_start(points, 2, np.random.default_rng(seed)).ravel().astype(int).tolist()
        seconds[first].append(second)
    assert [len(each) / 6000 for each in seconds.values()] == pytest.approx([1 / 3] * 3, abs=0.03)
    assert np.mean(np.array(seconds[0]) == 3) == pytest.approx(9 / 10, abs=0.03)
    assert np.mean(np.array(seconds[1]) == 3) == pytest.approx(4 / 5, abs=0.04)
    assert np.mean(np.array(seconds[3]) == 0) == pytest.approx(9 / 13, abs=0.04)


def test_a_random_start_takes_each_point_equally_often_and_none_twice() -> None:
    points = np.arange(6.0)[:, None]
    chosen = [random_start(points, 3, np.random.default_rng(seed)).ravel() for seed in range(2000)]
    assert all(len(set(each.tolist())) == 3 for each in chosen)
    counts = np.bincount(np.concatenate(chosen).astype(int), minlength=6)
    np.testing.assert_allclose(counts, 1000, rtol=0.12)


def test_k_means_plus_plus_starts_lower_than_random_and_depends_on_the_seed() -> None:
    run = shipped_embedding()
    lows = {
        start: [watch(run.train, 10, start=start, seed=seed).inertia[0] for seed in range(8)]
        for start in STARTS
    }
    assert np.mean(lows["k-means++"]) < np.mean(lows["random"])
    assert lows["random"] == [watch(run.train, 10, start="random", seed=s).inertia[0] for s in range(8)]
    assert len(set(lows["random"])) == 8


def test_restarts_are_compared_with_the_best_and_scored_on_all_points(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = shipped_embedding()
    found, best = restarts(run.train, 10, start="random", count=5, seed=3)
    ends = [each.watched.iterations[-1] for each in found]
    assert [each.watched.seed for each in found] == [3, 4, 5, 6, 7]
    assert best == int(np.argmin([end.inertia for end in ends]))
    assert found[best].agreement == 1
    assert all(np.array_equal(each.watched.sample, found[0].watched.sample) for each in found)
    for each, end in zip(found, ends, strict=True):
        assert each.agreement == pytest.approx(
            adjusted_rand_index(contingency(ends[best].assignments, end.assignments))
        )
        model = scikit_learns(
            run.train[each.watched.sample].astype(np.float64), each.watched.iterations[0].centroids
        )
        assert each.full_inertia == pytest.approx(-model.score(run.train.astype(np.float64)), rel=1e-6)


def test_fewer_distinct_points_than_clusters_leave_some_centroids_empty() -> None:
    points = np.repeat([[0.0, 0], [4, 0], [0, 3]], 5, axis=0)
    for start in STARTS:
        watched = watch(points, 10, start=start, seed=1)
        end = watched.iterations[-1]
        assert watched.converged
        assert end.inertia == pytest.approx(0)
        assert len(np.unique(end.assignments)) == 3
    assert len(watch(points, 10).iterations[0].centroids) == 3
    assert len(watch(np.ones((1, 2)), 4, start="random").iterations[0].centroids) == 1
    collapsed = watch(np.full((50, 2), 0.1), 10)
    assert (len(collapsed.iterations), collapsed.inertia[-1]) == (2, 0)


def test_it_stops_at_the_maximum_number_of_iterations_and_says_so() -> None:
    points = blobs(0, 400, 2, 8)
    iterations, converged = lloyd(points, points[:8], max_iterations=2)
    assert (len(iterations), converged) == (2, False)


def test_a_clusters_majority_is_its_most_frequent_class() -> None:
    generator = np.random.default_rng(3)
    clusters, labels = generator.choice([0, 1, 3], 60), generator.integers(0, 4, 60)
    expected = [max(range(4), key=[*labels[clusters == k]].count) if k in clusters else -1 for k in range(5)]
    assert majorities(clusters, labels, 5) == expected and -1 in expected


def test_invalid_points_are_refused_with_the_reason() -> None:
    points = blobs(0, 20, 2, 2)
    with pytest.raises(ValueError, match="no start 'best'; there are: k-means"):
        watch(points, 3, start="best")
    with pytest.raises(ValueError, match="at least one cluster"):
        watch(points, 0)
    with pytest.raises(ValueError, match="no points"):
        watch(points[:0], 3)
    with pytest.raises(ValueError, match="not finite"):
        watch(np.where(points > 1, np.nan, points), 3)
    with pytest.raises(ValueError, match="not finite"):
        lloyd(points, np.array([[np.inf, 0]]))
    with pytest.raises(ValueError, match="Centroids"):
        lloyd(points, np.ones((2, 3)))
    with pytest.raises(ValueError, match="At least one start"):
        restarts(points, 3, count=0)
    assert SAMPLE < 10_000
