"""Charts of the Collapse page, as Vega-Lite specifications: redrawn several times a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.charts.vega import NEUTRAL, VegaLite, axis, holding_its_data
from core.lessons.diagnosis import Reported
from core.lessons.embedding_shape import Shape

Points = npt.NDArray[np.floating[Any]]

# The y axis ends at this multiple of the know-nothing value: a larger loss would flatten the rest of the
# curve.
Y_LIMIT = 2.5
DRAWN = 600  # dots


@dataclass(frozen=True)
class Axes:
    """The ends of the axes: of the loss, the total number of steps, the largest spread and rank, and how far the
    picture of the points extends to each side."""

    loss: tuple[float, float]
    steps: int
    spread: float
    rank: float
    half: float


def axes_of(
    reports: Sequence[Reported], value: float, shapes: Sequence[Shape], points: Points, frame: float
) -> Axes:
    """The axes of a run with the know-nothing `value` and its `points` [n, 2], drawn `frame` wide to each side, or
    wider if the points are."""
    losses = [report.loss for report in reports if np.isfinite(report.loss)]
    top = Y_LIMIT * value if value > 0 else max(losses, default=1.0) or 1.0
    spreads = [shape.spread for shape in shapes if np.isfinite(shape.spread)]
    ranks = [shape.rank for shape in shapes if np.isfinite(shape.rank)]
    return Axes(
        loss=(min([0.0, value, *losses]), top),
        steps=reports[-1].steps if reports else 1,
        # headroom, so that a line at the top is not clipped
        spread=3 * max([5.0, *spreads]),
        rank=1.1 * max([2.0, *ranks]),
        half=max(frame, 1.05 * float(np.abs(points).max(initial=0.0))),
    )


def widest(several: Sequence[Axes]) -> Axes:
    """Axes on which all of several runs fit, so that their charts can be compared."""
    return Axes(
        loss=(min(each.loss[0] for each in several), max(each.loss[1] for each in several)),
        steps=max(each.steps for each in several),
        spread=max(each.spread for each in several),
        rank=max(each.rank for each in several),
        half=max(each.half for each in several),
    )


def loss_and_value(reports: Sequence[Reported], value: float, axes: Axes, height: int) -> VegaLite:
    """The training loss over the steps, with the know-nothing `value` as a dashed line."""
    lowest, top = axes.loss
    rows = [{"step": report.step, "loss": min(report.loss, 2 * top)} for report in reports]
    x = {
        "field": "step",
        "type": "quantitative",
        "scale": {"domain": [0, axes.steps], "nice": False},
        "axis": {"title": "step", "grid": False, "tickCount": 5},
    }
    y = {**axis("loss", "loss", format="~g"), "scale": {"domain": [lowest, top]}}
    line = {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2, "clip": True},
        "encoding": {"x": x, "y": y, "tooltip": [{"field": "step"}, {"field": "loss", "format": ".4f"}]},
    }
    level = {
        "data": {"values": [{"loss": value, "text": f"knows nothing: {value:.3g}"}]},
        "encoding": {"y": y},
        "layer": [
            {"mark": {"type": "rule", "strokeDash": [4, 3], "color": NEUTRAL, "strokeWidth": 1.5}},
            {
                "mark": {
                    "type": "text",
                    "align": "right",
                    "dx": -4,
                    "dy": -7,
                    "color": NEUTRAL,
                    "fontSize": 12,
                },
                "encoding": {"x": {"value": "width"}, "text": {"field": "text"}},
            },
        ],
    }
    last = f"The last loss is {reports[-1].loss:.3g}." if reports else "No loss yet."
    return {
        "height": height,
        "description": f"Loss over the steps; a network that knows nothing has {value:.3g}. {last}",
        "layer": [line, level] if rows else [level],
    }


def spread_and_rank(steps: Sequence[int], shapes: Sequence[Shape], axes: Axes, height: int) -> VegaLite:
    """Spread (on a logarithmic axis) and effective rank of the embedding over the steps."""
    spreads = [max(shape.spread, 1e-6) for shape in shapes]
    ranks = [shape.rank for shape in shapes]
    x = {
        "field": "step",
        "type": "quantitative",
        "scale": {"domain": [0, max(axes.steps, 1)], "nice": False},
        "axis": {"title": "step", "grid": False, "tickCount": 4},
    }

    def panel(what: str, values: list[float], scale: dict[str, Any], format: str) -> VegaLite:
        rows = [
            {"step": step, "value": value}
            for step, value in zip(steps, values, strict=True)
            if np.isfinite(value)
        ]
        return {
            "width": "container",
            "height": height,
            "data": {"values": rows},  # in the panel: see vega.holding_its_data
            "mark": {"type": "line", "point": True, "strokeWidth": 2, "clip": True},
            "encoding": {
                "x": x,
                "y": {
                    "field": "value",
                    "type": "quantitative",
                    "scale": scale,
                    "axis": {"title": what, "tickCount": 4, "format": format},
                },
                "tooltip": [{"field": "step"}, {"field": "value", "format": ".3g"}],
            },
        }

    last = shapes[-1] if shapes else Shape(0.0, 0.0, 0.0)
    rank = f"{last.rank:.2f}" if np.isfinite(last.rank) else "none"
    return {
        "description": f"Spread and effective rank of the embedding, at last {last.spread:.3g} and {rank}.",
        "vconcat": [
            panel("spread", spreads, {"type": "log", "domain": [1e-6, axes.spread], "nice": False}, "~g"),
            panel("effective rank", ranks, {"domain": [0, axes.rank], "nice": False}, "~g"),
        ],
    }


@holding_its_data
def dots(
    points: Points,
    labels: npt.NDArray[Any],
    names: Sequence[str],
    axes: Axes,
    height: int,
) -> VegaLite:
    """The first DRAWN of the points [n, 2], in a square around the origin."""
    half = axes.half
    rows = [
        {"z1": float(x), "z2": float(y), "class": names[int(label)]}
        for (x, y), label in zip(points[:DRAWN], labels[:DRAWN], strict=False)
    ]

    def channel(name: str) -> VegaLite:
        return {
            **axis(name, name, grid=False, format=".3~g"),
            "scale": {"domain": [-half, half], "nice": False},
        }

    return {
        "height": height,
        "description": f"The embeddings of {len(rows)} images, in a frame {2 * half:.3g} wide.",
        "data": {"values": rows},
        "mark": {"type": "circle", "size": 26, "opacity": 0.75, "clip": True},
        "encoding": {
            "x": channel("z1"),
            "y": channel("z2"),
            "color": {
                "field": "class",
                "type": "nominal",
                "scale": {"domain": list(names)},
                "legend": {"orient": "bottom", "title": None, "columns": 10},
            },
        },
    }
