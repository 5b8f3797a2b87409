"""Soft nearest neighbour loss: the probability that a random neighbour is of one's class (Frosst et al. 2019)."""

import math

from core.losses.base import Array, Composition, Loss, LossEntry, mean_where
from core.losses.distances import distance_table, same_and_different
from core.losses.sums import log_sum_exp


def soft_nearest_neighbour(embeddings: Array, labels: Array, *, temperature: float) -> Loss:
    """-log of the sum of exp(-d² / T) over the anchor's positives divided by the same sum over all other
    images, mean over the anchors that have a positive; best value 0.

    Source: Frosst, Papernot, Hinton, "Analyzing and Improving Representations with the Soft Nearest
    Neighbor Loss", 2019, eq. 1; Salakhutdinov, Hinton 2007.
    """
    near = -(distance_table(embeddings) ** 2) / temperature  # [b, b]
    same, different = same_and_different(labels)
    alike = log_sum_exp(near, same)
    everything = log_sum_exp(near, same | different)
    return Loss.of(soft_nearest_neighbour=mean_where(everything - alike, same.any(-1)))


def _collapsed(batch: Composition, temperature: float) -> float:
    """All distances 0: from the share of the anchor's class among the other images."""
    images = sum(size for size in batch.sizes if size > 1)
    logs = (size * math.log((batch.images - 1) / (size - 1)) for size in batch.sizes if size > 1)
    return sum(logs) / images if images else 0.0


ENTRY = LossEntry(
    name="soft_nearest_neighbour",
    label="Soft nearest neighbour",
    summary="A random neighbour, more likely the nearer it is, should be of the anchor's class: one near positive "
    "is enough.",
    formula=r"\ell_i = -\log \frac{\sum_{p \in P_i} e^{-d_{ip}^2/T}}{\sum_{a \neq i} e^{-d_{ia}^2/T}}",
    paper="Frosst, Papernot, Hinton: Analyzing and Improving Representations with the Soft Nearest Neighbor "
    "Loss, ICML 2019; Salakhutdinov, Hinton 2007",
    function=soft_nearest_neighbour,
    takes="batch",
    tables=22,
    parameters={"temperature": "T"},
    collapsed=_collapsed,
)
