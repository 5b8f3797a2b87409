"""Contrastive loss on the distance (Hadsell, Chopra, LeCun 2006)."""

from core.losses.base import Array, Loss, LossEntry, hinge, pull_and_push
from core.losses.distances import pair_distances


def contrastive(
    embeddings: Array,
    labels: Array,
    *,
    margin: float,
    pairs: tuple[Array, Array] | None = None,
) -> Loss:
    """Same class: y = 1, pulled by d². Different: pushed by (m - d)² until m apart.

    Best value 0.
    Source: Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", 2006, eq. 4.
    """
    d, same = pair_distances(embeddings, labels, pairs)
    return pull_and_push(d**2 / 2, hinge(margin - d) ** 2 / 2, same, sampled=pairs is not None)


ENTRY = LossEntry(
    name="contrastive",
    label="Contrastive on d",
    summary="Pulls pairs of one digit together and pushes pairs of different digits until they are a margin "
    "apart.",
    formula=r"\ell = y\,\frac{d^2}{2} + (1-y)\,\frac{\max(0,\; m-d)^2}{2}",
    paper="Hadsell, Chopra, LeCun: Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006",
    function=contrastive,
    takes="pairs",
    parameters=("margin",),
    reach=lambda margin: margin,
    collapsed=lambda margin: margin**2 / 4,
)
