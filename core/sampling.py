"""Which images a training step looks at: shuffled batches, random pairs, random triplets.

Everything is drawn at once, without a loop over samples: images are sorted by class, so that a
random image of a class is a random place in its stretch.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.config import RunConfig
from core.losses import LOSSES

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """`images` [b]: rows of the data to embed. `tuples`: the pairs (first, second) or triplets
    (anchor, positive, negative) to learn from, as places in the batch; None: all that it holds."""

    images: Indices
    tuples: tuple[Indices, ...] | None


class ByClass:
    """The images of each class, ready to be drawn from.

    labels: [n], the class of each image; images of a class need not lie together.
    """

    def __init__(self, labels: npt.NDArray[np.uint8]) -> None:
        self.labels = labels.astype(np.int64)
        self.order = np.argsort(self.labels, kind="stable")
        self.classes, start, count = np.unique(self.labels[self.order], return_index=True, return_counts=True)
        self.start = np.zeros(self.labels.max() + 1, dtype=np.int64)
        self.count = np.zeros_like(self.start)
        self.start[self.classes], self.count[self.classes] = start, count

    def same(self, classes: Indices, generator: np.random.Generator) -> Indices:
        """For each of `classes` a random image of that class."""
        place = generator.integers(0, self.count[classes])
        return self.order[self.start[classes] + place]

    def other(self, classes: Indices, generator: np.random.Generator) -> Indices:
        """For each of `classes` a random image of any other class, each image equally likely."""
        place = generator.integers(0, len(self.labels) - self.count[classes])
        place += np.where(place >= self.start[classes], self.count[classes], 0)  # leap over the class
        return self.order[place]

    def pairs(self, anchors: Indices, generator: np.random.Generator) -> tuple[Indices, Indices]:
        """Each anchor with a partner: with even chance of its own class or of another."""
        classes = self.labels[anchors]
        positive = generator.random(len(anchors)) < 0.5
        partner = np.where(positive, self.same(classes, generator), self.other(classes, generator))
        return anchors, partner

    def triplets(self, count: int, generator: np.random.Generator) -> tuple[Indices, Indices, Indices]:
        """`count` triplets: two random classes, two different images of the first, one of the second."""
        first = generator.integers(0, len(self.classes), count)
        second = (first + generator.integers(1, len(self.classes), count)) % len(self.classes)
        anchor_class, negative_class = self.classes[first], self.classes[second]
        place = generator.integers(0, self.count[anchor_class])
        # a step of 1 to count-1 round the class never ends where it began
        further = (place + generator.integers(1, self.count[anchor_class])) % self.count[anchor_class]
        start = self.start[anchor_class]
        return (
            self.order[start + place],
            self.order[start + further],
            self.same(negative_class, generator),
        )


def batches(config: RunConfig, by_class: ByClass, generator: np.random.Generator) -> Iterator[Batch]:
    """The batches of one epoch: each image once, as itself or as the anchor of a pair.

    Triplets are drawn freely, as the notebook does, as many batches as fit the number of images.
    A last batch that is not full is left out.
    """
    count, size = len(by_class.labels), config.batch_size
    if LOSSES[config.loss].takes == "triplets" and config.sampling == "sampled":
        for _ in range(count // size):
            yield _sampled(by_class.triplets(size, generator))
        return
    shuffled = generator.permutation(count)
    for begin in range(0, count - size + 1, size):
        anchors = shuffled[begin : begin + size]
        if config.sampling == "sampled":
            yield _sampled(by_class.pairs(anchors, generator))
        else:
            yield Batch(anchors, tuples=None)


def validation_batches(config: RunConfig, by_class: ByClass, generator: np.random.Generator) -> list[Batch]:
    """Fixed batches to measure the validation loss on, of the same kind as the training's."""
    if config.sampling == "sampled":
        if LOSSES[config.loss].takes == "triplets":
            return [_sampled(by_class.triplets(_VALIDATION_TUPLES, generator))]
        anchors = generator.integers(0, len(by_class.labels), _VALIDATION_TUPLES)
        return [_sampled(by_class.pairs(anchors, generator))]
    everything = np.arange(len(by_class.labels))
    size = min(config.batch_size, len(everything))
    return [
        Batch(everything[begin : begin + size], tuples=None)
        for begin in range(0, len(everything) - size + 1, size)
    ]


_VALIDATION_TUPLES = 4096


def _sampled(tuples: tuple[Indices, ...]) -> Batch:
    """The tuples' images one column after the other, and where in the batch each has landed."""
    size = len(tuples[0])
    places = tuple(np.arange(size) + column * size for column in range(len(tuples)))
    return Batch(np.concatenate(tuples), places)
