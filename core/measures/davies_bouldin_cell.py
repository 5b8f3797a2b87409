"""One cell of the Davies-Bouldin matrix S, with the numbers of its fraction."""

from dataclasses import dataclass

import numpy as np

from core.clustering import DaviesBouldin, same_centre


@dataclass(frozen=True)
class PairExplained:
    """One cell of the matrix S, worked out: similarity = (within_first + within_second) / between.

    first, second: the clusters' labels. within_*: their WCD, between: the BCD. similarity: S; NaN where
    it is undefined, and `reason` says why. counts_for_first, counts_for_second: whether the cell is the
    largest of the cluster, the one that goes into the index. share: which part of the index it is by
    that: 0 where it counts for neither, up to 1 for two clusters; NaN where the index is undefined.
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

    Raises ValueError for a place that there is not, and for a cluster with itself.
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
    total = index.score * count
    share = sum(counts) * similarity / total if total != 0 else sum(counts) / count
    return PairExplained(
        first=first,
        second=second,
        within_first=float(index.within[i]),
        within_second=float(index.within[j]),
        between=float(index.between[i, j]),
        similarity=similarity,
        counts_for_first=counts[0],
        counts_for_second=counts[1],
        share=float("nan") if np.isnan(index.score) else float(share),
        reason=reason,
    )
