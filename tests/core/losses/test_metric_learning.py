"""Values and gradients against pytorch-metric-learning, if it has the same loss."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from pytorch_metric_learning import losses as pml
from pytorch_metric_learning.distances import DotProductSimilarity, LpDistance
from pytorch_metric_learning.reducers import DoNothingReducer, MeanReducer

from core.losses import LOSSES

FLAT = LpDistance(normalize_embeddings=False, p=2, power=1)
SQUARED = LpDistance(normalize_embeddings=False, p=2, power=2)
PROXIES = np.random.default_rng(5).normal(size=(4, 3))


def proxy_anchor(theirs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    loss = pml.ProxyAnchorLoss(num_classes=4, embedding_size=3, margin=0.2, alpha=12)
    loss.proxies.data = torch.from_numpy(PROXIES).clone()
    return loss(theirs, labels)  # type: ignore[no-any-return]


def contrastive(theirs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Theirs on d does not square: its pair losses squared; ours has 1/2 for each mean and in each term."""
    pairs = pml.ContrastiveLoss(pos_margin=0, neg_margin=0.7, distance=FLAT, reducer=DoNothingReducer())
    parts = pairs(theirs, labels)
    return sum((parts[kind]["losses"] ** 2).mean() / 4 for kind in ("pos_loss", "neg_loss"))  # type: ignore[no-any-return]


def contrastive_squared(theirs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Theirs: mean over positives + mean over negatives; ours has 1/2 for each mean and in each term."""
    loss = pml.ContrastiveLoss(pos_margin=0, neg_margin=0.7, distance=SQUARED, reducer=MeanReducer())
    return loss(theirs, labels) / 4  # type: ignore[no-any-return]


def of(loss: Any) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    return lambda points, labels: loss(points, labels)


# our parameters, and their loss, weighted like ours
SAME: dict[str, tuple[dict[str, Any], Callable[[torch.Tensor, torch.Tensor], torch.Tensor]]] = {
    "contrastive": ({"margin": 0.7}, contrastive),
    "contrastive_squared": ({"margin": 0.7}, contrastive_squared),
    "triplet_margin": (
        {"margin": 0.4},
        of(pml.TripletMarginLoss(margin=0.4, distance=FLAT, reducer=MeanReducer())),
    ),
    "soft_margin_triplet": (
        {},
        of(pml.TripletMarginLoss(margin=0, smooth_loss=True, distance=FLAT, reducer=MeanReducer())),
    ),
    "n_pair": ({}, of(pml.NPairsLoss(distance=DotProductSimilarity(normalize_embeddings=False)))),
    "lifted_structure": (
        {"margin": 0.8},
        of(pml.LiftedStructureLoss(neg_margin=0.8, pos_margin=0, distance=FLAT)),
    ),
    "nt_xent": ({"temperature": 0.3}, of(pml.NTXentLoss(temperature=0.3))),
    "supcon": ({"temperature": 0.3}, of(pml.SupConLoss(temperature=0.3))),
    "soft_nearest_neighbour": (
        {"temperature": 0.5},
        of(pml.NCALoss(softmax_scale=2.0, distance=SQUARED, reducer=MeanReducer())),
    ),
    "multi_similarity": (
        {"scale": 20.0, "similarity_margin": 0.4},
        of(pml.MultiSimilarityLoss(alpha=2, beta=20, base=0.4)),
    ),
    "circle": ({"scale": 12.0, "similarity_margin": 0.3}, of(pml.CircleLoss(m=0.3, gamma=12))),
    "proxy_anchor": (
        {"scale": 12.0, "similarity_margin": 0.2, "proxies": torch.from_numpy(PROXIES)},
        proxy_anchor,
    ),
}


def at_angles(*degrees: float) -> np.ndarray:
    """Points on the unit circle, with third coordinate 0."""
    return np.array([[math.cos(math.radians(a)), math.sin(math.radians(a)), 0.0] for a in degrees])


def batches() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    generator = np.random.default_rng(1)
    pairs = np.repeat(np.arange(4), 2)
    return {
        "random": (generator.normal(size=(8, 3)), pairs),
        "random, close": (0.3 * generator.normal(size=(8, 3)) + 1, pairs),
        "angles": (at_angles(0, 20, 40, 60, 90, 150, 200, 330), pairs),
        "angles, classes mixed": (at_angles(0, 20, 40, 60, 90, 150, 200, 330), np.tile(np.arange(4), 2)),
        "larger classes": (generator.normal(size=(14, 3)), np.array([0] * 6 + [1] * 3 + [2] * 3 + [3] * 2)),
    }


# Theirs takes one N-pair per class and ignores the other images of a larger class.
CASES = [(name, case) for name in SAME for case in batches() if (name, case) != ("n_pair", "larger classes")]


@pytest.mark.parametrize(("name", "case"), CASES)
def test_value_and_gradient_are_those_of_pytorch_metric_learning(name: str, case: str) -> None:
    points, labels = batches()[case]
    parameters, theirs = SAME[name]
    found = []
    for loss in (lambda x, y: LOSSES[name].function(x, y, **parameters).total, theirs):
        tensor = torch.tensor(points, dtype=torch.float64, requires_grad=True)
        value = loss(tensor, torch.from_numpy(labels))
        value.backward()
        assert tensor.grad is not None
        found.append((float(value.detach()), tensor.grad.numpy()))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-6)
    assert found[0][1] == pytest.approx(found[1][1], abs=1e-6)
