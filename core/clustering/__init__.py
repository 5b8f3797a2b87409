"""Clusters of an embedding: KMeans, watched and scanned, and the Davies-Bouldin index taken apart.

The index itself is a figure, `core.figures.davies_bouldin`; it can be had from here as well.
"""

from core.clustering.breakdown import ClusterRow, PairExplained, cluster_table, pair_explained
from core.figures.davies_bouldin import DaviesBouldin, davies_bouldin

__all__ = [
    "ClusterRow",
    "DaviesBouldin",
    "PairExplained",
    "cluster_table",
    "davies_bouldin",
    "pair_explained",
]
