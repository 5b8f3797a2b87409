"""Triplet margin loss: the positive must be nearer than the negative, by a margin."""

from core.losses.base import Array, Loss, LossEntry, hinge
from core.losses.distances import triplet_distances


def triplet_margin(
    embeddings: Array,
    labels: Array,
    *,
    margin: float,
    triplets: tuple[Array, Array, Array] | None = None,
) -> Loss:
    """max(0, d(a,p) - d(a,n) + m), mean over triplets; best value 0.

    Only the difference of the two distances counts, so the embedding can grow without bound.
    Source: Balntas et al. 2016 (on distances); Schroff et al. 2015, FaceNet (on their squares).
    """
    d_ap, d_an = triplet_distances(embeddings, labels, triplets)
    count = max(d_ap.shape[0], 1)
    return Loss.of(triplet=hinge(d_ap - d_an + margin).sum() / count)


ENTRY = LossEntry(
    name="triplet_margin",
    label="Triplet margin",
    summary="An anchor should be nearer to its positive than to its negative, by a margin; absolute distances do "
    "not matter.",
    formula=r"\ell = \max(0,\; d(a,p) - d(a,n) + m)",
    paper="Balntas, Riba, Ponsa, Mikolajczyk: Learning local feature descriptors with triplets, BMVC 2016",
    function=triplet_margin,
    takes="triplets",
    tables=6,
    parameters={"margin": "m"},
    collapsed=lambda batch, margin: margin,
)
