"""The loss: contrastive, on the distance d (Hadsell, Chopra, LeCun 2006)."""

import torch

from core.take_home.parts.settings import MARGIN


def pair_loss(d, same):
    """Pairs of one class are pulled together by d²/2, others pushed by max(0, m - d)²/2 until m apart."""
    return torch.where(same, d**2 / 2, (MARGIN - d).relu() ** 2 / 2)
