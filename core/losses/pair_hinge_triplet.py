"""Pair-hinge triplet loss, as in the Wolfram notebook."""

from core.losses.base import Array, Loss, LossEntry, hinge
from core.losses.distances import triplet_distances


def pair_hinge_triplet(
    embeddings: Array,
    labels: Array,
    *,
    margin: float,
    triplets: tuple[Array, Array, Array] | None = None,
) -> Loss:
    """The positive is pulled by d(a,p)²; the negative is pushed by (m - d(a,n))² until m apart.

    Unlike in the triplet margin loss, the two distances have separate terms. Mean over triplets; best
    value 0. Source: the notebook's network, its "posdist" + "neg_loss".
    """
    d_ap, d_an = triplet_distances(embeddings, labels, triplets)
    count = max(d_ap.shape[0], 1)
    return Loss.of(
        attraction=(d_ap**2).sum() / count,
        repulsion=(hinge(margin - d_an) ** 2).sum() / count,
    )


ENTRY = LossEntry(
    name="pair_hinge_triplet",
    label="Pair-hinge triplet",
    summary="The notebook's loss on triplets: pulls the positive to the anchor and pushes the negative "
    "until it is a margin away.",
    formula=r"\ell = d(a,p)^2 + \max(0,\; m - d(a,n))^2",
    paper="The Wolfram notebook's loss (T. Lieber, Contrastive Representation Learning)",
    function=pair_hinge_triplet,
    takes="triplets",
    tables=6,
    parameters={"margin": "m"},
    reach=lambda margin: margin,
    collapsed=lambda batch, margin: margin**2,
)
