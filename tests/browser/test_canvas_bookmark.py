"""The canvas writes its bookmark into a link and restores it; forged bookmarks are harmless."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from core.pictures.bookmark import checked
from tests.browser.canvas_lab import Canvas, Visit, pixels_of, share_right
from tests.browser.canvas_page import PLAYED, Cloud, clusters
from tests.browser.harness import MOVING

COMPARED = ("muted", "colouring", "overlays", "clock", "ownCamera", "yaw", "pitch", "turning", "playing")


def same_picture(canvas: Canvas, other: Canvas) -> None:
    one, two = canvas.state(), other.state()
    for name in COMPARED:
        assert two[name] == pytest.approx(one[name], abs=1e-3), name
    # a ten-thousandth of the picture: a small fraction of a pixel
    assert two["camera"] == pytest.approx(one["camera"], rel=1e-3)


def difference(canvas: Canvas, other: Canvas) -> float:
    """Mean difference of their pixels, 0 to 255; without the edge, which shows the focus."""
    apart = np.abs(other.picture() - canvas.picture()).max(axis=2)
    return float(apart[8:-8, 8:-8].mean())


def bookmark_of(canvas: Canvas) -> str:
    text: str = canvas.ask("bookmark()")
    assert checked(text) == text  # the server accepts what the canvas writes
    return text


def zoom_and_drag(canvas: Canvas) -> None:
    box = canvas.stage.bounding_box()
    assert box
    canvas.page.mouse.move(box["x"] + 420, box["y"] + 200)
    canvas.page.mouse.wheel(0, -500)
    canvas.page.mouse.down()
    canvas.page.mouse.move(box["x"] + 380, box["y"] + 260, steps=4)
    canvas.page.mouse.up()


def test_an_untouched_picture_has_an_empty_bookmark(visit: Visit) -> None:
    assert bookmark_of(visit(Cloud(points=500))) == ""
    assert bookmark_of(visit(Cloud(points=500, dims=3))) == ""


def test_camera_step_classes_and_overlays_are_restored(visit: Visit) -> None:
    canvas = visit(Cloud(points=4000))
    coordinates, labels = clusters(4000, 15, 2)
    zoom_and_drag(canvas)
    canvas.legend("4").click()
    canvas.legend("7").click()
    canvas.scrub.focus()
    for _ in range(4):
        canvas.page.keyboard.press("ArrowLeft")
    canvas.turn_on("Centroids", "Margin")
    canvas.page.mouse.move(5, 5)
    canvas.rest()
    text = bookmark_of(canvas)
    assert text.startswith("m4_7~s300~ocentroids~p") and len(text) < 60

    other = visit(Cloud(points=4000, bookmark=text))
    same_picture(canvas, other)
    assert other.state()["muted"] == [4, 7] and other.state()["overlays"] == ["centroids"]
    assert bookmark_of(other) == text
    expect(other.legend("4")).to_have_attribute("aria-pressed", "false")
    expect(other.step).to_have_text("300 / 588")
    assert pixels_of(canvas, 2) > 500 and pixels_of(other, 4) == pixels_of(canvas, 4) < 20
    assert difference(canvas, other) < 0.5
    other.page.get_by_role("button", name="Show all").click()
    other.turn_on("Centroids")
    right, how_many = share_right(other, coordinates[10], labels, 9)
    assert how_many > 50 and right > 0.98


def test_the_colouring_is_restored_with_its_hidden_groups(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, clusters=True))
    canvas.turn_on("Agreement")
    canvas.legend("they differ").click()
    text = bookmark_of(canvas)
    assert text == "m1~cagreement"
    other = visit(Cloud(points=2000, clusters=True, bookmark=text))
    same_picture(canvas, other)
    expect(other.legend("they differ")).to_have_attribute("aria-pressed", "false")
    without = visit(
        Cloud(points=2000, bookmark=text)
    )  # without clusters: no such colouring, and nothing hidden
    assert without.state()["colouring"] == "digit" and without.state()["muted"] == []


def test_the_picked_image_is_restored_and_python_gets_it(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, ids=True, pick=True))
    canvas.stage.focus()
    canvas.page.keyboard.press("Enter")
    picked = canvas.state()["pinned"]
    text = bookmark_of(canvas)
    assert picked >= 0 and text == f"i{picked}"
    other = visit(Cloud(points=2000, ids=True, pick=True, bookmark=text))
    assert other.sent_selection().pinned == picked and not len(other.sent_selection().selected)
    expect(other.page.locator(".ring")).to_be_visible()
    other.stage.focus()
    other.page.keyboard.press("Escape")
    assert other.sent_selection().pinned is None
    other.rest()
    assert other.state()["pinned"] == -1
    unpickable = visit(Cloud(points=2000, ids=True, bookmark=text))
    assert unpickable.state()["pinned"] == -1


def test_the_rotation_of_a_cloud_is_restored(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000, dims=3), **MOVING, rest=False)
    canvas.wait("s.turning && !s.playing")
    assert "t" not in bookmark_of(canvas)  # it keeps turning, as it does when the link is opened
    zoom_and_drag(canvas)
    canvas.stage.focus()
    canvas.page.keyboard.press("Shift+ArrowLeft")
    canvas.page.mouse.move(5, 5)
    canvas.rest()
    other = visit(Cloud(points=2000, dims=3, bookmark=bookmark_of(canvas)), **MOVING)
    same_picture(canvas, other)
    assert difference(canvas, other) < 0.5


def test_a_window_of_another_size_shows_the_same_region_of_the_embedding(visit: Visit) -> None:
    canvas = visit(Cloud(points=500))
    zoom_and_drag(canvas)
    phone = visit(Cloud(points=500, bookmark=bookmark_of(canvas)), viewport={"width": 390, "height": 844})

    def region(canvas: Canvas) -> list[float]:
        state = canvas.state()
        size = min(state["width"], state["height"]) / state["camera"]["scale"]
        return [state["camera"]["x"], state["camera"]["y"], size]

    assert region(phone) == pytest.approx(region(canvas), rel=1e-3)


def test_a_linked_picture_stands_still_and_any_other_plays(visit: Visit) -> None:
    def played(canvas: Canvas) -> bool:
        return any(playing for playing, _ in canvas.page.evaluate("window.played"))

    linked = visit(Cloud(points=500, bookmark="m3"), script=PLAYED, **MOVING)
    assert not played(linked) and linked.state()["clock"] == 14
    assert played(visit(Cloud(points=500), script=PLAYED, **MOVING))


def test_a_future_step_is_awaited_until_the_visitor_moves_the_slider(visit: Visit) -> None:
    def next_snapshot(canvas: Canvas, how_often: int) -> None:
        for _ in range(how_often):
            canvas.next_snapshot()

    canvas = visit(Cloud(points=500, frames=9, shown=2, live=True, bookmark="s48"))
    next_snapshot(canvas, 2)
    assert canvas.state()["following"] and canvas.state()["clock"] == 3
    next_snapshot(canvas, 2)
    assert not canvas.state()["following"] and canvas.state()["clock"] == 4
    expect(canvas.step).to_have_text("48 / 75")
    other = visit(Cloud(points=500, frames=9, shown=2, live=True, bookmark="s48"))
    other.scrub.focus()
    other.page.keyboard.press("Home")
    next_snapshot(other, 4)
    assert other.state()["clock"] == 0


def test_a_bookmark_is_applied_once_and_then_the_visitor_is_in_control(visit: Visit) -> None:
    canvas = visit(Cloud(points=500, frames=4, live=True, bookmark="m4~p0.2_0.1_0.5"))
    canvas.change(live=False)  # during training the cloud grows: the camera is applied at the end
    canvas.wait("s.ownCamera")
    assert canvas.state()["muted"] == [4]
    canvas.legend("4").click()
    canvas.page.get_by_role("button", name="Show everything").click()
    canvas.show()
    canvas.rest()
    assert canvas.state()["muted"] == [] and not canvas.state()["ownCamera"]
    canvas.change(run="b")
    canvas.wait("s.muted.length === 1")
    canvas.change(run="a")
    canvas.wait("s.muted.length === 0")
    assert not canvas.state()["ownCamera"]


FORGED: dict[str, dict[str, Any]] = {
    "p1e999_0_1": {"ownCamera": False},
    "p0_0_-1": {"ownCamera": False},
    "p0_0_0": {"ownCamera": False},
    "pNaN_NaN_NaN": {"ownCamera": False},
    "s-5": {"clock": 14},
    "s1_2~m-3~m256~m1.5": {"clock": 14, "muted": []},
    "m" + "_".join(["3"] * 500): {"muted": []},
    "c__proto__~otoString_constructor": {"colouring": "digit", "overlays": []},
    "<img src=x onerror=alert(1)>": {"muted": []},
    "~~~": {"muted": []},
    "m250": {"muted": []},
    "t9e9_9": {"yaw": 0.6},
    "i999999~i-1~i1.5": {"pinned": -1},
}


@pytest.mark.parametrize("text", FORGED)
def test_a_forged_link_changes_nothing_that_it_should_not(visit: Visit, text: str) -> None:
    canvas = visit(Cloud(points=500, bookmark=text))  # here no server refuses it first
    state = canvas.state()
    assert {name: state[name] for name in FORGED[text]} == FORGED[text]
    assert pixels_of(canvas, 3) > 20


@pytest.mark.parametrize("text", ["p999999_-999999_0.000001", "p0_0_1e-12", "p-1e-9_0_1000000"])
@pytest.mark.parametrize("dims", [2, 3])
def test_a_camera_out_of_range_is_clamped(visit: Visit, text: str, dims: int) -> None:
    canvas = visit(Cloud(points=500, dims=dims, bookmark=text))
    state = canvas.state()
    assert state["ownCamera"] and 0.24 < state["zoom"] < (401 if dims == 2 else 12.1)
    assert all(abs(state["camera"][axis]) < 1e5 for axis in "xy")
    canvas.page.get_by_role("button", name="Show everything").click()
    canvas.wait("!s.ownCamera")
    canvas.rest()
    assert pixels_of(canvas, 3) > 20
