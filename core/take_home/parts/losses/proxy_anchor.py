"""The loss: proxy-anchor (Kim, Kim, Cho, Kwak 2020)."""

import torch
import torch.nn.functional as F
from torch import nn

from core.take_home.parts.helpers.mean import mean
from core.take_home.parts.helpers.sums import log_sum_exp
from core.take_home.parts.settings import DIGITS, EMBEDDING_DIMS, SCALE, SIMILARITY_MARGIN


class ProxyAnchorLoss(nn.Module):
    """Each class has a learned point, its proxy, which pulls images of the class and pushes all others:
    log(1 + the sum of exp(-a (s - m)) over its images) + log(1 + the sum of exp(a (s + m)) over the others),
    s the cosine similarity of image and proxy, a the scale, m the margin."""

    def __init__(self):
        super().__init__()
        self.proxies = nn.Parameter(torch.randn(DIGITS, EMBEDDING_DIMS))

    def forward(self, embeddings, labels):
        s = F.normalize(self.proxies) @ embeddings.T  # [classes, b]
        own = torch.arange(DIGITS)[:, None] == labels
        pull = F.softplus(log_sum_exp(-SCALE * (s - SIMILARITY_MARGIN), own))
        push = F.softplus(log_sum_exp(SCALE * (s + SIMILARITY_MARGIN), ~own))
        return mean(pull[own.any(dim=1)]) + mean(push)


loss_of = ProxyAnchorLoss()
