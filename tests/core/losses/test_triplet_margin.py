"""Triplet margin loss: hand-placed triplets, torch's own function, and pytorch-metric-learning's."""

import numpy as np
import pytest
import torch
from pytorch_metric_learning import distances, losses, reducers

from core.losses.triplet_margin import triplet_margin

LABELS = np.array([0, 0, 1])
ONE = (np.array([0]), np.array([1]), np.array([2]))


def triplet(positive_at: float, negative_at: float) -> np.ndarray:
    return np.array([[0.0, 0.0], [positive_at, 0.0], [0.0, negative_at]])


@pytest.mark.parametrize(
    ("positive_at", "negative_at", "cost"),
    [(0.6, 0.6, 1.0), (0.6, 1.0, 0.6), (1.0, 0.6, 1.4), (0.6, 1.7, 0.0), (0.0, 0.0, 1.0)],
)
def test_a_hand_placed_triplet_costs_what_the_formula_says(
    positive_at: float, negative_at: float, cost: float
) -> None:
    loss = triplet_margin(triplet(positive_at, negative_at), LABELS, margin=1.0, triplets=ONE)
    assert float(loss.total) == pytest.approx(cost)
    assert loss.terms == pytest.approx({"triplet": cost})


def test_only_the_difference_of_the_two_distances_counts() -> None:
    near = triplet_margin(triplet(1.0, 1.5), LABELS, margin=1.0, triplets=ONE)
    far = triplet_margin(triplet(101.0, 101.5), LABELS, margin=1.0, triplets=ONE)
    assert float(near.total) == pytest.approx(float(far.total)) == pytest.approx(0.5)


def test_given_triplets_are_torchs_triplet_margin_loss() -> None:
    anchor, positive, negative = torch.randn(
        3, 64, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(5)
    )
    expected = torch.nn.functional.triplet_margin_loss(anchor, positive, negative, margin=0.7, eps=0)
    labels = torch.cat([torch.zeros(128), torch.ones(64)])
    places = tuple(torch.arange(64) + 64 * column for column in range(3))
    loss = triplet_margin(torch.cat([anchor, positive, negative]), labels, margin=0.7, triplets=places)
    assert float(loss.total) == pytest.approx(float(expected))


@pytest.mark.parametrize("margin", [0.2, 1.0])
def test_all_triplets_are_pytorch_metric_learnings_triplet_margin_loss(margin: float) -> None:
    """Identical, once its mean includes the satisfied triplets."""
    theirs = losses.TripletMarginLoss(
        margin=margin,
        distance=distances.LpDistance(normalize_embeddings=False, p=2, power=1),
        reducer=reducers.MeanReducer(),
    )
    points = torch.randn(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(6))
    labels = torch.arange(30) % 4
    expected = float(theirs(points, labels))
    assert float(triplet_margin(points, labels, margin=margin).total) == pytest.approx(expected)
