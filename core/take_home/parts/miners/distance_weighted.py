"""The miner: distance-weighted (Wu, Manmatha, Smola, Krähenbühl 2017)."""

import math

import torch
import torch.nn.functional as F

from core.take_home.parts.helpers.distances import distances
from core.take_home.parts.helpers.masks import same_and_different


def chances(embeddings, different):
    """The probability [b, b] of each image to be drawn as an anchor's negative: proportional to 1 / q(d), q the
    density of the distance d of random points on the sphere in n dimensions. d below 0.5 counts as 0.5; beyond
    1.4 an image is not drawn, unless the anchor has no nearer negative: then all are equally likely."""
    n, exact = embeddings.shape[1], distances(F.normalize(embeddings))
    d = exact.clamp(0.5, 2 - 1e-6)
    log_q = (n - 2) * d.log() + (n - 3) / 2 * (1 - d**2 / 4).log()
    near = different & (exact < 1.4)
    log_chance = torch.where(near.any(dim=1, keepdim=True), -log_q.masked_fill(~near, math.inf), 0.0)
    return log_chance.masked_fill(~different, -math.inf).softmax(dim=1)


def mine(embeddings, labels):
    """For each positive pair a negative, drawn so that all distances are equally likely."""
    same, different = same_and_different(labels)
    anchor, positive = (same & different.any(dim=1, keepdim=True)).nonzero(as_tuple=True)
    if len(anchor) == 0:
        return anchor, positive, anchor
    return anchor, positive, chances(embeddings, different)[anchor].multinomial(1).squeeze(1)
