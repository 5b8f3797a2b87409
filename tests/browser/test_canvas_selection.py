"""Hovering, pinning and selecting points of the canvas; what persists, and what Python receives."""

import re

import numpy as np
import pytest
from matplotlib.path import Path as Polygon
from playwright.sync_api import expect
from scipy.spatial import cKDTree

from tests.browser.canvas_lab import (
    COLOURS,
    Visit,
    nearest_class,
    off_the_ruler,
    through_camera,
)
from tests.browser.canvas_page import Cloud, clusters, own_clusters
from tests.browser.harness import MOVING

POINTS, LABELS = clusters(2000, 15, 2)


def alone(places: np.ndarray, reach: float = 20) -> np.ndarray:
    """Points with no other one within `reach` pixels, away from the tools."""
    distance = cKDTree(places).query(places, k=2)[0][:, 1]
    x, y = places.T
    return np.flatnonzero((distance > reach) & (x > 60) & (x < 560) & (y > 60) & (y < 450))


def square(middle: np.ndarray, half: float) -> np.ndarray:
    return middle + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])


def test_the_pointer_finds_the_nearest_point_and_says_what_it_is(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, pick=True, clusters=True))
    places = canvas.to_screen(POINTS[-1])
    for point in alone(places)[:4]:
        canvas.go_to(places[point] + [4, 3])
        card = canvas.page.locator(".card")
        expect(card.locator("strong")).to_have_text(str(LABELS[point]))
        expect(card).to_contain_text(f"point {point:,}")
        other = (LABELS[point] + 1) % 10
        expect(card).to_contain_text(
            "its cluster agrees" if point % 7 else f"in the cluster of {other}", ignore_case=False
        )
        expect(canvas.page.locator(".card canvas")).to_be_hidden()  # no source of images
    empty = np.array([70.0, 500.0])
    assert cKDTree(places).query(empty)[0] > 12
    canvas.go_to(empty)
    expect(canvas.page.locator(".card")).to_be_hidden()


def test_an_unselectable_canvas_ignores_the_pointer(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000))
    place = canvas.to_screen(POINTS[-1])[7]
    canvas.click_at(place)
    canvas.page.wait_for_timeout(200)
    assert canvas.state()["pinned"] == canvas.state()["hovered"] == -1
    expect(canvas.page.get_by_role("button", name="Select with a lasso")).to_be_hidden()
    expect(canvas.stage).not_to_have_attribute("aria-label", re.compile("picks"))


def test_a_pinned_point_keeps_its_ring_while_the_points_move(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, pick=True, ids=True), **MOVING)
    places = canvas.to_screen(POINTS[-1])
    point = int(alone(places)[0])
    canvas.click_at(places[point])
    selection = canvas.sent_selection()
    assert selection.pinned == 3 * point and not len(selection.selected)
    ring = canvas.page.locator(".ring")
    for at in (2, 9):
        canvas.scrub.fill(str(at))
        canvas.rest()
        box = ring.bounding_box()
        assert box
        middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
        assert np.allclose(middle, canvas.on_page(canvas.to_screen(POINTS[at])[point]), atol=1)
        expect(canvas.page.locator(".card")).to_be_visible()
    expect(canvas.page.get_by_role("img", name=re.compile(f"Picked: image {3 * point:,}"))).to_be_visible()
    canvas.stage.focus()
    canvas.page.keyboard.press("Escape")
    expect(ring).to_be_hidden()
    assert canvas.sent_selection().pinned is None


@pytest.mark.parametrize("tool", ["lasso", "box", "shift"])
def test_what_lies_inside_is_selected_and_the_rest_fades(visit: Visit, tool: str) -> None:
    canvas = visit(Cloud(points=2000, pick=True, ids=True))
    canvas.scrub.fill("9")  # the shown frame counts, not the last one
    canvas.rest()
    places = canvas.to_screen(POINTS[9])
    middle = places[LABELS == 3].mean(axis=0)
    corners = square(middle, 60)
    if tool == "lasso":  # with a notch on either side: not everything in its bounding box is inside
        notch = np.array([15, 0])
        corners = np.stack([*corners[:2], middle + notch, *corners[2:], middle - notch])
    if tool == "shift":
        canvas.page.keyboard.down("Shift")
    else:
        canvas.stage.focus()
        canvas.page.keyboard.press(tool[0])
        expect(canvas.page.get_by_role("button", name=f"Select with a {tool}")).to_have_attribute(
            "aria-pressed", "true"
        )
    canvas.draw(corners if tool == "lasso" else corners[[0, 2]])  # opposite ones
    canvas.page.keyboard.up("Shift")
    inside = np.flatnonzero(Polygon(corners).contains_points(places))
    camera = canvas.state()["camera"]
    selected = canvas.sent_selection().selected.tolist()
    rim = np.logical_xor(*(Polygon(corners).contains_points(places, radius=wide) for wide in (-1, 1)))
    assert set(selected) ^ set((3 * inside).tolist()) <= set((3 * np.flatnonzero(rim)).tolist())
    assert len(selected) > 50
    in_its_box = (np.abs(places - middle).max(axis=1) < 60).sum()
    assert tool != "lasso" or len(selected) < in_its_box - 20
    assert canvas.state()["camera"] == camera and canvas.state()["playhead"] == 9
    # the others are only a shade of their colour, and under the selected
    picture = canvas.picture()
    x, y = np.floor(places).astype(int).T
    away = alone(places, 12)
    away = away[np.abs(places[away] - middle).max(axis=1) > 75]
    assert len(away) >= 5
    assert (picture[y[away], x[away]].min(axis=1) > 190).all()
    inner = inside[np.abs(places[inside] - middle).max(axis=1) < 50]
    kept = nearest_class(picture[y[inner], x[inner]])
    assert (kept == LABELS[inner]).mean() > 0.7  # some are covered by their neighbours
    layers = canvas.page.get_by_role("button", name="Colours and overlays").bounding_box()
    canvas.page.get_by_role("button", name="Select nothing").click()
    expect(canvas.page.get_by_role("button", name="Select nothing")).to_be_disabled()
    assert (
        canvas.page.get_by_role("button", name="Colours and overlays").bounding_box() == layers
    )  # nothing moves
    assert canvas.sent_selection().pinned is None and not len(canvas.sent_selection().selected)


def test_hidden_classes_are_not_selected(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, pick=True))
    canvas.legend("3").click()
    places = canvas.to_screen(POINTS[-1])
    corners = square(places[LABELS == 3].mean(axis=0), 70)
    canvas.page.get_by_role("button", name="Select with a box").click()
    canvas.draw(corners[[0, 2]])
    inside = np.flatnonzero(Polygon(corners).contains_points(places) & (LABELS != 3))
    selected = canvas.sent_selection().selected.tolist()
    assert 3 not in LABELS[selected] and abs(len(selected) - len(inside)) <= 2


def test_another_run_starts_with_nothing_picked(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, pick=True, live=True))
    places = canvas.to_screen(POINTS[-1])
    point = int(alone(places)[0])
    canvas.click_at(places[point])
    assert canvas.sent_selection().pinned == point
    canvas.change(run="b")
    assert canvas.sent_selection().pinned is None and canvas.received("selection")["run"] == "b"
    assert canvas.state()["pinned"] == -1
    canvas.change(run="a")
    assert canvas.sent_selection().pinned is None
    assert canvas.state()["pinned"] == -1


def test_keys_move_from_point_to_point_and_select_those_around(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, pick=True))
    state = canvas.state()
    middle = np.array([state["width"] / 2, state["height"] / 2])
    places = canvas.to_screen(POINTS[-1])
    order = np.argsort(np.hypot(*(places - middle).T), kind="stable")
    canvas.stage.focus()
    for key, at in (("Enter", 0), ("n", 1), ("n", 2), ("p", 1)):
        canvas.page.keyboard.press(key)
        assert canvas.state()["pinned"] == order[at]
    canvas.page.keyboard.press("s")
    around = np.argsort(np.hypot(*(places - places[order[1]]).T), kind="stable")[:100]
    assert canvas.sent_selection().selected.tolist() == sorted(around.tolist())
    expect(canvas.stage).to_have_attribute("aria-label", re.compile("Enter picks the point in the middle"))


def test_in_3d_the_point_nearest_to_the_camera_is_found(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, pick=True, dims=3))
    points, _ = clusters(2000, 15, 3)
    places, away = through_camera(canvas.state(), points[-1])
    tree, tried, hidden = cKDTree(places), 0, 0
    for at in range(2000):
        around = np.array(tree.query_ball_point(places[at], 9.5))
        first, *others = around[np.argsort(away[around])]
        offset = np.hypot(*(places[first] - places[at]))
        clear = others and away[others[0]] - away[first] > 0.35 and offset < 5 and places[at][0] < 560
        if not clear:
            continue
        canvas.go_to(places[at])
        canvas.wait(f"s.hovered === {first}")
        tried, hidden = tried + 1, hidden + (first != at)
        if hidden == 2:
            return
    raise AssertionError(f"only {hidden} of {tried} places have a point behind another")


def test_a_finger_draws_the_lasso_two_fingers_zoom_and_leave_no_line(visit: Visit) -> None:
    canvas = visit(
        Cloud(points=2000, pick=True),
        viewport={"width": 390, "height": 844},
        has_touch=True,
        device_scale_factor=2,
    )
    session = canvas.page.context.new_cdp_session(canvas.page)

    def touch(kind: str, *places: np.ndarray) -> None:
        fingers = [
            dict(zip(("x", "y"), canvas.on_page(at), strict=True)) | {"id": i} for i, at in enumerate(places)
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    places = canvas.to_screen(POINTS[-1])
    corners = square(places[LABELS == 7].mean(axis=0), 40)
    canvas.page.get_by_role("button", name="Select with a lasso").tap()
    touch("touchStart", corners[0])
    for corner in [*corners[1:], corners[0]]:
        touch("touchMove", corner)
    touch("touchEnd")
    inside = Polygon(corners).contains_points(places)
    canvas.wait("s.selected > 0")
    assert abs(canvas.state()["selected"] - inside.sum()) <= 0.1 * inside.sum() + 3
    selected = canvas.state()["selected"]
    first, second = np.array([[170.0, 170.0], [215.0, 170.0]])
    touch("touchStart", first - 60)
    for began in ([60, 0], [60, 60], [0, 60], [0, 0]):
        touch("touchMove", first - began)
    touch("touchStart", first, second)
    for far in (10, 30, 50):
        touch("touchMove", first, second + far)
    touch("touchEnd")
    assert canvas.state()["zoom"] > 1.3
    assert canvas.state()["selected"] == selected
    expect(canvas.page.locator(".drawing")).to_be_hidden()
    canvas.page.get_by_role("button", name="Select with a lasso").tap()
    places = canvas.to_screen(POINTS[-1])
    target = next(point for point in alone(places, 4) if places[point].max() < 330)
    touch("touchStart", places[target])
    touch("touchEnd")
    canvas.wait(f"s.pinned === {target}")


@pytest.mark.parametrize("colour", ["Cluster", "Agreement"])
def test_points_are_coloured_by_their_cluster_and_by_agreement(visit: Visit, colour: str) -> None:
    canvas = visit(Cloud(points=2000, clusters=True))
    canvas.turn_on(colour)
    canvas.go_to(np.array([5.0, 555.0]))
    groups = own_clusters(LABELS)
    differs = groups != LABELS
    places = canvas.to_screen(POINTS[-1])
    picture = canvas.picture()
    x, y = np.floor(places).astype(int).T
    if colour == "Cluster":
        single = off_the_ruler(places, alone(places, 7), canvas.state()["height"])
        unmatched = single[groups[single] == 255]
        assert (picture[y[unmatched], x[unmatched]] < 60).all() and len(unmatched)  # black: no class's colour
        single = single[groups[single] < 255]
        assert (nearest_class(picture[y[single], x[single]]) == groups[single]).all()
        assert differs[single].sum() >= 5
        expect(canvas.page.get_by_role("button", name=re.compile("^Class ≈ 4,"))).to_be_visible()
    else:
        inside = (x > 60) & (x < 640) & (y > 60) & (y < 500)
        strong = np.linalg.norm(picture[y, x] - [205, 60, 0], axis=1) < 60
        assert strong[differs & inside].mean() > 0.97  # they are drawn above all others
        quiet = alone(places, 7)
        assert not strong[quiet[~differs[quiet]]].any()
        agree = canvas.page.get_by_role("button", name=re.compile("^Class cluster and class agree"))
        expect(agree).to_have_attribute("aria-label", re.compile(f"{(~differs).sum():,} points"))
        agree.click()
        canvas.painted()
        gone = canvas.picture()[y[quiet], x[quiet]]
        assert (gone[~differs[quiet]].min(axis=1) > 190).mean() > 0.9
        expect(
            canvas.page.get_by_role("img", name=re.compile("Coloured by agreement.*they differ 286"))
        ).to_be_visible()
    canvas.turn_on("Class")
    canvas.painted()
    single = alone(places, 7)
    again = canvas.picture()[y[single], x[single]]
    assert (np.linalg.norm(again - COLOURS[LABELS[single]], axis=1) < 90).mean() > 0.95


def test_the_outline_is_shown_while_it_is_drawn(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, pick=True))
    before = canvas.picture()
    canvas.page.get_by_role("button", name="Select with a box").click()
    canvas.go_to(np.array([100.0, 100.0]))
    canvas.page.mouse.down()
    canvas.go_to(np.array([200.0, 180.0]))
    expect(canvas.page.locator(".drawing")).to_be_visible()
    changed = np.abs(canvas.picture() - before).max(axis=2) > 40
    rim = np.concatenate([changed[99:102, 100:200].max(axis=0), changed[179:182, 100:200].max(axis=0)])
    assert rim.mean() > 0.4  # dashes
    assert changed[220:, :500].mean() < 0.01
    canvas.page.mouse.up()
    expect(canvas.page.locator(".drawing")).to_be_hidden()
