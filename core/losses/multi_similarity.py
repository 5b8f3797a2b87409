"""Multi-similarity loss: pairs weighted by their own and by relative similarity (Wang et al. 2019)."""

import math

from core.losses.base import Array, Composition, Loss, LossEntry
from core.losses.distances import same_and_different, similarities
from core.losses.sums import log_one_plus, log_sum_exp

POSITIVE_SCALE = 2.0  # the paper's alpha


def multi_similarity(
    embeddings: Array,
    labels: Array,
    *,
    scale: float,
    similarity_margin: float,
    positive_scale: float = POSITIVE_SCALE,
) -> Loss:
    """log(1 + sum over positives of exp(-a (s - l))) / a + log(1 + sum over negatives of exp(b (s - l))) / b,
    mean over the batch, with a = `positive_scale`, b = `scale` and l = `similarity_margin`.

    The paper's pair mining is left out: all pairs in the batch are used.
    Source: Wang, Han, Huang, Dong, Scott, "Multi-Similarity Loss with General Pair Weighting for Deep
    Metric Learning", 2019, eq. 15.
    """
    s = similarities(embeddings) - similarity_margin  # [b, b]
    same, different = same_and_different(labels)
    pull = log_one_plus(log_sum_exp(-positive_scale * s, same)) / positive_scale
    push = log_one_plus(log_sum_exp(scale * s, different)) / scale
    return Loss.of(attraction=pull.mean(), repulsion=push.mean())


def _collapsed(batch: Composition, scale: float, similarity_margin: float) -> float:
    """All similarities 1."""
    over = 1 - similarity_margin

    def of_image(size: float) -> float:
        pull = math.log1p((size - 1) * math.exp(-POSITIVE_SCALE * over)) / POSITIVE_SCALE
        negatives = batch.images - size
        # log(1 + n e^x) with e^x factored out, so that it cannot overflow
        push = over + math.log(math.exp(-scale * over) + negatives) / scale
        return pull + push

    return batch.mean(of_image)


ENTRY = LossEntry(
    name="multi_similarity",
    label="Multi-similarity",
    summary="Pulls positives and pushes negatives, most those farthest on the wrong side of a margin, compared with "
    "the other pairs of their anchor. At the default scale both sides count alike; at the paper's 50 an anchor pushes "
    "almost only its nearest negative.",
    formula=r"\ell_i = \frac{1}{\alpha} \log\bigl(1 + \sum_{p \in P_i} e^{-\alpha (s_{ip} - \lambda)}\bigr) + "
    r"\frac{1}{\beta} \log\bigl(1 + \sum_{n \in N_i} e^{\,\beta (s_{in} - \lambda)}\bigr), \quad \alpha = 2",
    paper="Wang, Han, Huang, Dong, Scott: Multi-Similarity Loss with General Pair Weighting for Deep Metric "
    "Learning, CVPR 2019",
    function=multi_similarity,
    takes="batch",
    tables=22,
    parameters={"scale": r"\beta", "similarity_margin": r"\lambda"},
    collapsed=_collapsed,
    normalised=True,
    version=2,  # scale 2 instead of 16, which leaves overlapping classes in 2-D
)
