"""The visitor's own image in the canvas: its position, and its path through the snapshots."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.canvas_lab import Canvas, Visit
from tests.browser.canvas_page import Cloud, journey

TEXT = np.array([27.0, 36, 51])  # of the light theme


def dark_share(canvas: Canvas, places: np.ndarray, reach: int = 1) -> float:
    """The share of positions with a pixel in the text colour nearby."""
    canvas.page.mouse.move(3, 3)
    canvas.painted()
    picture = canvas.picture()
    found = []
    for x, y in np.floor(places).astype(int):
        near = picture[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1].reshape(-1, 3)
        found.append(bool(len(near)) and np.linalg.norm(near - TEXT, axis=1).min() < 40)
    return float(np.mean(found))


def around(place: np.ndarray) -> np.ndarray:
    angle = np.linspace(0.6, 2 * np.pi - 0.6, 24)  # its label is on the right
    return place + 10 * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def test_it_is_at_its_place_and_can_be_hidden(visit: Visit) -> None:
    canvas = visit(Cloud(points=400, mark="end"))
    place = canvas.to_screen(journey(2, 15)[-1:])[0]
    assert dark_share(canvas, around(place)) == 1
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.rest()
    assert dark_share(canvas, around(canvas.to_screen(journey(2, 15)[-1:])[0])) == 1
    expect(canvas.page.get_by_role("img", name=re.compile("Overlays: .*your image"))).to_be_visible()
    canvas.turn_on("Your image")
    assert dark_share(canvas, around(canvas.to_screen(journey(2, 15)[-1:])[0])) < 0.2


def test_a_mark_without_a_journey_is_shown_at_the_last_step_only(visit: Visit) -> None:
    canvas = visit(Cloud(points=400, mark="end"))
    place = canvas.to_screen(journey(2, 15)[-1:])[0]
    canvas.scrub.fill("6")
    canvas.rest()
    assert dark_share(canvas, around(place)) < 0.3


@pytest.mark.parametrize("frame", [4, 10])
def test_a_journey_stops_at_the_playhead_and_shows_its_path(visit: Visit, frame: int) -> None:
    canvas = visit(Cloud(points=200, mark="path"))
    canvas.scrub.fill(str(frame))
    canvas.rest()
    path = canvas.to_screen(journey(2, 15))
    assert dark_share(canvas, around(path[frame])) == 1
    between = (path[:-1] + path[1:]) / 2
    away = np.linalg.norm(between - path[frame], axis=1) > 25
    behind, ahead = np.arange(14) < frame, np.arange(14) >= frame
    assert dark_share(canvas, between[behind & away]) > 0.9
    assert dark_share(canvas, between[ahead & away]) < 0.4  # only faint


def test_in_3d_it_turns_with_the_points(visit: Visit) -> None:
    from tests.browser.canvas_lab import through_camera

    canvas = visit(Cloud(points=300, dims=3, mark="path"))
    for _ in range(2):
        place = through_camera(canvas.state(), journey(3, 15)[-1:])[0][0]
        assert dark_share(canvas, around(place), 2) > 0.9
        canvas.stage.focus()
        for _ in range(6):
            canvas.page.keyboard.press("ArrowLeft")
        canvas.rest()


def test_outside_the_picture_it_is_shown_at_the_edge(visit: Visit) -> None:
    canvas = visit(Cloud(points=300, mark="outside"))
    state = canvas.state()
    corner = np.array([state["width"] - 14.0, 14.0])
    angle = np.linspace(0, 2 * np.pi, 24)
    ring = corner + 10 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    left = ring[ring[:, 0] > corner[0] - 5]
    assert dark_share(canvas, left) > 0.7  # its label and the frame are close


def test_without_a_mark_its_overlay_is_not_offered(visit: Visit) -> None:
    canvas = visit(Cloud(points=300, clusters=True))
    canvas.page.get_by_role("button", name="Colours and overlays").click()
    expect(canvas.page.get_by_label("Centroids")).to_be_visible()
    expect(canvas.page.get_by_label("Your image")).to_have_count(0)
