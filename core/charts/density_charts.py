"""The chart of where the points of each class lie densest."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.spatial import cKDTree

from core.charts.run_charts import Layers

NAME_BESIDE = 0.035  # of the picture's width or height, from a line to the middle of its class's name


def density_contours(
    contours: Mapping[str, npt.NDArray[Any]],
    class_names: Sequence[str],
    height: int,
    points: npt.NDArray[np.floating] | None = None,
    labels: npt.NDArray[np.integer] | None = None,
) -> Layers:
    """Density lines of each class in the plane, with its name beside its outermost line, away from all others.

    contours: the columns of `core.density.Contours`. points [k, 2] with labels [k]: drawn as dots.
    """
    table = pd.DataFrame(dict(contours))
    table["class"] = [class_names[int(label)] for label in table["label"]]
    table["order"] = np.arange(len(table))
    table["inside"] = [f"{mass:.0%}" for mass in table["mass"]]
    colour = alt.Color(
        "class:N",
        scale=alt.Scale(domain=list(class_names)),
        legend=alt.Legend(orient="bottom", title=None, columns=5, symbolType="stroke"),  # narrow, too
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
    names = (
        alt.Chart(_places_of_names(table))
        .mark_text(fontWeight="bold", fontSize=14)
        .encode(x="x:Q", y="y:Q", text="class:N", color=colour)
    )
    if points is None or labels is None or len(points) == 0:
        return alt.layer(lines, names).properties(height=height)
    dots = pd.DataFrame(
        {"x": points[:, 0], "y": points[:, 1], "class": [class_names[int(label)] for label in labels]}
    )
    marks = alt.Chart(dots).mark_circle(size=14, opacity=0.8).encode(x="x:Q", y="y:Q", color=colour)
    return alt.layer(lines, marks, names).properties(height=height)


def _places_of_names(table: pd.DataFrame) -> pd.DataFrame:
    """For each class a place for its name: beside the corner of its lines that is farthest from all other classes'."""
    corners = table[["x", "y"]].to_numpy()
    low, size = corners.min(axis=0), np.ptp(corners, axis=0)
    size[size == 0] = 1
    drawn = (corners - low) / size  # as it lies in the picture, whatever its two scales
    places = []
    for name in table["class"].unique():
        own = (table["class"] == name).to_numpy()
        middle = drawn[own].mean(axis=0)
        others = drawn[~own] if not own.all() else middle[None]
        away, _ = cKDTree(others).query(drawn[own])
        corner = drawn[own][np.argmax(away)]
        outwards = corner - middle
        place = corner + NAME_BESIDE * outwards / (np.linalg.norm(outwards) or 1)
        places.append((name, *(low + place * size)))
    return pd.DataFrame(places, columns=["class", "x", "y"])
