"""Shared parts of the Vega-Lite charts; colours come from the theme where possible."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import altair as alt

VegaLite = dict[str, Any]
Layers = alt.LayerChart | alt.FacetChart  # what alt.layer may return
Arguments = ParamSpec("Arguments")

NEUTRAL = "#8a8f98"  # visible on light and dark backgrounds


def axis(field: str, title: str, *, zero: bool = True, **more: Any) -> VegaLite:
    """A quantitative channel. zero: whether its scale includes 0. more: properties of Vega-Lite's axis."""
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"zero": zero},
        "axis": {"title": title, "tickCount": 5, **more},
    }


def colour(field: str, names: Sequence[str]) -> VegaLite:
    """A colour for each of the names, in the theme's order, with a legend below the chart."""
    legend = {"orient": "bottom", "title": None, "labelLimit": 300}
    return {"field": field, "type": "nominal", "scale": {"domain": list(names)}, "legend": legend}


def are_short(names: Sequence[str]) -> bool:
    """Whether ten of the names, such as digits, fit side by side on a phone."""
    return max(map(len, names), default=0) < 3


_OUTSIDE = ("height", "title", "description", "usermeta")


def holding_its_data(chart: Callable[Arguments, VegaLite]) -> Callable[Arguments, VegaLite]:
    """Decorator: move the data of the returned chart from the top level into a layer.

    Streamlit takes top-level data out and adds it after the first draw: that frame would be empty, and Vega
    warns about axes without an extent.
    """

    @wraps(chart)
    def made(*arguments: Arguments.args, **named: Arguments.kwargs) -> VegaLite:
        spec = chart(*arguments, **named)
        outside = {name: part for name, part in spec.items() if name in _OUTSIDE}
        return {**outside, "layer": [{name: part for name, part in spec.items() if name not in _OUTSIDE}]}

    return made


_SIZES = {"height", "fontSize", "labelFontSize", "dy", "dx"}


def enlarged(part: Any, factor: float) -> Any:
    """A specification with its heights and letters `factor` times as large; the width is that of the page, and the
    other sizes of letters come from the theme."""
    if isinstance(part, list):
        return [enlarged(each, factor) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        name: each
        if name in ("data", "datasets")
        else each * factor
        if name in _SIZES and isinstance(each, int | float)
        else enlarged(each, factor)
        for name, each in part.items()
    }
