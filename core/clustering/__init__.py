"""Clusters of an embedding: KMeans step by step and over k, and the parts of the Davies-Bouldin index.

The index itself is a figure, `core.figures.davies_bouldin`, re-exported here.
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
