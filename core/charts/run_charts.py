"""Charts of a run: arrays and dataclasses in, Vega-Lite specifications out.

Colours come from the theme where possible, so that a chart fits light and dark mode.
"""

import string
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.charts.vega import VegaLite, are_short, holding_its_data
from core.losses.base import PULLS, PUSHES
from core.runs import Progress

TRAINING, VALIDATION = "training", "validation"
# Indices into the theme's ten colours: pull and push are blue and orange, as on the Losses page.
_PULL, _PUSH, _TRAINING, _VALIDATION = 0, 1, 8, 4
_OTHERS = (5, 2, 9, 6, 7, 3, *range(10, 100))


def loss_curve(reports: Sequence[Progress], collapsed: float, height: int) -> VegaLite:
    """Loss, its terms and the validation loss over the steps; on the right the share of active pairs or
    triplets.

    collapsed: the loss of a network that maps every image to one point, drawn as a line: a curve that stays
    on it has learned nothing. A plain dict, because it is redrawn several times a second during training and
    Altair takes ten times as long to build one.
    """
    curves, know_nothing = _loss_lines(reports), _know_nothing_line(collapsed)
    losses = {"layer": [curves, know_nothing] if reports else [know_nothing]}
    shares: list[dict[str, object]] = [
        {"step": each.step, "active": each.active} for each in reports if each.active is not None
    ]
    if not shares:
        return {"height": height, **losses}
    both = [losses, _active_share(shares)]
    return {"height": height, "layer": both, "resolve": {"scale": {"y": "independent"}}}


def _loss_lines(reports: Sequence[Progress]) -> VegaLite:
    terms = list(reports[-1].terms) if reports else []
    several = terms if len(terms) > 1 else []  # a single term is the loss itself
    rows: list[dict[str, object]] = []
    for report in reports:
        rows.append({"step": report.step, "loss": report.loss, "line": TRAINING})
        rows += [{"step": report.step, "loss": report.terms[name], "line": name} for name in several]
        if report.validation_loss is not None:
            rows.append({"step": report.step, "loss": report.validation_loss, "line": VALIDATION})
    steps = reports[-1].steps if reports else 1
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "interpolate": "monotone", "strokeWidth": 2, "clip": True},
        "encoding": {
            "x": {
                "field": "step",
                "type": "quantitative",
                "scale": {"domain": [0, steps], "nice": False},
                "axis": {"title": "step", "grid": False, "tickCount": 5},
            },
            "y": {"field": "loss", "type": "quantitative", "axis": {"title": "loss", "tickCount": 5}},
            "color": _line_colours([TRAINING, VALIDATION, *several]),
            "strokeDash": {
                "condition": {"test": f"indexof({several!r}, datum.line) >= 0", "value": [3, 3]},
                "value": [1, 0],
            },
            "tooltip": [
                {"field": "line", "title": "what"},
                {"field": "step", "format": ","},
                {"field": "loss", "format": ".4f"},
            ],
        },
    }


def _line_colours(lines: Sequence[str]) -> VegaLite:
    domain = _colour_domain(lines)
    return {
        "field": "line",
        "type": "nominal",
        "sort": domain,
        "scale": {"domain": domain},
        "legend": {
            "values": lines,
            "orient": "top",
            "title": None,
            "columns": 2,  # four names do not fit side by side on a tablet
            "symbolType": "stroke",
        },
    }


def _know_nothing_line(collapsed: float) -> VegaLite:
    return {
        "data": {"values": [{"loss": collapsed, "text": "every point the same"}]},
        "encoding": {"y": {"field": "loss", "type": "quantitative"}},
        "layer": [
            {"mark": {"type": "rule", "strokeDash": [2, 4], "color": "#8a8f98"}},
            {
                "mark": {"type": "text", "align": "right", "dy": -6, "color": "#8a8f98", "fontSize": 11},
                "encoding": {"x": {"value": "width"}, "text": {"field": "text"}},
            },
        ],
    }


def _colour_domain(lines: Sequence[str]) -> list[str]:
    """A domain that gives each line its own colour of the theme; unused colours get placeholder names. With
    more lines than colours, the theme's colours repeat."""
    wanted = {
        TRAINING: _TRAINING,
        VALIDATION: _VALIDATION,
        **dict.fromkeys(PULLS, _PULL),
        **dict.fromkeys(PUSHES, _PUSH),
    }
    names: dict[int, str] = {}
    for line in dict.fromkeys(lines):
        place = wanted.get(line, _OTHERS[0])
        names[place if place not in names else next(free for free in _OTHERS if free not in names)] = line
    return [names.get(place, f"colour {place}") for place in range(max(names) + 1)]


def _active_share(shares: list[dict[str, object]]) -> VegaLite:
    """The share of pairs or triplets with a gradient, on a separate axis on the right."""
    return {
        "data": {"values": shares},
        "mark": {"type": "line", "interpolate": "monotone", "strokeWidth": 1.5, "color": "#8a8f98"},
        "encoding": {
            "x": {"field": "step", "type": "quantitative"},
            "y": {
                "field": "active",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "axis": {
                    "title": "active share (grey)",
                    "format": "%",
                    "tickCount": 3,
                    "grid": False,
                    "orient": "right",
                },
            },
            "tooltip": [
                {"field": "step", "format": ","},
                {"field": "active", "title": "active share", "format": ".1%"},
            ],
        },
    }


def cluster_name(cluster: int, digit: int, class_names: Sequence[str]) -> str:
    """A cluster's letter and the class that it is matched to (-1: none)."""
    matched = class_names[digit] if digit >= 0 else "no class"
    return f"{string.ascii_uppercase[cluster % 26]} ≈ {matched}"


@holding_its_data
def explained_variance(shares: npt.NDArray[np.floating], kept: int, height: int = 160) -> VegaLite:
    """The share of the points' variation that each direction holds; the `kept` ones, which are drawn, in full
    colour.

    shares: [d], 0 to 1, of all directions.
    """
    rows = [
        {
            "direction": number,
            "share": float(share),
            "drawn": "in the picture" if number <= kept else "left out",
        }
        for number, share in enumerate(shares, start=1)
    ]
    drawn = float(np.sum(shares[:kept]))
    return {
        "height": height,
        "description": f"Bar chart of {len(rows)} directions: the {kept} in the picture hold {drawn:.1%} of all.",
        "data": {"values": rows},
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {
            "x": {
                "field": "direction",
                "type": "ordinal",
                "axis": {"title": "direction", "labelAngle": 0, "labelOverlap": True, "ticks": False},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "axis": {"title": "share", "format": "%", "tickCount": 4},
            },
            "opacity": {"condition": {"test": "datum.drawn === 'in the picture'", "value": 1}, "value": 0.35},
            "tooltip": [
                {"field": "direction"},
                {"field": "share", "format": ".2%"},
                {"field": "drawn", "title": "this one is"},
            ],
        },
    }


@holding_its_data
def classes_of_selection(
    counts: Sequence[int] | npt.NDArray[np.integer], names: Sequence[str], height: int = 170
) -> VegaLite:
    """The number of selected images in each class, in the colours of the classes.

    counts: [classes], of label 0, 1, ...
    """
    total = max(int(np.sum(counts)), 1)
    rows = [
        {"class": name, "images": int(count), "share": int(count) / total}
        for name, count in zip(names, counts, strict=True)
    ]
    most = int(np.argmax(counts))
    angle = 0 if are_short(names) else -40
    x = {
        "field": "class",
        "type": "nominal",
        "sort": list(names),
        "axis": {"title": None, "labelAngle": angle, "labelOverlap": False, "ticks": False},
    }
    y = {
        "field": "images",
        "type": "quantitative",
        "axis": {"title": "images", "tickCount": 4, "tickMinStep": 1, "format": ",d"},
    }
    tooltip = [
        {"field": "class"},
        {"field": "images", "format": ","},
        {"field": "share", "format": ".1%", "title": "share of the selection"},
    ]
    colour = {"field": "class", "type": "nominal", "scale": {"domain": list(names)}, "legend": None}
    return {
        "height": height,
        "description": f"Bar chart of the selected images by class; most are {names[most]}: {int(counts[most]):,}.",
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 2},
                "encoding": {"x": x, "y": y, "color": colour, "tooltip": tooltip},
            },
            {
                "transform": [{"filter": "datum.images > 0"}],
                "mark": {"type": "text", "dy": -6, "fontSize": 11, "color": "#8a8f98"},
                "encoding": {"x": x, "y": y, "text": {"field": "images", "format": ","}},
            },
        ],
    }
