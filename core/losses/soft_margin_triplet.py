"""Soft-margin triplet loss: the triplet margin's hinge, smoothed (Hermans, Beyer, Leibe 2017)."""

import math

from core.losses.base import Array, Loss, LossEntry
from core.losses.distances import triplet_distances
from core.losses.sums import log_one_plus


def soft_margin_triplet(
    embeddings: Array, labels: Array, *, triplets: tuple[Array, Array, Array] | None = None
) -> Loss:
    """log(1 + exp(d(a,p) - d(a,n))), mean over triplets; best value 0, approached but never reached.

    Source: Hermans, Beyer, Leibe, "In Defense of the Triplet Loss for Person Re-Identification", 2017, section 2.
    """
    d_ap, d_an = triplet_distances(embeddings, labels, triplets)
    count = max(d_ap.shape[0], 1)
    return Loss.of(triplet=log_one_plus(d_ap - d_an).sum() / count)


ENTRY = LossEntry(
    name="soft_margin_triplet",
    label="Soft-margin triplet",
    summary="The triplet loss without a margin: instead of stopping at a margin, the push fades as the "
    "negative moves away.",
    formula=r"\ell = \log\left(1 + e^{\,d(a,p) - d(a,n)}\right)",
    paper="Hermans, Beyer, Leibe: In Defense of the Triplet Loss for Person Re-Identification, 2017",
    function=soft_margin_triplet,
    takes="triplets",
    tables=6,
    parameters={},
    collapsed=lambda batch: math.log(2),
)
