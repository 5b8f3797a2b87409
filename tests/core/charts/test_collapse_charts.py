"""The charts of the Collapse page contain the right numbers, where Vega looks for them."""

import json
import math
from typing import Any

import altair as alt
import numpy as np
import pytest

from core.charts.collapse_charts import Axes, axes_of, dots, loss_and_value, spread_and_rank, widest
from core.lessons.embedding_shape import Shape
from core.runs import Progress

REPORTS = [
    Progress(step, 30, 1, loss, {}, 1.0, None, None) for step, loss in ((10, 0.5), (20, 0.3), (30, 9.0))
]
STEPS = [0, 10, 20, 30]
SHAPES = [
    Shape(0.5, 1.9, 0.1),
    Shape(0.02, 1.4, 0.2),
    Shape(0.0, 0.0, 0.0),
    Shape(math.nan, math.nan, math.nan),
]
POINTS = np.array([[-1.0, -1.0], [1.0, -1.0], [0.0, 2.0]])
AXES = axes_of(REPORTS, 0.25, SHAPES, POINTS, 0.5)
NO_AXES = axes_of([], 0.25, [], np.zeros((0, 2)), 0.5)


def charts() -> dict[str, dict[str, Any]]:
    return {
        "loss": loss_and_value(REPORTS, 0.25, AXES, 170),
        "no loss yet": loss_and_value([], 0.25, NO_AXES, 170),
        "shape": spread_and_rank(STEPS, SHAPES, AXES, 90),
        "no shape yet": spread_and_rank([], [], NO_AXES, 90),
        "dots": dots(POINTS, np.array([0, 1, 1]), ["0", "1"], AXES, 320),
    }


@pytest.mark.parametrize("name", charts())
def test_each_chart_is_valid_vega_lite_in_json_without_top_level_data(name: str) -> None:
    spec = charts()[name]
    assert "data" not in spec and "datasets" not in spec
    (alt.VConcatChart if "vconcat" in spec else alt.LayerChart).from_dict(spec)
    json.dumps(spec, allow_nan=False)


def test_the_loss_is_drawn_with_its_know_nothing_value() -> None:
    line, level = charts()["loss"]["layer"]
    assert [row["loss"] for row in line["data"]["values"]] == [
        0.5,
        0.3,
        2 * 2.5 * 0.25,
    ]  # clipped beyond the axis
    assert level["data"]["values"] == [{"loss": 0.25, "text": "knows nothing: 0.25"}]
    assert line["encoding"]["y"]["scale"]["domain"] == [0.0, 2.5 * 0.25]


def test_spread_and_rank_are_at_their_steps_without_nan() -> None:
    spread, rank = charts()["shape"]["vconcat"]
    assert spread["data"]["values"] == [
        {"step": 0, "value": 0.5},
        {"step": 10, "value": 0.02},
        {"step": 20, "value": 1e-6},  # a logarithmic scale has no 0
    ]
    assert [row["value"] for row in rank["data"]["values"]] == [1.9, 1.4, 0.0]
    for panel in (spread, rank):  # headroom, so that the line is not clipped
        top = panel["encoding"]["y"]["scale"]["domain"][1]
        assert top > 1.05 * max(row["value"] for row in panel["data"]["values"])


def test_the_largest_rank_and_spread_are_below_the_edge() -> None:
    shapes = [Shape(80.0, 8.0, 0.5)]
    spread, rank = spread_and_rank([0], shapes, axes_of(REPORTS, 0.25, shapes, POINTS, 0.5), 90)["vconcat"]
    assert spread["encoding"]["y"]["scale"]["domain"][1] > 1.05 * 80
    assert rank["encoding"]["y"]["scale"]["domain"][1] > 1.05 * 8


def test_the_frame_of_the_dots_is_centred_on_the_origin_and_contains_them() -> None:
    (held,) = charts()["dots"]["layer"]
    assert [(row["z1"], row["z2"], row["class"]) for row in held["data"]["values"]] == [
        (-1.0, -1.0, "0"),
        (1.0, -1.0, "1"),
        (0.0, 2.0, "1"),
    ]
    for axis in ("x", "y"):
        assert held["encoding"][axis]["scale"]["domain"] == pytest.approx([-2.0 * 1.05, 2.0 * 1.05])


def test_the_charts_of_two_runs_have_the_same_axes_on_which_both_fit() -> None:
    """A run with a negative loss, and one that is wider and has a higher rank."""
    wide = axes_of(REPORTS, 2.0, [Shape(80.0, 8.0, 0.5)], 10 * POINTS, 0.5)
    low = axes_of([Progress(60, 60, 1, -3.0, {}, 1.0, None, None)], 0.0, SHAPES, POINTS, 0.5)
    both = widest([wide, low])
    assert both == widest([low, wide])
    assert both == Axes((-3.0, 5.0), 60, wide.spread, wide.rank, wide.half)
