"""Figures that judge an embedding by the digits; `core.measures.figures` says what each means."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, rand_score
from sklearn.neighbors import KNeighborsClassifier

from core.distances import TREE_DIMS, searches, thinned

Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]


def rand_index(labels: Labels, others: Labels) -> float:
    """The share of all pairs of points on which two labellings [n] agree: both put the pair
    together, or both put it apart.

    Best 1, worst 0. Guessing ten clusters of ten digits already gets about 0.82
    (`random_rand_index`), so never show it without the adjusted index.
    Raises ValueError for no labels or different lengths. Source: Rand 1971.
    """
    _check_labels(labels, others)
    return float(rand_score(labels, others))


def adjusted_rand_index(labels: Labels, others: Labels) -> float:
    """The Rand index, corrected for chance: 0 is what guessing gets on average.

    Best 1, worst -0.5 (Chacon, Rastrojo 2023). labels, others: [n].
    Raises ValueError for no labels or different lengths. Source: Hubert, Arabie 1985.
    """
    _check_labels(labels, others)
    return float(adjusted_rand_score(labels, others))


def normalized_mutual_info(labels: Labels, others: Labels) -> float:
    """How much one labelling [n] tells of the other, divided by the mean of their entropies.

    Best 1, worst 0 (independent). Not corrected for chance: many small clusters raise it.
    Raises ValueError for no labels or different lengths. Source: Strehl, Ghosh 2002.
    """
    _check_labels(labels, others)
    # rounding can leave it a hair outside its bounds
    return float(np.clip(normalized_mutual_info_score(labels, others), 0.0, 1.0))


def random_rand_index(labels: Labels, k: int) -> float:
    """The Rand index that k equally large clusters, filled at random, get on average.

    A pair has the same label with probability p and, independently, the same cluster with
    probability q; they agree in both or in neither: p q + (1 - p)(1 - q). About 0.82 for MNIST.
    labels: [n]; where k does not divide n, cluster sizes differ by one. One point alone: 1, as it
    has no pair to disagree on. Raises ValueError for no labels and for k < 1.
    Source: Hubert, Arabie 1985 (permutation model).
    """
    _check_labels(labels, labels)
    if k < 1:
        raise ValueError(f"There must be at least one cluster, not {k}.")
    n = len(labels)
    if n == 1:
        return 1.0
    together = _share_of_pairs(np.unique(labels, return_counts=True)[1])
    cluster_sizes = np.full(k, n // k) + (np.arange(k) < n % k)
    clustered = _share_of_pairs(cluster_sizes)
    return together * clustered + (1 - together) * (1 - clustered)


def knn_accuracy(
    train: Points,
    train_labels: Labels,
    test: Points,
    test_labels: Labels,
    *,
    neighbours: int = 5,
    go_on: Callable[[], None] = lambda: None,
) -> float:
    """The share of test points whose nearest training points vote for the right label.

    go_on: called again and again meanwhile; what it raises ends the search.

    Best 1, worst 0; guessing gets the share of the most frequent label. train: [n, d], test: [m, d].
    With fewer training points than `neighbours`, all of them vote; a tie goes to the lower label.
    Raises ValueError for no points, different lengths, coordinates that are not finite, and
    neighbours < 1. Source: Fix, Hodges 1951; Cover, Hart 1967.
    """
    for points, labels in ((train, train_labels), (test, test_labels)):
        if points.ndim != 2 or len(points) == 0 or len(points) != len(labels):
            raise ValueError(
                f"Points [n, d] need one label each; got shapes {points.shape} and {labels.shape}."
            )
        if not np.isfinite(points).all():
            raise ValueError(
                "Some coordinates are not finite numbers (the training diverged), so no point has "
                "neighbours. A lower learning rate usually helps."
            )
    if neighbours < 1:
        raise ValueError(f"At least one neighbour must vote, not {neighbours}.")
    # a tree skips most distances in few dimensions and none in many, where matrix products win
    few = train.shape[1] <= TREE_DIMS
    if few:
        train, train_labels = thinned(train, train_labels, neighbours)
    classifier = KNeighborsClassifier(min(neighbours, len(train)), algorithm="kd_tree" if few else "brute")
    dtype = np.float64 if few else np.float32
    classifier.fit(train.astype(dtype), train_labels)
    right = 0
    for part in searches(len(test)):
        go_on()
        right += int((classifier.predict(test[part].astype(dtype)) == test_labels[part]).sum())
    return right / len(test)


def _share_of_pairs(sizes: npt.NDArray[np.integer]) -> float:
    """The probability that two different points drawn at random fall in the same group."""
    n = int(sizes.sum())
    return float((sizes.astype(np.float64) * (sizes - 1)).sum() / (n * (n - 1)))


def _check_labels(labels: Labels, others: Labels) -> None:
    if len(labels) != len(others) or len(labels) == 0:
        raise ValueError(
            f"Two labellings of the same points are compared; got {len(labels)} and {len(others)} labels."
        )
