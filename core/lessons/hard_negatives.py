"""How hard the negatives of an anchor are, and how many hard ones a random batch happens to hold.

Against an anchor a and a positive p, with margin m, a negative n is

    hard        d(a, n) < d(a, p)                   nearer than the positive: the wrong way round
    semi-hard   d(a, p) <= d(a, n) < d(a, p) + m    farther, but not yet by the margin
    easy        d(a, p) + m <= d(a, n)              the triplet loss is 0

Source: Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, section 3.2, there on squared distances.
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
    for the anchor's own class. The rings between the kinds lie at `to_positive` and `to_margin`."""

    distances: Floats
    kinds: npt.NDArray[np.int8]
    to_positive: float
    to_margin: float

    def count(self, kind: int) -> int:
        """How many negatives are of a kind."""
        return int(np.count_nonzero(self.kinds == kind))

    def some(self, kind: int, count: int, generator: np.random.Generator) -> Indices:
        """At most `count` random negatives of a kind, nearest first."""
        candidates = np.flatnonzero(self.kinds == kind)
        chosen = generator.choice(candidates, min(count, len(candidates)), replace=False)
        return chosen[np.argsort(self.distances[chosen], kind="stable")]


def rings(embeddings: Points, labels: Labels, anchor: int, positive: int, margin: float) -> Rings:
    """Every image of embeddings [n, d] with labels [n], seen from `anchor` against `positive`.

    Raises ValueError where the positive is no other image of the anchor's class, and where a coordinate is
    not finite.
    """
    _check(embeddings)
    if positive == anchor or labels[positive] != labels[anchor]:
        raise ValueError("A positive is another image of the anchor's class.")
    distances = np.linalg.norm(embeddings.astype(np.float64) - embeddings[anchor].astype(np.float64), axis=1)
    to_positive = float(distances[positive])
    kinds = _kinds(distances, labels != labels[anchor], to_positive, margin)
    return Rings(distances, kinds, to_positive, to_positive + margin)


def another_of_its_class(labels: Labels, anchor: int, generator: np.random.Generator) -> int:
    """A random positive for `anchor`. Raises ValueError where its class has no other image."""
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
    """Of the first few images the one with the median number of hard negatives: neither the best placed nor the worst.

    positive_of: gives an anchor its positive, or raises ValueError; such an anchor is passed over.
    Raises ValueError where none of them has a positive, and where a coordinate is not finite.
    """
    _check(embeddings)
    hard: list[tuple[int, int]] = []
    for anchor in range(min(among, len(labels))):
        try:
            positive = positive_of(anchor)
        except ValueError:  # it has none
            continue
        hard.append((rings(embeddings, labels, anchor, positive, margin).count(HARD), anchor))
    if not hard:
        raise ValueError("None of these images has a positive.")
    return sorted(hard)[(len(hard) - 1) // 2][1]


@dataclass(frozen=True)
class Luck:
    """Negatives that random batches held for one anchor each: hard [a, s] and semi_hard [a, s], for a batches
    of each of the s `sizes`."""

    sizes: tuple[int, ...]
    hard: Indices
    semi_hard: Indices

    def spread(self, counts: Indices) -> Floats:
        """Of counts [a, s], `hard` or `semi_hard`, for each size the mean over the anchors and the ends of the
        range that holds nine of ten: [s, 3]."""
        low, high = np.quantile(counts, (0.05, 0.95), axis=0)
        return np.stack([counts.mean(axis=0), low, high], axis=1)

    @property
    def share_with_hard(self) -> Floats:
        """For each size the share of the anchors that met at least one hard negative: 0 to 1."""
        share: Floats = (self.hard > 0).mean(axis=0)
        return share


def luck(
    embeddings: Points,
    labels: Labels,
    margin: float,
    sizes: Sequence[int],
    anchors: int,
    generator: np.random.Generator,
) -> Luck:
    """What happens to lie in random batches of each of `sizes`, for so many random anchors.

    A batch of b: the anchor, another image of its class as its positive, and b - 2 more images at random.
    An anchor's smaller batches are the beginnings of its larger ones. An anchor alone in its class
    is passed over.
    Raises ValueError for a size below 2 or above the number of images, where a coordinate is not finite,
    and where no class has two images.
    """
    _check(embeddings)
    if not sizes or min(sizes) < 2 or max(sizes) > len(labels):
        raise ValueError(f"A batch holds 2 to {len(labels):,} images here, not {sorted(sizes)}.")
    if len(np.unique(labels)) == len(labels):
        raise ValueError("No class has two images, so no anchor has a positive.")
    points, ends = embeddings.astype(np.float64), np.array(sizes) - 2
    counts: list[list[Indices]] = [[], []]
    for batch in _random_batches(len(labels), max(sizes) - 1, generator):
        anchor, others = int(batch[0]), batch[1:]
        try:
            positive = another_of_its_class(labels, anchor, generator)
        except ValueError:
            continue
        distances = np.linalg.norm(points[others] - points[anchor], axis=1)
        to_positive = float(np.linalg.norm(points[positive] - points[anchor]))
        kinds = _kinds(distances, labels[others] != labels[anchor], to_positive, margin)
        for kind, seen in zip((HARD, SEMI_HARD), counts, strict=True):
            so_far = np.concatenate([[0], np.cumsum(kinds == kind)])
            seen.append(so_far[ends])
        if len(counts[0]) == anchors:
            break
    return Luck(tuple(sizes), np.array(counts[0]), np.array(counts[1]))


def _kinds(
    distances: Floats, negative: npt.NDArray[np.bool_], to_positive: float, margin: float
) -> npt.NDArray[np.int8]:
    kind = np.where(
        distances < to_positive, HARD, np.where(distances < to_positive + margin, SEMI_HARD, EASY)
    )
    return np.where(negative, kind, NO_NEGATIVE).astype(np.int8)


def _random_batches(images: int, size: int, generator: np.random.Generator) -> Iterator[Indices]:
    """Batches of different images, without end: a shuffle of all is cut into as many as it holds."""
    while True:
        order = generator.permutation(images)
        for begin in range(0, images - size + 1, size):
            yield order[begin : begin + size]


def _check(embeddings: Points) -> None:
    if not np.isfinite(embeddings).all():
        raise ValueError("Some embeddings are not finite numbers, so they have no distances.")
