"""A batch as the matrix of its pairs, against loops over all pairs."""

from itertools import combinations

import numpy as np
import pytest

from core.lessons.batch_matrix import (
    ITSELF,
    NEGATIVE,
    POSITIVE,
    all_pairs,
    matrix_of,
    sampled_pairs,
    share_of_one_class,
    sorted_by_class,
)

LABELS = {
    "mixed": [2, 0, 1, 2, 0, 1, 2, 2],
    "one class": [7, 7, 7, 7],
    "all different": [3, 1, 4, 0],
    "one image": [5],
    "none": [],
}
RNG = np.random.default_rng(0)


def array(labels: list[int]) -> np.ndarray:
    return np.array(labels, np.uint8)


def slow_counts(labels: list[int]) -> tuple[int, int]:
    positive = sum(a == b for a, b in combinations(labels, 2))
    return positive, len(list(combinations(labels, 2))) - positive


@pytest.mark.parametrize("name", LABELS)
def test_each_cell_says_whether_its_two_images_have_the_same_class(name: str) -> None:
    labels = LABELS[name]
    kinds = matrix_of(array(labels)).kinds
    assert kinds.shape == (len(labels), len(labels))
    for row, column in np.ndindex(kinds.shape):
        expected = ITSELF if row == column else POSITIVE if labels[row] == labels[column] else NEGATIVE
        assert kinds[row, column] == expected


@pytest.mark.parametrize("name", LABELS)
def test_all_pairs_are_counted_once_each(name: str) -> None:
    table = matrix_of(array(LABELS[name]))
    assert (table.positive, table.negative) == slow_counts(LABELS[name])
    assert table.positive + table.negative == all_pairs(len(LABELS[name]))


def test_only_sampled_pairs_are_used() -> None:
    labels = [2, 0, 1, 2, 0, 1]
    first, second = np.array([0, 1, 2]), np.array([3, 5, 4])  # classes 2-2, 0-1, 1-0
    table = matrix_of(array(labels), (first, second))
    assert (table.positive, table.negative) == (1, 2)
    marked = {(0, 3), (1, 5), (2, 4)}
    for row, column in np.ndindex(table.used.shape):
        assert table.used[row, column] == ((row, column) in marked or (column, row) in marked)
    assert np.array_equal(table.kinds, matrix_of(array(labels)).kinds)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8, 24])
def test_the_numbers_of_pairs_match_counting(count: int) -> None:
    assert all_pairs(count) == len(list(combinations(range(count), 2)))
    images = list(range(count))
    drawn = 0
    while len(images) >= 2:  # each image is used in one pair only
        images, drawn = images[2:], drawn + 1
    assert sampled_pairs(count) == drawn


@pytest.mark.parametrize("name", LABELS)
def test_the_share_of_same_class_pairs_matches_counting(name: str) -> None:
    positive, negative = slow_counts(LABELS[name])
    expected = positive / (positive + negative) if positive + negative else 0.0
    assert share_of_one_class(array(LABELS[name])) == pytest.approx(expected)


def test_the_share_does_not_overflow_for_large_classes() -> None:
    assert share_of_one_class(np.repeat(array([0, 1]), 100_000)) == pytest.approx(0.5, abs=1e-5)


def test_sorting_by_class_keeps_the_two_images_of_every_pair() -> None:
    labels = array([2, 0, 1, 2, 0, 1, 2, 2])
    first, second = np.array([0, 1, 2, 3]), np.array([4, 5, 6, 7])
    order, pairs = sorted_by_class(labels, (first, second))
    assert pairs is not None
    assert sorted(order) == list(range(8))
    assert labels[order].tolist() == sorted(labels.tolist())
    assert order[pairs[0]].tolist() == first.tolist()
    assert order[pairs[1]].tolist() == second.tolist()
    assert sorted_by_class(labels, None)[1] is None
