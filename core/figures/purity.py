"""The share of images in the right cluster: purity, and clustering accuracy with one cluster per class."""

from core.embedding.confusion import matched_share
from core.figures.base import Figure
from core.figures.contingency import score, shuffled
from core.figures.estimate import Ints


def purity(table: Ints) -> float:
    """The share of images that belong to the most frequent class of their cluster.

    Best 1, worst above 0 (the share of the most frequent class, with a single cluster). Not corrected for
    chance, and 1 if each image is its own cluster. table: from `contingency`.
    Source: Zhao, Karypis 2001.
    """
    return float(table.max(axis=0).sum() / table.sum())


ENTRIES = (
    Figure(
        "purity",
        "Purity",
        "Purity",
        "agreement",
        "The share of images that belong to the most frequent class of their cluster.",
        best=1.0,
        worst=0.0,
        range="above 0 to 1",
        chance="Guessing gets slightly more than the share of the most frequent class, and more with many small "
        "clusters.",
        source="Zhao, Karypis 2001",
        function=score(purity),
        guessing=shuffled(purity),
    ),
    Figure(
        "matched_share",
        "Clustering accuracy",
        "Accuracy",
        "agreement",
        "The share of images in the cluster matched to their class, one cluster per class.",
        best=1.0,
        worst=0.0,
        range="above 0 to 1",
        chance="Guessing gets slightly more than 0.1 with ten classes.",
        source="Kuhn 1955",
        function=score(matched_share),
        guessing=shuffled(matched_share),
    ),
)
