"""What the canvas draws: each point at its position, in the colour of its class."""

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.spatial import cKDTree

from tests.browser.canvas_lab import (
    Visit,
    classes_at,
    off_the_ruler,
    share_right,
    through_camera,
    undisturbed,
)
from tests.browser.canvas_page import Cloud, clusters, steps
from tests.browser.harness import MOVING
from tests.core.conftest import wait_until


def test_each_point_is_drawn_where_it_belongs_in_the_colour_of_its_class(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000))
    coordinates, labels = clusters(2000, 15, 2)
    right, how_many = share_right(canvas, coordinates[-1], labels)
    assert how_many > 1000 and right == 1.0


def test_sixty_thousand_points_show_their_classes_and_none_is_buried(visit: Visit) -> None:
    canvas = visit(Cloud())
    coordinates, labels = clusters(60_000, 15, 2)
    picture, places = canvas.picture(), canvas.to_screen(coordinates[-1])
    # Points with many of their own class on the same spot: a solid patch.
    crowd = np.array([len(near) > 8 for near in cKDTree(places).query_ball_point(places, 2)])
    chosen = np.intersect1d(undisturbed(places, labels, picture.shape[1::-1], 4), np.flatnonzero(crowd))
    chosen = off_the_ruler(places, chosen, picture.shape[0])
    assert len(chosen) > 10_000 and set(labels[chosen]) == set(range(10))
    assert (classes_at(picture, places[chosen]) == labels[chosen]).mean() > 0.99


def test_a_place_without_points_shows_the_background(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000))
    coordinates, _ = clusters(2000, 15, 2)
    picture, places = canvas.picture(), canvas.to_screen(coordinates[-1])
    y, x = np.mgrid[60 : picture.shape[0] - 50 : 7, 60 : picture.shape[1] - 60 : 7]
    spots = np.stack([x.ravel(), y.ravel()], axis=1)
    empty = spots[cKDTree(places).query(spots + 0.5)[0] > 8]
    bright = picture[empty[:, 1], empty[:, 0]].min(axis=1) > 200
    assert len(empty) > 1000 and bright.mean() > 0.9  # the rest are grid lines and the circle


def test_a_point_missing_in_a_frame_is_not_drawn_there_or_on_the_way_there(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, case="few-at-first"), **MOVING)
    coordinates, labels = clusters(2000, 15, 2)
    share, how_many = share_right(canvas, coordinates[14], labels)
    assert how_many > 1000 and share == 1.0
    for at in (13.0, 13.5):
        canvas.ask(f"seek({at})")
        canvas.rest()
        where = coordinates[13] + (at - 13) * (coordinates[14] - coordinates[13])
        places = canvas.to_screen(where)
        picture = canvas.picture()
        there = off_the_ruler(places, undisturbed(places, labels, picture.shape[1::-1], 7), len(picture))
        there = there[
            ~((places[there] - [170, 300] > 0) & (places[there] - [545, 380] < 0)).all(axis=1)
        ]  # the notice
        correct = classes_at(picture, places[there]) == labels[there]
        assert correct[there < 500].all() and (there < 500).sum() > 100
        alone = there[cKDTree(places[:500]).query(places[there])[0] > 8]
        empty = picture[tuple(np.floor(places[alone]).astype(int).T[::-1])].min(axis=1) > 200
        assert len(alone) > 30 and empty.mean() > 0.9  # the rest lie on grid lines


@pytest.mark.parametrize("at", [3, 8, 13])
def test_the_slider_stops_at_its_ticks_which_are_the_snapshots(visit: Visit, at: int) -> None:
    canvas = visit(Cloud(points=2000))
    canvas.scrub.fill(str(at + 0.4))
    canvas.rest()
    assert canvas.scrub.input_value() == str(at)
    coordinates, labels = clusters(2000, 15, 2)
    right, how_many = share_right(canvas, coordinates[at], labels)
    assert how_many > 100 and right > 0.99
    expect(canvas.step).to_have_text(f"{steps(15)[at]} / 588")


def test_between_two_snapshots_the_points_are_interpolated(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, frames=3), **MOVING)
    canvas.ask("seek(1.25)")  # as when playback is paused there
    canvas.rest()
    coordinates, labels = clusters(2000, 3, 2)
    between = 0.75 * coordinates[1] + 0.25 * coordinates[2]
    right, how_many = share_right(canvas, between, labels)
    assert how_many > 500 and right == 1.0
    wrong, _ = share_right(canvas, coordinates[2], labels)
    assert wrong < 0.9
    expect(canvas.step).to_have_text("5 / 12")  # 5.25 is a quarter of the way from 3 to 12


def test_a_change_of_theme_changes_background_and_text_and_keeps_the_camera(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000), color_scheme="light")
    canvas.page.get_by_role("button", name="Zoom in").click()
    camera = canvas.state()["camera"]
    light, text = canvas.picture(), canvas.step.evaluate("e => getComputedStyle(e).color")
    canvas.page.emulate_media(color_scheme="dark")
    canvas.wait("s.background[0] < 80")
    wait_until(lambda: np.median(canvas.picture()) < 60, "it is dark")
    dark = canvas.picture()
    assert np.median(light) > 200
    assert canvas.step.evaluate("e => getComputedStyle(e).color") != text
    assert canvas.state()["camera"] == camera
    corner = (slice(-22, -6), slice(60, -10))  # the numbers along the lower edge
    assert light[corner].min() < 140 and dark[corner].max() > 140


def test_a_dense_screen_gets_its_full_resolution(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000), device_scale_factor=2)
    size = canvas.page.locator("canvas.points").evaluate(
        "c => [c.width, c.height, c.clientWidth, c.clientHeight]"
    )
    assert size[0] == 2 * size[2] and size[1] == 2 * size[3]


def test_dragging_rotates_the_camera_in_3d(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, dims=3), rest=False, **MOVING)
    assert canvas.state()["turning"]
    yaw = canvas.state()["yaw"]
    canvas.wait(f"s.yaw > {yaw} && s.playhead === 14")
    box = canvas.stage.bounding_box()
    assert box
    canvas.page.mouse.move(box["x"] + 200, box["y"] + 400)
    canvas.page.mouse.down()
    canvas.page.wait_for_timeout(100)
    held = canvas.state()
    assert not held["turning"]  # it stops at the first touch
    canvas.page.mouse.move(box["x"] + 260, box["y"] + 430, steps=3)
    canvas.page.mouse.up()
    canvas.rest()
    state = canvas.state()
    assert state["yaw"] < held["yaw"] and state["pitch"] > held["pitch"]

    coordinates, labels = clusters(2000, 15, 3)
    places, away = through_camera(state, coordinates[-1])
    picture = canvas.picture()
    chosen = undisturbed(places, labels, picture.shape[1::-1], 8)
    chosen = chosen[away[chosen] < 0]  # those in front are hardly faded
    right = classes_at(picture, places[chosen], (0, 0.1, 0.2)) == labels[chosen]
    assert len(chosen) > 300 and right.mean() > 0.93  # lines of the box and the circle cross a few
