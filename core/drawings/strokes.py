"""A drawing from the way of the pen.

The drawing area also offers its pixels, but browsers may change or forbid reading a canvas (Brave, Firefox), so
the strokes are drawn here once more.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import cos, radians, sin, tan
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from core.drawings.picture_file import PictureRefused

MOST_STROKES = 200
MOST_CURVES = 3000  # of all strokes together; a digit has about fifty
FINER = 4  # drawn so many times larger, then reduced: soft edges as in a browser
PIECES = 8  # straight ones, of each curve
WIDEST = 64.0  # pixels, a stroke that was enlarged

NOT_A_DRAWING = "What came from the drawing area is no drawing. Clear it and draw again."
TOO_MUCH = "This drawing has more strokes than can be read. Clear it and draw again."

Floats = npt.NDArray[np.float64]


def ink_of_strokes(drawing: object, side: int) -> Floats | None:
    """The ink [side, side], 0 to 255, of the strokes in a Fabric.js canvas's JSON; None if it has none.

    Strokes may have been moved, turned or scaled since. Raises PictureRefused for anything else than strokes, and
    for too many.
    """
    sheet = Image.new("L", (side * FINER, side * FINER))
    pen = ImageDraw.Draw(sheet)
    try:
        strokes = _strokes(drawing)
        if sum(len(stroke["path"]) for stroke in strokes) > MOST_CURVES or len(strokes) > MOST_STROKES:
            raise PictureRefused(TOO_MUCH)
        for stroke in strokes:
            # beyond the paper only the cost would grow
            way = np.clip(_on_paper(stroke), -side, 2 * side) * FINER + 0.5
            _draw(pen, way, FINER * _width(stroke))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError) as error:
        raise PictureRefused(NOT_A_DRAWING) from error
    return np.asarray(sheet.resize((side, side), Image.Resampling.BOX), np.float64) if strokes else None


def _strokes(drawing: object) -> Sequence[Mapping[str, Any]]:
    strokes = drawing["objects"] if isinstance(drawing, Mapping) else None
    if not isinstance(strokes, Sequence) or any(stroke["type"] != "Path" for stroke in strokes):
        raise ValueError("no list of strokes")
    return strokes


def _on_paper(stroke: Mapping[str, Any]) -> Floats:
    """The points [n, 2] of a stroke, after it was moved, turned, scaled or skewed, as Fabric.js has it."""
    turn, lean_x, lean_y = (radians(_number(stroke, name, 0)) for name in ("angle", "skewX", "skewY"))
    rotation = np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]])
    skew = np.array([[1, tan(lean_x)], [0, 1]]) @ np.array([[1, 0], [tan(lean_y), 1]])
    # Fabric.js measures a curve's box as if it were cubic, with its control point twice
    box = _way(stroke["path"], degree=3)
    middle = (box.min(axis=0) + box.max(axis=0)) / 2
    place = np.array([_number(stroke, "left"), _number(stroke, "top")])
    moved: Floats = place + (_way(stroke["path"]) - middle) @ (rotation @ np.diag(_scales(stroke)) @ skew).T
    return moved


def _way(path: Sequence[Sequence[Any]], degree: int = 2) -> Floats:
    """The points [parts * PIECES, 2] of a path: its begin (M), straight lines (L) and Bézier curves (Q)."""
    return np.concatenate(list(_parts(path, degree)))


def _parts(path: Sequence[Sequence[Any]], degree: int) -> Iterator[Floats]:
    here, t = np.zeros(2), np.linspace(0, 1, PIECES + 1)[1:, None]
    for name, *numbers in path:
        points = np.array(numbers, np.float64).reshape({"M": 1, "L": 1, "Q": 2}[name], 2)
        if not np.isfinite(points).all():
            raise ValueError("a point is not finite")
        if name == "Q":
            yield (1 - t) ** degree * here + degree * t * (1 - t) * points[0] + t**degree * points[1]
        else:
            yield points[0] + (1 - t) * (0 if name == "M" else here - points[0])
        here = points[-1]


def _scales(stroke: Mapping[str, Any]) -> list[float]:
    return [
        _number(stroke, f"scale{axis}", 1) * (-1 if stroke.get(f"flip{axis}") else 1) for axis in ("X", "Y")
    ]


def _width(stroke: Mapping[str, Any]) -> float:
    across, down = _scales(stroke)
    return float(np.clip(_number(stroke, "strokeWidth") * np.sqrt(abs(across * down)), 1, WIDEST))


def _number(stroke: Mapping[str, Any], name: str, default: float | None = None) -> float:
    number = float(stroke[name] if default is None else stroke.get(name, default))
    if not np.isfinite(number):
        raise ValueError(f"{name} is not finite")
    return number


def _draw(pen: ImageDraw.ImageDraw, way: Floats, width: float) -> None:
    """A line with round ends and corners through the points of `way`."""
    pen.line([(x, y) for x, y in way.tolist()], fill=255, width=round(width))
    for x, y in (way - width / 2).tolist():
        pen.ellipse((x, y, x + width - 1, y + width - 1), fill=255)
