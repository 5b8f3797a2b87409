"""The Rand index, and the adjusted Rand index, which corrects it for chance."""

from dataclasses import dataclass

import numpy as np

from core.figures.base import Figure, Subject
from core.figures.contingency import contingency, of_train, score, score_of
from core.figures.estimate import NO_POINTS, Chance, Estimate, Ints, Labels, undefined


def rand_index(table: Ints) -> float:
    """The share of all pairs of images on which classes and clusters agree: both put the pair together,
    or both put it apart.

    Best 1, worst 0. Guessing ten clusters of ten digits already gets about 0.82 (`chance_rand_index`), so
    never show it without the adjusted index. A single image: 1. table: from `contingency`.
    Source: Rand 1971.
    """
    together, same_label, same_cluster, pairs = _pair_counts(table)
    return 1.0 if pairs == 0 else (pairs + 2 * together - same_label - same_cluster) / pairs


def adjusted_rand_index(table: Ints) -> float:
    """The Rand index, corrected for chance: 0 is what guessing gets on average.

    Best 1, worst -0.5 (Chacon, Rastrojo 2023); 1 if no guess can be wrong. table: from `contingency`.
    Source: Hubert, Arabie 1985.
    """
    together, same_label, same_cluster, pairs = _pair_counts(table)
    most = (same_label + same_cluster) / 2
    expected = same_label * same_cluster / max(pairs, 1)
    return 1.0 if most == expected else (together - expected) / (most - expected)


def chance_rand_index(table: Ints) -> float:
    """The expected Rand index of random clusters of these sizes.

    A pair has the same label with probability p and, independently, the same cluster with probability q;
    both or neither is agreement: p q + (1-p)(1-q). About 0.82 for ten equal clusters of MNIST's digits.
    A single image: 1. Source: Hubert, Arabie 1985 (permutation model).
    """
    _, same_label, same_cluster, pairs = _pair_counts(table)
    if pairs == 0:
        return 1.0
    p, q = same_label / pairs, same_cluster / pairs
    return p * q + (1 - p) * (1 - q)


@dataclass(frozen=True)
class BeyondChance:
    """The parts of the adjusted Rand index: adjusted = gained / possible, where `gained` = rand - chance is
    what the clusters achieve beyond guessing and `possible` = 1 - chance the maximum."""

    rand: float
    chance: float
    gained: float
    possible: float
    adjusted: float


def beyond_chance(labels: Labels, clusters: Labels) -> BeyondChance:
    """The parts of the adjusted Rand index. Raises ValueError for no labels or different lengths."""
    table = contingency(labels, clusters)
    rand, chance = rand_index(table), chance_rand_index(table)
    return BeyondChance(rand, chance, rand - chance, 1 - chance, adjusted_rand_index(table))


def _pair_counts(table: Ints) -> tuple[int, int, int, int]:
    """The number of pairs that are together in both, in the labels, in the clusters, and of all pairs."""
    counts = [
        int((sizes * (sizes - 1) // 2).sum()) for sizes in (table, table.sum(axis=1), table.sum(axis=0))
    ]
    n = int(np.sum(table))
    return counts[0], counts[1], counts[2], n * (n - 1) // 2


def _of_test(subject: Subject) -> Estimate:
    labels, clusters = subject.embedding.test_labels, subject.embedding.test_clusters
    if len(labels) == 0:
        return undefined(NO_POINTS)
    return score_of(adjusted_rand_index, contingency(labels, clusters))


ENTRIES = (
    Figure(
        "rand_index",
        "Rand index",
        "Rand index",
        "agreement",
        "The probability that the clusters and the classes agree on a random pair of images: together in both, or "
        "apart in both.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance="Guessing gets about 0.82 with ten classes, so read it together with the adjusted index.",
        source="Rand 1971",
        function=score(rand_index),
        guessing=lambda subject: Chance.known(chance_rand_index(subject.once(of_train))),
        headline=True,
    ),
    Figure(
        "adjusted_rand_index",
        "Adjusted Rand index",
        "ARI",
        "agreement",
        "The Rand index rescaled so that guessing gets 0 on average and a perfect match 1.",
        best=1.0,
        worst=-0.5,
        range="-0.5 to 1",
        chance="Guessing gets 0.",
        source="Hubert, Arabie 1985",
        function=score(adjusted_rand_index),
        guessing=lambda subject: Chance.known(0.0),
        headline=True,
    ),
    Figure(
        "test_adjusted_rand_index",
        "Adjusted Rand index, test images",
        "ARI on test",
        "agreement",
        "The adjusted Rand index of images never trained on, each assigned to the nearest training cluster.",
        best=1.0,
        worst=-0.5,
        range="-0.5 to 1",
        chance="Guessing gets 0.",
        source="Hubert, Arabie 1985",
        function=_of_test,
        guessing=lambda subject: Chance.known(0.0),
        split="test",
        headline=True,
    ),
)
