"""Shared by all miners: the result and the catalogue entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True)
class Mined:
    """`triplets`: anchor [t], positive [t], negative [t], places in the batch. `active`: the share of the
    considered triplets with d(a,p) + m > d(a,n), which still have something to teach; 0 if there were none."""

    triplets: tuple[Array, Array, Array]
    active: float


# function(embeddings [b, d], labels [b], *, margin, generator)
MinerFunction = Callable[..., Mined]


@dataclass(frozen=True)
class MinerEntry:
    """One miner of the catalogue."""

    name: str
    label: str
    summary: str
    paper: str
    function: MinerFunction
    looks_at_all: bool  # whether it considers all of the batch's triplets, up to b³/4
    # the most triplets that it selects: of a batch of b images, with so many (anchor, positive) and so many triplets
    selects: Callable[[int, float, float], float]
    # as LossEntry.tables, and LossEntry.version
    tables: float = 10.0
    version: int = 1


def no_triplets(labels: Array) -> Mined:
    """For a batch in which no anchor has both a positive and a negative."""
    empty = labels[:0].astype(np.int64) if isinstance(labels, np.ndarray) else labels[:0].long()
    return Mined((empty, empty, empty), 0.0)
