"""What the canvas draws over and under the points of a finished run: contour lines and Voronoi cells."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core import density
from core.pictures import reduction_of
from core.runs import Run

Floats = npt.NDArray[np.float64]
Shapes = dict[str, Any]


def contours(run: Run, split: str, view: str = "") -> Shapes:
    """The density contours of a split's picture: `lines`, each with label, mass and flat corners `xy`;
    `left_out`, label -> why this class has none.

    Raises RunDamaged, and ValueError for a view that there is not or that is not flat.
    """
    return _contours(str(run.folder), run.status().updated, split, view)


def flat_points(run: Run, split: str, view: str = "") -> tuple[Floats, npt.NDArray[np.uint8]]:
    """The two coordinates [n, 2] at which a split's images are drawn, and their labels [n].

    Raises ValueError where the view has three.
    """
    embedding = run.embedding()
    points = reduction_of(embedding.train, view).apply(
        embedding.train if split == "train" else embedding.test
    )
    if points.shape[1] != 2:
        raise ValueError("Contours and cells are drawn in two dimensions only.")
    return points, embedding.train_labels if split == "train" else embedding.test_labels


@lru_cache(maxsize=8)
def _contours(folder: str, updated: float, split: str, view: str) -> Shapes:
    lines = density.contours(*flat_points(Run(Path(folder)), split, view))
    starts = np.flatnonzero(np.diff(lines.line, prepend=-1)) if len(lines.line) else np.zeros(0, int)
    ends = [*starts[1:], len(lines.line)]
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


def _short(corners: Floats) -> list[float]:
    """Flat, with as many digits as can be seen."""
    return [float(f"{value:.5g}") for value in corners.ravel()]


def cells(run: Run, split: str, view: str = "", per_class: int = 0) -> Shapes:
    raise ValueError("not yet")
