"""Alignment and uniformity on the sphere (Wang, Isola 2020)."""

import math

from array_api_compat import array_namespace

from core.losses.base import Array, Loss, LossEntry, mean_where
from core.losses.distances import directions, same_and_different
from core.losses.sums import log_sum_exp


def alignment_uniformity(embeddings: Array, labels: Array, *, weight: float) -> Loss:
    """The mean of d² over the positive pairs, plus w times the logarithm of the mean of exp(-2 d²) over all
    pairs, d on the unit sphere.

    Alignment is best at 0. Uniformity is lower the more evenly all points are spread, regardless of
    class (down to -4 in many dimensions).
    Source: Wang, Isola, "Understanding Contrastive Representation Learning through Alignment and
    Uniformity on the Hypersphere", 2020, section 4.1, with alpha = 2 and t = 2.
    """
    xp = array_namespace(embeddings)
    u = directions(embeddings)
    lengths = xp.sum(u**2, axis=-1)  # 1, but 0 at the origin
    squared = lengths[:, None] + lengths[None, :] - 2 * (u @ u.T)  # [b, b], |u_i - u_j|²
    same, different = same_and_different(labels)
    pairs = same | different
    spread = log_sum_exp(xp.reshape(-2 * squared, (-1,)), xp.reshape(pairs, (-1,)))
    count = int(xp.count_nonzero(pairs))
    uniformity = spread - math.log(count) if count else 0 * xp.sum(squared)
    return Loss.of(alignment=mean_where(squared, same), uniformity=weight * uniformity)


ENTRY = LossEntry(
    name="alignment_uniformity",
    label="Alignment + uniformity",
    summary="Two goals: positives at the same place on the sphere, and all images spread evenly over it. "
    "There are no negatives.",
    formula=r"\ell = \operatorname{mean}_{P}\; \lVert u_i - u_j \rVert^2 + "
    r"w \log \operatorname{mean}_{i \neq j}\; e^{-2 \lVert u_i - u_j \rVert^2}",
    paper="Wang, Isola: Understanding Contrastive Representation Learning through Alignment and Uniformity on "
    "the Hypersphere, ICML 2020",
    function=alignment_uniformity,
    takes="batch",
    tables=18,
    parameters={"weight": "w"},
    collapsed=lambda batch, weight: 0.0,
    normalised=True,
    version=2,  # the same loss, from inner products instead of differences
)
