"""The loss: N-pair (Sohn 2016)."""

import torch
import torch.nn.functional as F

from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.helpers.mean import mean


def loss_of(embeddings, labels):
    """log(1 + the sum of exp(a_i·p_j - a_i·p_i) over j): each anchor against the positives of the other
    classes. That is the cross-entropy of finding its own positive p_i among all p_j, by inner products."""
    same, _ = same_and_different(labels)
    rank = same.tril().sum(dim=1)  # 0 for the first image of a class in the batch, then 1, 2, ...
    follows = same & (rank == rank[:, None] + 1)
    # the pairs (a, p) of a class: its images 0 and 1, then 2 and 3, ...
    anchor = (follows.any(dim=1) & (rank % 2 == 0)).nonzero().squeeze(1)
    positive = follows[anchor].float().argmax(dim=1)
    products = embeddings[anchor] @ embeddings[positive].T
    other_round = rank[anchor][:, None] != rank[anchor]  # a round has one pair of each class
    products = products.masked_fill(other_round, -1e9)
    return mean(F.cross_entropy(products, torch.arange(len(anchor)), reduction="none"))
