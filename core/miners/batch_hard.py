"""Batch-hard: for each anchor its farthest positive and its nearest negative (Hermans, Beyer, Leibe 2017)."""

import math

import numpy as np
from array_api_compat import array_namespace

from core.losses.distances import distance_table, same_and_different
from core.miners.base import Array, Mined, MinerEntry


def batch_hard(embeddings: Array, labels: Array, *, margin: float, generator: np.random.Generator) -> Mined:
    """One triplet for each anchor that has a positive and a negative: the hardest of each.

    Source: Hermans, Beyer, Leibe 2017, eq. 5.
    """
    xp = array_namespace(embeddings)
    d = distance_table(embeddings)  # [b, b]
    same, different = same_and_different(labels)
    positive = xp.argmax(xp.where(same, d, xp.full_like(d, -1.0)), axis=-1)
    negative = xp.argmin(xp.where(different, d, xp.full_like(d, math.inf)), axis=-1)
    (anchor,) = xp.nonzero(xp.any(same, axis=-1) & xp.any(different, axis=-1))
    positive, negative = positive[anchor], negative[anchor]
    costs = int(xp.count_nonzero(d[anchor, positive] + margin > d[anchor, negative]))
    return Mined((anchor, positive, negative), costs / max(anchor.shape[0], 1))


ENTRY = MinerEntry(
    name="batch_hard",
    label="Batch-hard: farthest positive, nearest negative",
    summary="For each image of the batch, the farthest positive and the nearest negative.",
    paper="Hermans, Beyer, Leibe: In Defense of the Triplet Loss for Person Re-Identification, 2017",
    function=batch_hard,
    looks_at_all=False,
    selects=lambda b, positives, triplets: b,
    tables=6.0,
)
