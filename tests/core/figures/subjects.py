"""Subjects to measure figures on."""

import numpy as np

from core.embedding import Embedding
from core.figures import Subject
from tests.core.shipped import shipped_embedding


def embedding(
    points: np.ndarray, labels: np.ndarray, clusters: np.ndarray, test: tuple[np.ndarray, ...] | None = None
) -> Embedding:
    """Training points [n, d] with labels and clusters [n]; also used as test points unless others are given."""
    test_points, test_labels, test_clusters = test or (points, labels, clusters)
    return Embedding(points, test_points, labels, test_labels, clusters, test_clusters)


def shipped() -> Subject:
    """The shipped run, whose loss pushes different digits 1 apart."""
    return Subject(shipped_embedding(), reach=1.0)
