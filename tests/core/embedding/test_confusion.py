"""core.embedding.confusion against counting by hand and all possible matchings."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.embedding.confusion import Confusion, confusion

LABELS = st.integers(1, 30).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)))
)


@given(LABELS)
@settings(max_examples=100, deadline=None)
def test_counts_are_right_and_the_matching_is_the_best_of_all(labels: tuple[list[int], list[int]]) -> None:
    digits, clusters = np.array(labels[0]) * 2, np.array(labels[1]) + 10
    ours = confusion(digits, clusters)
    for i, digit in enumerate(ours.digits):
        for j, cluster in enumerate(ours.clusters):
            assert ours.counts[i, j] == sum((digits == digit) & (clusters == cluster))
    assert ours.counts.sum() == len(digits)

    # every matching of clusters to different digits; None is a cluster without a digit
    rows = [*range(len(ours.digits)), *[None] * len(ours.clusters)]
    best = (
        max(
            sum(int(ours.counts[row, j]) for j, row in enumerate(way) if row is not None)
            for way in set(itertools.permutations(rows, len(ours.clusters)))
        )
        if len(rows) <= 8
        else None
    )
    if best is not None:
        assert ours.matched_share == pytest.approx(best / len(digits))

    matched = ours.matched_digit[ours.matched_digit >= 0]
    assert len(matched) == min(len(ours.digits), len(ours.clusters))
    assert np.all(np.diff(matched) > 0)  # in the order of the rows, no digit twice
    assert np.all(ours.matched_digit[len(matched) :] == -1)
    assert sorted(ours.clusters) == np.unique(clusters).tolist()


def test_renumbered_clusters_lie_on_the_diagonal() -> None:
    digits = np.random.default_rng(0).integers(0, 10, 500).astype(np.uint8)
    renumbered = np.random.default_rng(1).permutation(10).astype(np.int32)
    ours = confusion(digits, renumbered[digits])
    assert np.array_equal(ours.counts, np.diag(np.bincount(digits)))
    assert np.array_equal(ours.clusters, renumbered)
    assert ours.matched_digit.tolist() == list(range(10))
    assert ours.matched_share == 1.0
    assert np.array_equal(ours.row_shares, np.eye(10))
    assert np.array_equal(ours.column_shares, np.eye(10))


def test_the_matching_is_globally_optimal_not_greedy() -> None:
    # greedy matching gives cluster 0 its 10 images of digit 0 and cluster 1 none; 9 + 9 is more
    digits = np.repeat([0, 0, 1], [10, 9, 9])
    clusters = np.repeat([0, 1, 0], [10, 9, 9])
    ours = confusion(digits, clusters)
    assert ours.clusters.tolist() == [1, 0]
    assert ours.counts.tolist() == [[9, 10], [0, 9]]
    assert ours.matched_share == pytest.approx(18 / 28)


def test_a_collapse_into_one_cluster_matches_it_to_the_most_frequent_digit() -> None:
    ours = confusion(np.array([4, 7, 7, 9]), np.zeros(4, np.int32))
    assert ours.matched_digit.tolist() == [7]
    assert ours.counts.tolist() == [[1], [2], [1]]
    assert ours.matched_share == 0.5


def test_more_clusters_than_digits_leaves_some_unmatched() -> None:
    ours = confusion(np.array([3, 3, 3, 5, 5]), np.array([0, 1, 1, 2, 2]))
    assert ours.clusters.tolist() == [1, 2, 0]
    assert ours.matched_digit.tolist() == [3, 5, -1]
    assert ours.matched_share == pytest.approx(0.8)


def test_shares_add_up_to_one_and_empty_rows_and_columns_are_zero() -> None:
    table = Confusion(np.arange(2), np.arange(3), np.array([[3, 0, 1], [0, 0, 0]]), np.array([0, 1, -1]))
    assert table.row_shares.tolist() == [[0.75, 0, 0.25], [0, 0, 0]]
    assert table.column_shares.tolist() == [[1, 0, 1], [0, 0, 0]]
    assert table.matched_share == 0.75
    none = confusion(np.empty(0, int), np.empty(0, int))
    assert none.counts.shape == (0, 0)
    assert none.matched_share == 0.0


def test_by_size_puts_the_largest_cluster_first_with_its_label_and_class() -> None:
    table = Confusion(
        np.arange(2), np.array([5, 6, 7]), np.array([[3, 0, 1], [0, 4, 3]]), np.array([0, 1, -1])
    )
    ours = table.by_size()
    assert ours.clusters.tolist() == [6, 7, 5]  # ties keep their order
    assert ours.counts.tolist() == [[0, 1, 3], [4, 3, 0]]
    assert ours.matched_digit.tolist() == [1, -1, 0]
    assert ours.matched_share == table.matched_share


def test_different_lengths_of_digits_and_clusters_are_refused() -> None:
    with pytest.raises(ValueError, match="3 and 2"):
        confusion(np.zeros(3, int), np.zeros(2, int))
