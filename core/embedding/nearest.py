"""The nearest neighbours of one point, in the embedding and in pixel space: exact, by brute force."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]
Images = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Neighbours:
    """The nearest first: `indices` [k] of the points and their `distances` [k], ties in index order."""

    indices: Integers
    distances: Floats

    def of_class(self, labels: Labels, label: int) -> int:
        """How many of them have the label, usually the query's own; `labels` are those of all points.

        Best k, worst 0; chance: k times the class's share of all points.
        """
        return int(np.count_nonzero(labels[self.indices] == label))


def nearest(points: Points, query: Points, k: int, exclude: int | None = None) -> Neighbours:
    """The k points [n, d] nearest to the query [d] by Euclidean distance; all if there are fewer.

    exclude: the index of a point to ignore, such as the query itself. A point that is not finite is
    never a neighbour and has none.
    Raises ValueError for shapes that do not match, k < 1, and an `exclude` out of range.
    """
    _check(points, query, k, exclude)
    squares = np.empty(len(points))
    place = query.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # values that are not finite are left out below
        for start in range(0, len(points), _CHUNK):
            away = points[start : start + _CHUNK] - place
            squares[start : start + _CHUNK] = np.einsum("ij,ij->i", away, away)
    return _smallest(squares, k, exclude, unit=1.0)


def nearest_images(images: Images, query: Images, k: int, exclude: int | None = None) -> Neighbours:
    """The k images [n, pixels] nearest to the query [pixels], grey levels from 0 to 255.

    Distances are in the encoder's unit, grey levels from 0 to 1: at most the root of the number of pixels.
    Otherwise like `nearest`.
    """
    _check(images, query, k, exclude)
    squares = np.zeros(len(images))
    grey = query.astype(np.float32)
    buffer = np.empty((_CHUNK, images.shape[1]), np.float32)
    for start in range(0, len(images), _CHUNK):
        part = images[start : start + _CHUNK]
        away = np.subtract(part, grey, out=buffer[: len(part)])
        for left in range(0, images.shape[1], _EXACT):
            strip = away[:, left : left + _EXACT]
            squares[start : start + _CHUNK] += np.einsum("ij,ij->i", strip, strip)
    return _smallest(squares, k, exclude, unit=255.0)


def instructive(points: Points, images: Images, labels: Labels, k: int, *, seed: int = 0) -> int | None:
    """The index of the point, among some random ones of points [n, d], whose k nearest in the embedding include
    the most points of its class compared with its k nearest in pixel space. None if no point is finite.

    images: [n, pixels] and labels [n] of the points. Fast, because neighbours within a sample rule out most
    candidates.
    """
    finite = np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(finite) == 0:
        return None
    some = np.random.default_rng(seed).permutation(finite)[:_AMONG]
    queries = some[:_QUERIES]
    gains = _of_class(points[some], labels[some], len(queries), k)
    gains -= _of_class(images[some], labels[some], len(queries), k)
    finalists = queries[np.argsort(-gains, kind="stable")[:_FINALISTS]]
    return int(max(finalists, key=lambda at: _gain(points, images, labels, k, int(at))))


def _gain(points: Points, images: Images, labels: Labels, k: int, at: int) -> int:
    learned = nearest(points, points[at], k, exclude=at)
    pixels = nearest_images(images, images[at], k, exclude=at)
    return learned.of_class(labels, labels[at]) - pixels.of_class(labels, labels[at])


def _of_class(places: npt.NDArray[Any], labels: Labels, queries: int, k: int) -> Integers:
    """For each of the first `queries` places: how many of its k nearest, excluding itself, are of its class."""
    all_of_them = places.astype(np.float32)
    squares = (all_of_them**2).sum(axis=1)
    away = squares - 2 * all_of_them[:queries] @ all_of_them.T  # up to the query's own square
    away[np.arange(queries), np.arange(queries)] = np.inf
    near = np.argsort(away, axis=1, kind="stable")[:, : min(k, len(places) - 1)]
    same: Integers = np.count_nonzero(labels[near] == labels[:queries, None], axis=1)
    return same


# enough to find an instructive one, few enough to be fast
_AMONG, _QUERIES, _FINALISTS = 3000, 200, 8
_CHUNK = 256  # rows that fit into the CPU cache, without copying all images
_EXACT = 256  # the squares of this many grey levels add up to less than 2^24, which float32 holds exactly


def _smallest(squares: Floats, k: int, exclude: int | None, unit: float) -> Neighbours:
    """The k smallest finite squared distances; `unit` is a distance of 1 in their unit."""
    if exclude is not None:
        squares[exclude] = np.inf
    candidates = np.flatnonzero(np.isfinite(squares))
    if len(candidates) > k:
        kth = np.partition(squares[candidates], k - 1)[k - 1]
        candidates = candidates[squares[candidates] <= kth]
    order = np.argsort(squares[candidates], kind="stable")[:k]  # ties stay in index order
    indices = candidates[order]
    return Neighbours(indices, np.sqrt(squares[indices]) / unit)


def _check(points: npt.NDArray[Any], query: npt.NDArray[Any], k: int, exclude: int | None) -> None:
    if points.ndim != 2 or query.shape != points.shape[1:]:
        raise ValueError(
            f"Neighbours of one point [d] are looked for among points [n, d]; got {query.shape} and {points.shape}."
        )
    if k < 1:
        raise ValueError(f"One neighbour or more can be looked for, not {k}.")
    if exclude is not None and not 0 <= exclude < len(points):
        raise ValueError(f"Point {exclude} cannot be left out: there are {len(points)}, counted from 0.")
