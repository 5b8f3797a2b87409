"""A vector graphic of an embedding in the plane, for print: Voronoi cells, contour lines, a sample of points.

All 60,000 points are a matter for pixels, which the canvas has.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from core.canvas.voronoi import Box, Cells

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]
Points = npt.NDArray[np.floating]
Element = ElementTree.Element

# All lengths are in hundredths of a millimetre: whole numbers are then fine enough for any printer.
_LONGER_SIDE = 14_000
_SHORTER_SIDE = 4_000  # at least, for points that lie nearly on a line
_MARGIN = 1_400
_LEGEND = 450  # a row of it
_FONT = 320
_DOT = 50


def as_svg(
    box: Box,
    *,
    title: str,
    colours: Sequence[str],
    class_names: Sequence[str],
    cells: Cells | None = None,
    contours: Mapping[str, npt.NDArray[Any]] | None = None,
    points: Points | None = None,
    labels: Labels | None = None,
    axes: tuple[str, str] = ("z1", "z2"),
    note: str = "",
    ink: str = "#1b2433",
    paper: str = "#ffffff",
) -> bytes:
    """The picture as an SVG document in UTF-8, about 14 cm wide or high, both axes in one scale.

    box: (left, bottom, right, top), what is seen of the plane. colours, class_names: of label 0, 1, ...
    cells: those of `core.canvas.voronoi.cells`, under the rest. contours: columns label, mass, line, x and y of
    `core.density.Contours`. points [s, 2] with labels [s]: a sample, drawn as dots; those that are not
    finite are left out. note: a line of small print below. ink, paper: colours of text and background.
    The legend names the classes that occur. Raises ValueError for a box without area, and for points
    without labels.
    """
    plane = _Plane(box)
    layers: list[Element] = []
    shown: set[int] = set()
    if cells is not None:
        shown |= _add(layers, "cells", _cell_paths(plane, cells), colours, class_names)
    if contours is not None:
        shown |= _add(layers, "contours", _contour_paths(plane, contours), colours, class_names)
    if points is not None:
        if labels is None or labels.shape != points.shape[:1] or points.shape[1:] != (2,):
            raise ValueError("A sample of points [s, 2] is drawn with one label each.")
        shown |= _add(layers, "points", _dot_paths(plane, points, labels), colours, class_names)

    names = {label: _name(class_names, label) for label in sorted(shown)}
    width = _MARGIN + plane.width + 1_000 + max([_width(name) for name in names.values()], default=0) + 600
    height = _MARGIN + max(plane.height, _LEGEND * len(names)) + _MARGIN + (600 if note else 0)
    root = _element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        width=f"{width / 100:g}mm",
        height=f"{height / 100:g}mm",
        viewBox=f"0 0 {width} {height}",
        role="img",
        font_family="'Source Sans 3', 'Source Sans Pro', Helvetica, Arial, sans-serif",
        font_size=_FONT,
        fill=ink,
    )
    root.append(_element("title", title))
    root.append(_element("rect", width=width, height=height, fill=paper))
    heading = min(450, 450 * (width - _MARGIN - 300) / max(_width(title, 450), 1))
    root.append(
        _element("text", title, x=_MARGIN, y=_MARGIN - 450, font_size=round(heading), font_weight=600)
    )
    clip = _element("clipPath", id="frame")
    clip.append(_element("rect", **plane.frame))
    root.append(clip)
    picture = _element("g", clip_path="url(#frame)")
    picture.extend(layers)
    root.append(picture)
    root.extend(_axes(plane, axes, ink))
    root.extend(_legend(plane, names, colours))
    if note:
        root.append(_element("text", note, x=_MARGIN, y=height - 350, font_size=260, opacity=0.75))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


class _Plane:
    """Where the places of a box lie on paper."""

    def __init__(self, box: Box) -> None:
        self.low, high = np.array(box[:2], dtype=np.float64), np.array(box[2:], dtype=np.float64)
        extent = high - self.low
        if not (np.isfinite(extent).all() and (extent > 0).all()):
            raise ValueError(f"The box of a picture needs finite sides and an area; got {box}.")
        self.scale = _LONGER_SIDE / float(extent.max())
        # a thin box is seen with some more of the plane beside it
        self.low -= np.maximum(_SHORTER_SIDE / self.scale - extent, 0) / 2
        self.width, self.height = np.maximum(np.rint(extent * self.scale), _SHORTER_SIDE).astype(int).tolist()

    @property
    def frame(self) -> dict[str, Any]:
        return {"x": _MARGIN, "y": _MARGIN, "width": self.width, "height": self.height}

    def on_paper(self, places: Points) -> list[list[int]]:
        """Whole numbers [n, 2]; up in the plane is up on paper, where y counts downwards."""
        x = _MARGIN + (places[:, 0] - self.low[0]) * self.scale
        y = _MARGIN + self.height - (places[:, 1] - self.low[1]) * self.scale
        # what is far outside need not be exact, and must not be too large for those who read it
        corners: list[list[int]] = np.rint(np.clip(np.stack([x, y], axis=1), -1e6, 1e6)).astype(int).tolist()
        return corners


Drawn = Iterable[tuple[int, str, dict[str, Any]]]  # label, path, how it is painted; $ stands for the colour


def _add(
    layers: list[Element], name: str, drawn: Drawn, colours: Sequence[str], class_names: Sequence[str]
) -> set[int]:
    """One more layer, with a path for each line of `drawn`; returns the labels that occur in it."""
    layer = _element("g", id=name)
    labels = set()
    for label, path, paint in drawn:
        colour = _colour(colours, label)
        drawing = _element(
            "path", d=path, **{key: colour if value == "$" else value for key, value in paint.items()}
        )
        drawing.append(_element("title", _name(class_names, label)))
        layer.append(drawing)
        labels.add(label)
    layers.append(layer)
    return labels


def _cell_paths(plane: _Plane, cells: Cells) -> Drawn:
    # one path a class: its own cells then meet without a seam
    corners = plane.on_paper(cells.vertices)
    paths: dict[int, list[str]] = {}
    for label, start, end in zip(
        cells.labels.tolist(), cells.offsets[:-1].tolist(), cells.offsets[1:].tolist(), strict=True
    ):
        if end > start:
            paths.setdefault(int(label), []).append(_polyline(corners[start:end]) + "Z")
    for label in sorted(paths):
        yield label, "".join(paths[label]), {"fill": "$", "fill_opacity": 0.35}


def _contour_paths(plane: _Plane, contours: Mapping[str, npt.NDArray[Any]]) -> Drawn:
    corners = plane.on_paper(np.stack([contours["x"], contours["y"]], axis=1))
    starts = np.flatnonzero(np.diff(contours["line"], prepend=-1)).tolist()
    paths: dict[tuple[int, float], list[str]] = {}
    for start, end in zip(starts, [*starts[1:], len(corners)], strict=True):
        row = (int(contours["label"][start]), float(contours["mass"][start]))
        paths.setdefault(row, []).append(_polyline(corners[start:end]))
    for (label, mass), lines in sorted(paths.items()):
        paint = {"fill": "none", "stroke": "$", "stroke_width": 30, "stroke_linejoin": "round"}
        yield label, "".join(lines), {**paint, "stroke_opacity": round(1 - 0.6 * mass, 3)}


def _dot_paths(plane: _Plane, points: Points, labels: Labels) -> Drawn:
    # a line without length and with round ends is a dot, in a fifth of the bytes of a circle
    finite = np.isfinite(points).all(axis=1)
    for label in np.unique(labels[finite]).tolist():
        places = plane.on_paper(points[finite & (labels == label)])
        path = "".join(f"M{x} {y}h0" for x, y in places)
        yield int(label), path, {"stroke": "$", "stroke_width": _DOT, "stroke_linecap": "round"}


def _polyline(corners: list[list[int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in corners)


def _axes(plane: _Plane, names: tuple[str, str], ink: str) -> Iterable[Element]:
    yield _element("rect", fill="none", stroke=ink, stroke_opacity=0.5, stroke_width=15, **plane.frame)
    bottom, left = _MARGIN + plane.height, _MARGIN
    for value in _ticks(plane.low[0], plane.width / plane.scale):
        x = round(_MARGIN + (value - plane.low[0]) * plane.scale)
        yield _element("path", d=f"M{x} {bottom}v100", stroke=ink, stroke_width=15)
        yield _element("text", _tick(value), x=x, y=bottom + 450, text_anchor="middle", class_="tick-x")
    for value in _ticks(plane.low[1], plane.height / plane.scale):
        y = round(bottom - (value - plane.low[1]) * plane.scale)
        yield _element("path", d=f"M{left} {y}h-100", stroke=ink, stroke_width=15)
        yield _element("text", _tick(value), x=left - 180, y=y + 110, text_anchor="end", class_="tick-y")
    across, up = left + plane.width // 2, _MARGIN + plane.height // 2
    yield _element("text", names[0], x=across, y=bottom + 950, text_anchor="middle", class_="axis")
    yield _element(
        "text", names[1], text_anchor="middle", transform=f"translate(400 {up}) rotate(-90)", class_="axis"
    )


def _ticks(low: float, extent: float) -> list[float]:
    """Round values from `low` on, about five of them: multiples of 1, 2 or 5 times a power of ten."""
    rough = extent / 5
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda times: abs(times * power - rough))
    return [
        float(number * step) for number in range(int(np.ceil(low / step)), int((low + extent) // step) + 1)
    ]


def _tick(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _legend(plane: _Plane, names: Mapping[int, str], colours: Sequence[str]) -> Iterable[Element]:
    left = _MARGIN + plane.width + 400
    for row, (label, name) in enumerate(names.items()):
        y = _MARGIN + row * _LEGEND
        yield _element("rect", x=left, y=y, width=300, height=300, rx=50, fill=_colour(colours, label))
        yield _element("text", name, x=left + 450, y=y + 260, class_="legend")


def _colour(colours: Sequence[str], label: int) -> str:
    return colours[label % len(colours)]


def _name(class_names: Sequence[str], label: int) -> str:
    return class_names[label] if 0 <= label < len(class_names) else str(label)


def _width(text: str, font: int = _FONT) -> int:
    """About how wide a text is: a guess, as only who draws it knows the font."""
    return round(font * sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text))


# what XML 1.0 cannot hold, not even escaped
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _element(name: str, text: str = "", **attributes: object) -> Element:
    """An element; a Python name's underlines become what SVG has: font_size is font-size, class_ is class."""
    element = Element(
        name,
        {
            key.rstrip("_").replace("_", "-"): _FORBIDDEN.sub("", str(value))
            for key, value in attributes.items()
        },
    )
    element.text = _FORBIDDEN.sub("", text) or None
    return element
