"""The active share: how many of a batch's pairs or triplets still have a gradient, without a miner."""

from typing import Any

from array_api_compat import array_namespace

from core.losses import LossEntry
from core.losses.distances import pair_distances, triplet_distances
from core.miners.base import Array


def active_share(
    entry: LossEntry, embeddings: Array, labels: Array, margin: float, tuples: tuple[Array, ...] | None
) -> float | None:
    """Pairs: the share of negative pairs that are nearer than the loss's reach. Triplets: the share
    whose negative is nearer than that or, if the loss has no reach, than d(a,p) + m.

    tuples: the sampled ones; None: all in the batch. Returns None for a loss that never stops pushing a
    pair, and if there are no negatives.
    """
    reach = entry.reach(margin)
    if entry.takes == "batch" or (reach is None and "margin" not in entry.parameters):
        return None
    if entry.takes == "pairs":
        d, same = pair_distances(embeddings, labels, _of(tuples, 2))
        return _share(d[~same] < reach)
    d_ap, d_an = triplet_distances(embeddings, labels, _of(tuples, 3))
    return _share(d_an < (d_ap + margin if reach is None else reach))


def _of(tuples: tuple[Array, ...] | None, columns: int) -> Any:
    assert tuples is None or len(tuples) == columns
    return tuples


def _share(costs: Array) -> float | None:
    if costs.shape[0] == 0:
        return None
    return int(array_namespace(costs).count_nonzero(costs)) / int(costs.shape[0])
