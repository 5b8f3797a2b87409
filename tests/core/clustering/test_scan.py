"""KMeans over k, against scikit-learn at each k."""

import math

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, davies_bouldin_score, silhouette_score

from core.clustering.kmeans import kmeans
from core.clustering.scan import KS, ScanRow, scan
from tests.core.shipped import shipped_embedding


def test_each_row_equals_scikit_learn_for_the_same_clusters() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 4, 300)
    points = generator.normal(size=(4, 3))[labels] * 5 + generator.normal(size=(300, 3))
    for row in scan(points, labels, [2, 4, 7], seed=3):
        clusters = kmeans(points, row.k, seed=3, restarts=3).labels
        assert row.found == row.k == len(np.unique(clusters))
        centres = np.stack([points[clusters == c].mean(axis=0) for c in range(row.k)])
        assert row.inertia == pytest.approx(float(((points - centres[clusters]) ** 2).sum()))
        assert row.silhouette.value == pytest.approx(silhouette_score(points, clusters))
        assert row.silhouette.error == 0
        assert row.davies_bouldin == pytest.approx(davies_bouldin_score(points, clusters))
        assert row.adjusted_rand_index == pytest.approx(adjusted_rand_score(labels, clusters))


def test_on_the_shipped_run_inertia_falls_and_all_others_find_ten_clusters() -> None:
    run = shipped_embedding()
    rows = list(scan(run.test, run.test_labels, [4, 8, 10, 14, 20]))
    assert np.all(np.diff([row.inertia for row in rows]) < 0)
    best = max(rows, key=lambda row: row.silhouette.value)
    assert best.k == 10
    assert min(rows, key=lambda row: row.davies_bouldin).k == 10
    assert max(rows, key=lambda row: row.adjusted_rand_index).k == 10
    assert 0 < best.silhouette.error < 0.02
    assert (best.silhouette.sampled, best.silhouette.of) == (500, 10_000)


def test_rows_are_yielded_one_at_a_time_for_two_to_twenty_clusters() -> None:
    assert tuple(range(2, 21)) == KS
    rows = scan(np.random.default_rng(0).normal(size=(30, 2)), np.arange(30) % 3)
    assert [next(rows).k, next(rows).k] == [2, 3]


def test_a_collapse_and_one_cluster_have_rows_with_reasons() -> None:
    (row,) = scan(np.full((40, 2), 0.2), np.arange(40) % 4, [5])
    assert isinstance(row, ScanRow)
    assert (row.found, row.inertia) == (1, 0)
    assert math.isnan(row.davies_bouldin)
    assert row.silhouette.reason is not None and "collapsed" in row.silhouette.reason
    (one,) = scan(np.random.default_rng(0).normal(size=(9, 2)), np.arange(9) % 3, [1])
    assert one.silhouette.reason is not None and "only one cluster" in one.silhouette.reason


def test_invalid_points_are_refused() -> None:
    with pytest.raises(ValueError, match="one label each"):
        next(scan(np.ones((3, 2)), np.zeros(2)))
    with pytest.raises(ValueError, match="not finite"):
        next(scan(np.full((3, 2), np.nan), np.zeros(3)))
