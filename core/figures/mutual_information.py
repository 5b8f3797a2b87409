"""What clusters and classes tell about each other: mutual information, homogeneity and completeness."""

import numpy as np

from core.figures.base import Figure
from core.figures.contingency import entropy, score, shuffled
from core.figures.estimate import Chance, Ints


def mutual_information(table: Ints) -> float:
    """How much class and cluster tell about each other, in nats; 0 if they are independent."""
    both = entropy(table.ravel())
    return max(0.0, entropy(table.sum(axis=1)) + entropy(table.sum(axis=0)) - both)


def homogeneity(table: Ints) -> float:
    """How certain the class is, given the cluster: 1 - H(class|cluster) / H(class).

    Best 1 (each cluster holds only one class), worst 0. A single class: 1.
    Source: Rosenberg, Hirschberg 2007.
    """
    uncertain = entropy(table.sum(axis=1))
    return min(1.0, mutual_information(table) / uncertain) if uncertain > 0 else 1.0


def completeness(table: Ints) -> float:
    """How certain the cluster is, given the class: 1 - H(cluster|class) / H(cluster).

    Best 1 (each class lies in one cluster), worst 0. A single cluster: 1.
    Source: Rosenberg, Hirschberg 2007.
    """
    return homogeneity(table.T)


def normalized_mutual_info(table: Ints) -> float:
    """How much class and cluster tell about each other, divided by the mean of their entropies. Equals the
    V-measure, the harmonic mean of homogeneity and completeness (Becker 2011).

    Best 1, worst 0 (independent). Not corrected for chance: many small clusters raise it.
    Source: Strehl, Ghosh 2002; Rosenberg, Hirschberg 2007 (V-measure).
    """
    h, c = homogeneity(table), completeness(table)
    return 2 * h * c / (h + c) if h + c > 0 else 0.0


def adjusted_mutual_info(table: Ints) -> float:
    """Mutual information, corrected for chance: 0 is what guessing gets on average.

    Best 1, worst slightly below 0. One class and one cluster: 1. Source: Vinh, Epps, Bailey 2010.
    """
    if table.shape == (1, 1):
        return 1.0
    if 1 in table.shape:
        return 0.0
    expected = expected_mutual_information(table)
    most = (entropy(table.sum(axis=1)) + entropy(table.sum(axis=0))) / 2
    # if each point is its own class and cluster, chance is perfect too
    return (mutual_information(table) - expected) / (most - expected) if most - expected > 1e-12 else 1.0


def expected_mutual_information(table: Ints) -> float:
    """The mean mutual information over all permutations of the clusters."""
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
        "How much an image's cluster tells about its class: from nothing (0) to everything (1).",
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
        "To what degree each cluster holds images of only one class.",
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
        "To what degree each class lies in only one cluster.",
        best=1.0,
        worst=0.0,
        range="0 to 1; also 1 for a single cluster",
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
        "The harmonic mean of homogeneity and completeness, which equals the NMI.",
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
        range="slightly below 0 to 1",
        chance="Guessing gets 0.",
        source="Vinh, Epps, Bailey 2010",
        function=score(adjusted_mutual_info),
        guessing=lambda subject: Chance.known(0.0),
    ),
)
