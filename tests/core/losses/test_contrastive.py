"""Contrastive loss on d: hand-placed points, and its forces according to Hadsell, Chopra and LeCun."""

import numpy as np
import pytest
import torch
from pytorch_metric_learning import distances, losses, reducers

from core.losses.contrastive import contrastive

ALIKE, DIFFERENT = np.array([3, 3]), np.array([3, 7])
PAIR = (np.array([0]), np.array([1]))
APART_06 = np.array([[0.0, 0.0], [0.36, 0.48]])


def test_a_given_pair_of_one_class_at_distance_0_6_costs_0_18() -> None:
    loss = contrastive(APART_06, ALIKE, margin=1.0, pairs=PAIR)
    assert loss.terms == pytest.approx({"attraction": 0.18, "repulsion": 0.0})


def test_a_given_pair_of_two_classes_at_distance_0_6_costs_0_08() -> None:
    loss = contrastive(APART_06, DIFFERENT, margin=1.0, pairs=PAIR)
    assert loss.terms == pytest.approx({"attraction": 0.0, "repulsion": 0.08})


def test_among_all_pairs_positives_and_negatives_are_weighted_equally() -> None:
    """One positive pair at 0.6 and two negative ones at 0.6 and 1.2; the latter is beyond the margin."""
    line = np.array([[0.0, 0.0], [0.6, 0.0], [-0.6, 0.0]])
    loss = contrastive(line, np.array([3, 3, 7]), margin=1.0)
    assert loss.terms == pytest.approx({"attraction": 0.18 / 2, "repulsion": (0.08 + 0.0) / 2 / 2})


def test_points_a_margin_apart_or_together_have_no_loss() -> None:
    triangle = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [0.5, 3**0.5 / 2]])
    assert contrastive(triangle, np.array([0, 0, 1, 1, 2]), margin=1.0).total == pytest.approx(0, abs=1e-15)


def test_the_push_grows_linearly_as_two_different_points_approach() -> None:
    """The paper's spring: its force is m - d."""
    for d in (0.1, 0.4, 0.9):
        points = torch.tensor([[0.0, 0.0], [d, 0.0]], dtype=torch.float64, requires_grad=True)
        pair = (torch.tensor([0]), torch.tensor([1]))
        contrastive(points, torch.tensor([3, 7]), margin=1.0, pairs=pair).total.backward()
        assert points.grad is not None
        assert points.grad.tolist() == [pytest.approx([1 - d, 0.0]), pytest.approx([d - 1, 0.0])]


def test_all_pairs_are_pytorch_metric_learnings_pairs_squared_and_weighted() -> None:
    """Theirs on d is not squared: its pair losses, squared, give ours as (mean + mean) / 4."""
    theirs = losses.ContrastiveLoss(
        pos_margin=0,
        neg_margin=1,
        distance=distances.LpDistance(normalize_embeddings=False, p=2, power=1),
        reducer=reducers.DoNothingReducer(),
    )
    generator = torch.Generator().manual_seed(1)
    points = torch.randn(40, 2, dtype=torch.float64, generator=generator)
    labels = torch.arange(40) % 4
    parts = theirs(points, labels)
    attraction = (parts["pos_loss"]["losses"] ** 2).mean() / 4
    repulsion = (parts["neg_loss"]["losses"] ** 2).mean() / 4
    loss = contrastive(points, labels, margin=1.0)
    assert float(loss.terms["attraction"]) == pytest.approx(float(attraction))
    assert float(loss.terms["repulsion"]) == pytest.approx(float(repulsion))
