"""Distances of pairs and triplets against a slow loop and scipy's full matrix."""

import itertools

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from core.losses.distances import all_distances, all_pairs, all_triplets, euclidean
from tests.core.losses.loops import every_triplet

POINTS = np.random.default_rng(0).normal(size=(9, 4))


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor], ids=["numpy", "torch"])
def test_all_distances_are_in_the_order_of_all_pairs(kind: type) -> None:
    first, second = all_pairs(kind(np.arange(9)))
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == list(
        itertools.combinations(range(9), 2)
    )
    expected = cdist(POINTS, POINTS)[np.asarray(first), np.asarray(second)]
    assert np.asarray(all_distances(kind(POINTS))) == pytest.approx(expected)


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor], ids=["numpy", "torch"])
def test_the_distance_of_rows_is_scipys_and_exactly_zero_for_equal_rows(kind: type) -> None:
    others = POINTS[::-1].copy()  # the middle row is paired with itself
    result = np.asarray(euclidean(kind(POINTS), kind(others)))
    assert result == pytest.approx(np.diag(cdist(POINTS, others)))
    assert result[4] == 0


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize(
    "labels", [[0, 0, 1, 1, 2, 0], [5, 5, 5], [1, 2, 3], [0, 0, 0, 1], [4], [0, 1, 0, 1]], ids=str
)
def test_all_triplets_are_those_of_a_loop_over_the_batch_cubed(labels: list[int], kind: type) -> None:
    columns = [column.tolist() for column in all_triplets(kind(np.array(labels)))]
    assert sorted(zip(*columns, strict=True)) == every_triplet(labels)


def test_the_gradient_of_the_distance_of_equal_points_is_zero() -> None:
    points = torch.ones(3, 2, requires_grad=True)
    (all_distances(points).sum() + euclidean(points, points.detach()).sum()).backward()
    assert points.grad is not None and (points.grad == 0).all()
