"""Two clusters of the Davies-Bouldin index in one plane, in which their distance is seen at its true length."""

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
    the first of the two. centroids: [2, 2], of the first and of the second; their distance is the BCD.
    radii: [2], the WCDs. exact: whether the plane is the embedding itself. drawn, of: how many points of
    each [2], and how many there are.
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

    points: [n, d], labels: [n], as the index was made from. In two dimensions the plane is the
    embedding's own. In more it is laid through both centroids: along it runs the line between them, and
    across it the direction in which the two clusters are widest; so the BCD has its true length, while
    distances of points to their centroids look shorter than they are.
    Raises ValueError for a cluster with itself, a place that there is not, and points that are not finite.
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
    """[2, d], orthonormal: along the line, and across it where the points [s, d] are widest."""
    length = np.linalg.norm(line)
    along = line / length if length > 0 else _widest(centred)
    across = _widest(centred - np.outer(centred @ along, along))
    across = across - (across @ along) * along
    size = np.linalg.norm(across)
    axes: Floats = np.stack([along, across / size if size > 0 else across])
    return axes


def _widest(points: Floats) -> Floats:
    """[d], the unit vector along which points [s, d] spread most."""
    direction: Floats = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    return direction
