"""Contrastive loss on the squared distance, as in the PyTorch tutorial."""

from core.losses.base import Array, Loss, LossEntry, hinge, pull_and_push
from core.losses.distances import pair_distances


def contrastive_squared(
    embeddings: Array,
    labels: Array,
    *,
    margin: float,
    pairs: tuple[Array, Array] | None = None,
) -> Loss:
    """Same class: y = 1, pulled by h = d². Different: pushed until h = m, that is d = sqrt(m).

    Best value 0.
    Source: the tutorial's loss y h/2 + (1-y) max(0, m-h)/2 with the squared Euclidean distance h.
    """
    d, same = pair_distances(embeddings, labels, pairs)
    h = d**2
    return pull_and_push(h / 2, hinge(margin - h) / 2, same, sampled=pairs is not None)


ENTRY = LossEntry(
    name="contrastive_squared",
    label="Contrastive on d²",
    summary="The tutorial's loss: like contrastive on d, but on the squared distance, so the push is "
    "weakest for the closest pairs.",
    formula=r"\ell = y\,\frac{h}{2} + (1-y)\,\frac{\max(0,\; m-h)}{2}, \quad h = d^2",
    paper="The PyTorch tutorial's loss, a variant of the one on d of Hadsell, Chopra, LeCun 2006",
    function=contrastive_squared,
    takes="pairs",
    tables=8,
    parameters={"margin": "m"},
    reach=lambda margin: margin**0.5,
    collapsed=lambda batch, margin: margin / 4,
)
