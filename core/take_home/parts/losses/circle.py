"""The loss: circle (Sun, Cheng, Zhang, Zhang, Zheng, Wang, Wei 2020)."""

import torch.nn.functional as F

from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.helpers.sums import log_sum_exp
from core.take_home.parts.settings import SCALE, SIMILARITY_MARGIN


def loss_of(embeddings, labels):
    """log(1 + the sum of exp(g a_n (s_n - m)) over negatives times the sum of exp(-g a_p (s_p - 1 + m)) over
    positives), mean over the anchors; s the cosine similarity, g the scale, m the margin."""
    g, m = SCALE, SIMILARITY_MARGIN
    s = embeddings @ embeddings.T
    same, different = same_and_different(labels)
    a_p, a_n = (1 + m - s).relu().detach(), (s + m).relu().detach()  # weights, without a gradient
    pull = log_sum_exp(-g * a_p * (s - 1 + m), same)
    push = log_sum_exp(g * a_n * (s - m), different)
    both = same.any(dim=1) & different.any(dim=1)  # the anchors with a positive and a negative
    return mean(F.softplus(pull + push)[both])
