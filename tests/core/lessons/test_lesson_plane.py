"""The points of the Losses lesson: the triplet that it explains, and the edge of the plane."""

import numpy as np
import pytest

from core.lessons.lesson_plane import (
    EDGE,
    HALF_WIDTH,
    LABELS,
    ONE_PLACE,
    START,
    hardest_triplet,
    on_unit_sphere,
    within,
)


def test_the_triplet_is_the_farthest_positive_and_the_nearest_negative() -> None:
    for seed in range(20):
        points = np.random.default_rng(seed).normal(size=START.shape)
        for anchor in range(len(LABELS)):
            found = hardest_triplet(points, LABELS, anchor)
            distances = [float(np.hypot(*(point - points[anchor]))) for point in points]
            positives = [d for d, label in zip(distances, LABELS, strict=True) if label == LABELS[anchor]]
            negatives = [d for d, label in zip(distances, LABELS, strict=True) if label != LABELS[anchor]]
            assert found.d_ap == pytest.approx(max(positives)) == distances[found.positive]
            assert found.d_an == pytest.approx(min(negatives)) == distances[found.negative]
            assert LABELS[found.positive] == LABELS[anchor] != LABELS[found.negative]
            assert found.positive != anchor


def test_on_the_circle_distances_are_chords() -> None:
    points = np.array([[2.0, 0.0], [0.0, 0.5], [-3.0, 0.0]])
    found = hardest_triplet(points, np.array([0, 0, 1]), 0, on_circle=True)
    assert (found.d_ap, found.d_an) == pytest.approx((2**0.5, 2.0))


def test_the_positive_is_another_point_even_if_all_coincide() -> None:
    found = hardest_triplet(ONE_PLACE, LABELS, 3)
    assert found.positive == 4 and LABELS[found.negative] != LABELS[3]
    assert found.d_ap == found.d_an == 0.0


def test_an_anchor_without_a_positive_or_a_negative_is_refused() -> None:
    for labels in ([0, 1, 1], [0, 0, 0]):
        with pytest.raises(ValueError, match="another point of the anchor's class"):
            hardest_triplet(np.zeros((3, 2)), np.array(labels), 0)


def test_the_origin_has_no_direction_and_is_kept() -> None:
    assert on_unit_sphere(np.array([[0.0, 0.0], [3.0, 4.0]])) == pytest.approx(np.array([[0, 0], [0.6, 0.8]]))


def test_no_point_leaves_the_plane() -> None:
    far = np.array([[99.0, -99.0], [0.1, 0.2]])
    assert within(far).tolist() == [[EDGE, -EDGE], [0.1, 0.2]]
    assert EDGE < HALF_WIDTH
    assert (within(START) == START).all()
