"""Two clusters of the Davies-Bouldin index, projected to a plane that keeps the distance of their centroids."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.figures.davies_bouldin import DaviesBouldin
from core.figures.estimate import Floats, Ints, Labels, Points

SAMPLE = 300


@dataclass(frozen=True)
class PairPlane:
    """A random sample of the points of two clusters, in the plane.

    points: [s, 2]. which: [s], their places among all points. first: [s], whether a point belongs to
    the first cluster. centroids: [2, 2], of the first and the second; their distance is the BCD.
    radii: [2], the WCDs. exact: whether the plane is the embedding itself. drawn, of: [2], how many points
    of each cluster are sampled, and how many it has.
    """

    points: Floats
    which: Ints
    first: npt.NDArray[np.bool_]
    centroids: Floats
    radii: Floats
    exact: bool
    drawn: Ints
    of: Ints


def pair_plane(
    points: Points,
    labels: Labels,
    index: DaviesBouldin,
    i: int,
    j: int,
    *,
    sample: int = SAMPLE,
    seed: int = 0,
) -> PairPlane:
    """The clusters at places i and j of the index, at most `sample` points of each.

    points: [n, d], labels: [n], from which the index was computed. A 2-D embedding is its own plane. In
    more dimensions the first axis is the line through both centroids, and the second the orthogonal
    direction in which the two clusters are widest: the BCD keeps its length, while distances of points to
    their centroids look shorter than they are.
    Raises ValueError for a cluster with itself, a place out of range, and points that are not finite.
    """
    count = len(index.labels)
    if i == j or not (0 <= i < count and 0 <= j < count):
        raise ValueError(f"Two different clusters of {count} are drawn, not {i} and {j}.")
    if not np.isfinite(points).all():
        raise ValueError("Points that are not finite cannot be drawn.")
    generator = np.random.default_rng(seed)
    members = [np.flatnonzero(labels == index.labels[place]) for place in (i, j)]
    drawn = [np.sort(generator.permutation(own)[:sample]) for own in members]
    which = np.concatenate(drawn).astype(np.int64)
    shown, centroids = points[which].astype(np.float64), index.centroids[[i, j]]
    exact = points.shape[1] == 2
    if not exact:
        middle = centroids.mean(axis=0)
        axes = _axes(shown - middle, centroids[1] - centroids[0])
        shown, centroids = (shown - middle) @ axes.T, (centroids - middle) @ axes.T
    return PairPlane(
        points=shown,
        which=which,
        first=np.arange(len(which)) < len(drawn[0]),
        centroids=centroids,
        radii=index.within[[i, j]],
        exact=exact,
        drawn=np.array([len(own) for own in drawn]),
        of=np.array([len(own) for own in members]),
    )


def _axes(centred: Floats, line: Floats) -> Floats:
    """[2, d], orthonormal: along the line, and orthogonal to it where the points [s, d] are widest."""
    length = np.linalg.norm(line)
    along = line / length if length > 0 else _widest(centred)
    across = _widest(centred - np.outer(centred @ along, along))
    across = across - (across @ along) * along
    size = np.linalg.norm(across)
    axes: Floats = np.stack([along, across / size if size > 0 else across])
    return axes


def _widest(points: Floats) -> Floats:
    """[d], the unit vector along which the points [s, d] spread most."""
    direction: Floats = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    return direction
