"""One cell of the Davies-Bouldin matrix: its fraction, and its contribution to the index."""

import itertools
import math

import numpy as np
import pytest
from sklearn.metrics import davies_bouldin_score

from core.clustering import cluster_table, davies_bouldin, pair_explained
from core.embedding.confusion import confusion
from tests.core.shipped import shipped_embedding


def test_each_cell_is_the_fraction_of_its_numbers_from_either_side() -> None:
    generator = np.random.default_rng(0)
    points, labels = generator.normal(size=(60, 3)), np.array([2, 3, 5, 9])[generator.integers(0, 4, 60)]
    index = davies_bouldin(points, labels)
    for i, j in itertools.permutations(range(4), 2):
        cell, other = pair_explained(index, i, j), pair_explained(index, j, i)
        own, rival = points[labels == cell.first], points[labels == cell.second]
        wcd = [np.mean([math.dist(p, each.mean(axis=0)) for p in each]) for each in (own, rival)]
        bcd = math.dist(own.mean(axis=0), rival.mean(axis=0))
        assert (cell.first, cell.second) == (index.labels[i], index.labels[j])
        assert (cell.within_first, cell.within_second) == pytest.approx(wcd)
        assert cell.between == pytest.approx(bcd)
        assert cell.similarity == pytest.approx(sum(wcd) / bcd)
        assert cell.reason is None
        largest = [max(pair_explained(index, a, b).similarity for b in range(4) if b != a) for a in (i, j)]
        assert cell.counts_for_first == (cell.similarity == largest[0])
        assert cell.counts_for_second == (cell.similarity == largest[1])
        assert (other.similarity, other.share) == (cell.similarity, cell.share)
        assert (other.counts_for_first, other.within_first) == (cell.counts_for_second, cell.within_second)


def test_the_shares_of_all_cells_and_of_all_clusters_add_up_to_the_index() -> None:
    generator = np.random.default_rng(1)
    points, labels = generator.normal(size=(90, 2)), generator.integers(0, 6, 90)
    index = davies_bouldin(points, labels)
    cells = [pair_explained(index, i, j) for i, j in itertools.combinations(range(6), 2)]
    assert sum(cell.share for cell in cells) == pytest.approx(1)
    assert sum(cell.counts_for_first + cell.counts_for_second for cell in cells) == 6
    counted = [cell.similarity * (cell.counts_for_first + cell.counts_for_second) for cell in cells]
    assert sum(counted) / 6 == pytest.approx(index.score)
    rows = cluster_table(index, confusion(labels, labels))
    assert sum(row.share for row in rows) == pytest.approx(1)
    assert [row.share for row in rows] == pytest.approx([row.similarity / 6 / index.score for row in rows])


def test_a_cell_of_equal_centres_is_undefined_with_a_reason_and_others_are_not() -> None:
    points = np.array([[-1.0, 0], [1, 0], [0, -3], [0, 3], [9, 9], [9, 8]])
    index = davies_bouldin(points, np.array([0, 0, 1, 1, 2, 2]))
    cell = pair_explained(index, 0, 1)
    assert (cell.between, cell.within_first, cell.within_second) == (0, 1, 3)
    assert math.isnan(cell.similarity)
    assert cell.reason is not None
    assert "Clusters 0 and 1 have the same centre" in cell.reason
    assert math.isnan(cell.share)
    assert pair_explained(index, 0, 2).reason is None
    assert pair_explained(index, 0, 2).similarity == pytest.approx(1.5 / math.hypot(9, 8.5))


def test_a_cell_of_points_that_are_not_finite_has_a_reason() -> None:
    points = np.array([[0.0, 1], [math.nan, 0], [3, 3], [4, 4]])
    cell = pair_explained(davies_bouldin(points, np.array([0, 0, 1, 1])), 0, 1)
    assert math.isnan(cell.similarity)
    assert cell.reason is not None
    assert "not finite" in cell.reason


def test_clusters_without_any_spread_share_the_index_of_zero_equally() -> None:
    index = davies_bouldin(np.array([[0.0], [0], [1], [5]]), np.array([0, 0, 1, 2]))
    assert index.score == 0
    rows = cluster_table(index, confusion(index.labels, index.labels))
    assert [row.share for row in rows] == pytest.approx([1 / 3] * 3)
    cells = [pair_explained(index, i, j) for i, j in itertools.combinations(range(3), 2)]
    assert sum(cell.share for cell in cells) == pytest.approx(1)


def test_a_cell_out_of_range_is_refused() -> None:
    index = davies_bouldin(np.array([[0.0], [1], [5]]), np.array([4, 5, 6]))
    with pytest.raises(ValueError, match="no rival of its own"):
        pair_explained(index, 1, 1)
    for i, j in ((0, 3), (-1, 0), (4, 5)):
        with pytest.raises(ValueError, match="places 0 to 2"):
            pair_explained(index, i, j)


def test_the_digits_of_the_shipped_run_overlap_more_than_its_clusters_and_both_indices_are_scikit_learns() -> (
    None
):
    run = shipped_embedding()
    digits = davies_bouldin(run.train, run.train_labels)
    clusters = davies_bouldin(run.train, run.train_clusters)
    exactly = run.train.astype(np.float64)
    assert digits.score == pytest.approx(davies_bouldin_score(exactly, run.train_labels), abs=1e-9)
    assert clusters.score == pytest.approx(davies_bouldin_score(exactly, run.train_clusters), abs=1e-9)
    assert digits.score > clusters.score
