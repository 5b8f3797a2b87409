"""Pair-hinge triplet loss: the notebook's numbers, and that its two terms are independent."""

import numpy as np
import pytest
import torch

from core.losses.pair_hinge_triplet import pair_hinge_triplet

LABELS = np.array([0, 0, 1])
ONE = (np.array([0]), np.array([1]), np.array([2]))


def triplet(positive_at: float, negative_at: float) -> np.ndarray:
    return np.array([[0.0, 0.0], [positive_at, 0.0], [0.0, negative_at]])


def test_a_hand_placed_triplet_costs_d_squared_and_the_missing_margin_squared() -> None:
    loss = pair_hinge_triplet(triplet(0.3, 0.6), LABELS, margin=1.0, triplets=ONE)
    assert loss.terms == pytest.approx({"attraction": 0.09, "repulsion": 0.16})


def test_the_notebooks_margin_of_0_1_stops_pushing_at_distance_0_1() -> None:
    near = pair_hinge_triplet(triplet(0.0, 0.04), LABELS, margin=0.1, triplets=ONE)
    assert near.terms == pytest.approx({"attraction": 0.0, "repulsion": 0.0036})
    assert pair_hinge_triplet(triplet(0.0, 0.1), LABELS, margin=0.1, triplets=ONE).total == 0


def test_a_distant_negative_does_not_compensate_for_a_distant_positive() -> None:
    """Unlike in the triplet margin loss, which depends only on the difference."""
    loss = pair_hinge_triplet(triplet(2.0, 50.0), LABELS, margin=1.0, triplets=ONE)
    assert loss.terms == pytest.approx({"attraction": 4.0, "repulsion": 0.0})


def test_the_triplets_of_two_images_and_one_are_the_two_anchored_by_the_larger_class() -> None:
    """(0, 1, 2) and (1, 0, 2): the pull is 0.09 in both, the push 0.16 and (1 - sqrt 0.45)²."""
    loss = pair_hinge_triplet(triplet(0.3, 0.6), LABELS, margin=1.0)
    expected = {"attraction": 0.09, "repulsion": (0.16 + (1 - 0.45**0.5) ** 2) / 2}
    assert loss.terms == pytest.approx(expected)


def test_the_notebooks_network_written_in_torch_gives_the_same_mean() -> None:
    anchor, positive, negative = torch.randn(3, 64, 3, generator=torch.Generator().manual_seed(4)) * 0.05
    posdist = ((anchor - positive) ** 2).sum(1)
    negdist = ((anchor - negative) ** 2).sum(1)
    expected = (posdist + torch.relu(0.1 - negdist.sqrt()) ** 2).mean()
    labels = torch.cat([torch.zeros(128), torch.ones(64)])
    places = tuple(torch.arange(64) + 64 * column for column in range(3))
    loss = pair_hinge_triplet(torch.cat([anchor, positive, negative]), labels, margin=0.1, triplets=places)
    assert float(loss.total) == pytest.approx(float(expected), rel=1e-5)
