"""Euclidean distances between the embeddings of a batch, with a finite gradient everywhere.

The square root has an infinite slope at zero: one pair of equal points would turn all weights into
NaN. Here the distance of two equal points has gradient zero.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_torch_array

from core.losses.base import Array

TAKEN_OFTEN = 2  # pairs or triplets per image: batch-hard takes two, sampled ones less than one


def euclidean(first: Array, second: Array) -> Array:
    """Distances [...] between the points `first` [..., d] and `second` [..., d]."""
    xp = array_namespace(first)
    squared = xp.sum((first - second) ** 2, axis=-1)
    apart = squared > 0
    return xp.where(apart, xp.sqrt(xp.where(apart, squared, xp.ones_like(squared))), squared)


def all_distances(embeddings: Array) -> Array:
    """Distances of all b(b-1)/2 pairs of the rows of `embeddings` [b, d], in `pdist` order."""
    if is_torch_array(embeddings):
        import torch

        return torch.pdist(embeddings)  # its backward pass gives 0 at distance 0
    from scipy.spatial.distance import pdist

    return pdist(embeddings)


def all_pairs(labels: Array) -> tuple[Array, Array]:
    """Indices (first, second) [b(b-1)/2] of all pairs i < j, in the order of `all_distances`."""
    count = int(labels.shape[0])
    return _torch_pairs(count) if is_torch_array(labels) else _numpy_pairs(count)


@lru_cache(maxsize=4)
def _torch_pairs(count: int) -> tuple[Any, Any]:
    import torch

    first, second = torch.triu_indices(count, count, offset=1)
    return first, second


@lru_cache(maxsize=4)
def _numpy_pairs(count: int) -> tuple[Any, Any]:
    first, second = np.triu_indices(count, k=1)
    return first, second


def pair_distances(
    embeddings: Array, labels: Array, pairs: tuple[Array, Array] | None
) -> tuple[Array, Array]:
    """Distance [p] of each pair and whether it is of one class [p], for `pairs` or for all pairs."""
    if pairs is None:
        first, second = all_pairs(labels)
        return all_distances(embeddings), labels[first] == labels[second]
    first, second = pairs
    (d,) = _distances_of(embeddings, (first, second))
    return d, labels[first] == labels[second]


def triplet_distances(
    embeddings: Array, labels: Array, triplets: tuple[Array, Array, Array] | None
) -> tuple[Array, Array]:
    """Distances anchor-positive [t] and anchor-negative [t], for `triplets` or for all triplets."""
    if triplets is None:
        # look up b² distances instead of computing up to b³/4
        distances = euclidean(embeddings[:, None, :], embeddings[None, :, :])
        anchor, positive, negative = all_triplets(labels)
        return distances[anchor, positive], distances[anchor, negative]
    anchor, positive, negative = triplets
    d_ap, d_an = _distances_of(embeddings, (anchor, positive), (anchor, negative))
    return d_ap, d_an


def _distances_of(embeddings: Array, *pairs: tuple[Array, Array]) -> list[Array]:
    """For each (first [p], second [p]) of `pairs` the distances [p].

    A miner takes an image thousands of times: then b² distances are computed once, and looked up.
    """
    b = embeddings.shape[0]
    if pairs[0][0].shape[0] <= TAKEN_OFTEN * b:
        return [euclidean(_rows(embeddings, first), _rows(embeddings, second)) for first, second in pairs]
    table = distance_table(embeddings).reshape(-1)
    return [_rows(table, first * b + second) for first, second in pairs]


def _rows(embeddings: Array, indices: Array) -> Array:
    """The rows of `embeddings`; torch's index_select has a much faster backward pass than []."""
    return embeddings.index_select(0, indices) if is_torch_array(embeddings) else embeddings[indices]


def all_triplets(labels: Array) -> tuple[Array, Array, Array]:
    """Indices (anchor, positive, negative) [t] of all triplets in the batch.

    There are up to b³/4 of them: for batches of a few hundred.
    """
    xp = array_namespace(labels)
    same = labels[:, None] == labels[None, :]
    other_than_itself = ~xp.eye(labels.shape[0], dtype=xp.bool)
    valid = (same & other_than_itself)[:, :, None] & ~same[:, None, :]
    anchor, positive, negative = xp.nonzero(valid)
    return anchor, positive, negative


def directions(embeddings: Array) -> Array:
    """`embeddings` [n, d] scaled to unit length; one at the origin has no direction and stays there."""
    xp = array_namespace(embeddings)
    squared = xp.sum(embeddings**2, axis=-1, keepdims=True)
    apart = squared > 1e-24
    length = xp.sqrt(xp.where(apart, squared, xp.ones_like(squared)))
    return xp.where(apart, embeddings / length, xp.zeros_like(embeddings))


def similarities(embeddings: Array) -> Array:
    """Cosine similarities [b, b] of the rows of `embeddings` [b, d], -1 to 1."""
    u = directions(embeddings)
    return u @ u.T


def distance_table(embeddings: Array) -> Array:
    """Distances [b, b] of the rows of `embeddings` [b, d]."""
    if is_torch_array(embeddings):
        import torch

        # from differences, not matrix products: exact for close points, and the slope at 0 is 0
        return torch.cdist(embeddings, embeddings, compute_mode="donot_use_mm_for_euclid_dist")
    return euclidean(embeddings[:, None, :], embeddings[None, :, :])


def same_and_different(labels: Array) -> tuple[Array, Array]:
    """Two masks [b, b]: pairs of different images of one class, and pairs of different classes."""
    xp = array_namespace(labels)
    same = labels[:, None] == labels[None, :]
    itself = xp.eye(labels.shape[0], dtype=xp.bool)
    return same & ~itself, ~same
