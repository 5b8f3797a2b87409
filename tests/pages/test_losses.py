"""Losses without a browser: the planes get what core computes, and the buttons move the points."""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import RunConfig
from core.lessons.forces import forces
from core.lessons.lesson_plane import EDGE, HALF_WIDTH, LABELS, ONE_PLACE, START, nudged
from core.lessons.measured_losses import MEASURED, SEEDS, config_of
from core.losses import LOSSES
from pages.ui.components.plain_text import plain
from pages.ui.learn.curve import Curve, handle_place
from pages.ui.learn.loss_bench import LOOKS
from pages.ui.learn.plane import Look, Moved, Plane, moved_points
from tests.pages.conftest import OpenPage, components

PAGE = "learn/losses.py"


def data_of_components(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(component.proto.json) for component in components(app)]


def planes(app: AppTest) -> list[dict[str, Any]]:
    return [data for data in data_of_components(app) if "half_width" in data]


def metric(app: AppTest, label: str) -> float:
    return next(float(tile.value.lstrip("× ")) for tile in app.metric if tile.label == label)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


@pytest.mark.parametrize("name", LOSSES)
def test_the_arrows_of_every_loss_are_its_forces(open_page: OpenPage, name: str) -> None:
    app = open_page(PAGE)
    app.selectbox(key="bench_loss_0").set_value(name).run()
    assert not app.exception
    (shown,) = planes(app)
    expected = forces(LOSSES[name], START, LABELS, RunConfig(loss=name).loss_parameters)
    assert shown["points"] == START.tolist()
    assert set(shown["forces"]) == set(expected.of_term)
    for term, arrows in shown["forces"].items():
        assert np.array(arrows) == pytest.approx(expected.of_term[term], abs=1e-9)
    assert metric(app, "Loss of all points") == pytest.approx(expected.loss, abs=1e-4)
    done, pile = (
        next(text.value for text in app.markdown if text.value.startswith(f"**{of}:**"))
        for of in ("When a pair is done", "All at one place")
    )
    if name == "contrastive":
        assert "pushed only until it is 1.00 away" in done and "unstable" in pile
    if name == "nt_xent":
        assert "never" in done and "dead point" in pile


def test_a_step_moves_each_point_by_the_force_on_it(open_page: OpenPage) -> None:
    app = press(open_page(PAGE), "walk_1_0")
    (shown,) = planes(app)
    force = forces(LOSSES["contrastive"], START, LABELS, {"margin": 1.0}).total
    assert np.array(shown["points"]) == pytest.approx(START + 1.0 * force, abs=1e-7)
    assert shown["version"] == 1


def test_a_run_lowers_the_loss_and_passes_its_path_to_the_plane(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    before = metric(app, "Loss of all points")
    (shown,) = planes(press(app, "walk_60_0"))
    assert metric(app, "Loss of all points") < 0.5 * before
    assert len(shown["frames"]) > 10 and np.array(shown["frames"][0]) == pytest.approx(START, abs=1e-4)
    press(app, "restart")
    assert planes(app)[0]["points"] == START.tolist()
    assert metric(app, "Loss of all points") == before


def test_with_all_points_at_one_place_there_is_no_force(open_page: OpenPage) -> None:
    app = press(open_page(PAGE), "one_place")
    assert planes(app)[0]["points"] == ONE_PLACE.tolist()
    assert metric(app, "Strongest force") == 0
    assert "No force anywhere" in planes(app)[0]["told"]


def test_one_of_them_can_be_nudged_and_the_others_feel_it(open_page: OpenPage) -> None:
    app = press(press(open_page(PAGE), "one_place"), "nudge")
    (shown,) = planes(app)
    assert shown["points"] == nudged(ONE_PLACE, shown["anchor"]).tolist()
    assert metric(app, "Strongest force") > 0.1
    press(app, "walk_60_0")
    assert metric(app, "Loss of all points") < 0.01


def test_two_losses_show_the_same_points_each_with_its_own_forces(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    app.toggle(key="bench_two").set_value(True).run()
    one, other = planes(app)
    assert one["points"] == other["points"]
    assert one["forces"] != other["forces"]
    press(app, "walk_60_1")
    one, other = planes(app)
    assert one["points"] == other["points"] != START.tolist()


def test_a_larger_margin_costs_more_and_moves_the_handle(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    before = metric(app, "Loss of all points")
    curve = next(data for data in data_of_components(app) if "farthest" in data)
    assert curve["handle"] == pytest.approx(1.0, abs=1e-4)
    app.slider(key="bench_margin_0").set_value(2.0).run()
    assert metric(app, "Loss of all points") > before
    curve = next(data for data in data_of_components(app) if "farthest" in data)
    assert curve["handle"] == pytest.approx(2.0, abs=1e-4)


def curve(app: AppTest) -> dict[str, Any]:
    return next(data for data in data_of_components(app) if "farthest" in data)


@pytest.mark.parametrize("name", LOSSES)
def test_every_curve_has_its_margin_or_temperature_to_drag_or_says_that_there_is_none(
    open_page: OpenPage, name: str
) -> None:
    app = open_page(PAGE)
    app.selectbox(key="bench_loss_0").set_value(name).run()
    captions = [caption.value for caption in app.caption]
    without = [text for text in captions if "neither a margin nor a temperature" in text]
    if {"margin", "temperature", "similarity_margin"} & set(LOSSES[name].parameters):
        assert curve(app)["handle"] is not None and not without
        assert any(text.startswith("The handle, the ") for text in captions)
        return
    assert curve(app)["handle"] is None and len(without) == 1
    assert ("weight" in without[0]) == ("weight" in LOSSES[name].parameters)
    if "weight" in LOSSES[name].parameters:  # it changes the curves, as the caption says
        before = curve(app)["lines"]
        app.slider(key="bench_weight_0").set_value(3.0).run()
        after = curve(app)["lines"]
        assert after["positive"] != before["positive"] and after["negative"] != before["negative"]


def test_the_catalogue_is_the_registry(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    (table,) = [table.value for table in app.table if "Knows nothing at" in table.value]
    assert list(table["Loss"]) == [plain(entry.label) for entry in LOSSES.values()]
    assert list(table["Knows nothing at"]) == [f"{RunConfig(loss=name).collapsed:.3f}" for name in LOSSES]
    formulas = [part.value.strip("$\n ") for part in app.latex]
    assert all(entry.formula in formulas for entry in LOSSES.values())


def test_the_table_of_measured_losses_is_that_of_the_benchmark(open_page: OpenPage) -> None:
    """The mean over the seeds, computed here from the lines of the file."""
    lines = [json.loads(line) for line in MEASURED.read_text("utf-8").splitlines()]
    (table,) = [frame.value for frame in open_page(PAGE).dataframe if "2-D: test ARI" in frame.value]
    assert list(table["Loss"]) == [entry.label for entry in LOSSES.values()]
    for dims in (2, 8):
        for figure, label in (
            ("test_adjusted_rand_index", "test ARI"),
            ("knn_accuracy", "5-NN accuracy"),
            ("davies_bouldin", "Davies-Bouldin"),
        ):
            for name, shown in zip(LOSSES, table[f"{dims}-D: {label}"], strict=True):
                keys = {config_of(name, dims, seed).key for seed in SEEDS}
                values = [line[figure] for line in lines if line["key"] in keys]
                assert len(values) == 3 and shown == pytest.approx(sum(values) / 3)


def test_measuring_again_changes_the_times_and_not_the_slopes(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    before = [metric(app, "d², ns a pair"), metric(app, "d, ns a pair")]
    slopes = app.table[0].value
    assert "0/0 = NaN" in slopes["Gradient of d"].iloc[-1]
    press(app, "again_square_or_root")
    assert all(value > 0 for value in before)
    assert app.table[0].value.equals(slopes)


# ---- what the browser sends

SHOWN = Plane(
    "",
    3,
    [[0.0, 0.0], [1.0, 1.0]],
    [0, 1],
    (Look("0", 1), Look("1", 2)),
    HALF_WIDTH,
    EDGE,
    0,
    {},
    {},
    1,
    [],
    "",
)
GOOD = {"sent": 1, "version": 3, "points": [[0.5, -0.5], [1, 1]], "picked": 1}


def test_a_valid_move_is_accepted() -> None:
    assert moved_points(GOOD, SHOWN) == Moved([[0.5, -0.5], [1.0, 1.0]], 1)


@pytest.mark.parametrize(
    "forged",
    [
        None,
        [],
        {**GOOD, "version": 2},
        {**GOOD, "sent": "1"},
        {**GOOD, "sent": -1},
        {**GOOD, "picked": 2},
        {**GOOD, "picked": True},
        {**GOOD, "points": [[0.0, 0.0]]},
        {**GOOD, "points": [[0.0, 0.0], [0.0]]},
        {**GOOD, "points": [[0.0, 0.0], [0.0, float("nan")]]},
        {**GOOD, "points": [[0.0, 0.0], [0.0, 99.0]]},
        {**GOOD, "points": [[0.0, 0.0], ["0", "1"]]},
        {**GOOD, "points": "many"},
    ],
)
def test_a_forged_move_is_ignored(forged: Any) -> None:
    assert moved_points(forged, SHOWN) is None


def test_a_handle_is_accepted_only_if_the_curve_has_one_and_within_its_range() -> None:
    shown = Curve("", "", 2.5, 1.0, {}, [], 1.0, "", "")
    assert handle_place({"sent": 1, "at": 2}, shown) == 2.0
    for forged in (
        None,
        {},
        {"sent": 1, "at": 2.6},
        {"sent": 1, "at": "1"},
        {"sent": 1, "at": float("nan")},
        {"at": 1},
    ):
        assert handle_place(forged, shown) is None
    assert handle_place({"sent": 1, "at": 2}, Curve("", "", 2.5, 1.0, {}, [], None, "", "")) is None


def test_the_points_of_a_digit_have_its_colour_of_the_lab() -> None:
    assert all(look.colour == int(look.name) for look in LOOKS)
