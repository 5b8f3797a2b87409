"""The camera of the canvas by mouse, keys and touch; showing and hiding classes."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.canvas_lab import Visit, pixels_of, share_right
from tests.browser.canvas_page import Cloud, clusters
from tests.browser.harness import MOVING


def test_the_wheel_zooms_at_the_pointer(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000))
    coordinates, labels = clusters(2000, 15, 2)
    box = canvas.stage.bounding_box()
    assert box
    target = coordinates[-1][7:8]
    before = canvas.to_screen(target)[0].tolist()
    canvas.page.mouse.move(box["x"] + 1 + before[0], box["y"] + 1 + before[1])
    canvas.page.mouse.wheel(0, -400)
    canvas.wait("s.zoom > 1.2")
    canvas.rest()
    assert np.allclose(canvas.to_screen(target)[0], before, atol=0.6)
    right, how_many = share_right(canvas, coordinates[-1], labels, 9)
    assert how_many > 100 and right > 0.99


def test_dragging_pans_the_picture_and_double_click_resets_it(
    visit: Visit,
) -> None:
    canvas = visit(Cloud(points=2000), **MOVING)
    coordinates, labels = clusters(2000, 15, 2)
    home = canvas.to_screen(coordinates[-1])
    box = canvas.stage.bounding_box()
    assert box
    canvas.page.mouse.move(box["x"] + 300, box["y"] + 300)
    canvas.page.mouse.down()
    canvas.page.mouse.move(box["x"] + 340, box["y"] + 325, steps=4)
    canvas.page.mouse.up()
    canvas.rest()
    assert np.allclose(canvas.to_screen(coordinates[-1]) - home, [40, 25], atol=0.01)
    right, how_many = share_right(canvas, coordinates[-1], labels)
    assert how_many > 500 and right == 1.0
    canvas.page.mouse.dblclick(box["x"] + 300, box["y"] + 300)
    canvas.wait("!s.ownCamera")
    canvas.rest()
    assert np.allclose(canvas.to_screen(coordinates[-1]), home, atol=1)


def test_the_buttons_and_the_keys_zoom_and_move(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000))
    canvas.page.get_by_role("button", name="Zoom in").click()
    assert canvas.state()["zoom"] == pytest.approx(1.4)
    canvas.page.get_by_role("button", name="Zoom out").click()
    assert canvas.state()["zoom"] == pytest.approx(1.0)
    canvas.stage.focus()
    canvas.page.keyboard.press("+")
    assert canvas.state()["zoom"] == pytest.approx(1.25)
    x = canvas.state()["camera"]["x"]
    canvas.page.keyboard.press("ArrowRight")
    assert canvas.state()["camera"]["x"] > x
    canvas.page.get_by_role("button", name="Show everything").click()
    canvas.wait("!s.ownCamera")
    canvas.rest()
    assert canvas.state()["zoom"] == pytest.approx(1.0, abs=0.01)


def test_a_held_scale_stays_over_runs_until_everything_is_shown(visit: Visit) -> None:
    canvas = visit(Cloud(points=500))
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.turn_on("Hold it over runs")
    held = canvas.state()["camera"]["scale"]
    canvas.change(frames=1, run="b")  # one small cloud
    canvas.rest()
    assert canvas.state()["camera"]["scale"] == pytest.approx(held)
    coordinates, _ = clusters(500, 1, 2)
    middle = canvas.to_screen(coordinates[0].mean(axis=0)[None])[0]
    state = canvas.state()
    assert np.abs(middle - [state["width"] / 2, state["height"] / 2]).max() < 40
    canvas.page.get_by_role("button", name="Show everything").click()
    canvas.rest()
    assert canvas.state()["camera"]["scale"] > 1.5 * held
    canvas.change(frames=15, run="a")
    canvas.rest()
    assert canvas.state()["camera"]["scale"] == pytest.approx(held / 1.4, rel=0.01)


def test_muting_hides_a_class_and_isolating_hides_all_others(visit: Visit) -> None:
    canvas = visit(Cloud(points=20000))
    assert pixels_of(canvas, 4) > 1000 and pixels_of(canvas, 2) > 1000
    expect(canvas.legend("4")).to_have_attribute("aria-pressed", "true")
    canvas.legend("4").click()
    expect(canvas.legend("4")).to_have_attribute("aria-pressed", "false")
    canvas.painted()
    assert pixels_of(canvas, 4) == 0 and pixels_of(canvas, 2) > 1000
    canvas.page.get_by_role("button", name="Show all").click()
    canvas.painted()
    assert pixels_of(canvas, 4) > 1000
    canvas.legend("2").click(modifiers=["Shift"])
    canvas.painted()
    assert pixels_of(canvas, 2) > 1000 and pixels_of(canvas, 4) == 0 and pixels_of(canvas, 0) == 0
    canvas.legend("4").dblclick()
    canvas.painted()
    assert pixels_of(canvas, 4) > 1000 and pixels_of(canvas, 2) == 0
    canvas.legend("4").dblclick()
    canvas.painted()
    assert pixels_of(canvas, 4) > 1000 and pixels_of(canvas, 2) > 1000


def test_every_control_is_reached_by_tab_and_shows_its_focus(visit: Visit) -> None:
    canvas = visit(Cloud(points=500, dims=3))
    canvas.page.evaluate("document.body.focus()")
    names, outlined = [], []
    for _ in range(40):
        canvas.page.keyboard.press("Tab")
        found = canvas.page.evaluate(
            """() => {
              const inside = document.activeElement?.shadowRoot?.activeElement;
              if (!inside) return null;
              const style = getComputedStyle(inside);
              const name = inside.getAttribute('aria-label') ?? inside.textContent;
              return [name, style.outlineStyle, parseFloat(style.outlineWidth)];
            }"""
        )
        if found and found[0] not in names:
            names.append(found[0])
            outlined.append(found[1] == "solid" and found[2] >= 2)
    assert len(names) == 1 + 7 + 4 + 10, names  # the stage, its tools, the timeline, the classes
    assert all(outlined)
    canvas.legend("3").focus()
    canvas.page.keyboard.press("Enter")
    expect(canvas.legend("3")).to_have_attribute("aria-pressed", "false")
    canvas.scrub.focus()
    canvas.page.keyboard.press("Home")
    expect(canvas.scrub).to_have_attribute("aria-valuetext", "step 0 of 588")
    canvas.page.keyboard.press("ArrowRight")
    expect(canvas.scrub).to_have_attribute("aria-valuetext", "step 3 of 588")


def test_it_works_by_touch_on_a_phone(visit: Visit) -> None:
    canvas = visit(
        Cloud(points=2000), viewport={"width": 390, "height": 844}, has_touch=True, device_scale_factor=2
    )
    page = canvas.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    stage, legend = canvas.stage.bounding_box(), page.locator(".legend").bounding_box()
    assert stage and legend
    assert legend["y"] > stage["y"] + stage["height"] and legend["x"] + legend["width"] <= 390
    for button in page.locator(".cl-canvas button").all():
        box = button.bounding_box()
        if box:
            assert box["width"] >= 32 and box["height"] >= 32
    canvas.legend("4").tap()
    expect(canvas.legend("4")).to_have_attribute("aria-pressed", "false")
    session = page.context.new_cdp_session(page)
    x, y = stage["x"] + 150, stage["y"] + 180

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    before = canvas.state()["camera"]
    touch("touchStart", (x, y))
    for far in (10, 20, 30):
        touch("touchMove", (x + far, y))
    touch("touchEnd")
    moved = canvas.state()["camera"]
    assert (before["x"] - moved["x"]) * before["scale"] == pytest.approx(30, abs=12)
    touch("touchStart", (x - 20, y), (x + 20, y))
    for far in (30, 40, 60):
        touch("touchMove", (x - far, y), (x + far, y))
    touch("touchEnd")
    assert canvas.state()["zoom"] == pytest.approx(3, rel=0.15)
