"""Batch-all: every triplet of the batch that still costs something (Hermans, Beyer, Leibe 2017)."""

import numpy as np
from array_api_compat import array_namespace

from core.losses.distances import all_triplets, distance_table
from core.miners.base import Array, Mined, MinerEntry


def batch_all(embeddings: Array, labels: Array, *, margin: float, generator: np.random.Generator) -> Mined:
    """All triplets with d(a,p) - d(a,n) + m > 0: the mean is then taken over these, not over all.

    Source: Hermans, Beyer, Leibe 2017, eq. 6 and the last paragraph of section 2.
    """
    d = distance_table(embeddings)  # [b, b]
    anchor, positive, negative = all_triplets(labels)
    costs = d[anchor, positive] - d[anchor, negative] + margin > 0
    count = int(array_namespace(d).count_nonzero(costs))
    return Mined((anchor[costs], positive[costs], negative[costs]), count / max(costs.shape[0], 1))


ENTRY = MinerEntry(
    name="batch_all",
    label="Batch-all: all that still cost",
    summary="Every triplet of the batch that is not yet right by the margin; those that are would only water down "
    "the mean.",
    paper="Hermans, Beyer, Leibe: In Defense of the Triplet Loss for Person Re-Identification, 2017",
    function=batch_all,
    looks_at_all=True,
)
