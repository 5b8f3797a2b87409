"""The chart of each class's density contours."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from core.charts.vega import Layers, are_short

# As fractions of the chart's width and height:
GAP = 0.02  # from a contour to the name of its class
REACH = 0.04  # from a contour to about the middle of the name
TRIED = 60  # candidate positions per name


def density_contours(
    contours: Mapping[str, npt.NDArray[Any]],
    class_names: Sequence[str],
    height: int,
    points: npt.NDArray[np.floating] | None = None,
    labels: npt.NDArray[np.integer] | None = None,
    letters: float = 14,
) -> Layers:
    """Density contours of each class in the plane, its name next to its outermost contour, clear of the
    others.

    contours: the columns of `core.embedding.density.Contours`. points [k, 2] with labels [k]: drawn as dots.
    letters: size of the names, in pixels.
    """
    table = pd.DataFrame(dict(contours))
    table["class"] = [class_names[int(label)] for label in table["label"]]
    table["order"] = np.arange(len(table))
    table["inside"] = [f"{mass:.0%}" for mass in table["mass"]]
    columns = 5 if are_short(class_names) else 3  # of the legend
    colour = alt.Color(
        "class:N",
        scale=alt.Scale(domain=list(class_names)),
        legend=alt.Legend(orient="bottom", title=None, columns=columns, symbolType="stroke"),
    )
    lines = (
        alt.Chart(table)
        .mark_line(clip=True)
        .encode(
            x=alt.X("x:Q", axis=alt.Axis(title="z1", grid=False, tickCount=5), scale=alt.Scale(zero=False)),
            y=alt.Y("y:Q", axis=alt.Axis(title="z2", grid=False, tickCount=5), scale=alt.Scale(zero=False)),
            order="order:Q",
            detail="line:N",
            color=colour,
            opacity=alt.Opacity("mass:Q", scale=alt.Scale(domain=[0, 1], range=[1, 0.25]), legend=None),
            tooltip=[alt.Tooltip("class:N", title="class"), alt.Tooltip("inside:N", title="density inside")],
        )
    )
    at, beside = alt.expr("datum.align"), alt.expr("datum.baseline")
    names = alt.Chart(_places_of_names(table)).mark_text(
        fontWeight="bold", fontSize=letters, align=at, baseline=beside
    )
    names = names.encode(x="x:Q", y="y:Q", text="class:N", color=colour)
    if points is None or labels is None or len(points) == 0:
        return alt.layer(lines, names).properties(height=height)
    dots = pd.DataFrame(
        {"x": points[:, 0], "y": points[:, 1], "class": [class_names[int(label)] for label in labels]}
    )
    marks = alt.Chart(dots).mark_circle(size=14, opacity=0.8).encode(x="x:Q", y="y:Q", color=colour)
    return alt.layer(lines, marks, names).properties(height=height)


def _places_of_names(table: pd.DataFrame) -> pd.DataFrame:
    """Position and text alignment of each class's name: outside its outermost contour, inside as few other
    contours as possible, then as far as possible from other contours and from the names already placed."""
    corners = table[["x", "y"]].to_numpy()
    low, size = corners.min(axis=0), np.ptp(corners, axis=0)
    size[size == 0] = 1
    drawn = (corners - low) / size  # in fractions of the chart, since x and y have different scales
    outermost = _outermost(table)
    outlines = [drawn[(table["line"] == line).to_numpy()] for line in table.loc[outermost, "line"].unique()]
    places = []
    taken = np.empty((0, 2))
    for name in table["class"].unique():
        own = (table["class"] == name).to_numpy()
        corner = drawn[own & outermost]
        corner = corner[:: -(-len(corner) // TRIED)]
        outwards = corner - drawn[own].mean(axis=0)
        outwards /= np.maximum(np.linalg.norm(outwards, axis=1, keepdims=True), 1e-9)
        middle = corner + REACH * outwards
        covered = np.sum([_inside(middle, outline) for outline in outlines], axis=0)
        others = np.concatenate([drawn[~own], taken])
        away = np.asarray(cKDTree(others).query(middle)[0]) if len(others) else np.ones(len(middle))
        best = np.lexsort((-away, covered))[0]
        taken = np.concatenate([taken, middle[[best]]])
        x, y = low + (corner + GAP * outwards)[best] * size
        right, up = outwards[best]
        places.append(
            {
                "class": name,
                "x": x,
                "y": y,
                "align": "center" if abs(right) < 0.4 else "left" if right > 0 else "right",
                "baseline": "middle" if abs(up) < 0.4 else "bottom" if up > 0 else "top",
            }
        )
    return pd.DataFrame(places)


def _outermost(table: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which corners lie on the contours that enclose most of their class."""
    most = table.groupby("class")["mass"].transform("max")
    return (table["mass"] == most).to_numpy()


def _inside(places: npt.NDArray[Any], outline: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which of the places [p, 2] lie inside a closed line [c, 2]: a ray to the right crosses the line an odd
    number of times."""
    x, y = places[:, :1], places[:, 1:]
    (x1, y1), (x2, y2) = outline.T, np.roll(outline, -1, axis=0).T
    crosses = (y1 > y) != (y2 > y)
    at = x1 + (y - y1) / np.where(y2 == y1, 1, y2 - y1) * (x2 - x1)
    odd: npt.NDArray[np.bool_] = np.sum(crosses & (at > x), axis=1) % 2 == 1
    return odd
