"""Charts of points in the plane: two clusters with their radii, KMeans, one cell of a confusion matrix.

Vega-Lite as plain dicts: redrawn at every click, and Altair takes ten times as long to build one.
Pass a sample: a chart of more than a few thousand points is slow.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.charts.vega import NEUTRAL, VegaLite
from core.clustering.plane import PairPlane

Points = npt.NDArray[np.floating]
Labels = npt.NDArray[Any]

# thousands of points as SVG elements would make the page slow
_FAST: VegaLite = {"usermeta": {"embedOptions": {"renderer": "canvas"}}}
_CORNERS = 64  # of a circle
# black with a white edge stands out in both themes
_ON_TOP = {"type": "circle", "opacity": 1, "color": "black", "stroke": "white"}
_CROSS = {"type": "point", "shape": "cross", "filled": True, "size": 170, "opacity": 1, "stroke": "white"}


def two_clusters(
    plane: PairPlane, names: tuple[str, str], worn: tuple[int, int], class_names: Sequence[str], height: int
) -> VegaLite:
    """Two clusters, their centroids, circles with the WCDs as radii, and the line between them, the BCD.

    worn: the classes whose colours they have; -1: none.
    """
    of = [_name(digit, class_names) for digit in worn]
    dots = [
        {"x": float(x), "y": float(y), "cluster": names[not first], "class": of[not first]}
        for (x, y), first in zip(plane.points, plane.first, strict=True)
    ]
    middle = plane.centroids.mean(axis=0)
    between = float(np.linalg.norm(plane.centroids[1] - plane.centroids[0]))
    circles, centres = [], []
    above: list[dict[str, Any]] = []
    below: list[dict[str, Any]] = []
    for name, own, (x, y), radius in zip(names, of, plane.centroids, plane.radii, strict=True):
        centres.append({"x": float(x), "y": float(y), "cluster": name, "class": own})
        rim = _circle(float(x), float(y), float(radius))
        circles += [{**corner, "cluster": name, "class": own} for corner in rim]
        # on the side away from the other cluster, clear of the text on the line
        side, where = (1, above) if y >= middle[1] else (-1, below)
        where.append({"x": float(x), "y": float(y + side * radius), "text": f"{name}: WCD {radius:.3g}"})
    line = [{"x": centre["x"], "y": centre["y"]} for centre in centres]
    colour = _worn(class_names)
    return {
        "height": height,
        **_FAST,
        "description": f"{names[0]} and {names[1]}: their centroids lie {between:.3g} apart, the circles have "
        f"the radii {plane.radii[0]:.3g} and {plane.radii[1]:.3g}.",
        "encoding": _places(dots, circles),
        "layer": _drawn(
            _layer(dots, {"type": "circle", "size": 12, "opacity": 0.6}, {"color": colour}),
            _layer(line, {"type": "line", "strokeWidth": 2, "color": NEUTRAL}),
            _layer(
                circles,
                {"type": "line", "strokeWidth": 2.5},
                {
                    "color": colour,
                    "detail": {"field": "cluster"},
                    "order": {"field": "corner", "type": "quantitative"},
                },
            ),
            _layer(centres, _CROSS, {"color": colour}),
            _words(above, dy=-8),
            _words(below, dy=16),
            _words([{"x": float(middle[0]), "y": float(middle[1]), "text": f"BCD {between:.3g}"}], dy=-8),
        ),
    }


def assignments(
    points: Points,
    clusters: Labels,
    centroids: Points,
    worn: Sequence[int],
    class_names: Sequence[str],
    height: int,
) -> VegaLite:
    """Points [s, 2] of the clusters [s], and the centroids [k, 2] with the numbers of the clusters, from 1.

    worn: [k], the class whose colour each cluster has; -1: none. Of several clusters with the same colour every
    other one has rings instead of dots.
    """
    hollow = [list(worn[:place]).count(digit) % 2 == 1 for place, digit in enumerate(worn)]
    dots: list[dict[str, Any]] = [
        {
            "x": float(x),
            "y": float(y),
            "cluster": int(cluster) + 1,
            "class": _name(worn[cluster], class_names),
            "hollow": hollow[cluster],
        }
        for (x, y), cluster in zip(points, clusters, strict=True)
    ]
    centres = _dots(centroids, [f"{number + 1}" for number in range(len(worn))], "cluster")
    colour = _worn(class_names)
    return {
        "height": height,
        **_FAST,
        "description": f"{len(points):,} points in {len(worn)} clusters with their centroids.",
        "encoding": _places(dots, centres),
        "layer": _drawn(
            _layer(
                [dot for dot in dots if not dot["hollow"]],
                {"type": "circle", "size": 12, "opacity": 0.55},
                {"color": colour},
            ),
            _layer(
                [dot for dot in dots if dot["hollow"]],
                {"type": "point", "size": 16, "strokeWidth": 1, "opacity": 0.8},
                {"color": colour},
            ),
            _layer(centres, {**_ON_TOP, "size": 280}, {"tooltip": {"field": "cluster"}}),
            _layer(
                centres,
                {"type": "text", "fontSize": 12, "fontWeight": "bold", "color": "white"},
                {"text": {"field": "cluster"}},
            ),
        ),
    }


def among_all(
    points: Points, labels: Labels, names: Sequence[str], chosen: Points, what: str, height: int
) -> VegaLite:
    """A sample of all points [s, 2], faint, in the colours of their classes; on top the `chosen` ones [c, 2].

    what: describes the chosen points.
    """
    dots = _dots(points, [names[int(label)] for label in labels], "class")
    picked = _dots(chosen, [what] * len(chosen), "what")
    return {
        "height": height,
        **_FAST,
        "description": f"{what}: {len(chosen):,} points, among a sample of {len(points):,} of all.",
        "encoding": _places(dots, picked),
        "layer": _drawn(
            _layer(
                dots,
                {"type": "circle", "size": 10, "opacity": 0.28},
                {"color": {**_colour(names), "legend": _legend(len(names))}},
            ),
            _layer(
                picked,
                {**_ON_TOP, "size": 36},
                {"tooltip": {"field": "what", "title": "these"}},
            ),
        ),
    }


def classes(points: Points, labels: Labels, names: Sequence[str], height: int) -> VegaLite:
    """A sample of points [s, 2] in the colours of their classes."""
    dots = _dots(points, [names[int(label)] for label in labels], "class")
    return {
        "height": height,
        **_FAST,
        "description": f"{len(points):,} points of {len(names)} classes.",
        "encoding": _places(dots),
        "layer": _drawn(
            _layer(
                dots,
                {"type": "circle", "size": 12, "opacity": 0.6},
                {
                    "color": {**_colour(names), "legend": _legend(len(names))},
                    "tooltip": {"field": "class"},
                },
            )
        ),
    }


def _dots(points: Points, values: Sequence[str], field: str) -> list[dict[str, Any]]:
    return [
        {"x": float(x), "y": float(y), field: value} for (x, y), value in zip(points, values, strict=True)
    ]


def _circle(x: float, y: float, radius: float) -> list[dict[str, float]]:
    """The corners of a circle, in order."""
    turns = [2 * math.pi * corner / _CORNERS for corner in range(_CORNERS + 1)]
    return [
        {"x": x + radius * math.cos(turn), "y": y + radius * math.sin(turn), "corner": corner}
        for corner, turn in enumerate(turns)
    ]


def _layer(
    rows: list[dict[str, Any]], mark: dict[str, Any], encoding: dict[str, Any] | None = None
) -> VegaLite:
    return {"data": {"values": rows}, "mark": {**mark, "clip": True}, "encoding": encoding or {}}


def _drawn(*layers: VegaLite) -> list[VegaLite]:
    """The layers that have something to show: Vega warns about an axis without an extent."""
    return [layer for layer in layers if layer["data"]["values"]]


def _words(rows: list[dict[str, Any]], dy: int) -> VegaLite:
    mark = {"type": "text", "dy": dy, "fontSize": 12, "fontWeight": "bold", "color": NEUTRAL}
    return _layer(rows, mark, {"text": {"field": "text"}})


def _colour(names: Sequence[str]) -> dict[str, Any]:
    return {"field": "class", "type": "nominal", "scale": {"domain": list(names)}, "legend": None}


def _name(digit: int, class_names: Sequence[str]) -> str | None:
    return class_names[digit] if digit >= 0 else None


def _worn(class_names: Sequence[str]) -> dict[str, Any]:
    """The colour of a row's class; grey for none."""
    return {"condition": {"test": "datum.class !== null", **_colour(class_names)}, "value": NEUTRAL}


def _legend(entries: int) -> dict[str, Any]:
    return {
        "orient": "bottom",
        "title": None,
        "columns": min(entries, 5),
        "symbolOpacity": 1,
        "symbolType": "circle",
    }


def _places(*tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Axes that fit all rows, with equal scales for x and y whatever the chart's shape: circles are round."""
    x, y = (np.array([row[name] for rows in tables for row in rows] or [0.0]) for name in ("x", "y"))
    wide, tall = (max(float(np.ptp(values)) * 1.06, 1e-9) for values in (x, y))
    spans = f"max({wide}, {tall} * width / height)", f"max({tall}, {wide} * height / width)"
    encoding = {}
    for name, title, values, span in zip(("x", "y"), ("z1", "z2"), (x, y), spans, strict=True):
        middle = float(values.max() + values.min()) / 2
        encoding[name] = {
            "field": name,
            "type": "quantitative",
            "scale": {
                "domainMin": {"expr": f"{middle} - {span} / 2"},
                "domainMax": {"expr": f"{middle} + {span} / 2"},
                "nice": False,
                "zero": False,
            },
            "axis": {"title": title, "grid": False, "tickCount": 5},
        }
    return encoding
