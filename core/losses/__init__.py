"""The catalogue of losses: `LOSSES` maps a name to its entry.

A new loss is one new file with an `ENTRY`, one line here, and its textbook form for exported scripts
(`core/take_home/parts/losses`). Importing this package imports no torch: a loss is written against the
array API and works on both torch tensors (training) and NumPy arrays (the Streamlit process).
"""

from core.losses import (
    alignment_uniformity,
    center,
    circle,
    contrastive,
    contrastive_squared,
    lifted_structure,
    multi_similarity,
    n_pair,
    nt_xent,
    pair_hinge_triplet,
    proxy_anchor,
    soft_margin_triplet,
    soft_nearest_neighbour,
    supcon,
    triplet_margin,
)
from core.losses.base import Composition, Loss, LossEntry

# In teaching order: pairs, triplets, whole batches, learned proxies.
LOSSES: dict[str, LossEntry] = {
    module.ENTRY.name: module.ENTRY
    for module in (
        contrastive,
        contrastive_squared,
        pair_hinge_triplet,
        triplet_margin,
        soft_margin_triplet,
        n_pair,
        lifted_structure,
        nt_xent,
        supcon,
        soft_nearest_neighbour,
        multi_similarity,
        circle,
        center,
        proxy_anchor,
        alignment_uniformity,
    )
}

__all__ = ["LOSSES", "Composition", "Loss", "LossEntry"]
