"""Shared by all losses: the result, the catalogue entry, and means over a mask."""

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
    """A loss and its named terms, which add up to it, each a scalar of the input's array type."""

    total: Array
    terms: dict[str, Array]

    @classmethod
    def of(cls, **terms: Array) -> "Loss":
        """The loss whose total is the sum of `terms`."""
        return cls(total=reduce(add, terms.values()), terms=terms)


# Names of the terms that only pull points together or only push them apart; any other term does both.
PULLS, PUSHES = frozenset({"attraction", "alignment", "center"}), frozenset({"repulsion", "uniformity"})

# function(embeddings [b, d], labels [b], **parameters). `pairs` = (first [p], second [p]) or
# `triplets` = (anchor [t], positive [t], negative [t]) are indices into the batch; without them a
# loss takes all pairs or triplets in the batch.
LossFunction = Callable[..., Loss]


# The loss's own trained parameters, keyed by the function's argument names, and their initialiser:
# start(classes, embedding dimensions, generator).
Learned = dict[str, npt.NDArray[np.float32]]
Start = Callable[[int, int, np.random.Generator], Learned]

Takes = Literal["pairs", "triplets", "batch"]


@dataclass(frozen=True)
class Composition:
    """How many images of each class a batch holds, which determines the loss of a collapsed embedding.
    Not always integers: a random batch of 64 holds on average 6.4 images of each of 10 classes."""

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
    """One loss of the catalogue."""

    name: str
    label: str
    summary: str
    formula: str  # LaTeX, the same letters as the function's body
    paper: str
    function: LossFunction
    # what it is a mean over; "batch": it compares each image with all others of its batch
    takes: Takes
    # the RunConfig fields that it reads -> their letters in the formula (LaTeX)
    parameters: Mapping[str, str]
    # the smallest loss of a collapsed network, whose embeddings are all the same point:
    # collapsed(composition of the batch, **parameters)
    collapsed: Callable[..., float]
    # the distance beyond which a pair of different classes is no longer pushed; None: no such distance
    reach: Callable[[float], float | None] = lambda margin: None
    # whether only the directions of the embeddings count; the encoder then normalises its output
    normalised: bool = False
    # the initialiser of learned proxies, centres or a head, if it has any. Without their values the
    # function uses the means of the batch's classes instead.
    learned: Start | None = None
    # whether the gradient treats weights inside the loss as constants, as in its paper: the function then has
    # an argument `held`, the embeddings from which these weights are computed
    holds: bool = False
    # how many numbers of 4 bytes a step holds at most, gradient included, for each of the b² pairs of images in
    # the batch; benchmarks/costs.py and tests/core/config/test_cost.py measure it
    tables: float = 30.0
    # part of its runs' keys: incremented when the same settings would train to a different result, such as when
    # the default of one of its parameters changes
    version: int = 1

    @property
    def needs(self) -> tuple[str, ...]:
        """What it needs besides embeddings and labels, in words for the catalogue."""
        return (
            {"pairs": "pairs", "triplets": "triplets", "batch": "a whole batch"}[self.takes],
            *(["normalised embeddings"] if self.normalised else []),
            *(["learned proxies"] if self.learned else []),
        )


def mean_where(values: Array, mask: Array) -> Array:
    """Mean of `values` [n] where `mask` [n] is true; 0, not NaN, for an empty mask."""
    return _sum_where(values, mask) / max(int(array_namespace(values).count_nonzero(mask)), 1)


def pull_and_push(pull: Array, push: Array, same: Array, *, sampled: bool) -> Loss:
    """The pair loss y pull + (1-y) push, y = `same` [p], as its two terms.

    Sampled pairs are averaged together: half of them are positive by design. Of all pairs in a batch
    only a tenth are positive, so positives and negatives are averaged separately and weighted equally.
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
        return values.relu()  # many times faster than clip, especially the backward pass
    return array_namespace(values).clip(values, min=0.0)
