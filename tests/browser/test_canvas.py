"""The canvas in a real browser: what is on the screen, by mouse, keyboard and touch.

Where a point must lie is computed here, from the coordinates that were packed; whether it is there
is read off a screenshot. Of the component itself only its view (middle and scale) is asked.
"""

import io
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from scipy.spatial import cKDTree

from tests.browser.canvas_app import clusters, steps

PROJECT = Path(__file__).resolve().parents[2]
PALETTE = [
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#43474f",
    "#92dadd",
]
COLOURS = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in PALETTE], float)
CHROMIUM = {
    "executable_path": "/usr/bin/chromium",
    "args": [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("canvas")
    (folder / ".streamlit").mkdir()
    theme = "".join(f"[theme.{mode}]\nchartCategoricalColors = {PALETTE}\n" for mode in ("light", "dark"))
    (folder / ".streamlit" / "config.toml").write_text(theme)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = PROJECT / "tests" / "browser" / "canvas_app.py"
    options = ["--server.headless=true", f"--server.port={port}", "--browser.gatherUsageStats=false"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(app), *options],
            cwd=folder, env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            for _ in range(150):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health").close()
                    break
                except OSError:
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}/?embed=true&"
        finally:
            process.terminate()
            process.wait(20)
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**CHROMIUM)
        yield browser
        browser.close()


class Canvas:
    """The page with the canvas, as a visitor meets it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stage = page.locator(".stage")
        self.play = page.locator(".play")
        self.scrub = page.locator(".scrub")
        self.step = page.locator(".step")

    def ask(self, what: str) -> Any:
        return self.page.locator(".cl-canvas").evaluate(f"root => root.contrastiveCanvas.{what}")

    def state(self) -> dict[str, Any]:
        return self.ask("state()")  # type: ignore[no-any-return]

    def wait(self, condition: str) -> None:
        """Until this is true of its state `s`."""
        deadline = time.monotonic() + 20
        while not self.page.locator(".cl-canvas").evaluate(
            f"root => {{ const s = root.contrastiveCanvas.state(); return {condition}; }}"
        ):
            assert time.monotonic() < deadline, f"never came true: {condition}; {self.state()}"
            self.page.wait_for_timeout(50)

    def rest(self) -> None:
        """Until nothing moves any more."""
        before = None
        for _ in range(200):
            state = self.state()
            now = (state["view"], state["clock"], state["yaw"], state["extent"], state["playing"])
            if now == before and not state["playing"] and not state["turning"]:
                return
            before = now
            self.page.wait_for_timeout(120)
        raise AssertionError("it never came to rest")

    def picture(self) -> np.ndarray:
        """The pixels of the stage inside its border, as they are on the screen [height, width, 3]."""
        box = self.stage.bounding_box()
        assert box
        clip = {"x": box["x"] + 1, "y": box["y"] + 1, "width": box["width"] - 2, "height": box["height"] - 2}
        return np.asarray(Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB")).astype(
            float
        )

    def to_screen(self, points: np.ndarray) -> np.ndarray:
        """Where points [n, 2] of the embedding belong, in CSS pixels."""
        state = self.state()
        view = state["view"]
        x = state["width"] / 2 + (points[:, 0] - view["x"]) * view["scale"]
        y = state["height"] / 2 - (points[:, 1] - view["y"]) * view["scale"]
        return np.stack([x, y], axis=1)

    def legend(self, name: str) -> Any:
        return self.page.get_by_role("button", name=re.compile(f"^Class {name},"))


Visit = Callable[..., Canvas]
MOVING = {"reduced_motion": "no-preference"}  # otherwise tests ask for stillness, and are done sooner


@pytest.fixture
def visit(server: str, browser: Browser) -> Iterator[Visit]:
    """Opens the page with a query; at the end no error may stand in any console."""
    contexts, errors = [], []

    def open_page(query: str = "", rest: bool = True, **options: Any) -> Canvas:
        context = browser.new_context(
            **{"viewport": {"width": 1200, "height": 900}, "reduced_motion": "reduce", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.goto(server + query)
        canvas = Canvas(page)
        page.wait_for_function(
            "() => document.querySelector('[data-testid=stBidiComponentIsolated]')"
            "?.shadowRoot?.querySelector('.cl-canvas')?.contrastiveCanvas?.work().length > 0"
        )
        if rest:
            canvas.rest()
        return canvas

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def nearest_class(pixels: np.ndarray, background: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    """The class whose colour each pixel [n, 3] is closest to; -1 for the background."""
    known = np.vstack([COLOURS, background])
    index = np.linalg.norm(pixels[:, None] - known[None], axis=2).argmin(axis=1)
    return np.where(index == 10, -1, index)


def undisturbed(places: np.ndarray, labels: np.ndarray, size: tuple[int, int], reach: float) -> np.ndarray:
    """Points with no point of another class within `reach` pixels, away from letters and lines."""
    tree = cKDTree(places)
    alone = np.array([len(set(labels[near])) == 1 for near in tree.query_ball_point(places, reach)])
    x, y = places.T
    inside = (x > 60) & (x < size[0] - 20) & (y > 60) & (y < size[1] - 50)
    return np.flatnonzero(alone & inside)


def off_the_lines(canvas: Canvas, points: np.ndarray, places: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    scale = canvas.state()["view"]["scale"]
    ring = np.abs(np.hypot(*points[chosen].T) - 1) * scale > 6
    middle = canvas.to_screen(np.array([[0.0, 1.0]]))[0]  # where the margin is named
    name = np.abs(places[chosen] - middle).max(axis=1) > 60
    return chosen[ring & name]


def classes_at(picture: np.ndarray, places: np.ndarray) -> np.ndarray:
    x, y = np.floor(places).astype(int).T
    return nearest_class(picture[y, x])


def share_right(
    canvas: Canvas, points: np.ndarray, labels: np.ndarray, reach: float = 7
) -> tuple[float, int]:
    """Among undisturbed points, the share whose own pixel shows its own class, and how many those are."""
    picture = canvas.picture()
    places = canvas.to_screen(points)
    chosen = undisturbed(places, labels, picture.shape[1::-1], reach)
    chosen = off_the_lines(canvas, points, places, chosen)
    return float((classes_at(picture, places[chosen]) == labels[chosen]).mean()), len(chosen)


def test_each_point_is_drawn_where_it_belongs_in_the_colour_of_its_class(visit: Visit) -> None:
    canvas = visit("points=2000")
    coordinates, labels = clusters(2000, 15, 2)
    right, how_many = share_right(canvas, coordinates[-1], labels)
    assert how_many > 1000 and right == 1.0


def test_sixty_thousand_points_show_their_classes_and_none_is_buried(visit: Visit) -> None:
    canvas = visit("")
    coordinates, labels = clusters(60_000, 15, 2)
    picture, places = canvas.picture(), canvas.to_screen(coordinates[-1])
    # Points that have company of their own class on the very same spot: a solid patch.
    crowd = np.array([len(near) > 8 for near in cKDTree(places).query_ball_point(places, 2)])
    chosen = np.intersect1d(undisturbed(places, labels, picture.shape[1::-1], 4), np.flatnonzero(crowd))
    chosen = off_the_lines(canvas, coordinates[-1], places, chosen)
    assert len(chosen) > 10_000 and set(labels[chosen]) == set(range(10))
    assert (classes_at(picture, places[chosen]) == labels[chosen]).mean() > 0.99


def test_a_place_without_points_shows_the_background(visit: Visit) -> None:
    canvas = visit("points=2000")
    coordinates, _ = clusters(2000, 15, 2)
    picture, places = canvas.picture(), canvas.to_screen(coordinates[-1])
    y, x = np.mgrid[60 : picture.shape[0] - 50 : 7, 60 : picture.shape[1] - 20 : 7]
    spots = np.stack([x.ravel(), y.ravel()], axis=1)
    empty = spots[cKDTree(places).query(spots + 0.5)[0] > 8]
    bright = picture[empty[:, 1], empty[:, 0]].min(axis=1) > 200
    assert len(empty) > 1000 and bright.mean() > 0.9  # the rest are grid lines and the circle


@pytest.mark.parametrize("at", [3, 8, 13])
def test_scrubbing_to_a_snapshot_shows_its_points(visit: Visit, at: int) -> None:
    canvas = visit("points=2000")
    canvas.scrub.fill(str(at))
    canvas.rest()
    coordinates, labels = clusters(2000, 15, 2)
    right, how_many = share_right(canvas, coordinates[at], labels)
    assert how_many > 100 and right > 0.99
    expect(canvas.step).to_have_text(f"{steps(15)[at]} / 588")


def test_between_two_snapshots_the_points_are_on_their_way(visit: Visit) -> None:
    canvas = visit("points=2000&frames=3", **MOVING)
    canvas.scrub.fill("1.25")
    canvas.rest()
    coordinates, labels = clusters(2000, 3, 2)
    on_the_way = 0.75 * coordinates[1] + 0.25 * coordinates[2]
    right, how_many = share_right(canvas, on_the_way, labels)
    assert how_many > 500 and right == 1.0
    wrong, _ = share_right(canvas, coordinates[2], labels)
    assert wrong < 0.9
    expect(canvas.step).to_have_text("5 / 12")  # 5.25 is a quarter of the way from 3 to 12


def test_a_finished_run_plays_once_from_its_first_frame_and_rests_at_its_last(visit: Visit) -> None:
    canvas = visit("points=2000", rest=False, **MOVING)
    assert canvas.state()["playhead"] < 8
    canvas.wait("s.playing && s.playhead > 2")
    canvas.wait("!s.playing && s.playhead === 14")
    canvas.page.wait_for_timeout(700)
    assert canvas.state()["playhead"] == 14


def test_play_and_pause_by_mouse_and_space(visit: Visit) -> None:
    canvas = visit("points=2000", **MOVING)
    canvas.page.get_by_role("button", name="Play").click()
    canvas.wait("s.playing && s.playhead > 1 && s.playhead < 12")
    canvas.page.get_by_role("button", name="Pause").click()
    stopped, before = canvas.state()["playhead"], canvas.picture()
    canvas.page.wait_for_timeout(400)
    assert canvas.state()["playhead"] == stopped < 14
    assert np.array_equal(canvas.picture(), before)
    canvas.stage.focus()
    canvas.page.keyboard.press("Space")
    canvas.wait(f"s.playing && s.playhead > {stopped}")
    canvas.page.keyboard.press("Space")
    assert not canvas.state()["playing"]


def test_repeat_and_speed(visit: Visit) -> None:
    canvas = visit("points=500&frames=4", **MOVING)
    canvas.page.get_by_role("button", name="Repeat").click()
    expect(canvas.page.get_by_role("button", name="Repeat")).to_have_attribute("aria-pressed", "true")
    speed = canvas.page.locator(".speed")
    speed.click()
    speed.click()
    expect(speed).to_have_text("4×")
    canvas.play.click()
    for _ in range(2):
        canvas.wait("s.playhead > 2")
        canvas.wait("s.playing && s.playhead < 1")
    canvas.play.click()


def test_the_wheel_zooms_at_the_pointer(visit: Visit) -> None:
    canvas = visit("points=2000")
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


def test_dragging_moves_the_picture_with_the_hand_and_double_click_brings_all_back(
    visit: Visit,
) -> None:
    canvas = visit("points=2000", **MOVING)
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
    canvas.wait("!s.ownView")
    canvas.rest()
    assert np.allclose(canvas.to_screen(coordinates[-1]), home, atol=1)


def test_the_buttons_and_the_keys_zoom_and_move(visit: Visit) -> None:
    canvas = visit("points=2000")
    canvas.page.get_by_role("button", name="Zoom in").click()
    assert canvas.state()["zoom"] == pytest.approx(1.4)
    canvas.page.get_by_role("button", name="Zoom out").click()
    assert canvas.state()["zoom"] == pytest.approx(1.0)
    canvas.stage.focus()
    canvas.page.keyboard.press("+")
    assert canvas.state()["zoom"] == pytest.approx(1.25)
    x = canvas.state()["view"]["x"]
    canvas.page.keyboard.press("ArrowRight")
    assert canvas.state()["view"]["x"] > x
    canvas.page.get_by_role("button", name="Show everything").click()
    canvas.wait("!s.ownView")
    canvas.rest()
    assert canvas.state()["zoom"] == pytest.approx(1.0, abs=0.01)


def pixels_of(canvas: Canvas, label: int) -> int:
    """How many pixels have just the colour of a class."""
    near = np.linalg.norm(canvas.picture() - COLOURS[label], axis=2) < 30
    return int(near.sum())


def test_muting_a_class_takes_its_points_away_and_isolating_all_others(visit: Visit) -> None:
    canvas = visit("points=20000")
    assert pixels_of(canvas, 4) > 1000 and pixels_of(canvas, 2) > 1000
    expect(canvas.legend("4")).to_have_attribute("aria-pressed", "true")
    canvas.legend("4").click()
    expect(canvas.legend("4")).to_have_attribute("aria-pressed", "false")
    canvas.page.wait_for_timeout(100)
    assert pixels_of(canvas, 4) == 0 and pixels_of(canvas, 2) > 1000
    canvas.page.get_by_role("button", name="Show all").click()
    canvas.page.wait_for_timeout(100)
    assert pixels_of(canvas, 4) > 1000
    canvas.legend("2").click(modifiers=["Shift"])
    canvas.page.wait_for_timeout(100)
    assert pixels_of(canvas, 2) > 1000 and pixels_of(canvas, 4) == 0 and pixels_of(canvas, 0) == 0
    canvas.legend("4").dblclick()
    canvas.page.wait_for_timeout(100)
    assert pixels_of(canvas, 4) > 1000 and pixels_of(canvas, 2) == 0
    canvas.legend("4").dblclick()
    canvas.page.wait_for_timeout(100)
    assert pixels_of(canvas, 4) > 1000 and pixels_of(canvas, 2) > 1000


def test_every_control_is_reached_by_tab_and_shows_its_focus(visit: Visit) -> None:
    canvas = visit("points=500&dims=3")
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
    assert len(names) == 1 + 4 + 4 + 10, names  # the stage, its tools, the timeline, the classes
    assert all(outlined)
    canvas.legend("3").focus()
    canvas.page.keyboard.press("Enter")
    expect(canvas.legend("3")).to_have_attribute("aria-pressed", "false")
    canvas.scrub.focus()
    canvas.page.keyboard.press("Home")
    expect(canvas.scrub).to_have_attribute("aria-valuetext", "step 0 of 588")
    canvas.page.keyboard.press("ArrowRight")
    expect(canvas.scrub).to_have_attribute("aria-valuetext", "step 3 of 588")


def test_new_snapshots_are_followed_and_zoom_and_muted_classes_stay(visit: Visit) -> None:
    canvas = visit("points=2000&live=1&shown=3", **MOVING)
    assert canvas.state()["playhead"] == 2 and canvas.state()["following"]
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.legend("1").click()
    zoomed = canvas.state()["view"]
    canvas.page.get_by_role("button", name="Next snapshot").click()
    canvas.wait("s.steps.length === 4")
    canvas.wait("s.playhead === 3")
    canvas.page.get_by_role("button", name="Next snapshot").click()
    canvas.wait("s.playhead === 4")
    assert canvas.state()["view"] == zoomed
    expect(canvas.legend("1")).to_have_attribute("aria-pressed", "false")
    coordinates, labels = clusters(2000, 15, 2)
    seen = labels != 1
    right, how_many = share_right(canvas, coordinates[4][seen], labels[seen])
    assert how_many > 100 and right > 0.98


def test_a_visitor_who_scrubs_back_is_left_there_until_asking_for_the_newest(visit: Visit) -> None:
    canvas = visit("points=2000&live=1&shown=4", **MOVING)
    canvas.scrub.fill("1")
    canvas.page.get_by_role("button", name="Next snapshot").click()
    canvas.wait("s.steps.length === 5")
    canvas.page.wait_for_timeout(500)
    assert canvas.state()["playhead"] == 1
    canvas.page.get_by_role("button", name="Follow the newest frame").click()
    canvas.wait("s.playhead === 4 && s.following")


def test_the_view_moves_between_two_snapshots_without_a_jump(visit: Visit) -> None:
    canvas = visit("points=2000&live=1&shown=12", **MOVING)
    canvas.page.locator(".cl-canvas").evaluate(
        """root => {
          root.seen = [];
          const look = () => {
            const { playhead, view } = root.contrastiveCanvas.state();
            root.seen.push([playhead, view.scale]);
            root.watch = requestAnimationFrame(look);
          };
          look();
        }"""
    )
    canvas.page.get_by_role("button", name="Next snapshot").click()
    canvas.wait("s.playhead === 12")
    canvas.rest()
    seen = np.array(canvas.page.locator(".cl-canvas").evaluate("root => root.seen"))
    moves = np.diff(seen[:, 0])
    assert moves.min() >= 0 and moves.max() < 0.5
    assert len(np.unique(seen[:, 0])) > 4
    assert np.abs(np.diff(np.log(seen[:, 1]))).max() < 0.3
    assert seen[-1, 1] != seen[0, 1]  # the picture grew, so the scale had to follow


def test_a_run_that_ends_is_not_played_again_and_another_run_starts_afresh(visit: Visit) -> None:
    canvas = visit("points=2000&live=1&shown=5", **MOVING)
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.legend("1").click()
    canvas.page.get_by_text("Done", exact=True).click()
    expect(canvas.page.locator(".newest")).to_be_hidden()
    canvas.page.wait_for_timeout(500)
    assert canvas.state()["playhead"] == 4 and canvas.state()["zoom"] > 1.3
    canvas.page.get_by_text("Another run", exact=True).click()
    canvas.wait("s.playing && s.playhead < 3")
    expect(canvas.legend("1")).to_have_attribute("aria-pressed", "true")
    canvas.rest()
    assert canvas.state()["zoom"] == pytest.approx(1, abs=0.01)


def test_a_rerun_with_the_same_frames_changes_nothing(visit: Visit) -> None:
    canvas = visit("points=2000&live=1&shown=5")
    canvas.scrub.fill("2")
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.rest()
    before, view = canvas.picture(), canvas.state()["view"]
    canvas.page.get_by_role("button", name="Again").click()
    canvas.page.mouse.move(5, 5)
    canvas.page.wait_for_timeout(1500)
    assert canvas.state()["view"] == view
    assert np.abs(canvas.picture() - before).mean() < 0.2  # a button may fade out


def test_a_change_of_theme_changes_background_and_letters_and_keeps_the_view(visit: Visit) -> None:
    canvas = visit("points=2000", color_scheme="light")
    canvas.page.get_by_role("button", name="Zoom in").click()
    view = canvas.state()["view"]
    light, text = canvas.picture(), canvas.step.evaluate("e => getComputedStyle(e).color")
    canvas.page.emulate_media(color_scheme="dark")
    canvas.wait("s.background[0] < 80")
    canvas.page.wait_for_timeout(600)
    dark = canvas.picture()
    assert np.median(light) > 200 and np.median(dark) < 60
    assert canvas.step.evaluate("e => getComputedStyle(e).color") != text
    assert canvas.state()["view"] == view
    corner = (slice(-22, -6), slice(60, -10))  # the numbers along the lower edge
    assert light[corner].min() < 140 and dark[corner].max() > 140


def test_it_works_by_touch_on_a_phone(visit: Visit) -> None:
    canvas = visit(
        "points=2000", viewport={"width": 390, "height": 844}, has_touch=True, device_scale_factor=2
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

    view = canvas.state()["view"]
    touch("touchStart", (x, y))
    for far in (10, 20, 30):
        touch("touchMove", (x + far, y))
    touch("touchEnd")
    moved = canvas.state()["view"]
    assert (view["x"] - moved["x"]) * view["scale"] == pytest.approx(30, abs=12)
    touch("touchStart", (x - 20, y), (x + 20, y))
    for far in (30, 40, 60):
        touch("touchMove", (x - far, y), (x + far, y))
    touch("touchEnd")
    assert canvas.state()["zoom"] == pytest.approx(3, rel=0.15)


def test_on_a_dense_screen_there_is_a_pixel_for_a_pixel(visit: Visit) -> None:
    canvas = visit("points=2000", device_scale_factor=2)
    size = canvas.page.locator("canvas.points").evaluate(
        "c => [c.width, c.height, c.clientWidth, c.clientHeight]"
    )
    assert size[0] == 2 * size[2] and size[1] == 2 * size[3]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("empty", "There are no points to show."),
        ("nothing", "There are no points to show."),
        ("equal", "All points lie in one place: the embedding has collapsed."),
        ("missing", "No point has finite coordinates"),
        ("some-missing", "20 of 2,000 points have no finite coordinates and are not drawn."),
    ],
)
@pytest.mark.parametrize("dims", [2, 3])
def test_an_unusual_embedding_is_a_picture_and_a_sentence(
    visit: Visit, case: str, words: str, dims: int
) -> None:
    canvas = visit(f"points=2000&case={case}&dims={dims}")
    expect(canvas.page.locator(".notice")).to_contain_text(words)
    expect(canvas.page.get_by_role("img", name=re.compile(re.escape(words)))).to_be_visible()
    canvas.page.get_by_role("button", name="Zoom in").click()
    canvas.page.get_by_role("button", name="Show everything").click()
    if case == "equal":
        canvas.rest()
        at = canvas.ask("locate(0)")
        y, x = int(at["y"]), int(at["x"])
        dot = canvas.picture()[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
        assert set(nearest_class(dot)) <= set(range(10))


def test_one_class_needs_no_remark(visit: Visit) -> None:
    canvas = visit("points=2000&case=one-class")
    expect(canvas.page.locator(".notice")).to_be_hidden()
    assert pixels_of(canvas, 0) > 1000 and pixels_of(canvas, 2) == 0


def test_a_single_frame_has_no_timeline(visit: Visit) -> None:
    canvas = visit("points=2000&frames=1")
    expect(canvas.page.locator(".timeline")).to_be_hidden()
    assert canvas.state()["playhead"] == 0


def test_who_prefers_less_motion_gets_none_unasked(visit: Visit) -> None:
    canvas = visit("points=2000&dims=3", rest=False)
    before = canvas.state()
    canvas.page.wait_for_timeout(500)
    after = canvas.state()
    assert before["playhead"] == after["playhead"] == 14
    assert before["yaw"] == after["yaw"] and not after["playing"] and not after["turning"]
    canvas.play.click()  # asked for, it goes from snapshot to snapshot
    seen = set()
    for _ in range(12):
        seen.add(canvas.state()["playhead"])
        canvas.page.wait_for_timeout(60)
    assert len(seen) > 2 and all(at == int(at) for at in seen)


def test_three_dimensions_are_seen_through_a_camera_that_turns_by_dragging(visit: Visit) -> None:
    canvas = visit("points=2000&dims=3", rest=False, **MOVING)
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

    # The camera anew, from rotation matrices: turn around z3, tip to look from above, look along y.
    coordinates, labels = clusters(2000, 15, 3)
    yaw, pitch = state["yaw"], state["pitch"]
    about_z = np.array([[np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turned = (coordinates[-1] - state["extent"]["centre"]) @ about_z.T @ about_x.T
    away = turned[:, 1] / state["extent"]["radius"]
    near = 4 / (4 + away)
    places = np.stack(
        [
            state["width"] / 2 + turned[:, 0] * state["view"]["scale"] * near,
            state["height"] / 2 - turned[:, 2] * state["view"]["scale"] * near,
        ],
        axis=1,
    )
    picture = canvas.picture()
    chosen = undisturbed(places, labels, picture.shape[1::-1], 8)
    chosen = chosen[away[chosen] < 0]  # those in front are hardly faded
    right = classes_at(picture, places[chosen]) == labels[chosen]
    assert len(chosen) > 300 and right.mean() > 0.93  # lines of the box and the circle cross a few


def test_the_text_alternative_says_what_is_seen_and_follows_it(visit: Visit) -> None:
    canvas = visit("points=2000")
    coordinates, _ = clusters(2000, 15, 2)
    picture = canvas.page.get_by_role("img")

    def spread(frame: int) -> str:
        points = coordinates[frame].astype(float)
        return f"{np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()):.3g}"

    expect(picture).to_have_attribute("aria-label", re.compile(f"Spread {spread(14)},"))
    name = picture.get_attribute("aria-label")
    assert name and name.startswith("Test embedding. 2,000 points of 10 classes (0, 1, 2,")
    assert "step 588 of 588" in name
    canvas.legend("7").click()
    canvas.scrub.fill("3")
    expect(picture).to_have_attribute(
        "aria-label", re.compile(f"Spread {spread(3)},.*step 27 of 588. Hidden: 7")
    )
    expect(canvas.page.get_by_role("status").filter(has_text="Hidden: 7")).to_have_count(1, timeout=15_000)
