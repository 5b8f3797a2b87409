"""The loss: contrastive, on the squared distance h = d², as in the PyTorch tutorial."""

import torch

from core.take_home.parts.settings import MARGIN


def pair_loss(d, same):
    """h/2 for a pair of one class, max(0, m - h)/2 for others, which are pushed until h = m = MARGIN."""
    h = d**2
    return torch.where(same, h / 2, (MARGIN - h).relu() / 2)
