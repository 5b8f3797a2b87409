"""A batch as the matrix of all its pairs: which are positive, which negative, which are used in training."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ITSELF, POSITIVE, NEGATIVE = 0, 1, -1

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BatchMatrix:
    """kinds [b, b]: POSITIVE if both images are of the same class, NEGATIVE if not, ITSELF on the diagonal.

    used [b, b]: the pairs that are used in training. Both are symmetric: each pair is in them twice.
    """

    kinds: npt.NDArray[np.int8]
    used: npt.NDArray[np.bool_]

    @property
    def positive(self) -> int:
        """The number of positive pairs used in training."""
        return self._count(POSITIVE)

    @property
    def negative(self) -> int:
        """The number of negative pairs used in training."""
        return self._count(NEGATIVE)

    def _count(self, kind: int) -> int:
        return int(np.count_nonzero(self.used & (self.kinds == kind))) // 2


def matrix_of(labels: npt.NDArray[np.uint8], pairs: tuple[Indices, Indices] | None = None) -> BatchMatrix:
    """The matrix of a batch with `labels` [b].

    pairs: (first [p], second [p]), indices of the pairs that are used in training; None: all pairs.
    """
    count = len(labels)
    kinds = np.where(labels[:, None] == labels[None, :], POSITIVE, NEGATIVE).astype(np.int8)
    np.fill_diagonal(kinds, ITSELF)
    if pairs is None:
        return BatchMatrix(kinds, kinds != ITSELF)
    used = np.zeros((count, count), dtype=np.bool_)
    first, second = pairs
    used[first, second] = used[second, first] = True
    return BatchMatrix(kinds, used)


def sorted_by_class(
    labels: npt.NDArray[np.uint8], pairs: tuple[Indices, Indices] | None
) -> tuple[Indices, tuple[Indices, Indices] | None]:
    """The order [b] that sorts a batch by class, and its pairs as indices into that order."""
    order = np.argsort(labels, kind="stable")
    place = np.argsort(order)
    return order, None if pairs is None else (place[pairs[0]], place[pairs[1]])


def all_pairs(images: int) -> int:
    """The number of different pairs of `images` embedded images: b (b - 1) / 2."""
    return images * (images - 1) // 2


def sampled_pairs(images: int) -> int:
    """The number of pairs if each is drawn on its own: two embedded images per pair."""
    return images // 2


def share_of_one_class(labels: npt.NDArray[np.uint8]) -> float:
    """The share of same-class pairs among all pairs of different images: 0 to 1; 0 if there is no pair.

    labels: [n]. About 1/k for k classes of equal size.
    """
    sizes = np.bincount(labels).astype(np.int64)
    pairs = all_pairs(len(labels))
    return float((sizes * (sizes - 1) // 2).sum() / pairs) if pairs else 0.0
