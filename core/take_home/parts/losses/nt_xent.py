"""The loss: NT-Xent, also called InfoNCE (Chen, Kornblith, Norouzi, Hinton 2020)."""

import torch

from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.helpers.sums import log_sum_exp
from core.take_home.parts.settings import TEMPERATURE


def loss_of(embeddings, labels):
    """-log(exp(s_ij / t) / (exp(s_ij / t) + the sum of exp(s_ik / t) over the negatives k of i)), mean over
    the positive pairs (i, j); s the cosine similarity, t the temperature."""
    s = embeddings @ embeddings.T / TEMPERATURE
    same, different = same_and_different(labels)
    negatives = log_sum_exp(s, different)[:, None]
    return mean((torch.logaddexp(s, negatives) - s)[same])
