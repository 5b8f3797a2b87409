"""Distance-weighted: negatives drawn so that all distances are equally likely (Wu et al. 2017)."""

from typing import Any

import numpy as np
import numpy.typing as npt
from array_api_compat import array_namespace, is_torch_array

from core.losses.distances import directions, distance_table, same_and_different
from core.miners.base import Array, Mined, MinerEntry

# Distances on the unit sphere; the paper's cut-offs.
NEAREST = 0.5
FARTHEST = 1.4

ROWS = 64  # anchors at a time: a table of all would be in double precision, and several times


def distance_weighted(
    embeddings: Array, labels: Array, *, margin: float, generator: np.random.Generator
) -> Mined:
    """For each anchor and positive one negative, drawn with a probability inversely proportional to the
    density of its distance on the sphere, q(d) = d^(n-2) (1 - d²/4)^((n-3)/2) in n dimensions.

    Distances below 0.5 count as 0.5, and negatives beyond 1.4 are not drawn unless an anchor has no other:
    then all of its negatives are equally likely. Only directions matter, not lengths.
    Source: Wu, Manmatha, Smola, Krähenbühl, "Sampling Matters in Deep Embedding Learning", 2017, eq. 4, 5.
    """
    xp = array_namespace(embeddings)
    same, different = (_numpy(mask) for mask in same_and_different(labels))
    anchor, positive = np.nonzero(same & different.any(axis=1, keepdims=True))
    drawn = generator.random(len(anchor))
    negative = np.empty_like(anchor)
    apart = _numpy(distance_table(directions(embeddings)))
    begins = np.searchsorted(anchor, np.arange(len(apart) + 1))  # each anchor's pairs are adjacent
    for top in range(0, len(apart), ROWS):
        some = slice(top, top + ROWS)
        chance = chances(apart[some].astype(np.float64), different[some], int(embeddings.shape[1]))
        for row, running in enumerate(np.cumsum(chance, axis=1), start=top):
            # inverse transform sampling: a uniform number against the cumulative probabilities
            own = slice(begins[row], begins[row + 1])
            place = np.searchsorted(running, drawn[own] * running[-1], side="right")
            negative[own] = np.minimum(place, len(running) - 1)  # a product that rounds up to the last one
    del apart
    d = _numpy(distance_table(embeddings))
    costs = np.count_nonzero(d[anchor, positive] + margin > d[anchor, negative])
    triplets = tuple(xp.asarray(places) for places in (anchor, positive, negative))
    return Mined((triplets[0], triplets[1], triplets[2]), float(costs / max(len(anchor), 1)))


def chances(
    apart: npt.NDArray[np.float64], different: npt.NDArray[np.bool_], dims: int
) -> npt.NDArray[np.float64]:
    """The probability [a, b] of each image to be drawn as each anchor's negative; rows sum to 1 if there
    is a negative. apart: distances [a, b] on the unit sphere."""
    d = np.clip(apart, NEAREST, 2 - 1e-6)
    logarithm = -((dims - 2) * np.log(d) + (dims - 3) / 2 * np.log(1 - d**2 / 4))
    allowed = different & (apart < FARTHEST)
    logarithm = np.where(allowed, logarithm, -np.inf)
    top = logarithm.max(axis=1, keepdims=True, initial=-np.inf)
    weight = np.exp(logarithm - np.where(np.isfinite(top), top, 0.0))
    weight = np.where(allowed.any(axis=1, keepdims=True), weight, different)
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(weight / np.where(total > 0, total, 1.0), dtype=np.float64)


def _numpy(array: Array) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = array.detach().numpy() if is_torch_array(array) else array
    return found


ENTRY = MinerEntry(
    name="distance_weighted",
    label="Distance-weighted: all distances equally often",
    summary="For each positive pair, a negative drawn so that near, medium and far ones are equally likely: drawn "
    "uniformly, nearly all would lie at the same distance in many dimensions.",
    paper="Wu, Manmatha, Smola, Krähenbühl: Sampling Matters in Deep Embedding Learning, ICCV 2017",
    function=distance_weighted,
    looks_at_all=False,
    selects=lambda b, positives, triplets: positives,
    tables=6.0,
    version=2,  # the same triplets, whose distances are looked up
)
