"""The loss: contrastive, on the squared distance h = d², as in the PyTorch tutorial."""

import torch

from core.take_home.parts.settings import MARGIN


def pair_loss(d, same):
    """Pairs of one class are pulled together by h/2, others pushed by max(0, m - h)/2 until h = m."""
    h = d**2
    return torch.where(same, h / 2, (MARGIN - h).relu() / 2)
