"""The Voronoi diagram of labelled points: each place in the plane belongs to the nearest of them.

Built from scipy's Delaunay triangulation: the corners of a point's cell are the circumcentres of the
triangles that meet at the point. Four distant helper points make every cell bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay, cKDTree

Box = tuple[float, float, float, float]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]

SAMPLE = 3000  # points of the Wolfram notebook's diagram, over all classes


@dataclass(frozen=True)
class Cells:
    """Convex polygons that cover a box without gaps, in one flat array of corners.

    vertices: [v, 2], counter-clockwise; the first corner of a cell is not repeated at its end.
    offsets: [c + 1]; cell i has the corners offsets[i] to offsets[i + 1], none if it lies outside
    the box. labels: [c]. places: [c, 2], the point that owns the cell. cell_of: [m], the number of the
    cell that each given point owns or shares; -1 if its coordinates are not finite.
    reason: why the diagram is unusual, in a sentence; otherwise None.
    """

    vertices: Floats
    offsets: Integers
    labels: Labels
    places: Floats
    cell_of: Integers
    reason: str | None

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[tuple[Any, Floats]]:
        """Label and corners [k, 2] of each cell that overlaps the box."""
        starts, ends = self.offsets[:-1].tolist(), self.offsets[1:].tolist()
        for label, start, end in zip(self.labels.tolist(), starts, ends, strict=True):
            if end > start:
                yield label, self.vertices[start:end]

    def areas(self) -> Floats:
        """The area of each cell within the box [c]."""
        cell = np.repeat(np.arange(len(self)), np.diff(self.offsets))
        own = self.vertices - self.places[cell]  # near the origin, so that small cells lose no precision
        ahead = own[_next(cell)]
        doubled = np.bincount(cell, own[:, 0] * ahead[:, 1] - own[:, 1] * ahead[:, 0], len(self))
        return 0.5 * doubled.astype(np.float64)


def usual_per_class(classes: int) -> int:
    """Sample points per class in the Wolfram notebook: 3,000 divided by the classes, rounded up."""
    return -(-SAMPLE // max(classes, 1))


def sizes(classes: int, most: int) -> list[int]:
    """The numbers of sample points per class that are offered: round ones, the usual one, and `most`, all that a
    class has."""
    return sorted(
        {step for step in (10, 30, 100, 1000, 3000) if step <= most} | {usual_per_class(classes), most}
    )


def nearest_size(per_class: int, classes: int, most: int) -> int:
    """The offered number next to `per_class`; 0 for the usual one. Raises ValueError for a negative number."""
    if per_class < 0:
        raise ValueError(f"A class can have 0 sample points (the usual number) or more, not {per_class}.")
    offered = sizes(classes, most)
    return min(offered, key=lambda size: abs(size - per_class)) if per_class else usual_per_class(classes)


def choose(labels: Labels, per_class: int = 0, *, seed: int = 0) -> Integers:
    """The places [s] in `labels` [n] of `per_class` points of each class, or of all if it has fewer.

    per_class: 0 for the usual number. In ascending order; a larger sample contains every smaller one,
    and the sample of one class does not depend on the others.
    Raises ValueError for a negative number.
    """
    if per_class < 0:
        raise ValueError(f"A class can have 0 sample points (the usual number) or more, not {per_class}.")
    classes = np.unique(labels)
    count = per_class or usual_per_class(len(classes))
    drawn = [
        np.random.default_rng(seed).permutation(np.flatnonzero(labels == label))[:count] for label in classes
    ]
    return np.sort(np.concatenate(drawn)) if drawn else np.empty(0, np.int64)


def box_around(points: Points, margin: float = 0.1) -> Box:
    """(left, bottom, right, top) of a box around the finite points [n, 2], with a margin of `margin` times
    their longer extent on each side. Around a single place, or none, the margin is 1."""
    finite = points[np.isfinite(points).all(axis=1)].astype(np.float64)
    low, high = (finite.min(axis=0), finite.max(axis=0)) if len(finite) else (np.zeros(2), np.zeros(2))
    longest, size = float((high - low).max()), float(np.abs(low).max())
    # points that differ only by rounding are a single place
    free = margin * longest if longest > 1e-9 * size else max(1.0, 1e-6 * size)
    return (float(low[0] - free), float(low[1] - free), float(high[0] + free), float(high[1] + free))


def cells(points: Points, labels: Labels, box: Box) -> Cells:
    """The Voronoi cells of points [m, 2] with labels [m], clipped to a box (left, bottom, right, top).

    Points in one place, or too close for the triangulation to distinguish (about 1e-7 of the extent),
    share a cell with their most frequent label, the lowest if tied. Without such points, and with
    finite coordinates only, cell i belongs to point i.
    Points that are not finite own no cell. The diagram has a `reason` if there are such points, if there
    are no points, and if all lie in one place and so own the whole box.
    Raises ValueError for shapes that do not match and for a box without area.
    Source: Voronoi 1908; Brown 1979 (by lifting to a paraboloid).
    """
    _check(points, labels)
    corners = np.array(box, dtype=np.float64).reshape(2, 2)
    if not (np.isfinite(corners).all() and (corners[0] < corners[1]).all()):
        raise ValueError(f"The box of a diagram needs finite sides and an area; got {box}.")
    finite = np.asarray(np.isfinite(points).all(axis=1))
    if not finite.any():
        return _empty(
            labels, "There are no points, so there are no cells." if len(points) == 0 else _DIVERGED
        )
    given = points[finite].astype(np.float64)

    everything = np.concatenate([given, corners])
    low, high = everything.min(axis=0), everything.max(axis=0)
    middle, extent = low / 2 + high / 2, float(np.hypot(*(high - low)))
    places, owner = _distinct((given - middle) / extent)
    triangles = Delaunay(np.concatenate([places, _HELPERS]))
    cell, centre = _fans(triangles, len(places))
    owns = np.bincount(cell, minlength=len(places)) > 0
    if not owns.all():  # points too close to another one, which the triangulation leaves out
        owner = _nearest(places[owns], places)[owner]
        places, cell = places[owns], (np.cumsum(owns) - 1)[cell]

    # clipping is exact at the sides of the box, so the cells fill it
    vertices = centre * extent + middle
    for axis in (0, 1):
        for side, limit in ((-1.0, corners[0, axis]), (1.0, corners[1, axis])):
            cell, vertices = _cut(cell, vertices, axis, side, limit)
    cell_of = np.full(len(points), -1, dtype=np.int64)
    cell_of[finite] = owner
    return Cells(
        vertices=vertices,
        offsets=np.searchsorted(cell, np.arange(len(places) + 1)),
        labels=_most_frequent(owner, labels[finite]),
        places=places * extent + middle,
        cell_of=cell_of,
        reason=_reason(finite, places),
    )


def share_in_own_cell(sample: Points, labels: Labels, test: Points, test_labels: Labels) -> float:
    """The share of test points that lie in a cell of their own class: 1-nearest-neighbour accuracy.

    Best 1, worst 0; chance: 1 / classes for classes of equal size. sample [m, d] with labels [m], test
    [t, d] with labels [t]. Sample points in one place count as one, as in `cells`. A point that is not
    finite owns no cell and lies in none.
    Raises ValueError without test points and for shapes that do not match.
    Source: Cover, Hart 1967.
    """
    for points, their_labels in ((sample, labels), (test, test_labels)):
        _check(points, their_labels, plane=False)
    if len(test) == 0:
        raise ValueError("Without test points there is no share of them; choose classes that have some.")
    own, theirs = np.isfinite(sample).all(axis=1), np.isfinite(test).all(axis=1)
    if not (own.any() and theirs.any()):
        return 0.0
    places, owner = _distinct(sample[own].astype(np.float64))
    of_place = _most_frequent(owner, labels[own])
    found = of_place[_nearest(places, test[theirs].astype(np.float64))]
    return float(np.count_nonzero(found == test_labels[theirs]) / len(test))


# Points and box are scaled to a diagonal of 1 around 0, so the nearest point of any place is at most 1
# away, and a helper more than 1.5 from the centre owns nothing in the box.
_HELPERS = 2.0 * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
_DIVERGED = (
    "No coordinate pair is finite (the training diverged), so there are no cells. Lower the learning rate."
)


def _fans(triangles: Delaunay, count: int) -> tuple[Integers, Floats]:
    """Cell and corner, one row per corner, the cells in order and each one's corners counter-clockwise.

    Points are lifted to a paraboloid; the plane through a lifted triangle is parallel to the tangent plane above
    its circumcentre. Points on one circle share a plane, so the centre is also correct for flat triangles.
    """
    normals = triangles.equations[:, :3]
    centres = -normals[:, :2] / (2 * triangles.paraboloid_scale * normals[:, 2:])
    point = triangles.simplices.ravel()
    triangle = np.repeat(np.arange(len(centres)), 3)
    middle = triangles.points[triangles.simplices].mean(axis=1)
    kept = point < count  # drop the helpers' cells
    point, triangle = point[kept], triangle[kept]
    spoke = middle[triangle] - triangles.points[point]
    order = np.lexsort([np.arctan2(spoke[:, 1], spoke[:, 0]), point])
    return point[order].astype(np.int64), centres[triangle[order]]


def _cut(cell: Integers, vertices: Floats, axis: int, side: float, limit: float) -> tuple[Integers, Floats]:
    """Clip all polygons at once to one side of a line (Sutherland, Hodgman 1974).

    side: -1 to keep what is above `limit` along the axis, 1 to keep what is below.
    """
    beyond = side * (vertices[:, axis] - limit)
    ahead = _next(cell)
    inside = beyond <= 0
    crosses = inside != inside[ahead]
    made = inside.astype(np.int64) + crosses  # corners in place of each: itself, the crossing, both, none
    place = np.cumsum(made) - made
    result = np.empty((int(made.sum()), 2))
    result[place[inside]] = vertices[inside]
    start, end = vertices[crosses], vertices[ahead[crosses]]
    part = beyond[crosses] / (beyond[crosses] - beyond[ahead[crosses]])
    crossing = start + part[:, None] * (end - start)
    crossing[:, axis] = limit
    result[(place + inside)[crosses]] = crossing
    return np.repeat(cell, made), result


def _next(cell: Integers) -> Integers:
    """For each corner the place of the next one around its cell; `cell` is sorted."""
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    ahead = np.arange(1, len(cell) + 1)
    ahead[np.append(first[1:], len(cell))[: len(first)] - 1] = first
    return ahead


def _nearest(places: Floats, queries: Floats) -> Integers:
    """For each query the number of the nearest place."""
    return np.asarray(cKDTree(places).query(queries)[1], dtype=np.int64)


def _distinct(points: Floats) -> tuple[Floats, Integers]:
    """The distinct places, in the order of their first points, and the number of each point's place."""
    _, first, owner = np.unique(points, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return points[first[order]], rank[owner.ravel()]


def _most_frequent(owner: Integers, labels: Labels) -> Labels:
    """For each owner the most frequent label of its points, the lowest if tied."""
    classes, of_class = np.unique(labels, return_inverse=True)
    pairs, counts = np.unique(owner * len(classes) + of_class, return_counts=True)
    owners, candidates = np.divmod(pairs, len(classes))
    order = np.lexsort([candidates, -counts, owners])
    first = np.flatnonzero(np.diff(owners[order], prepend=-1))
    return np.asarray(classes[candidates[order][first]])


def _reason(finite: npt.NDArray[np.bool_], places: Floats) -> str | None:
    missing = len(finite) - np.count_nonzero(finite)
    if missing:
        return (
            f"{missing:,} of {len(finite):,} points are not finite (the training diverged) and own no cell."
        )
    if len(places) == 1 and len(finite) > 1:
        return "All points lie in one place, so a single cell covers the plane."
    return None


def _empty(labels: Labels, reason: str) -> Cells:
    return Cells(
        vertices=np.empty((0, 2)),
        offsets=np.zeros(1, np.int64),
        labels=labels[:0],
        places=np.empty((0, 2)),
        cell_of=np.full(len(labels), -1, dtype=np.int64),
        reason=reason,
    )


def _check(points: Points, labels: Labels, *, plane: bool = True) -> None:
    if points.ndim != 2 or (plane and points.shape[1] != 2):
        raise ValueError(f"Cells need points in the plane [m, 2], not an array of shape {points.shape}.")
    if labels.shape != points.shape[:1]:
        raise ValueError(f"Each point needs one label; got shapes {points.shape} and {labels.shape}.")
