"""How hard the negatives of an anchor are, and how many hard ones a random batch contains.

For an anchor a and a positive p, with margin m, a negative n is

    hard        d(a, n) < d(a, p)                   nearer than the positive
    semi-hard   d(a, p) <= d(a, n) < d(a, p) + m    farther, but not yet by the margin
    easy        d(a, p) + m <= d(a, n)              the triplet margin loss is 0

Source: Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, section 3.2, which uses squared distances.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HARD, SEMI_HARD, EASY = 0, 1, 2
NO_NEGATIVE = -1
NAMES = ("hard", "semi-hard", "easy")

Points = npt.NDArray[np.floating]
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Rings:
    """All images around an anchor: distances [n] to it, and kinds [n]: HARD, SEMI_HARD, EASY, or NO_NEGATIVE
    for the anchor's own class. The rings between the kinds have the radii `to_positive` and `to_margin`."""

    distances: Floats
    kinds: npt.NDArray[np.int8]
    to_positive: float
    to_margin: float

    def count(self, kind: int) -> int:
        """The number of negatives of a kind."""
        return int(np.count_nonzero(self.kinds == kind))

    def some(self, kind: int, count: int, generator: np.random.Generator) -> Indices:
        """At most `count` random negatives of a kind, nearest first."""
        candidates = np.flatnonzero(self.kinds == kind)
        chosen = generator.choice(candidates, min(count, len(candidates)), replace=False)
        return chosen[np.argsort(self.distances[chosen], kind="stable")]


def rings(embeddings: Points, labels: Labels, anchor: int, positive: int, margin: float) -> Rings:
    """The rings of `anchor` and `positive` among all embeddings [n, d] with labels [n].

    Raises ValueError if the positive is not another image of the anchor's class, or a coordinate is not
    finite.
    """
    _check(embeddings)
    if positive == anchor or labels[positive] != labels[anchor]:
        raise ValueError("A positive is another image of the anchor's class.")
    distances = np.linalg.norm(embeddings.astype(np.float64) - embeddings[anchor].astype(np.float64), axis=1)
    to_positive = float(distances[positive])
    kinds = _kinds(distances, labels != labels[anchor], to_positive, margin)
    return Rings(distances, kinds, to_positive, to_positive + margin)


def random_positive(labels: Labels, anchor: int, generator: np.random.Generator) -> int:
    """A random positive for `anchor`. Raises ValueError if its class has no other image."""
    others = np.flatnonzero(labels == labels[anchor])
    others = others[others != anchor]
    if len(others) == 0:
        raise ValueError("This anchor is the only image of its class, so there is no positive.")
    return int(generator.choice(others))


def typical_anchor(
    embeddings: Points,
    labels: Labels,
    margin: float,
    positive_of: Callable[[int], int],
    among: int = 9,
) -> int:
    """The one of the first `among` images with the median number of hard negatives.

    positive_of: returns an anchor's positive, or raises ValueError; such an anchor is skipped.
    Raises ValueError if none of them has a positive, or a coordinate is not finite.
    """
    _check(embeddings)
    hard: list[tuple[int, int]] = []
    for anchor in range(min(among, len(labels))):
        try:
            positive = positive_of(anchor)
        except ValueError:
            continue
        hard.append((rings(embeddings, labels, anchor, positive, margin).count(HARD), anchor))
    if not hard:
        raise ValueError("None of these images has a positive.")
    return sorted(hard)[(len(hard) - 1) // 2][1]


@dataclass(frozen=True)
class RandomBatchCounts:
    """How many negatives [a, s], and how many hard [a, s] and semi-hard [a, s] ones, each of a anchors met in a
    random batch of each of the s `sizes`."""

    sizes: tuple[int, ...]
    negatives: Indices
    hard: Indices
    semi_hard: Indices

    def spread(self, counts: Indices) -> Floats:
        """For each size the mean over the anchors and the 5 % and 95 % quantiles, [s, 3], of counts [a, s]:
        `hard` or `semi_hard`."""
        low, high = np.quantile(counts, (0.05, 0.95), axis=0)
        return np.stack([counts.mean(axis=0), low, high], axis=1)

    @property
    def share_with_hard(self) -> Floats:
        """The share of anchors with at least one hard negative, for each size [s]: 0 to 1."""
        share: Floats = (self.hard > 0).mean(axis=0)
        return share

    @property
    def chance_of_one(self) -> float:
        """The chance that a single random negative of an anchor is hard: 0 to 1. No batch size changes it.

        From each anchor's largest batch.
        """
        return float((self.hard[:, -1] / np.maximum(self.negatives[:, -1], 1)).mean())


def count_in_random_batches(
    embeddings: Points,
    labels: Labels,
    margin: float,
    sizes: Sequence[int],
    anchors: int,
    generator: np.random.Generator,
) -> RandomBatchCounts:
    """Count the negatives in random batches of each of `sizes`, for `anchors` random anchors.

    A batch of b: the anchor, another image of its class as its positive, and b - 2 more random images. An
    anchor's smaller batches are prefixes of its larger ones. An anchor that is alone in its class is skipped.
    Raises ValueError for a size below 2 or above the number of images, if a coordinate is not finite, or if
    no class has two images.
    """
    _check(embeddings)
    if not sizes or min(sizes) < 2 or max(sizes) > len(labels):
        raise ValueError(f"A batch holds 2 to {len(labels):,} images here, not {sorted(sizes)}.")
    if len(np.unique(labels)) == len(labels):
        raise ValueError("No class has two images, so no anchor has a positive.")
    points, ends = embeddings.astype(np.float64), np.array(sizes) - 2
    counts: list[list[Indices]] = [[], [], []]
    for batch in _random_batches(len(labels), max(sizes) - 1, generator):
        anchor, others = int(batch[0]), batch[1:]
        try:
            positive = random_positive(labels, anchor, generator)
        except ValueError:
            continue
        distances = np.linalg.norm(points[others] - points[anchor], axis=1)
        to_positive = float(np.linalg.norm(points[positive] - points[anchor]))
        kinds = _kinds(distances, labels[others] != labels[anchor], to_positive, margin)
        for counted, of_kind in zip(
            (kinds != NO_NEGATIVE, kinds == HARD, kinds == SEMI_HARD), counts, strict=True
        ):
            so_far = np.concatenate([[0], np.cumsum(counted)])
            of_kind.append(so_far[ends])
        if len(counts[0]) == anchors:
            break
    return RandomBatchCounts(tuple(sizes), *(np.array(of_kind) for of_kind in counts))


def _kinds(
    distances: Floats, negative: npt.NDArray[np.bool_], to_positive: float, margin: float
) -> npt.NDArray[np.int8]:
    kind = np.where(
        distances < to_positive, HARD, np.where(distances < to_positive + margin, SEMI_HARD, EASY)
    )
    return np.where(negative, kind, NO_NEGATIVE).astype(np.int8)


def _random_batches(images: int, size: int, generator: np.random.Generator) -> Iterator[Indices]:
    """Endless batches without duplicates: each shuffle of all images is cut into as many as fit."""
    while True:
        order = generator.permutation(images)
        for begin in range(0, images - size + 1, size):
            yield order[begin : begin + size]


def _check(embeddings: Points) -> None:
    if not np.isfinite(embeddings).all():
        raise ValueError("Some embeddings are not finite numbers, so they have no distances.")
