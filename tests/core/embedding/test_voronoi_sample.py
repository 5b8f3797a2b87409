"""The sample of a Voronoi diagram, its box, and the share of test points in a cell of their class."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from core.embedding.voronoi import (
    box_around,
    cells,
    choose,
    nearest_size,
    share_in_own_cell,
    sizes,
    usual_per_class,
)
from tests.core.embedding.points import BOX, in_polygon, scattered


def test_a_sample_has_the_requested_number_of_points_per_class_if_available() -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(np.array([0, 3, 9], np.uint8), [500, 40, 2000]))
    chosen = choose(labels, 100)
    assert np.array_equal(chosen, np.unique(chosen))
    assert np.bincount(labels[chosen], minlength=10)[[0, 3, 9]].tolist() == [100, 40, 100]
    assert np.bincount(labels[choose(labels)])[[0, 3, 9]].tolist() == [500, 40, usual_per_class(3)]
    assert np.array_equal(choose(labels, 5000), np.arange(len(labels)))
    assert len(choose(labels[:0])) == 0


def test_a_sample_is_reproducible_and_contains_every_smaller_one() -> None:
    labels = np.random.default_rng(0).integers(0, 10, 5000)
    assert np.array_equal(choose(labels, 30), choose(labels, 30))
    assert set(choose(labels, 30)) < set(choose(labels, 31))
    assert not np.array_equal(choose(labels, 30), choose(labels, 30, seed=1))
    without_nines = np.flatnonzero(labels < 9)
    there = without_nines[choose(labels[without_nines], 30)]
    assert np.array_equal(there, [place for place in choose(labels, 30) if labels[place] < 9])


@pytest.mark.parametrize(("classes", "count"), [(1, 3000), (3, 1000), (7, 429), (10, 300), (0, 3000)])
def test_the_usual_sample_is_3000_points_divided_among_the_classes(classes: int, count: int) -> None:
    assert usual_per_class(classes) == count


@pytest.mark.parametrize(
    ("asked", "given"),
    [(0, 300), (1, 10), (20, 10), (21, 30), (299, 300), (2_000, 1000), (4_600, 6000), (10**9, 6000)],
)
def test_a_number_per_class_is_rounded_to_an_offered_one(asked: int, given: int) -> None:
    assert sizes(10, 6000) == [10, 30, 100, 300, 1000, 3000, 6000]
    assert nearest_size(asked, 10, 6000) == given


@pytest.mark.parametrize("d", [2, 5])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_share_in_its_own_cell_is_scikit_learns_nearest_neighbour_accuracy(d: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    labels, test_labels = generator.integers(0, 4, 500), generator.integers(0, 4, 300)
    sample = generator.normal(size=(500, d)) + 0.8 * labels[:, None]
    test = generator.normal(size=(300, d)) + 0.8 * test_labels[:, None]
    expected = KNeighborsClassifier(1).fit(sample, labels).score(test, test_labels)
    assert share_in_own_cell(sample, labels, test, test_labels) == pytest.approx(expected)
    assert 0.4 < expected < 0.9


def test_the_share_counts_the_test_points_inside_the_polygons_of_their_class() -> None:
    generator = np.random.default_rng(2)
    sample, labels = scattered(generator), generator.integers(0, 3, 300)
    sample[200:] = sample[:100]  # duplicates, some with another label
    test, test_labels = scattered(generator), generator.integers(0, 3, 300)
    hits = np.zeros(300, bool)
    for label, corners in cells(sample, labels, BOX):
        hits |= in_polygon(corners, test) & (test_labels == label)
    assert share_in_own_cell(sample, labels, test, test_labels) == pytest.approx(hits.mean())


def test_a_test_point_that_is_not_finite_lies_in_no_cell() -> None:
    sample, labels = np.array([[0.0, 0.0], [1.0, 0.0], [np.nan, 0.0]]), np.array([0, 1, 1])
    test = np.array([[0.1, 0.0], [np.inf, 0.0], [0.9, 0.0], [0.2, 0.0]])
    assert share_in_own_cell(sample, labels, test, np.array([0, 1, 1, 1])) == 0.5
    assert share_in_own_cell(np.full((3, 2), np.nan), labels, test, np.array([0, 1, 1, 1])) == 0


def test_a_box_leaves_a_margin_around_the_finite_points() -> None:
    points = np.array([[0.0, 5.0], [10.0, 6.0], [np.nan, 99.0]])
    assert box_around(points, 0.2) == pytest.approx((-2, 3, 12, 8))
    assert box_around(np.full((3, 2), 4.0)) == (3, 3, 5, 5)
    assert box_around(np.empty((0, 2))) == (-1, -1, 1, 1)
    far = box_around(np.full((3, 2), 3e38, np.float32))
    assert far[0] < far[2]
