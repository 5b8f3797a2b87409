"""Semi-hard: negatives beyond the positive, but within the margin (Schroff, Kalenichenko, Philbin 2015)."""

import numpy as np
from array_api_compat import array_namespace

from core.losses.distances import all_triplets, distance_table
from core.miners.base import Array, Mined, MinerEntry


def semi_hard(embeddings: Array, labels: Array, *, margin: float, generator: np.random.Generator) -> Mined:
    """All triplets with d(a,p) < d(a,n) < d(a,p) + m.

    Harder negatives than these, nearer than the positive, can drive a young network into collapse.
    Source: Schroff, Kalenichenko, Philbin, "FaceNet", 2015, eq. 4 (there on squared distances).
    """
    d = distance_table(embeddings)  # [b, b]
    anchor, positive, negative = all_triplets(labels)
    further = d[anchor, negative] - d[anchor, positive]
    chosen = (further > 0) & (further < margin)
    costs = int(array_namespace(d).count_nonzero(further < margin))
    return Mined((anchor[chosen], positive[chosen], negative[chosen]), costs / max(further.shape[0], 1))


ENTRY = MinerEntry(
    name="semi_hard",
    label="Semi-hard: beyond the positive, within the margin",
    summary="Negatives that are farther than the positive, but not yet by the margin: hard enough to teach, not so "
    "hard that they mislead.",
    paper="Schroff, Kalenichenko, Philbin: FaceNet, CVPR 2015",
    function=semi_hard,
    looks_at_all=True,
)
