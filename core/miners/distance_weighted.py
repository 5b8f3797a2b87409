"""Distance-weighted: negatives drawn so that every distance is as likely as any other (Wu et al. 2017)."""

from typing import Any

import numpy as np
import numpy.typing as npt
from array_api_compat import array_namespace, is_torch_array

from core.losses.distances import directions, distance_table, same_and_different
from core.miners.base import Array, Mined, MinerEntry

# Distances on the unit sphere; the paper's cut-offs.
NEAREST = 0.5
FARTHEST = 1.4


def distance_weighted(
    embeddings: Array, labels: Array, *, margin: float, generator: np.random.Generator
) -> Mined:
    """For each anchor and positive one negative, drawn with a chance in inverse proportion to how common
    its distance is on the sphere, q(d) = d^(n-2) (1 - d²/4)^((n-3)/2) in n dimensions.

    Distances below 0.5 count as 0.5, negatives beyond 1.4 are never drawn: where an anchor has no other,
    all of its negatives are equally likely. Lengths do not matter, only directions.
    Source: Wu, Manmatha, Smola, Krähenbühl, "Sampling Matters in Deep Embedding Learning", 2017, eq. 4, 5.
    """
    xp = array_namespace(embeddings)
    same, different = (_numpy(mask) for mask in same_and_different(labels))
    anchor, positive = np.nonzero(same & different.any(axis=1, keepdims=True))
    apart = _numpy(distance_table(directions(embeddings))).astype(np.float64)
    chance = chances(apart, different, int(embeddings.shape[1]))
    # one uniform number against the running sum of the anchor's chances
    running = np.cumsum(chance, axis=1)[anchor]
    drawn = generator.random(len(anchor))[:, None] * running[:, -1:]
    negative = np.argmax(running > drawn, axis=1)
    d = _numpy(distance_table(embeddings))
    costs = np.count_nonzero(d[anchor, positive] + margin > d[anchor, negative])
    triplets = tuple(xp.asarray(places) for places in (anchor, positive, negative))
    return Mined((triplets[0], triplets[1], triplets[2]), float(costs / max(len(anchor), 1)))


def chances(
    apart: npt.NDArray[np.float64], different: npt.NDArray[np.bool_], dims: int
) -> npt.NDArray[np.float64]:
    """Chance [b, b] with which each image is drawn as the negative of each anchor; rows sum to 1 where
    there is a negative. apart: distances [b, b] on the unit sphere."""
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
    label="Distance-weighted: all distances alike",
    summary="For each pair of one class a negative drawn so that near, middling and far ones come equally often: "
    "by chance alone nearly all lie at the same distance.",
    paper="Wu, Manmatha, Smola, Krähenbühl: Sampling Matters in Deep Embedding Learning, ICCV 2017",
    function=distance_weighted,
    looks_at_all=False,
)
