"""A batch seen as the table of all its pairs: which are positive, which negative, which are learned from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ITSELF, POSITIVE, NEGATIVE = 0, 1, -1

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BatchView:
    """kinds [b, b]: POSITIVE where both images are of one class, NEGATIVE where not, ITSELF on the diagonal.

    used [b, b]: the pairs that are learned from. Both tables are symmetric: each pair stands in them twice.
    """

    kinds: npt.NDArray[np.int8]
    used: npt.NDArray[np.bool_]

    @property
    def positive(self) -> int:
        """How many positive pairs are learned from."""
        return self._count(POSITIVE)

    @property
    def negative(self) -> int:
        """How many negative pairs are learned from."""
        return self._count(NEGATIVE)

    def _count(self, kind: int) -> int:
        return int(np.count_nonzero(self.used & (self.kinds == kind))) // 2


def view(labels: npt.NDArray[np.uint8], pairs: tuple[Indices, Indices] | None = None) -> BatchView:
    """The table of a batch with `labels` [b].

    pairs: (first [p], second [p]), different places in the batch, that are learned from; None: all pairs.
    """
    count = len(labels)
    kinds = np.where(labels[:, None] == labels[None, :], POSITIVE, NEGATIVE).astype(np.int8)
    np.fill_diagonal(kinds, ITSELF)
    if pairs is None:
        return BatchView(kinds, kinds != ITSELF)
    used = np.zeros((count, count), dtype=np.bool_)
    first, second = pairs
    used[first, second] = used[second, first] = True
    return BatchView(kinds, used)


def sorted_by_class(
    labels: npt.NDArray[np.uint8], pairs: tuple[Indices, Indices] | None
) -> tuple[Indices, tuple[Indices, Indices] | None]:
    """The order [b] that puts a batch's images by class, and where its pairs have gone in that order."""
    order = np.argsort(labels, kind="stable")
    place = np.argsort(order)
    return order, None if pairs is None else (place[pairs[0]], place[pairs[1]])


def all_pairs(images: int) -> int:
    """How many pairs so many embedded images make, each pair once: b (b - 1) / 2."""
    return images * (images - 1) // 2


def drawn_pairs(images: int) -> int:
    """How many pairs can be drawn one by one for as many embedded images: two images a pair."""
    return images // 2


def share_of_one_class(labels: npt.NDArray[np.uint8]) -> float:
    """Of all pairs of different images, the share whose two are of one class: 0 to 1; 0 where there is no pair.

    labels: [n]. About 1/k for k classes of one size.
    """
    sizes = np.bincount(labels).astype(np.int64)
    pairs = all_pairs(len(labels))
    return float((sizes * (sizes - 1) // 2).sum() / pairs) if pairs else 0.0
