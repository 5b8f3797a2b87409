"""Circle loss: each similarity weighted by its distance from its optimum (Sun et al. 2020)."""

import math

from array_api_compat import array_namespace, is_torch_array

from core.losses.base import Array, Composition, Loss, LossEntry, hinge, mean_where
from core.losses.distances import same_and_different, similarities
from core.losses.sums import log_one_plus, log_sum_exp


def circle(
    embeddings: Array, labels: Array, *, scale: float, similarity_margin: float, held: Array | None = None
) -> Loss:
    """log(1 + sum over negatives of exp(g a_n (s_n - m)) times sum over positives of exp(-g a_p (s_p - 1 + m))), mean
    over the anchors with a positive and a negative; a_n = max(0, s_n + m) and a_p = max(0, 1 + m - s_p).

    The gradient treats the weights a as constants, as in the paper's eq. 10: torch detaches them; other
    differentiation passes as `held` [b, d] the embeddings from which they are computed.
    Source: Sun et al., "Circle Loss: A Unified Perspective of Pair Similarity Optimization", 2020, eq. 4, 6, 8.
    """
    m = similarity_margin
    s = similarities(embeddings)  # [b, b]
    fixed = similarities(embeddings if held is None else held)
    if is_torch_array(fixed):
        fixed = fixed.detach()
    same, different = same_and_different(labels)
    pulled = log_sum_exp(-scale * hinge(1 + m - fixed) * (s - (1 - m)), same)
    pushed = log_sum_exp(scale * hinge(fixed + m) * (s - m), different)
    xp = array_namespace(embeddings)
    both = xp.any(same, axis=-1) & xp.any(different, axis=-1)
    return Loss.of(circle=mean_where(log_one_plus(xp.where(both, pulled + pushed, 0 * pulled)), both))


def _collapsed(batch: Composition, scale: float, similarity_margin: float) -> float:
    """All similarities 1: a_p = m and a_n = 1 + m."""
    m, images = similarity_margin, batch.images

    def of_image(size: float) -> float:
        x = scale * (1 + m) * (1 - m) - scale * m * m + math.log((size - 1) * (images - size))
        return max(x, 0.0) + math.log1p(math.exp(-abs(x)))

    kept = [size for size in batch.sizes if 1 < size < images]
    return sum(size * of_image(size) for size in kept) / sum(kept) if kept else 0.0


ENTRY = LossEntry(
    name="circle",
    label="Circle",
    summary="Weights each similarity separately: those farthest from their optimum count most. What it asks for is the "
    "inside of a circle in the plane of the two similarities.",
    formula=r"\ell_i = \log\bigl(1 + \sum_{n \in N_i} e^{\,\gamma \alpha_n (s_{in} - m)} \cdot "
    r"\sum_{p \in P_i} e^{-\gamma \alpha_p (s_{ip} - 1 + m)}\bigr), \quad "
    r"\alpha_n = \max(0,\, s_{in} + m),\; \alpha_p = \max(0,\, 1 + m - s_{ip})",
    paper="Sun, Cheng, Zhang, Zhang, Zheng, Wang, Wei: Circle Loss: A Unified Perspective of Pair Similarity "
    "Optimization, CVPR 2020",
    function=circle,
    takes="batch",
    tables=27,
    parameters={"scale": r"\gamma", "similarity_margin": "m"},
    collapsed=_collapsed,
    normalised=True,
    version=2,  # scale 2 instead of 16, which leaves overlapping classes in 2-D
    holds=True,
)
