"""Contrastive loss on d²: the tutorial's numbers, and the effect of the square on its forces."""

import numpy as np
import pytest
import torch
from pytorch_metric_learning import distances, losses, reducers

from core.losses.contrastive_squared import contrastive_squared

ALIKE, DIFFERENT = np.array([3, 3]), np.array([3, 7])
PAIR = (np.array([0]), np.array([1]))
APART_06 = np.array([[0.0, 0.0], [0.36, 0.48]])


def test_a_given_pair_of_one_class_at_distance_0_6_costs_0_18() -> None:
    loss = contrastive_squared(APART_06, ALIKE, margin=1.0, pairs=PAIR)
    assert loss.terms == pytest.approx({"attraction": 0.18, "repulsion": 0.0})


def test_a_given_pair_of_two_classes_at_distance_0_6_costs_0_32() -> None:
    loss = contrastive_squared(APART_06, DIFFERENT, margin=1.0, pairs=PAIR)
    assert loss.terms == pytest.approx({"attraction": 0.0, "repulsion": 0.32})


def test_the_margin_applies_to_squared_distances() -> None:
    """At d = 1.5 the squared distance 2.25 is beyond a margin of 2, although the distance is not."""
    points = np.array([[0.0, 0.0], [0.0, 1.5]])
    assert contrastive_squared(points, DIFFERENT, margin=2.0, pairs=PAIR).total == 0
    assert contrastive_squared(points, DIFFERENT, margin=3.0, pairs=PAIR).total == pytest.approx(0.375)


def test_the_tutorials_expression_on_a_batch_of_pairs_gives_the_same() -> None:
    """As in the tutorial: two lists of embeddings and a list of labels, averaged."""
    generator = torch.Generator().manual_seed(2)
    first, second = torch.randn(2, 100, 2, generator=generator)
    y = torch.tensor([0.0, 1.0]).repeat(50)
    h = torch.nn.functional.pairwise_distance(first, second, eps=0) ** 2
    expected = torch.where(y == 1, h / 2, torch.relu(1 - h) / 2).mean()
    # the partner of anchor i has label 0 if y is 1, else label 1
    labels = torch.cat([torch.zeros(100), 1 - y])
    pairs = (torch.arange(100), torch.arange(100, 200))
    loss = contrastive_squared(torch.cat([first, second]), labels, margin=1.0, pairs=pairs)
    assert float(loss.total) == pytest.approx(float(expected), rel=1e-5)


def test_the_push_equals_the_distance_and_so_is_weakest_for_the_closest() -> None:
    for d in (0.01, 0.3, 0.9):
        points = torch.tensor([[0.0, 0.0], [d, 0.0]], dtype=torch.float64, requires_grad=True)
        pair = (torch.tensor([0]), torch.tensor([1]))
        contrastive_squared(points, torch.tensor([3, 7]), margin=1.0, pairs=pair).total.backward()
        assert points.grad is not None
        assert points.grad.tolist() == [pytest.approx([d, 0.0]), pytest.approx([-d, 0.0])]


def test_all_pairs_are_a_quarter_of_pytorch_metric_learnings_loss_on_squared_distances() -> None:
    """Theirs: mean over positives + mean over negatives; ours has 1/2 for each mean and in each term."""
    theirs = losses.ContrastiveLoss(
        pos_margin=0,
        neg_margin=1,
        distance=distances.LpDistance(normalize_embeddings=False, p=2, power=2),
        reducer=reducers.MeanReducer(),
    )
    points = torch.randn(40, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    labels = torch.arange(40) % 4
    expected = float(theirs(points, labels)) / 4
    assert float(contrastive_squared(points, labels, margin=1.0).total) == pytest.approx(expected)
