"""The loss: lifted structure (Oh Song, Xiang, Jegelka, Savarese 2016)."""

import torch

from core.take_home.parts.helpers.distances import distances
from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.helpers.sums import log_sum_exp
from core.take_home.parts.settings import MARGIN


def loss_of(embeddings, labels):
    """max(0, J)²/2, mean over the positive pairs (i, j), with J = d_ij + the logarithm of the sum of exp(m - d)
    over all negatives of i and of j."""
    d = distances(embeddings)
    same, different = same_and_different(labels)
    push = log_sum_exp(MARGIN - d, different)
    j = d + torch.logaddexp(push[:, None], push)
    return mean(j[same].relu() ** 2 / 2)
