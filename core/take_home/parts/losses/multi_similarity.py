"""The loss: multi-similarity (Wang, Han, Huang, Dong, Scott 2019)."""

import torch.nn.functional as F

from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.helpers.sums import log_sum_exp
from core.take_home.parts.settings import SCALE, SIMILARITY_MARGIN


def loss_of(embeddings, labels):
    """log(1 + the sum of exp(-a (s - l)) over positives) / a + log(1 + the sum of exp(b (s - l)) over negatives)
    / b, mean over the anchors; s the cosine similarity, a = 2, b the scale, l the margin."""
    a, b = 2.0, SCALE
    s = embeddings @ embeddings.T - SIMILARITY_MARGIN
    same, different = same_and_different(labels)
    pull = F.softplus(log_sum_exp(-a * s, same)) / a
    push = F.softplus(log_sum_exp(b * s, different)) / b
    return (pull + push).mean()
