"""The activation functions in one chart, as a Vega-Lite specification."""

from typing import Any

import numpy as np

from core.charts.vega import VegaLite, axis, colour, holding_its_data
from core.encoders.activations import ACTIVATIONS

FROM, TO, POINTS = -4.0, 4.0, 161


@holding_its_data
def activations(chosen: str, height: int) -> VegaLite:
    """Every activation of the catalogue over the same inputs; the `chosen` one is highlighted."""
    x = np.linspace(FROM, TO, POINTS)
    names = [entry.label for entry in ACTIVATIONS.values()]
    rows: list[dict[str, Any]] = [
        {"x": float(at), "value": float(value), "activation": entry.label}
        for entry in ACTIVATIONS.values()
        for at, value in zip(x, entry.function(x), strict=True)
    ]
    label = ACTIVATIONS[chosen].label
    return {
        "height": height,
        "description": f"{', '.join(names)} from {FROM:g} to {TO:g}; {label} is the one in use.",
        "data": {"values": rows},
        "mark": {"type": "line", "clip": True},
        "encoding": {
            "x": axis("x", "x, input", grid=True),
            "y": axis("value", "output"),
            "color": {**colour("activation", names), "sort": names},
            "strokeWidth": {
                "condition": {"test": f"datum.activation === '{label}'", "value": 4},
                "value": 1.6,
            },
            "tooltip": [
                {"field": "activation"},
                {"field": "x", "format": ".2f"},
                {"field": "value", "format": ".3f"},
            ],
        },
    }
