"""Distances of pairs and triplets against a slow loop and scipy's full matrix."""

import itertools

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist

from core.losses.distances import (
    TAKEN_OFTEN,
    all_distances,
    all_pairs,
    all_triplets,
    euclidean,
    pair_distances,
    triplet_distances,
)
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


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor], ids=["numpy", "torch"])
@pytest.mark.parametrize("repeated", [1, 40])
def test_triplets_that_take_an_image_once_or_a_hundred_times_have_the_same_distances(
    repeated: int, kind: type
) -> None:
    """Forty times they are more than twice the images, and their distances are looked up."""
    labels = np.array([0, 0, 0, 1, 1, 2, 2, 2, 2])
    triplets = np.array(every_triplet(labels.tolist())[::20] * repeated).T
    assert (triplets.shape[1] > TAKEN_OFTEN * len(labels)) == (repeated > 1)
    columns = tuple(kind(column) for column in triplets)
    d_ap, d_an = triplet_distances(kind(POINTS), kind(labels), columns)
    everything = cdist(POINTS, POINTS)
    assert np.asarray(d_ap) == pytest.approx(everything[triplets[0], triplets[1]])
    assert np.asarray(d_an) == pytest.approx(everything[triplets[0], triplets[2]])


def test_distances_looked_up_have_the_gradient_of_gathered_ones() -> None:
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 2])
    points = torch.tensor(np.where(np.arange(9)[:, None] == 8, POINTS[7], POINTS), requires_grad=True)
    first, second = torch.combinations(torch.arange(9)).T  # 36 pairs, two equal points among them
    looked_up, _ = pair_distances(points, labels, (first, second))
    gathered = euclidean(points[first], points[second])
    found, expected = (
        torch.autograd.grad((d * torch.arange(36)).sum(), points)[0] for d in (looked_up, gathered)
    )
    torch.testing.assert_close(found, expected)
