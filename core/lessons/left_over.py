"""The test images that a finished run leaves in a cluster of another class."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.runs import Embedding

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Mistaken:
    """Test images of one class in the clusters of another: the labels of the two, and their indices [k]."""

    label: int
    among: int
    images: Ints


@dataclass(frozen=True)
class LeftOver:
    """tested: how many test images there are. mistaken: those in a cluster of another class, by class and
    cluster's class, the most frequent first."""

    tested: int
    mistaken: list[Mistaken]

    @property
    def count(self) -> int:
        """How many test images are in a cluster of another class."""
        return sum(len(each.images) for each in self.mistaken)


def left_over(embedding: Embedding) -> LeftOver:
    """The test images whose cluster is mostly of another class, among the training images."""
    clusters = 1 + max(int(embedding.train_clusters.max()), int(embedding.test_clusters.max()))
    table = np.zeros((clusters, 1 + int(embedding.train_labels.max())), np.int64)
    np.add.at(table, (embedding.train_clusters, embedding.train_labels), 1)
    among = table.argmax(axis=1)[embedding.test_clusters]
    labels = embedding.test_labels.astype(np.int64)
    wrong = np.flatnonzero(among != labels)
    kinds = sorted({(int(labels[place]), int(among[place])) for place in wrong})
    mistaken = [
        Mistaken(label, of, wrong[(labels[wrong] == label) & (among[wrong] == of)]) for label, of in kinds
    ]
    return LeftOver(len(labels), sorted(mistaken, key=lambda each: -len(each.images)))
