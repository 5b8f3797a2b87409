"""Contrastive loss on the distance (Hadsell, Chopra, LeCun 2006)."""

from functools import partial

from array_api_compat import is_torch_array

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
    if pairs is None and is_torch_array(embeddings):
        from core.losses.all_pairs import pull_and_push_of_all_pairs

        return pull_and_push_of_all_pairs(embeddings, labels, partial(_push, margin=margin))
    d, same = pair_distances(embeddings, labels, pairs)
    return pull_and_push(d**2 / 2, hinge(margin - d) ** 2 / 2, same, sampled=pairs is not None)


def _push(squared: Array, different: Array, margin: float) -> tuple[Array, Array]:
    """f(d) = min(0, d - m)² / 2, f'(d) = min(0, d - m), and f'(d) / d, for `core.losses.all_pairs`."""
    d = squared.sqrt_()
    slope = d.add(different, alpha=-margin).clamp_(max=0.0)  # 0 within a class, where d >= 0
    w = (slope / d).nan_to_num_(0.0, 0.0, 0.0)  # equal points have no direction
    return (slope.view(-1) @ slope.view(-1)) / 2, w


ENTRY = LossEntry(
    name="contrastive",
    label="Contrastive on d",
    summary="Pulls pairs of one class together and pushes pairs of different classes until they are a margin "
    "apart.",
    formula=r"\ell = y\,\frac{d^2}{2} + (1-y)\,\frac{\max(0,\; m-d)^2}{2}",
    paper="Hadsell, Chopra, LeCun: Dimensionality Reduction by Learning an Invariant Mapping, CVPR 2006",
    function=contrastive,
    takes="pairs",
    tables=6,
    parameters={"margin": "m"},
    reach=lambda margin: margin,
    collapsed=lambda batch, margin: margin**2 / 4,
    version=2,  # the same gradient, summed in a different order
)
