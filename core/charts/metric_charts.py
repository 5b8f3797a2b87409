"""Charts of figures: by sampled pairs, compared with guessing, by number of neighbours, and the ROC curve.

Vega-Lite as plain dicts: redrawn at every click, and Altair takes ten times as long to build one.
"""

import math
from collections.abc import Sequence

import numpy as np

from core.charts.vega import NEUTRAL, VegaLite, axis, colour, holding_its_data
from core.figures.estimate import Curve
from core.figures.verification import Verification
from core.lessons.pair_agreement import PairAgreement

MOST_STEPS = 240  # of a curve over drawn pairs


@holding_its_data
def converging(drawn: dict[str, PairAgreement], limits: dict[str, float], height: int) -> VegaLite:
    """The share of agreeing pairs over the number of sampled pairs (logarithmic), with its 95 % interval;
    dashed: the value that each name converges to."""
    rows = []
    for name, agreement in drawn.items():
        last = len(agreement.first)
        steps = np.unique(np.geomspace(1, last, min(MOST_STEPS, last)).astype(int)) - 1
        low, high = agreement.interval()
        rows += [
            {
                "pairs": int(at) + 1,
                "share": float(agreement.running[at]),
                "low": float(low[at]),
                "high": float(high[at]),
                "of": name,
            }
            for at in steps
        ]
    names = list(drawn)
    hue = colour("of", names)
    most = max([10, *(len(agreement.first) for agreement in drawn.values())])
    x = axis("pairs", "sampled pairs", format=",d")
    x["scale"] = {"type": "log", "domain": [1, most], "nice": False}
    x["axis"]["values"] = [10**power for power in range(7) if 10**power <= most]
    y = axis("share", "share that agrees", format=".0%")
    y["scale"] = {"domain": [0, 1]}
    rules = [{"share": value, "of": name} for name, value in limits.items()]
    return {
        "height": height,
        "description": "The share of agreeing pairs: "
        + "; ".join(f"{name} {agreement.running[-1]:.3f}" for name, agreement in drawn.items()),
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.22},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": hue},
            },
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"x": x, "y": y, "color": hue}},
            {
                "data": {"values": rules},
                "mark": {"type": "rule", "strokeDash": [4, 4], "strokeWidth": 1.5},
                "encoding": {"y": y, "color": hue},
            },
        ],
    }


@holding_its_data
def beside_chance(scores: Sequence[tuple[str, float, float]], height: int) -> VegaLite:
    """A bar from the score of guessing to this run's, for each (name, value, score of guessing)."""
    rows = [
        {"score": name, "value": value, "chance": chance}
        for name, value, chance in scores
        if np.isfinite(value)
    ]
    y = {
        "field": "score",
        "type": "nominal",
        "sort": [row["score"] for row in rows],
        "axis": {"title": None, "labelLimit": 200, "ticks": False},
    }
    x = axis("value", "from guessing (|) to this run (●)", zero=False)
    x["scale"] = {"domain": [min([0.0, *(chance for _, value, chance in scores if np.isfinite(value))]), 1]}
    tip = [
        {"field": "score"},
        {"field": "value", "format": ".4f", "title": "this run"},
        {"field": "chance", "format": ".4f", "title": "guessing"},
    ]
    return {
        "height": height,
        "description": "; ".join(
            f"{row['score']} {row['value']:.3f}, guessing {row['chance']:.3f}" for row in rows
        ),
        "data": {"values": rows},
        "encoding": {"y": y, "tooltip": tip},
        "layer": [
            {
                "mark": {"type": "bar", "height": 6, "opacity": 0.5},
                "encoding": {"x": x, "x2": {"field": "chance"}},
            },
            {
                "mark": {"type": "tick", "thickness": 2.5, "size": 18, "color": NEUTRAL},
                "encoding": {"x": {"field": "chance", "type": "quantitative"}},
            },
            {"mark": {"type": "point", "filled": True, "size": 110, "opacity": 1}, "encoding": {"x": x}},
        ],
    }


@holding_its_data
def over_neighbours(curves: dict[str, Curve], height: int) -> VegaLite:
    """Figures over the number of neighbours, with two standard errors; dashed: guessing."""
    rows, guesses = [], []
    for name, curve in curves.items():
        for k, value, error, chance in zip(curve.k, curve.value, curve.error, curve.chance, strict=True):
            if np.isfinite(value):
                spread = 2 * float(error) if np.isfinite(error) else 0.0
                rows.append(
                    {
                        "k": int(k),
                        "value": float(value),
                        "low": float(value) - spread,
                        "high": float(value) + spread,
                        "of": name,
                    }
                )
                guesses.append({"k": int(k), "value": float(chance), "of": name})
    hue = colour("of", list(curves))
    x = axis("k", "neighbours, k", format="d")
    x["scale"] = {"type": "log", "nice": False}
    x["axis"]["values"] = sorted({int(k) for curve in curves.values() for k in curve.k})
    y = axis("value", "share of test images", format=".0%")
    y["scale"] = {"domain": [0, 1]}
    line = {"type": "line", "strokeWidth": 2}
    return {
        "height": height,
        "description": "; ".join(
            f"{name}: {curve.value[0]:.3f} for k = {curve.k[0]}, {curve.value[-1]:.3f} for k = {curve.k[-1]}"
            for name, curve in curves.items()
        ),
        "data": {"values": rows},
        "layer": [
            {"mark": {**line, "point": {"size": 34}}, "encoding": {"x": x, "y": y, "color": hue}},
            {
                "mark": {"type": "rule", "strokeWidth": 1.5},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": hue},
            },
            {
                "data": {"values": guesses},
                "mark": {**line, "strokeDash": [3, 3], "opacity": 0.8},
                "encoding": {"x": x, "y": y, "color": hue},
            },
        ],
    }


@holding_its_data
def roc(found: Verification, height: int) -> VegaLite:
    """The ROC curve: true over false positive rate for every threshold; the best and the suggested threshold
    are marked."""
    columns = found.false_positive_rate, found.true_positive_rate, found.distance
    rows = [
        {
            "place": place,
            "false": float(false),
            "true": float(true),
            "distance": None if math.isnan(distance) else float(distance),
        }
        for place, (false, true, distance) in enumerate(zip(*columns, strict=True))
    ]
    x = axis("false", "other pairs taken for one class", format=".0%")
    y = axis("true", "pairs of one class found", format=".0%")
    for each in (x, y):
        each["scale"] = {"domain": [0, 1]}
    tip = [
        {"field": "distance", "format": ".3f", "title": "threshold"},
        {"field": "true", "format": ".1%"},
        {"field": "false", "format": ".1%"},
    ]
    return {
        "height": height,
        "description": f"The ROC of verification, with an area of {found.area.value:.3f} below it.",
        "data": {"values": rows},
        "encoding": {"x": x, "y": y, "tooltip": tip},
        "layer": [
            {
                "data": {"values": [{"false": 0, "true": 0}, {"false": 1, "true": 1}]},
                "mark": {"type": "line", "strokeDash": [3, 3], "color": NEUTRAL},
            },
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"order": {"field": "place"}}},
            _thresholds(found),
        ],
    }


def _thresholds(found: Verification) -> VegaLite:
    named = {"best": found.best, "half the margin": found.suggested}
    points = [
        {
            "false": threshold.false_positive_rate,
            "true": threshold.true_positive_rate,
            "distance": threshold.distance,
            "threshold": name,
            "size": 300 if name == "best" else 80,  # the second may lie on the first
        }
        for name, threshold in named.items()
        if threshold is not None
    ]
    hue = {**colour("threshold", list(named)), "legend": {"orient": "bottom", "title": "threshold"}}
    return {
        "data": {"values": points},
        "mark": {"type": "point", "filled": True, "opacity": 1},
        "encoding": {"size": {"field": "size", "type": "quantitative", "scale": None}, "color": hue},
    }
