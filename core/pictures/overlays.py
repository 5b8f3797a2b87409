"""The canvas overlays of a finished run: contour lines and Voronoi cells."""

import gzip
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.embedding import density, voronoi
from core.pictures.picture_reduction import fitted_reduction
from core.runs import Run
from core.runs.byte_cache import kept_by_size

Floats = npt.NDArray[np.float64]

Shapes = dict[str, Any]
Columns = dict[str, npt.NDArray[Any]]


def contours(run: Run, split: str, reduction: str = "") -> Shapes:
    """The density contours of a split's picture: `lines`, each with label, mass and flat corners `xy`;
    `left_out`, label -> why this class has none.

    Raises RunDamaged, and ValueError for a reduction that is unknown or not two-dimensional.
    """
    return _contours(str(run.folder), run.status().updated, split, reduction)


def as_columns(shapes: Shapes, labels: Sequence[int]) -> Columns:
    """The lines of some classes as the columns of `core.embedding.density.Contours`, for a chart."""
    lines = [line for line in shapes["lines"] if line["label"] in labels]
    corners = [np.array(line["xy"]).reshape(-1, 2) for line in lines]
    sizes = [len(line) for line in corners]
    flat = np.concatenate(corners) if corners else np.zeros((0, 2))
    return {
        "label": np.repeat(np.array([line["label"] for line in lines], dtype=np.int64), sizes),
        "mass": np.repeat(np.array([line["mass"] for line in lines]), sizes),
        "line": np.repeat(np.arange(len(lines)), sizes),
        "x": flat[:, 0],
        "y": flat[:, 1],
    }


def cells(run: Run, split: str, reduction: str = "", per_class: int = 0) -> Shapes:
    """The Voronoi cells of some training images per class, as many as the offered number next to `per_class`
    (0: the usual one), clipped to a box somewhat larger than a split's picture: `cells`, each with label and
    flat corners `xy`; `reason`, a note on them, if any.

    Raises RunDamaged, and ValueError for a reduction that is unknown or not two-dimensional, and for a
    number below 0.
    """
    box = voronoi.box_around(flat_points(run, split, reduction)[0], margin=0.6)
    diagram = voronoi.cells(*_sample(run, reduction, _offered(run, per_class)), box)
    return {
        "cells": [{"label": int(label), "xy": _short(corners)} for label, corners in diagram if len(corners)],
        "reason": diagram.reason,
    }


def packed_contours(run: Run, split: str, reduction: str = "") -> bytes:
    """`contours` as JSON, compressed with gzip; made once."""
    return _packed_contours(str(run.folder), run.status().updated, split, reduction)


def packed_cells(run: Run, split: str, reduction: str = "", per_class: int = 0) -> bytes:
    """`cells` as JSON, compressed with gzip; made once for each offered number."""
    size = _offered(run, per_class)
    return _packed_cells(str(run.folder), run.status().updated, split, reduction, size)


def share_in_own_cell(run: Run, reduction: str = "", per_class: int = 0) -> float:
    """The share of test images that fall into a cell of their own class; see `core.embedding.voronoi`."""
    return _share(str(run.folder), run.status().updated, reduction, per_class)


def flat_points(run: Run, split: str, reduction: str = "") -> tuple[Floats, npt.NDArray[np.uint8]]:
    """The two coordinates [n, 2] at which a split's images are drawn, and their labels [n].

    Raises ValueError if the reduction has three.
    """
    embedding = run.embedding()
    points = fitted_reduction(run, reduction).apply(embedding.points(split))
    if points.shape[1] != 2:
        raise ValueError("Contours and cells are drawn in two dimensions only.")
    return points, embedding.labels(split)


def share_of(
    run: Run, split: str, images: npt.NDArray[np.int64], reduction: str = "", per_class: int = 0
) -> float:
    """The same share for some images [k] of a split; training images may own a cell themselves."""
    points, labels = flat_points(run, split, reduction)
    return voronoi.share_in_own_cell(*_sample(run, reduction, per_class), points[images], labels[images])


def _sample(run: Run, reduction: str, per_class: int) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """The training images that own a cell, and their labels."""
    points, labels = flat_points(run, "train", reduction)
    sample = voronoi.choose(labels, per_class)
    return points[sample], labels[sample]


@lru_cache(maxsize=8)
def _contours(folder: str, updated: float, split: str, reduction: str) -> Shapes:
    lines = density.contours(*flat_points(Run(Path(folder)), split, reduction))
    starts = np.flatnonzero(np.diff(lines.line, prepend=-1))
    ends = np.append(starts, len(lines.line))[1:]  # empty without lines, as in a collapse
    corners = np.stack([lines.x, lines.y], axis=1)
    return {
        "lines": [
            {
                "label": int(lines.label[start]),
                "mass": float(lines.mass[start]),
                "xy": _short(corners[start:end]),
            }
            for start, end in zip(starts, ends, strict=True)
        ],
        "left_out": {str(label): reason for label, reason in lines.left_out.items()},
    }


@kept_by_size(len)
def _packed_contours(folder: str, updated: float, split: str, reduction: str) -> bytes:
    return _packed(_contours(folder, updated, split, reduction))


@kept_by_size(len)
def _packed_cells(folder: str, updated: float, split: str, reduction: str, per_class: int) -> bytes:
    return _packed(cells(Run(Path(folder)), split, reduction, per_class))


def _packed(shapes: Shapes) -> bytes:
    return gzip.compress(json.dumps(shapes, separators=(",", ":")).encode(), 5, mtime=0)


def _offered(run: Run, per_class: int) -> int:
    classes = run.config().digits
    return voronoi.nearest_size(per_class, classes, len(run.embedding().train_labels) // classes)


@lru_cache(maxsize=32)
def _share(folder: str, updated: float, reduction: str, per_class: int) -> float:
    run = Run(Path(folder))
    return voronoi.share_in_own_cell(
        *_sample(run, reduction, per_class), *flat_points(run, "test", reduction)
    )


def _short(corners: Floats) -> list[float]:
    """Flattened, rounded to five significant digits."""
    return [float(f"{value:.5g}") for value in corners.ravel()]
