"""What every loss has in common: its result, its catalogue entry, and means over a mask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from array_api_compat import array_namespace, is_torch_array

# A torch tensor or a NumPy array: the losses are written for both.
Array = Any


@dataclass(frozen=True)
class Loss:
    """A loss and the named terms that it is the sum of, each a scalar of the input's kind."""

    total: Array
    terms: dict[str, Array]

    @classmethod
    def of(cls, **terms: Array) -> "Loss":
        """The loss whose total is the sum of `terms`."""
        return cls(total=reduce(add, terms.values()), terms=terms)


# What a term does to the points, by its name: it draws them together, or drives them apart. Any other does both.
PULLS, PUSHES = frozenset({"attraction", "alignment", "center"}), frozenset({"repulsion", "uniformity"})

# function(embeddings [b, d], labels [b], **parameters). `pairs` = (first [p], second [p]) or
# `triplets` = (anchor [t], positive [t], negative [t]) are indices into the batch; without them a
# loss takes all pairs or triplets that the batch holds.
LossFunction = Callable[..., Loss]


# What is learned beside the encoder, by the name under which the function takes it:
# start(classes, embedding dimensions, generator).
Learned = dict[str, npt.NDArray[np.float32]]
Start = Callable[[int, int, np.random.Generator], Learned]

Takes = Literal["pairs", "triplets", "batch"]


@dataclass(frozen=True)
class Composition:
    """How many images of each class a batch holds: all that matters where every embedding is the
    same. Not always whole numbers: a random batch of 64 holds 6.4 images of each of 10 classes."""

    sizes: tuple[float, ...]

    @property
    def images(self) -> float:
        """How many images the batch holds."""
        return sum(self.sizes)

    def mean(self, of_image: Callable[[float], float]) -> float:
        """Mean over the images of `of_image(size of its class)`."""
        return sum(size * of_image(size) for size in self.sizes) / self.images


@dataclass(frozen=True)
class LossEntry:
    """One line of the catalogue: how a loss is called, written, trained and cited."""

    name: str
    label: str
    summary: str
    formula: str  # LaTeX, the same letters as the function's body
    paper: str
    function: LossFunction
    # what it can be handed one by one; "batch": it compares each image with all others of its batch at once
    takes: Takes
    # the names of the RunConfig fields that it reads, each with its letter in the formula (LaTeX)
    parameters: Mapping[str, str]
    # the smallest loss of a network whose embeddings are all the same point, which knows nothing:
    # collapsed(composition of the batch, **parameters)
    collapsed: Callable[..., float]
    # the distance beyond which a pair of different classes is no longer pushed; None: no such distance
    reach: Callable[[float], float | None] = lambda margin: None
    # whether only the directions of the embeddings count; the encoder then ends on the unit sphere
    normalised: bool = False
    # where proxies, centres or a head are learned too: how they start. Without them the function
    # takes the means of the batch's classes in their place.
    learned: Start | None = None
    # weights inside the loss that its paper holds fixed when it takes the gradient: the function has
    # an argument `held`, the embeddings that they are computed from
    holds: bool = False
    # part of the key of its runs: raised when the same settings would train to something else, as when the default of
    # a parameter of its own is changed
    version: int = 1

    @property
    def needs(self) -> tuple[str, ...]:
        """What it needs beside embeddings and labels, in words for the catalogue."""
        return (
            {"pairs": "pairs", "triplets": "triplets", "batch": "a whole batch"}[self.takes],
            *(["normalised embeddings"] if self.normalised else []),
            *(["learned proxies"] if self.learned else []),
        )


def mean_where(values: Array, mask: Array) -> Array:
    """Mean of `values` [n] where `mask` [n] holds; 0 where it holds nowhere, never NaN."""
    return _sum_where(values, mask) / max(int(array_namespace(values).count_nonzero(mask)), 1)


def pull_and_push(pull: Array, push: Array, same: Array, *, sampled: bool) -> Loss:
    """The pair loss y pull + (1-y) push, y = `same` [p], as its two terms.

    Sampled pairs are averaged as they come: the sampler has drawn half of them positive. Of all
    pairs of a batch only a tenth is positive, so there the positives and the negatives are
    averaged apart and weigh half and half.
    """
    if sampled:
        count = max(same.shape[0], 1)
        return Loss.of(attraction=_sum_where(pull, same) / count, repulsion=_sum_where(push, ~same) / count)
    return Loss.of(attraction=mean_where(pull, same) / 2, repulsion=mean_where(push, ~same) / 2)


def _sum_where(values: Array, mask: Array) -> Array:
    xp = array_namespace(values)
    return xp.sum(xp.where(mask, values, xp.zeros_like(values)))


def hinge(values: Array) -> Array:
    """max(0, values), elementwise."""
    if is_torch_array(values):
        return values.relu()  # many times faster than clip, above all backwards
    return array_namespace(values).clip(values, min=0.0)
