"""Scores of a clustering against the digits, all made from the one table of how often they meet.

`labels` are the digits [n], `clusters` the clusters [n]. What a score gets by chance, for just these
sizes of classes and clusters, is found by shuffling.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from core.measures.estimate import Chance, Estimate, Floats, Ints, Labels, chance_of, exact, undefined

SHUFFLES = 20


def contingency(labels: Labels, clusters: Labels) -> Ints:
    """[r, c]: how many images of each label fell into each cluster, both in rising order.

    Raises ValueError for no labels or different lengths.
    """
    return _table(*_numbered(labels, clusters))


def purity(table: Ints) -> float:
    """The share of images that belong to the most frequent digit of their cluster.

    Best 1, worst above 0 (the share of the most frequent digit: one cluster for all gets it). Not
    corrected for chance, and 1 where each image is a cluster of its own. table: as of `contingency`.
    Source: Zhao, Karypis 2001.
    """
    return float(table.max(axis=0).sum() / table.sum())


def matched_share(table: Ints) -> float:
    """The share of images in a cluster matched to their digit, one to one, as well as can be.

    Best 1, worst above 0. Known as clustering accuracy; the same as `Confusion.matched_share`.
    Source: Kuhn 1955 (the Hungarian method).
    """
    return float(table[linear_sum_assignment(table, maximize=True)].sum() / table.sum())


def homogeneity(table: Ints) -> float:
    """How little of the digits remains open once the cluster is known: 1 - H(digit|cluster) / H(digit).

    Best 1 (each cluster holds one digit only), worst 0. One digit alone: 1.
    Source: Rosenberg, Hirschberg 2007.
    """
    uncertain = entropy(table.sum(axis=1))
    return min(1.0, mutual_information(table) / uncertain) if uncertain > 0 else 1.0


def completeness(table: Ints) -> float:
    """How little of the clusters remains open once the digit is known: 1 - H(cluster|digit) / H(cluster).

    Best 1 (each digit lies in one cluster), worst 0. One cluster for all: 1.
    Source: Rosenberg, Hirschberg 2007.
    """
    return homogeneity(table.T)


def v_measure(table: Ints) -> float:
    """The harmonic mean of homogeneity and completeness; the same number as the NMI with the
    arithmetic mean of the entropies (Becker 2011).

    Best 1, worst 0. Source: Rosenberg, Hirschberg 2007.
    """
    h, c = homogeneity(table), completeness(table)
    return 2 * h * c / (h + c) if h + c > 0 else 0.0


def adjusted_mutual_info(table: Ints, expected: float | None = None) -> float:
    """Mutual information, corrected for chance: 0 is what guessing gets on average.

    Best 1, worst somewhat below 0. expected: the mutual information by chance, where it is known
    already. One digit and one cluster: 1. Source: Vinh, Epps, Bailey 2010.
    """
    if table.shape == (1, 1):
        return 1.0
    if 1 in table.shape:
        return 0.0
    if expected is None:
        expected = expected_mutual_information(table)
    most = (entropy(table.sum(axis=1)) + entropy(table.sum(axis=0))) / 2
    # where each point is alone in both, chance itself is perfect
    return (mutual_information(table) - expected) / (most - expected) if most - expected > 1e-12 else 1.0


def rand(table: Ints) -> float:
    """The Rand index; one point alone: 1. See `core.measures.metrics.rand_index`."""
    together, same_label, same_cluster, pairs = _pair_counts(table)
    return 1.0 if pairs == 0 else (pairs + 2 * together - same_label - same_cluster) / pairs


def adjusted_rand(table: Ints) -> float:
    """The adjusted Rand index. See `core.measures.metrics.adjusted_rand_index`."""
    together, same_label, same_cluster, pairs = _pair_counts(table)
    most = (same_label + same_cluster) / 2
    expected = same_label * same_cluster / max(pairs, 1)
    return 1.0 if most == expected else (together - expected) / (most - expected)


SCORES: dict[str, Callable[[Ints], float]] = {
    "purity": purity,
    "matched_share": matched_share,
    "homogeneity": homogeneity,
    "completeness": completeness,
    "v_measure": v_measure,
    "adjusted_mutual_info": adjusted_mutual_info,
}


def cluster_scores(labels: Labels, clusters: Labels) -> dict[str, Estimate]:
    """Each of `SCORES`; undefined, with the reason, where all images are of one class.

    Raises ValueError for no labels or different lengths.
    """
    table = contingency(labels, clusters)
    count = int(table.sum())
    if len(table) == 1:
        reason = "All images are of one class, so there is nothing that clusters could tell apart."
        return {name: undefined(reason, count) for name in SCORES}
    return {name: exact(score(table), count) for name, score in SCORES.items()}


def chance_scores(
    labels: Labels, clusters: Labels, *, shuffles: int = SHUFFLES, seed: int = 0
) -> dict[str, Chance]:
    """What each of `SCORES`, "rand_index" and "adjusted_rand_index" get when the same clusters are dealt
    out at random. Raises ValueError for fewer than 2 shuffles."""
    tables = shuffled_tables(labels, clusters, shuffles, seed)
    expected = expected_mutual_information(contingency(labels, clusters))  # sizes are kept, so this is too
    scores: dict[str, Callable[[Ints], float]] = SCORES | {
        "adjusted_mutual_info": lambda table: adjusted_mutual_info(table, expected),
        "rand_index": rand,
        "adjusted_rand_index": adjusted_rand,
    }
    return {name: chance_of([score(table) for table in tables]) for name, score in scores.items()}


def shuffled_tables(labels: Labels, clusters: Labels, shuffles: int, seed: int) -> list[Ints]:
    """The `contingency` of the same clusters dealt out at random, `shuffles` times."""
    generator = np.random.default_rng(seed)
    rows, columns = _numbered(labels, clusters)
    return [_table(rows, generator.permutation(columns)) for _ in range(shuffles)]


def entropy(sizes: Ints) -> float:
    """In nats, of groups with these sizes: best guess impossible at log(groups), certain at 0."""
    shares: Floats = sizes[sizes > 0] / sizes.sum()
    return float(-(shares * np.log(shares)).sum())


def mutual_information(table: Ints) -> float:
    """How much digit and cluster tell of each other, in nats; 0 where they are independent."""
    both = entropy(table.ravel())
    return max(0.0, entropy(table.sum(axis=1)) + entropy(table.sum(axis=0)) - both)


def expected_mutual_information(table: Ints) -> float:
    """The mean mutual information over all ways to deal out the same clusters to the same digits."""
    from scipy.sparse import csr_array
    from sklearn.metrics.cluster import expected_mutual_information as expected

    return float(expected(csr_array(table), int(table.sum()))) if 1 not in table.shape else 0.0


def _numbered(labels: Labels, clusters: Labels) -> tuple[Ints, Ints]:
    """The labels and the clusters as places of their rows and columns in the table."""
    if len(labels) != len(clusters) or len(labels) == 0:
        raise ValueError(
            f"Two labellings of the same points are compared; got {len(labels)} and {len(clusters)} labels."
        )
    rows, columns = (np.unique(each, return_inverse=True)[1] for each in (labels, clusters))
    return rows, columns


def _table(rows: Ints, columns: Ints) -> Ints:
    shape = (int(rows.max()) + 1, int(columns.max()) + 1)
    return np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)


def _pair_counts(table: Ints) -> tuple[int, int, int, int]:
    """How many pairs are together in both, in the labels, in the clusters; and how many there are."""
    counts = [
        int((sizes * (sizes - 1) // 2).sum()) for sizes in (table, table.sum(axis=1), table.sum(axis=0))
    ]
    n = int(table.sum())
    return counts[0], counts[1], counts[2], n * (n - 1) // 2
