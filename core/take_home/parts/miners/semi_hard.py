"""The miner: semi-hard (Schroff, Kalenichenko, Philbin 2015)."""

from core.take_home.parts.helpers.distances import distances
from core.take_home.parts.helpers.masks import same_and_different
from core.take_home.parts.settings import MARGIN


def mine(embeddings, labels):
    """All triplets with d(a,p) < d(a,n) < d(a,p) + m."""  # [margin]
    """All triplets with d(a,p) < d(a,n)."""  # [not margin]
    d = distances(embeddings)
    same, different = same_and_different(labels)
    anchor, positive = same.nonzero(as_tuple=True)
    farther = d[anchor] - d[anchor, positive][:, None]  # by how much negatives are, [pairs, b]
    wanted = different[anchor] & (farther > 0)
    wanted &= farther < MARGIN  # [margin]
    pair, negative = wanted.nonzero(as_tuple=True)
    return anchor[pair], positive[pair], negative
