"""What clusters and classes tell of each other: mutual information, and its two one-sided halves."""

import numpy as np

from core.figures.base import Figure
from core.figures.contingency import entropy, score, shuffled
from core.figures.estimate import Chance, Ints


def mutual_information(table: Ints) -> float:
    """How much class and cluster tell of each other, in nats; 0 where they are independent."""
    both = entropy(table.ravel())
    return max(0.0, entropy(table.sum(axis=1)) + entropy(table.sum(axis=0)) - both)


def homogeneity(table: Ints) -> float:
    """How little of the class remains open once the cluster is known: 1 - H(class|cluster) / H(class).

    Best 1 (each cluster holds one class only), worst 0. One class alone: 1.
    Source: Rosenberg, Hirschberg 2007.
    """
    uncertain = entropy(table.sum(axis=1))
    return min(1.0, mutual_information(table) / uncertain) if uncertain > 0 else 1.0


def completeness(table: Ints) -> float:
    """How little of the cluster remains open once the class is known: 1 - H(cluster|class) / H(cluster).

    Best 1 (each class lies in one cluster), worst 0. One cluster for all: 1.
    Source: Rosenberg, Hirschberg 2007.
    """
    return homogeneity(table.T)


def normalized_mutual_info(table: Ints) -> float:
    """How much class and cluster tell of each other, divided by the mean of their entropies; the harmonic
    mean of homogeneity and completeness is the same number (Becker 2011), the V-measure.

    Best 1, worst 0 (independent). Not corrected for chance: many small clusters raise it.
    Source: Strehl, Ghosh 2002; Rosenberg, Hirschberg 2007 (V-measure).
    """
    h, c = homogeneity(table), completeness(table)
    return 2 * h * c / (h + c) if h + c > 0 else 0.0


def adjusted_mutual_info(table: Ints) -> float:
    """Mutual information, corrected for chance: 0 is what guessing gets on average.

    Best 1, worst somewhat below 0. One class and one cluster: 1. Source: Vinh, Epps, Bailey 2010.
    """
    if table.shape == (1, 1):
        return 1.0
    if 1 in table.shape:
        return 0.0
    expected = expected_mutual_information(table)
    most = (entropy(table.sum(axis=1)) + entropy(table.sum(axis=0))) / 2
    # where each point is alone in both, chance itself is perfect
    return (mutual_information(table) - expected) / (most - expected) if most - expected > 1e-12 else 1.0


def expected_mutual_information(table: Ints) -> float:
    """The mean mutual information over all ways to deal out the same clusters to the same classes."""
    from scipy.sparse import csr_array
    from sklearn.metrics.cluster import expected_mutual_information as expected

    return float(expected(csr_array(table), int(np.sum(table)))) if 1 not in table.shape else 0.0


_NEAR_0 = "Guessing gets about 0 when there are many images."

ENTRIES = (
    Figure(
        "normalized_mutual_info",
        "Normalized mutual information",
        "NMI",
        "agreement",
        "How much knowing an image's cluster tells about its class: from nothing (0) to all (1).",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance=_NEAR_0,
        source="Strehl, Ghosh 2002",
        function=score(normalized_mutual_info),
        guessing=shuffled(normalized_mutual_info),
        headline=True,
    ),
    Figure(
        "homogeneity",
        "Homogeneity",
        "Homogeneity",
        "agreement",
        "How far each cluster holds images of one class only.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance=_NEAR_0,
        source="Rosenberg, Hirschberg 2007",
        function=score(homogeneity),
        guessing=shuffled(homogeneity),
    ),
    Figure(
        "completeness",
        "Completeness",
        "Completeness",
        "agreement",
        "How far each class lies in one cluster only.",
        best=1.0,
        worst=0.0,
        range="0 to 1; 1 also where there is one cluster for all",
        chance=_NEAR_0,
        source="Rosenberg, Hirschberg 2007",
        function=score(completeness),
        guessing=shuffled(completeness),
    ),
    Figure(
        "v_measure",
        "V-measure",
        "V-measure",
        "agreement",
        "The harmonic mean of homogeneity and completeness, which is the NMI under another name.",
        best=1.0,
        worst=0.0,
        range="0 to 1",
        chance=_NEAR_0,
        source="Rosenberg, Hirschberg 2007",
        function=score(normalized_mutual_info),
        guessing=shuffled(normalized_mutual_info),
    ),
    Figure(
        "adjusted_mutual_info",
        "Adjusted mutual information",
        "AMI",
        "agreement",
        "The mutual information of clusters and classes, rescaled so that guessing gets 0 on average and a perfect "
        "match 1.",
        best=1.0,
        worst=-1.0,
        range="somewhat below 0 to 1",
        chance="Guessing gets 0.",
        source="Vinh, Epps, Bailey 2010",
        function=score(adjusted_mutual_info),
        guessing=lambda subject: Chance.known(0.0),
    ),
)
