"""Lifted structure loss: each positive pair against all negatives of both its images (Oh Song et al. 2016)."""

import math

from array_api_compat import array_namespace

from core.losses.base import Array, Composition, Loss, LossEntry, hinge, mean_where
from core.losses.distances import distance_table, same_and_different
from core.losses.sums import log_sum_exp


def lifted_structure(embeddings: Array, labels: Array, *, margin: float) -> Loss:
    """max(0, J_ij)² / 2 with J_ij = log(sum over negatives of i and of j of exp(m - d)) + d_ij, mean
    over the positive pairs; best value 0.

    Source: Oh Song, Xiang, Jegelka, Savarese, "Deep Metric Learning via Lifted Structured Feature
    Embedding", 2016, eq. 4.
    """
    xp = array_namespace(embeddings)
    d = distance_table(embeddings)  # [b, b]
    same, different = same_and_different(labels)
    pushed = log_sum_exp(margin - d, different)  # [b]
    j = xp.logaddexp(pushed[:, None], pushed[None, :]) + d
    return Loss.of(lifted_structure=mean_where(hinge(j) ** 2, same) / 2)


def _collapsed(batch: Composition, margin: float) -> float:
    """d = 0 everywhere: J is the margin plus the logarithm of the number of negatives of both images."""
    pairs = sum(size * (size - 1) for size in batch.sizes)

    def of_pair(size: float) -> float:
        negatives = 2 * (batch.images - size)
        return max(0.0, margin + math.log(negatives)) ** 2 / 2 if negatives > 0 else 0.0

    return sum(size * (size - 1) * of_pair(size) for size in batch.sizes) / pairs if pairs > 0 else 0.0


ENTRY = LossEntry(
    name="lifted_structure",
    label="Lifted structure",
    summary="Pulls each positive pair together and pushes all negatives of both its images at once, the nearest "
    "most strongly.",
    formula=r"\ell = \frac{1}{2}\max(0,\; J_{ij})^2, \quad "
    r"J_{ij} = \log\bigl(\sum_{k \in N_i} e^{\,m - d_{ik}} + \sum_{l \in N_j} e^{\,m - d_{jl}}\bigr) + d_{ij}",
    paper="Oh Song, Xiang, Jegelka, Savarese: Deep Metric Learning via Lifted Structured Feature Embedding, "
    "CVPR 2016",
    function=lifted_structure,
    takes="batch",
    tables=26,
    parameters={"margin": "m"},
    collapsed=_collapsed,
)
