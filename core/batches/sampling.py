"""Samplers: shuffled and balanced batches, random pairs, random triplets.

All draws are vectorised: images are sorted by class, so a random image of a class is a random place
in its range.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.config import RunConfig
from core.losses import LOSSES

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """`images` [b]: rows of the data to embed. `tuples`: the pairs (first, second) or triplets
    (anchor, positive, negative) to learn from, as places in the batch; None: all in the batch.

    views: places in the batch to replace with random views of their images; each of these arrays is
    drawn separately, so that two views of an image differ. labels [b]: the batch's own labels, in which
    two views of an image are a class of their own; None: those of the data.
    """

    images: Indices
    tuples: tuple[Any, ...] | None
    views: tuple[Indices, ...] = ()
    labels: Indices | None = None


class ByClass:
    """Draws random images by class.

    labels: [n], the class of each image, in any order.
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
        place += np.where(place >= self.start[classes], self.count[classes], 0)  # skip the class
        return self.order[place]

    def pairs(self, anchors: Indices, generator: np.random.Generator) -> tuple[Indices, Indices]:
        """Each anchor with a partner, which is of the same class with probability 0.5."""
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
        # an offset of 1 to count-1 modulo count never returns to the anchor
        further = (place + generator.integers(1, self.count[anchor_class])) % self.count[anchor_class]
        start = self.start[anchor_class]
        return (
            self.order[start + place],
            self.order[start + further],
            self.same(negative_class, generator),
        )

    def balanced(self, classes: int, images: int, generator: np.random.Generator) -> Indices:
        """`images` images of each of `classes` random classes, repeated only if a class has fewer."""
        chosen = generator.permutation(self.classes)[:classes]
        parts = []
        for label in chosen:
            start, count = self.start[label], self.count[label]
            places = generator.choice(count, images, replace=bool(images > count))
            parts.append(self.order[start + places])
        return np.concatenate(parts)

    def any_other(self, images: Indices, generator: np.random.Generator) -> Indices:
        """For each of `images` a random other image of any class."""
        count = len(self.labels)
        return (images + generator.integers(1, count, len(images))) % count


def with_wrong_labels(
    labels: npt.NDArray[np.uint8], share: float, classes: int, generator: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """`labels` [n], a random `share` of them changed to another of the `classes`, all equally likely."""
    wrong = generator.permutation(len(labels))[: round(share * len(labels))]
    changed = labels.copy()
    changed[wrong] = (labels[wrong] + generator.integers(1, classes, len(wrong))) % classes
    return changed


def images_a_batch(config: RunConfig) -> int:
    """How many images of the data a batch takes: fewer than its size if some appear as two views."""
    return config.batch_size - (config.view_pairs if config.sampling == "all" else 0)


def batches(config: RunConfig, by_class: ByClass, generator: np.random.Generator) -> Iterator[Batch]:
    """The batches of one epoch: each image once, on its own or as the anchor of a pair.

    Triplets and balanced batches are drawn independently, n // batch size batches of them. An
    incomplete last batch is dropped.
    """
    count, size = len(by_class.labels), images_a_batch(config)
    if LOSSES[config.loss].takes == "triplets" and config.sampling == "sampled":
        for _ in range(count // size):
            yield sampled_tuples(by_class, by_class.triplets(size, generator), config.views, generator)
        return
    if config.sampler == "balanced":
        for _ in range(count // size):
            yield _balanced(config, by_class, generator)
        return
    shuffled = generator.permutation(count)
    for begin in range(0, count - size + 1, size):
        anchors = shuffled[begin : begin + size]
        if config.sampling == "sampled":
            yield sampled_tuples(by_class, by_class.pairs(anchors, generator), config.views, generator)
        else:
            yield _all_of(config, by_class, anchors)


def validation_batches(config: RunConfig, by_class: ByClass, generator: np.random.Generator) -> list[Batch]:
    """Fixed batches for the validation loss, of the same kind as the training's."""
    if config.sampling == "sampled":
        if LOSSES[config.loss].takes == "triplets":
            tuples: tuple[Indices, ...] = by_class.triplets(_VALIDATION_TUPLES, generator)
        else:
            anchors = generator.integers(0, len(by_class.labels), _VALIDATION_TUPLES)
            tuples = by_class.pairs(anchors, generator)
        return [sampled_tuples(by_class, tuples, config.views, generator)]
    everything = np.arange(len(by_class.labels))
    size = min(images_a_batch(config), len(everything))
    if config.sampler == "balanced":
        return [_balanced(config, by_class, generator) for _ in range(len(everything) // size)]
    return [
        _all_of(config, by_class, everything[begin : begin + size])
        for begin in range(0, len(everything) - size + 1, size)
    ]


_VALIDATION_TUPLES = 4096


def _balanced(config: RunConfig, by_class: ByClass, generator: np.random.Generator) -> Batch:
    classes = config.balanced_classes
    return Batch(by_class.balanced(classes, config.batch_size // classes, generator), tuples=None)


def _all_of(config: RunConfig, by_class: ByClass, images: Indices) -> Batch:
    return two_views(by_class, images, config.view_pairs) if config.view_pairs else Batch(images, tuples=None)


def two_views(by_class: ByClass, images: Indices, pairs: int) -> Batch:
    """A batch of `images`, the first `pairs` of them as two views: one at the start, the other at the end."""
    pairs = min(pairs, len(images))
    labels = by_class.labels[images]
    own = labels.max() + 1 + np.arange(pairs)  # labels not in the data: each image its own class
    return Batch(
        np.concatenate([images, images[:pairs]]),
        tuples=None,
        views=(np.arange(pairs), len(images) + np.arange(pairs)),
        labels=np.concatenate([own, labels[pairs:], own]),
    )


def sampled_tuples(
    by_class: ByClass, tuples: tuple[Indices, ...], views: float, generator: np.random.Generator
) -> Batch:
    """A batch of the tuples' images, column after column, with each tuple's places in it. A share `views` of
    the tuples are views instead: an anchor and itself, against any other image."""
    size = len(tuples[0])
    places = tuple(np.arange(size) + column * size for column in range(len(tuples)))
    if views == 0:
        return Batch(np.concatenate(tuples), places)
    viewed = generator.random(size) < views
    anchor, other = tuples[0], by_class.any_other(tuples[0], generator)
    if len(tuples) == 3:
        alike: tuple[npt.NDArray[np.bool_], ...] = (np.full(size, True), np.full(size, False))
    else:
        alike = (generator.random(size) < 0.5,)
    columns = [anchor]
    labels = [by_class.labels[anchor]]
    own = by_class.labels.max() + 1 + np.arange(size)
    labels[0] = np.where(viewed, own, labels[0])
    for number, (column, same) in enumerate(zip(tuples[1:], alike, strict=True), start=1):
        columns.append(np.where(viewed, np.where(same, anchor, other), column))
        views_label = np.where(same, own, own + number * size)
        labels.append(np.where(viewed, views_label, by_class.labels[column]))
    return Batch(
        np.concatenate(columns),
        places,
        views=tuple(column[viewed] for column in places),
        labels=np.concatenate(labels),
    )
