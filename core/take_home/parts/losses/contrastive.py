"""The loss: contrastive, on the distance d (Hadsell, Chopra, LeCun 2006)."""

import torch

from core.take_home.parts.settings import MARGIN


def pair_loss(d, same):
    """d²/2 for a pair of one class, max(0, m - d)²/2 for others, which are pushed until m = MARGIN apart."""
    return torch.where(same, d**2 / 2, (MARGIN - d).relu() ** 2 / 2)
