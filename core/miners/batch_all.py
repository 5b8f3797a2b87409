"""Batch-all: every triplet of the batch with a nonzero loss (Hermans, Beyer, Leibe 2017)."""

import numpy as np
from array_api_compat import array_namespace

from core.losses.distances import distance_table, same_and_different
from core.miners.base import Array, Mined, MinerEntry


def batch_all(embeddings: Array, labels: Array, *, margin: float, generator: np.random.Generator) -> Mined:
    """All triplets with d(a,p) - d(a,n) + m > 0, so that the mean is over these, not over all.

    Source: Hermans, Beyer, Leibe 2017, eq. 6 and the last paragraph of section 2.
    """
    xp = array_namespace(embeddings)
    d = distance_table(embeddings)  # [b, b]
    same, different = same_and_different(labels)
    anchor, positive = xp.nonzero(same)  # [pairs]
    # one row per pair instead of a list of all triplets: see semi_hard
    negatives = different[anchor]  # [pairs, b]
    row, negative = xp.nonzero(negatives & (d[anchor, positive][:, None] - d[anchor] + margin > 0))
    count = int(xp.count_nonzero(negatives))
    return Mined((anchor[row], positive[row], negative), negative.shape[0] / max(count, 1))


ENTRY = MinerEntry(
    name="batch_all",
    label="Batch-all: all with a nonzero loss",
    summary="Every triplet of the batch that does not satisfy the margin yet; those that do would only dilute the "
    "mean of the triplet margin loss.",
    paper="Hermans, Beyer, Leibe: In Defense of the Triplet Loss for Person Re-Identification, 2017",
    function=batch_all,
    looks_at_all=True,
    selects=lambda b, positives, triplets: triplets,
    tables=4.0,
    version=2,  # the same triplets, whose distances are looked up
)
