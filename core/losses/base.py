"""What every loss has in common: its result, its catalogue entry, and means over a mask."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Literal

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


# function(embeddings [b, d], labels [b], **parameters). `pairs` = (first [p], second [p]) or
# `triplets` = (anchor [t], positive [t], negative [t]) are indices into the batch; without them a
# loss takes all pairs or triplets that the batch holds.
LossFunction = Callable[..., Loss]


@dataclass(frozen=True)
class LossEntry:
    """One line of the catalogue: how a loss is called, written, trained and cited."""

    name: str
    label: str
    summary: str
    formula: str  # LaTeX, the same letters as the function's body
    paper: str
    function: LossFunction
    takes: Literal["pairs", "triplets"]
    parameters: tuple[str, ...]  # the names of the RunConfig fields that it reads
    # the distance beyond which a pair of different classes is no longer pushed; None: no such distance
    reach: Callable[[float], float | None]
    # the loss of a network whose embeddings are all the same point, as a function of the margin
    collapsed: Callable[[float], float]


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
