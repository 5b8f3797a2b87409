"""Semi-hard: negatives beyond the positive, but within the margin (Schroff, Kalenichenko, Philbin 2015)."""

import numpy as np
from array_api_compat import array_namespace

from core.losses.distances import distance_table, same_and_different
from core.miners.base import Array, Mined, MinerEntry


def semi_hard(embeddings: Array, labels: Array, *, margin: float, generator: np.random.Generator) -> Mined:
    """All triplets with d(a,p) < d(a,n) < d(a,p) + m.

    Harder negatives, nearer than the positive, can make the network collapse early in training.
    Source: Schroff, Kalenichenko, Philbin, "FaceNet", 2015, eq. 4 (there on squared distances).
    """
    xp = array_namespace(embeddings)
    d = distance_table(embeddings)  # [b, b]
    same, different = same_and_different(labels)
    anchor, positive = xp.nonzero(same)  # [pairs]
    # one row per pair instead of a list of all triplets: only the selected ones need indices
    further = d[anchor] - d[anchor, positive][:, None]  # [pairs, b]
    negatives = different[anchor]
    wanting = negatives & (further < margin)
    row, negative = xp.nonzero(wanting & (further > 0))
    costs, count = int(xp.count_nonzero(wanting)), int(xp.count_nonzero(negatives))
    return Mined((anchor[row], positive[row], negative), costs / max(count, 1))


ENTRY = MinerEntry(
    name="semi_hard",
    label="Semi-hard: beyond the positive, within the margin",
    summary="Negatives that are farther than the positive, but by less than the margin: hard enough to learn from, "
    "but not misleading.",
    paper="Schroff, Kalenichenko, Philbin: FaceNet, CVPR 2015",
    function=semi_hard,
    looks_at_all=True,
    selects=lambda b, positives, triplets: triplets,
    tables=4.0,
    version=2,  # the same triplets, whose distances are looked up
)
