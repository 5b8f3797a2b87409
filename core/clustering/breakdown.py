"""The parts of the Davies-Bouldin index: a row for each cluster, and each cell of the matrix S as a fraction."""

from dataclasses import dataclass

import numpy as np

from core.embedding.confusion import Confusion
from core.figures.davies_bouldin import DaviesBouldin, same_centre


@dataclass(frozen=True)
class ClusterRow:
    """One cluster in the Davies-Bouldin breakdown; the index is the mean of `similarity`.

    within: WCD. rival: the most similar other cluster (-1 if none), `between`: BCD to it,
    `similarity`: S with it (NaN if undefined). digit, rival_digit: matched digits, -1 if none.
    share: the cluster's contribution to the index, 0 to 1; NaN if the index is undefined.
    """

    cluster: int
    size: int
    digit: int
    within: float
    rival: int
    rival_digit: int
    between: float
    similarity: float
    share: float


def cluster_table(davies: DaviesBouldin, confusion: Confusion) -> list[ClusterRow]:
    """One row per cluster, in the order of their labels.

    Raises ValueError if the two describe different clusters.
    """
    if not np.array_equal(davies.labels, np.sort(confusion.clusters)):
        raise ValueError("The index and the confusion matrix were made from different clusters.")
    digit = dict(zip(confusion.clusters.tolist(), confusion.matched_digit.tolist(), strict=True))
    rows = []
    for i, cluster in enumerate(davies.labels.tolist()):
        j = int(davies.rival[i])
        alone = j < 0
        rows.append(
            ClusterRow(
                cluster=cluster,
                size=int(davies.sizes[i]),
                digit=digit[cluster],
                within=float(davies.within[i]),
                rival=-1 if alone else int(davies.labels[j]),
                rival_digit=-1 if alone else digit[int(davies.labels[j])],
                between=float("nan") if alone else float(davies.between[i, j]),
                similarity=float(davies.worst[i]),
                share=float(davies.shares[i]),
            )
        )
    return rows


@dataclass(frozen=True)
class PairExplained:
    """One cell of the matrix S in its parts: similarity = (within_first + within_second) / between.

    first, second: the clusters' labels. within_*: their WCD, between: the BCD. similarity: S; NaN if
    undefined, with the `reason`. counts_for_first, counts_for_second: whether the cell is the cluster's
    largest, which the index includes. share: its contribution to the index: 0 if it counts for neither,
    up to 1 for two clusters; NaN if the index is undefined.
    """

    first: int
    second: int
    within_first: float
    within_second: float
    between: float
    similarity: float
    counts_for_first: bool
    counts_for_second: bool
    share: float
    reason: str | None


def pair_explained(index: DaviesBouldin, i: int, j: int) -> PairExplained:
    """The cell of the clusters at places i and j (not labels: places 0 to n-1 in `index.labels`).

    Raises ValueError for a place out of range, and for a cluster with itself.
    """
    count = len(index.labels)
    if i == j:
        raise ValueError("A cluster is compared with another one: it is no rival of its own.")
    if not (0 <= i < count and 0 <= j < count):
        raise ValueError(f"There are {count} clusters, at places 0 to {count - 1}: no cell ({i}, {j}).")
    first, second = int(index.labels[i]), int(index.labels[j])
    similarity = float(index.similarity[i, j])
    counts = int(index.rival[i]) == j, int(index.rival[j]) == i
    reason = None
    if np.isnan(index.between[i, j]):
        reason = index.reason
    elif np.isnan(similarity):
        reason = same_centre(first, second)
    shares = index.shares
    share = counts[0] * shares[i] + counts[1] * shares[j]
    return PairExplained(
        first=first,
        second=second,
        within_first=float(index.within[i]),
        within_second=float(index.within[j]),
        between=float(index.between[i, j]),
        similarity=similarity,
        counts_for_first=counts[0],
        counts_for_second=counts[1],
        share=float(share),
        reason=reason,
    )
