"""NT-Xent, also called InfoNCE: find the positive among all negatives (Chen et al. 2020)."""

import math

from array_api_compat import array_namespace

from core.losses.base import Array, Composition, Loss, LossEntry, mean_where
from core.losses.distances import same_and_different, similarities
from core.losses.sums import log_sum_exp


def nt_xent(embeddings: Array, labels: Array, *, temperature: float) -> Loss:
    """-log of exp(s_ij / t) over itself plus the sum of exp(s_ik / t) over the negatives k of i, mean over the
    positive pairs (i, j); s is the cosine similarity. Best value 0, approached but never reached.

    With two views per image this is SimCLR's loss; with labels, the other positives of i are left out
    of the sum.
    Source: Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual
    Representations", 2020, eq. 1; van den Oord, Li, Vinyals 2018 (InfoNCE).
    """
    xp = array_namespace(embeddings)
    s = similarities(embeddings) / temperature  # [b, b]
    same, different = same_and_different(labels)
    negatives = log_sum_exp(s, different)  # [b]
    return Loss.of(nt_xent=mean_where(xp.logaddexp(s, negatives[:, None]) - s, same))


def _collapsed(batch: Composition, temperature: float) -> float:
    """All similarities 1: the positive is as likely as each negative, so the logarithm of their number plus 1."""
    pairs = sum(size * (size - 1) for size in batch.sizes)
    logs = (size * (size - 1) * math.log(1 + batch.images - size) for size in batch.sizes)
    return sum(logs) / pairs if pairs > 0 else 0.0


ENTRY = LossEntry(
    name="nt_xent",
    label="NT-Xent (InfoNCE)",
    summary="Picks each positive out of all negatives in the batch, by cosine similarity: SimCLR's loss if the "
    "positives are two views of an image.",
    formula=r"\ell = -\log \frac{e^{\,s_{ij}/\tau}}{e^{\,s_{ij}/\tau} + \sum_{k \in N_i} e^{\,s_{ik}/\tau}}",
    paper="Chen, Kornblith, Norouzi, Hinton: A Simple Framework for Contrastive Learning of Visual "
    "Representations, ICML 2020; van den Oord, Li, Vinyals 2018",
    function=nt_xent,
    takes="batch",
    tables=26,
    parameters={"temperature": r"\tau"},
    collapsed=_collapsed,
    normalised=True,
)
