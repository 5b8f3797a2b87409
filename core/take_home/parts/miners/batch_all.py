"""The miner: batch-all (Hermans, Beyer, Leibe 2017)."""

from core.take_home.parts.helpers.distances import distances
from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.settings import MARGIN


def mine(embeddings, labels):
    """All triplets with d(a,p) - d(a,n) + m > 0: those with a nonzero loss."""  # [margin]
    """All triplets: without a margin, each of them has a nonzero loss."""  # [not margin]
    d = distances(embeddings)  # [margin]
    same, different = same_and_different(labels)
    anchor, positive = same.nonzero(as_tuple=True)
    costs = d[anchor, positive][:, None] - d[anchor] + MARGIN > 0  # of shape [pairs, b]  # [margin]
    pair, negative = (different[anchor] & costs).nonzero(as_tuple=True)  # [margin]
    pair, negative = different[anchor].nonzero(as_tuple=True)  # [not margin]
    return anchor[pair], positive[pair], negative
