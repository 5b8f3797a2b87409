"""The charts of the Clusters page contain the right numbers and are drawn to scale."""

import re

import numpy as np
import pytest

from core.charts import kmeans_charts, metric_charts, plane_charts
from core.charts.vega import NEUTRAL
from core.clustering import davies_bouldin
from core.clustering.plane import pair_plane
from core.clustering.scan import scan
from core.figures.neighbours import knn_curve
from core.figures.retrieval import retrieval
from core.figures.verification import verification
from core.lessons.pair_agreement import sample_pairs

RNG = np.random.default_rng(5)
LABELS = RNG.integers(0, 3, 400)
POINTS = np.array([[0, 0], [3, 1], [-2, 4]])[LABELS] + RNG.normal(size=(400, 2))
NAMES = ["zero", "one", "two"]


def inside(chart: dict) -> dict:
    """The layer with the data."""
    (only,) = chart["layer"]
    return only


def spans(chart: dict, width: float, height: float) -> dict[str, tuple[float, float]]:
    """The ends of both axes, as the browser computes them."""
    ends = {}
    for name, channel in chart["encoding"].items():
        texts = [channel["scale"][end]["expr"] for end in ("domainMin", "domainMax")]
        low, high = (eval(text, {"max": max, "width": width, "height": height}) for text in texts)
        ends[name] = (low, high)
    return ends


@pytest.mark.parametrize(("width", "height"), [(800, 400), (300, 400)])
def test_circles_are_round_and_everything_fits(width: float, height: float) -> None:
    index = davies_bouldin(POINTS, LABELS)
    plane = pair_plane(POINTS, LABELS, index, 0, 2)
    chart = plane_charts.two_clusters(plane, ("zero", "two"), (0, 2), NAMES, 400)
    ends = spans(chart, width, height)
    per_unit = width / np.ptp(ends["x"]), height / np.ptp(ends["y"])
    assert per_unit[0] == pytest.approx(per_unit[1])
    for layer in chart["layer"]:
        for row in layer["data"]["values"]:
            for name in ("x", "y"):
                assert ends[name][0] <= row[name] <= ends[name][1]


def test_the_circles_have_the_wcds_as_radii_and_the_line_is_the_bcd() -> None:
    index = davies_bouldin(POINTS, LABELS)
    plane = pair_plane(POINTS, LABELS, index, 0, 2)
    chart = plane_charts.two_clusters(plane, ("zero", "two"), (0, 2), NAMES, 400)
    _, line, circles, centres, above, below, _ = (layer["data"]["values"] for layer in chart["layer"])
    for place, name in ((0, "zero"), (2, "two")):
        centre = next(np.array([row["x"], row["y"]]) for row in centres if row["cluster"] == name)
        rim = np.array([[row["x"], row["y"]] for row in circles if row["cluster"] == name])
        assert np.linalg.norm(rim - centre, axis=1) == pytest.approx(np.full(len(rim), index.within[place]))
    for place, name, words, side in ((0, "zero", below, -1), (2, "two", above, 1)):
        centre = next(np.array([row["x"], row["y"]]) for row in centres if row["cluster"] == name)
        assert [row["text"] for row in words] == [f"{name}: WCD {index.within[place]:.3g}"]
        rim = centre[0], centre[1] + side * index.within[place]
        assert (words[0]["x"], words[0]["y"]) == pytest.approx(rim)
    ends = np.array([[row["x"], row["y"]] for row in line])
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(index.between[0, 2])


def test_points_that_coincide_still_have_axes() -> None:
    chart = plane_charts.classes(np.zeros((5, 2)), np.zeros(5, int), ["zero"], 300)
    for low, high in spans(chart, 600, 300).values():
        assert low < 0 < high


def test_points_keep_their_classes_and_the_chosen_ones_are_on_top() -> None:
    chart = plane_charts.among_all(POINTS[:50], LABELS[:50], NAMES, POINTS[7:9], "these two", 300)
    under, above = (layer["data"]["values"] for layer in chart["layer"])
    assert [row["class"] for row in under] == [NAMES[label] for label in LABELS[:50]]
    assert [(row["x"], row["y"]) for row in above] == [tuple(point) for point in POINTS[7:9]]


def test_clusters_have_the_colours_of_the_classes_that_they_mostly_are_and_no_others() -> None:
    clusters = np.array([0, 1, 2, 3, 3])
    shown = plane_charts.assignments(POINTS[:5], clusters, POINTS[:4], (2, 2, -1, 0), NAMES, 300)
    dots, rings, *_, numbers = (layer["data"]["values"] for layer in shown["layer"])
    assert [(row["cluster"], row["class"]) for row in dots] == [
        (1, "two"),
        (3, None),
        (4, "zero"),
        (4, "zero"),
    ]
    assert [(row["cluster"], row["class"]) for row in rings] == [(2, "two")]  # the second one in that colour
    assert [row["cluster"] for row in numbers] == ["1", "2", "3", "4"]
    plane = pair_plane(POINTS, LABELS, davies_bouldin(POINTS, LABELS), 0, 2)
    pair = plane_charts.two_clusters(plane, ("A ≈ two", "B ≈ no class"), (2, -1), NAMES, 400)
    assert {row["class"] for row in pair["layer"][0]["data"]["values"]} == {"two", None}
    for chart in (shown, pair):
        hue = chart["layer"][0]["encoding"]["color"]
        assert hue["condition"]["field"] == "class" and hue["condition"]["scale"]["domain"] == NAMES
        assert hue["value"] == NEUTRAL


def test_the_current_iteration_is_marked() -> None:
    chart = inside(kmeans_charts.over_iterations(np.array([9.0, 5.0, 4.0]), 1, 200))
    assert chart["data"]["values"][1] == {"iteration": 2, "inertia": 5.0}
    assert "=== 2" in chart["layer"][1]["transform"][0]["filter"]


def test_figures_over_k_are_those_of_the_scan_and_the_silhouette_has_error_bars() -> None:
    rows = list(scan(POINTS, LABELS, (2, 3, 4), sample=100))
    for what in kmeans_charts.OVER_K:
        values = inside(kmeans_charts.over_k(rows, what, 3, 200))["data"]["values"]
        assert [row["k"] for row in values] == [2, 3, 4]
        if what == "silhouette":
            for row, value in zip(rows, values, strict=True):
                assert value["high"] - value["low"] == pytest.approx(4 * row.silhouette.error)
        else:
            assert [value["value"] for value in values] == [getattr(row, what) for row in rows]


def test_an_undefined_figure_over_k_is_left_out() -> None:
    rows = list(scan(np.repeat(POINTS[:2], 20, axis=0), np.repeat([0, 1], 20), (1, 2)))
    chart = inside(kmeans_charts.over_k(rows, "davies_bouldin", 2, 200))
    assert [row["k"] for row in chart["data"]["values"]] == [2]


@pytest.mark.parametrize("drawn", [1, 7, 5000])
def test_the_curve_of_pairs_ends_at_the_last_pair(drawn: int) -> None:
    pairs = sample_pairs(LABELS, LABELS % 2, drawn)
    chart = inside(metric_charts.converging({"ours": pairs}, {"ours": 0.5}, 300))
    rows = chart["data"]["values"]
    assert rows[0]["pairs"] == 1 and rows[-1]["pairs"] == drawn
    assert rows[-1]["share"] == pytest.approx(pairs.agree.mean())
    assert rows[-1]["low"] <= rows[-1]["share"] <= rows[-1]["high"]
    assert len(rows) <= metric_charts.MOST_STEPS


def test_an_undefined_score_has_no_bar() -> None:
    chart = inside(metric_charts.beside_chance([("a", 0.9, 0.1), ("b", float("nan"), 0.2)], 200))
    assert chart["data"]["values"] == [{"score": "a", "value": 0.9, "chance": 0.1}]


def test_curves_over_neighbours_contain_value_error_and_chance() -> None:
    curves = {
        "k-NN": knn_curve(POINTS, LABELS, POINTS, LABELS, ks=(1, 5)),
        "recall": retrieval(POINTS, LABELS, ks=(1, 4), sample=50).recall,
    }
    chart = inside(metric_charts.over_neighbours(curves, 300))
    rows, guesses = chart["data"]["values"], chart["layer"][2]["data"]["values"]
    for name, curve in curves.items():
        own = [row for row in rows if row["of"] == name]
        assert [row["value"] for row in own] == curve.value.tolist()
        assert [row["high"] - row["low"] for row in own] == pytest.approx((4 * curve.error).tolist())
        assert [row["value"] for row in guesses if row["of"] == name] == curve.chance.tolist()


def test_the_roc_contains_the_curve_and_both_thresholds() -> None:
    found = verification(POINTS, LABELS, reach=2.0, pairs=500)
    chart = inside(metric_charts.roc(found, 300))
    assert [row["true"] for row in chart["data"]["values"]] == found.true_positive_rate.tolist()
    named = {row["threshold"]: row["distance"] for row in chart["layer"][2]["data"]["values"]}
    assert named == {"best": found.best.distance, "half the margin": 1.0}
    without = inside(metric_charts.roc(verification(POINTS, LABELS, pairs=500), 300))
    assert [row["threshold"] for row in without["layer"][2]["data"]["values"]] == ["best"]


def test_each_chart_has_a_description_with_its_numbers() -> None:
    found = verification(POINTS, LABELS, reach=2.0, pairs=500)
    assert re.search(rf"{found.area.value:.3f}", metric_charts.roc(found, 300)["description"])
    assert "9 to 4" in kmeans_charts.over_iterations(np.array([9.0, 5.0, 4.0]), 1, 200)["description"]
