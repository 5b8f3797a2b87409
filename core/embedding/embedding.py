"""A finished run's embeddings: every image's coordinates, class and KMeans cluster."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Embedding:
    """The embeddings of all images of a run's classes, and their KMeans clusters.

    train [n, d] with train_labels [n], test [m, d] with test_labels [m]; clusters [n] and [m].
    """

    train: npt.NDArray[np.float32]
    test: npt.NDArray[np.float32]
    train_labels: npt.NDArray[np.uint8]
    test_labels: npt.NDArray[np.uint8]
    train_clusters: npt.NDArray[np.uint8]
    test_clusters: npt.NDArray[np.uint8]

    def points(self, split: str) -> npt.NDArray[np.float32]:
        """The embeddings of a split ("train" or "test")."""
        return self.train if split == "train" else self.test

    def labels(self, split: str) -> npt.NDArray[np.uint8]:
        """The labels of a split."""
        return self.train_labels if split == "train" else self.test_labels

    def clusters(self, split: str) -> npt.NDArray[np.uint8]:
        """The clusters of a split."""
        return self.train_clusters if split == "train" else self.test_clusters
