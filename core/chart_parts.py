"""Parts that our Vega-Lite charts share; colours are left to the theme wherever it has one for the purpose."""

from collections.abc import Sequence
from typing import Any

VegaLite = dict[str, Any]

NEUTRAL = "#8a8f98"  # stands out from the light and from the dark ground


def axis(field: str, title: str, *, zero: bool = True, **more: Any) -> VegaLite:
    """A quantitative channel; zero: whether its scale has to hold 0. more: of Vega-Lite's axis."""
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
