"""The loss: alignment and uniformity (Wang, Isola 2020)."""

import torch

from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.settings import WEIGHT


def loss_of(embeddings, labels):
    """The mean of d² over pairs of one class, plus w times the logarithm of the mean of exp(-2 d²) over
    all pairs: positives at one place on the sphere, and all images spread evenly over it."""
    first, second = torch.triu_indices(len(labels), len(labels), offset=1)  # in the order of pdist
    squared = torch.pdist(embeddings) ** 2
    alignment = mean(squared[labels[first] == labels[second]])
    uniformity = (-2 * squared).exp().mean().log()
    return alignment + WEIGHT * uniformity
