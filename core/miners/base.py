"""What every miner has in common: its result and its catalogue entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True)
class Mined:
    """`triplets`: anchor [t], positive [t], negative [t], places in the batch. `active`: which share of
    the triplets that the miner looked at have d(a,p) + m > d(a,n), so that there is something to learn
    from them; 0 where it found none to look at."""

    triplets: tuple[Array, Array, Array]
    active: float


# function(embeddings [b, d], labels [b], *, margin, generator): what is worth learning from in the batch.
MinerFunction = Callable[..., Mined]


@dataclass(frozen=True)
class MinerEntry:
    """One line of the catalogue of miners."""

    name: str
    label: str
    summary: str
    paper: str
    function: MinerFunction
    looks_at_all: bool  # at each of the batch's triplets, of which there are up to b³/4


def no_triplets(labels: Array) -> Mined:
    """For a batch in which no anchor has both a positive and a negative."""
    empty = labels[:0].astype(np.int64) if isinstance(labels, np.ndarray) else labels[:0].long()
    return Mined((empty, empty, empty), 0.0)
