"""The chart of few-shot accuracy, with its standard deviation over several draws."""

from typing import Any

from core.charts.vega import NEUTRAL, VegaLite, axis, colour, holding_its_data
from core.drawings.few_shot import FewShot

OTHERS = "the other classes"


@holding_its_data
def over_examples(found: FewShot, chosen: str, its_colour: str, height: int) -> VegaLite:
    """Accuracy over the number of examples per class, for the chosen class and for the others; bars: one
    standard deviation over the draws in each direction. Dashed: guessing."""
    rows = _rows(found, chosen)
    x = {
        "field": "examples",
        "type": "ordinal",
        "sort": [str(shots) for shots in found.shots],
        "axis": {"title": "examples of each class", "labelAngle": 0},
    }
    offset = {"field": "of", "sort": [chosen, OTHERS]}
    y = axis("accuracy", "test images recognised", format=".0%")
    y["scale"] = {"domain": [0, 1]}
    hue = colour("of", [chosen, OTHERS])
    hue["scale"] |= {"range": [its_colour, NEUTRAL]}
    return {
        "height": height,
        "description": "; ".join(
            f"{row['of']} with {row['examples']} examples: {row['accuracy']:.1%}" for row in rows
        ),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"x": x, "xOffset": offset, "y": y, "color": hue},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {
                    "x": x,
                    "xOffset": offset,
                    "y": {**y, "field": "low"},
                    "y2": {"field": "high"},
                    "color": hue,
                },
            },
            {
                "data": {"values": [{"accuracy": found.guessing}]},
                "mark": {"type": "rule", "strokeDash": [4, 4], "color": NEUTRAL},
                "encoding": {"y": y},
            },
        ],
    }


def _rows(found: FewShot, chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "examples": str(shots),
            "accuracy": float(mean),
            "low": max(0.0, float(mean - spread)),
            "high": min(1.0, float(mean + spread)),
            "of": name,
        }
        for name, means, spreads in zip((chosen, OTHERS), found.means(), found.spreads(), strict=True)
        for shots, mean, spread in zip(found.shots, means, spreads, strict=True)
    ]
