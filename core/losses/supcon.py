"""SupCon: NT-Xent with every image of the class as a positive (Khosla et al. 2020)."""

import math

from array_api_compat import array_namespace

from core.losses.base import Array, Composition, Loss, LossEntry, mean_where
from core.losses.distances import same_and_different, similarities
from core.losses.sums import log_sum_exp


def supcon(embeddings: Array, labels: Array, *, temperature: float) -> Loss:
    """For each anchor the mean over its positives p of -log of exp(s_ip / t) over the sum of exp(s_ia / t)
    over all others a; then the mean over the anchors that have a positive.

    The denominator includes all positives, so the best value is not 0 but near the logarithm of their number.
    Source: Khosla et al., "Supervised Contrastive Learning", 2020, eq. 2 (the sum outside the logarithm).
    """
    xp = array_namespace(embeddings)
    s = similarities(embeddings) / temperature  # [b, b]
    same, different = same_and_different(labels)
    everything = log_sum_exp(s, same | different)  # [b]
    positives = xp.astype(xp.sum(xp.astype(same, xp.int64), axis=-1), s.dtype)
    pulled = xp.sum(xp.where(same, s, xp.zeros_like(s)), axis=-1) / xp.clip(positives, min=1.0)
    return Loss.of(supcon=mean_where(everything - pulled, positives > 0))


def _collapsed(batch: Composition, temperature: float) -> float:
    """All similarities 1: all other images are equally likely."""
    return math.log(max(batch.images - 1, 1)) if max(batch.sizes) > 1 else 0.0


ENTRY = LossEntry(
    name="supcon",
    label="SupCon",
    summary="Like NT-Xent, but all images of an anchor's class are its positives, and the denominator includes "
    "them as well as the negatives.",
    formula=r"\ell_i = -\frac{1}{|P_i|} \sum_{p \in P_i} "
    r"\log \frac{e^{\,s_{ip}/\tau}}{\sum_{a \neq i} e^{\,s_{ia}/\tau}}",
    paper="Khosla, Teterwak, Wang, Sarna, Tian, Isola, Maschinot, Liu, Krishnan: Supervised Contrastive "
    "Learning, NeurIPS 2020",
    function=supcon,
    takes="batch",
    tables=14,
    parameters={"temperature": r"\tau"},
    collapsed=_collapsed,
    normalised=True,
)
