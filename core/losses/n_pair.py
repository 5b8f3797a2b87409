"""N-pair loss: one positive against one negative of every other class (Sohn 2016)."""

import math

from array_api_compat import array_namespace

from core.losses.base import Array, Composition, Loss, LossEntry
from core.losses.distances import same_and_different
from core.losses.sums import log_one_plus, log_sum_exp


def n_pair(embeddings: Array, labels: Array) -> Loss:
    """log(1 + sum over other pairs j of exp(a_i·p_j - a_i·p_i)), mean over the anchors; best value 0.

    The batch is split into rounds with one pair (a, p) per class: the first two images of a class in
    the first round, the next two in the second. The negatives are the round's other positives.
    The paper also keeps embeddings short with an L2 penalty, which is not included.
    Source: Sohn, "Improved Deep Metric Learning with Multi-class N-pair Loss Objective", 2016, eq. 7.
    """
    xp = array_namespace(embeddings)
    anchor, positive, turn = _rounds(labels)
    if anchor.shape[0] == 0:
        return Loss.of(n_pair=xp.sum(embeddings * 0))
    a, p = xp.take(embeddings, anchor, axis=0), xp.take(embeddings, positive, axis=0)
    products = a @ p.T  # [pairs, pairs], one row per anchor
    own = xp.sum(a * p, axis=-1)
    others = (turn[:, None] == turn[None, :]) & ~xp.eye(turn.shape[0], dtype=xp.bool)
    return Loss.of(n_pair=xp.mean(log_one_plus(log_sum_exp(products - own[:, None], others))))


def _rounds(labels: Array) -> tuple[Array, Array, Array]:
    """Places of the anchors and of their positives, and the round of each pair, all [pairs]."""
    xp = array_namespace(labels)
    same, _ = same_and_different(labels)
    places = xp.arange(labels.shape[0])
    earlier = same & (places[None, :] < places[:, None])
    rank = xp.sum(xp.astype(earlier, xp.int64), axis=-1)  # 0 for the first image of a class, then 1, 2, ...
    next_one = same & (rank[None, :] == rank[:, None] + 1)
    (anchor,) = xp.nonzero((rank % 2 == 0) & xp.any(next_one, axis=-1))
    positive = xp.argmax(xp.astype(next_one, xp.int8), axis=-1)[anchor]
    return anchor, positive, rank[anchor] // 2


def _collapsed(batch: Composition) -> float:
    """The logarithm of the number of pairs in a round, mean over the pairs."""
    pairs = [int(size // 2) for size in batch.sizes]
    rounds = [sum(turn < count for count in pairs) for turn in range(max(pairs))]
    return sum(size * math.log(size) for size in rounds) / max(sum(rounds), 1)


ENTRY = LossEntry(
    name="n_pair",
    label="N-pair",
    summary="An anchor must prefer its positive to one negative of every other class at once, by inner "
    "product, so longer embeddings count more.",
    formula=r"\ell = \log\bigl(1 + \sum_{j \neq i} e^{\,a_i \cdot p_j - a_i \cdot p_i}\bigr)",
    paper="Sohn: Improved Deep Metric Learning with Multi-class N-pair Loss Objective, NeurIPS 2016",
    function=n_pair,
    takes="batch",
    tables=6.5,
    parameters={},
    collapsed=_collapsed,
)
