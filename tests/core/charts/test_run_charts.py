"""core.charts.run_charts: valid Vega-Lite specifications with the right numbers."""

import altair as alt
import numpy as np
import pytest

from core.charts import run_charts
from core.config import RunConfig
from core.losses import LOSSES
from core.runs import Progress


def test_explained_variance_shows_every_direction_and_marks_the_kept_ones() -> None:
    spec = run_charts.explained_variance(np.array([0.5, 0.3, 0.15, 0.05]), 2)
    alt.LayerChart.from_dict(spec)  # raises unless it is valid Vega-Lite
    rows = spec["layer"][0]["data"]["values"]
    assert [row["share"] for row in rows] == [0.5, 0.3, 0.15, 0.05]
    assert [row["direction"] for row in rows] == [1, 2, 3, 4]
    assert [row["drawn"] for row in rows] == ["in the picture"] * 2 + ["left out"] * 2
    assert rows[0]["drawn"] in spec["layer"][0]["encoding"]["opacity"]["condition"]["test"]
    assert "2 in the picture hold 80.0%" in spec["description"]


@pytest.mark.parametrize(("shares", "kept"), [([], 2), ([0.0, 0.0], 2), ([1.0], 3)])
def test_explained_variance_of_nothing_is_still_a_chart(shares: list[float], kept: int) -> None:
    spec = run_charts.explained_variance(np.array(shares), kept)
    alt.LayerChart.from_dict(spec)
    assert len(spec["layer"][0]["data"]["values"]) == len(shares)


def test_a_selection_is_counted_by_class_in_the_order_and_colours_of_all_classes() -> None:
    spec = run_charts.classes_of_selection(np.array([3, 0, 9]), ["zero", "one", "two"])
    alt.LayerChart.from_dict(spec)
    rows = spec["layer"][0]["data"]["values"]
    assert [(row["class"], row["images"]) for row in rows] == [("zero", 3), ("one", 0), ("two", 9)]
    assert [row["share"] for row in rows] == pytest.approx([0.25, 0, 0.75])
    bars = spec["layer"][0]["layer"][0]["encoding"]
    assert bars["color"]["scale"]["domain"] == bars["x"]["sort"] == ["zero", "one", "two"]
    assert "most are two: 9" in spec["description"]


def test_an_empty_selection_is_a_chart_of_zeros() -> None:
    spec = run_charts.classes_of_selection([0, 0], ["a", "b"])
    alt.LayerChart.from_dict(spec)
    assert [row["share"] for row in spec["layer"][0]["data"]["values"]] == [0, 0]


def progress(step: int, active: float | None) -> Progress:
    return Progress(
        step, 100, 1, 0.5 / step, {"attraction": 0.2 / step, "repulsion": 0.3 / step}, 0.1, None, active
    )


def test_the_active_share_has_a_separate_axis() -> None:
    spec = run_charts.loss_curve([progress(1, 0.9), progress(50, None), progress(100, 0.2)], 0.25, 200)
    alt.LayerChart.from_dict(spec)
    losses, shares = spec["layer"]
    assert spec["resolve"]["scale"]["y"] == "independent"
    assert shares["data"]["values"] == [{"step": 1, "active": 0.9}, {"step": 100, "active": 0.2}]
    assert shares["encoding"]["y"]["scale"]["domain"] == [0, 1]
    rows = losses["layer"][0]["data"]["values"]
    assert [row["loss"] for row in rows if row["line"] == run_charts.TRAINING] == [0.5, 0.01, 0.005]


@pytest.mark.parametrize("name", LOSSES)
def test_pull_and_push_have_fixed_colours_and_no_two_lines_share_one(name: str) -> None:
    chance = np.random.default_rng(0)
    points = chance.normal(size=(12, 2))
    entry, config = LOSSES[name], RunConfig(loss=name)
    terms = entry.function(points, np.arange(12) % 3, **config.loss_parameters).terms
    reports = [Progress(step, 2, 1, 1.0, dict.fromkeys(terms, 0.5), 0.1, None, None) for step in (1, 2)]
    colour = run_charts.loss_curve(reports, 0.25, 200)["layer"][0]["encoding"]["color"]
    place = {line: colour["scale"]["domain"].index(line) for line in colour["legend"]["values"]}
    assert len(set(place.values())) == len(place) == len(set(terms) if len(terms) > 1 else ()) + 2
    assert max(place.values()) < 10
    for pull in place.keys() & {"attraction", "alignment", "center"}:
        assert place[pull] == 0
    for push in place.keys() & {"repulsion", "uniformity"}:
        assert place[push] == 1


@pytest.mark.parametrize(
    "terms",
    [
        ["a", "b", "c"],
        [f"term {n}" for n in range(12)],
        ["attraction", "center"],
        ["repulsion", "uniformity"],
    ],
)
def test_every_term_of_a_loss_has_a_colour(terms: list[str]) -> None:
    reports = [Progress(step, 2, 1, 1.0, dict.fromkeys(terms, 0.5), 0.1, None, None) for step in (1, 2)]
    colour = run_charts.loss_curve(reports, 0.25, 200)["layer"][0]["encoding"]["color"]
    domain = colour["scale"]["domain"]
    assert colour["legend"]["values"] == [run_charts.TRAINING, run_charts.VALIDATION, *terms]
    assert len(set(domain)) == len(domain) and set(colour["legend"]["values"]) <= set(domain)


@pytest.mark.parametrize("reports", [[], [progress(1, None), progress(9, None)]])
def test_without_active_shares_there_is_no_axis_for_them(reports: list[Progress]) -> None:
    spec = run_charts.loss_curve(reports, 0.25, 200)
    alt.LayerChart.from_dict(spec)
    assert "active" not in str(spec)
