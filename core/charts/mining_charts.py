"""The chart of how often a random batch contains a hard negative."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.charts.vega import VegaLite, holding_its_data


@holding_its_data
def meeting_curve(
    sizes: Sequence[int], share: npt.NDArray[np.float64], named: Sequence[int], height: int
) -> VegaLite:
    """The share [s] of anchors with a hard negative in their batch over the batch size, as Vega-Lite.

    named: the sizes whose points are labelled with their share.
    """
    rows = [
        {"size": int(size), "share": float(value), "text": f"{value:.0%}"}  # the same rounding as in the text
        for size, value in zip(sizes, share, strict=True)
    ]
    x = {
        "field": "size",
        "type": "quantitative",
        "scale": {"type": "log", "base": 2, "domain": [min(sizes), max(sizes)], "nice": False, "padding": 24},
        "axis": {"title": "images in the batch", "values": list(named), "format": ",", "grid": False},
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domainMin": 0, "nice": True},
        "axis": {"title": "anchors with a hard negative", "format": ".0%", "tickCount": 5},
    }
    tooltip = [
        {"field": "size", "title": "images in the batch", "format": ","},
        {"field": "share", "title": "anchors with a hard negative", "format": ".1%"},
    ]
    points = {"filter": {"field": "size", "oneOf": list(named)}}
    return {
        "height": height,
        "data": {"values": rows},
        "encoding": {"x": x, "y": y, "tooltip": tooltip},
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}},
            {"mark": {"type": "point", "filled": True, "size": 80, "opacity": 1}, "transform": [points]},
            {
                "mark": {
                    "type": "text",
                    "align": "right",
                    "dx": -6,
                    "dy": -12,
                    "fontWeight": "bold",
                    "fontSize": 13,
                    "color": "#7d8590",
                },
                "encoding": {"text": {"field": "text"}},
                "transform": [points],
            },
        ],
    }
