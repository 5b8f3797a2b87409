"""The canvas as a visitor uses it, and its pixels: shared by the tests of the canvas.

The expected position of a point is computed here, from the packed coordinates; whether it is there is read
from a screenshot. The component itself only provides its camera (centre and scale).
"""

import base64
import io
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page
from scipy.spatial import cKDTree

from pages.ui.components.canvas import Selection, selection_from
from tests.browser.canvas_page import Picture, class_colours
from tests.browser.harness import Watch, painted

COLOURS = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in class_colours()], float)


class Canvas:
    """The canvas as a visitor uses it. shown: the picture, on a page where the test passes it instead of Python."""

    def __init__(self, page: Page, watch: Watch | None = None, shown: Picture | None = None) -> None:
        self.page = page
        self.watch = watch or Watch()
        self.shown = shown
        self.stage = page.locator(".stage")
        self.play = page.locator(".play")
        self.scrub = page.locator(".scrub")
        self.step = page.locator(".step")

    def show(self) -> None:
        """Pass the picture to the canvas, possibly again."""
        assert self.shown
        packed = base64.b64encode(self.shown.packed()).decode()
        self.page.evaluate("packed => window.show(packed)", packed)

    def change(self, **fields: Any) -> None:
        """Pass the picture with these fields changed."""
        assert self.shown
        self.shown = replace(self.shown, **fields)
        self.show()

    def next_snapshot(self) -> None:
        """One more frame of a run in training."""
        self.change(shown=self.shown.shown + 1)  # type: ignore[union-attr, operator]

    def sent_selection(self) -> Selection:
        """The selection as Python has it, after the canvas has sent everything."""
        assert self.shown
        # longer than the canvas's own timer (STILL in selection.js)
        self.page.evaluate("new Promise((resolve) => setTimeout(resolve, 250))")
        return selection_from(self.received("selection"), self.shown.run, self.shown.split)

    def received(self, name: str) -> Any:
        """What the canvas last sent to Python under a name; None if nothing."""
        return self.page.evaluate("name => window.received[name] ?? null", name)

    def ask(self, what: str) -> Any:
        return self.page.locator(".cl-canvas").evaluate(f"root => root.contrastiveCanvas.{what}")

    def state(self) -> dict[str, Any]:
        return self.ask("state()")  # type: ignore[no-any-return]

    def wait(self, condition: str) -> None:
        """Wait until this is true of its state `s`."""
        deadline = time.monotonic() + 60
        while not self.page.locator(".cl-canvas").evaluate(
            f"root => {{ const s = root.contrastiveCanvas.state(); return {condition}; }}"
        ):
            assert time.monotonic() < deadline, f"never came true: {condition}; {self.state()}"
            self.page.wait_for_timeout(50)

    def rest(self) -> None:
        """Wait until nothing moves."""
        before = None
        for _ in range(200):
            state = self.state()
            now = (state["camera"], state["clock"], state["yaw"], state["extent"], state["playing"])
            if now == before and not state["playing"] and not state["turning"]:
                return
            before = now
            self.painted()
        raise AssertionError("it never stopped moving")

    def painted(self) -> None:
        """Wait until the browser has painted the latest state."""
        painted(self.page)

    def picture(self) -> np.ndarray:
        """The pixels of the stage inside its border, from a screenshot [height, width, 3]."""
        box = self.stage.bounding_box()
        assert box
        clip = {"x": box["x"] + 1, "y": box["y"] + 1, "width": box["width"] - 2, "height": box["height"] - 2}
        return np.asarray(Image.open(io.BytesIO(self.page.screenshot(clip=clip))).convert("RGB")).astype(
            float
        )

    def to_screen(self, points: np.ndarray) -> np.ndarray:
        """The expected positions of points [n, 2] of the embedding, in CSS pixels."""
        state = self.state()
        camera = state["camera"]
        x = state["width"] / 2 + (points[:, 0] - camera["x"]) * camera["scale"]
        y = state["height"] / 2 - (points[:, 1] - camera["y"]) * camera["scale"]
        return np.stack([x, y], axis=1)

    def legend(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=re.compile(f"^Class {name},"))

    def turn_on(self, *names: str) -> None:
        """Click entries in the menu of colours and overlays."""
        self.page.get_by_role("button", name="Colours and overlays").click()
        for name in names:
            self.page.get_by_label(name, exact=True).click()
        self.page.keyboard.press("Escape")

    def on_page(self, place: np.ndarray) -> tuple[float, float]:
        """A position in the picture, in CSS pixels of the page."""
        box = self.stage.bounding_box()
        assert box
        return box["x"] + 1 + float(place[0]), box["y"] + 1 + float(place[1])

    def go_to(self, place: np.ndarray) -> None:
        self.page.mouse.move(*self.on_page(place))

    def click_at(self, place: np.ndarray) -> None:
        self.page.mouse.click(*self.on_page(place))

    def draw(self, corners: np.ndarray) -> None:
        """Drag the mouse along these corners."""
        self.go_to(corners[0])
        self.page.mouse.down()
        for corner in corners[1:]:
            self.page.mouse.move(*self.on_page(corner), steps=4)
        self.page.mouse.up()


Visit = Callable[..., Canvas]


def nearest_class(pixels: np.ndarray, fades: Sequence[float] = (0,)) -> np.ndarray:
    """The class whose colour, faded by any of these shares, each pixel [n, 3] is closest to; -1 for white."""
    known = np.vstack([*(COLOURS + fade * (255 - COLOURS) for fade in fades), (255, 255, 255)])
    index = np.linalg.norm(pixels[:, None] - known[None], axis=2).argmin(axis=1)
    return np.where(index == len(known) - 1, -1, index % 10)


def undisturbed(places: np.ndarray, labels: np.ndarray, size: tuple[int, int], reach: float) -> np.ndarray:
    """Points with no point of another class within `reach` pixels, away from labels and lines."""
    tree = cKDTree(places)
    alone = np.array([len(set(labels[near])) == 1 for near in tree.query_ball_point(places, reach)])
    x, y = places.T
    inside = (x > 60) & (x < size[0] - 60) & (y > 60) & (y < size[1] - 50)
    return np.flatnonzero(alone & inside)


def off_the_ruler(places: np.ndarray, chosen: np.ndarray, height: int) -> np.ndarray:
    return chosen[places[chosen, 1] < height - 64]


def classes_at(picture: np.ndarray, places: np.ndarray, fades: Sequence[float] = (0,)) -> np.ndarray:
    x, y = np.floor(places).astype(int).T
    return nearest_class(picture[y, x], fades)


def share_right(
    canvas: Canvas, points: np.ndarray, labels: np.ndarray, reach: float = 7
) -> tuple[float, int]:
    """Among undisturbed points, the share whose pixel has the colour of its class, and their number."""
    picture = canvas.picture()
    places = canvas.to_screen(points)
    chosen = undisturbed(places, labels, picture.shape[1::-1], reach)
    chosen = off_the_ruler(places, chosen, picture.shape[0])
    return float((classes_at(picture, places[chosen]) == labels[chosen]).mean()), len(chosen)


def pixels_of(canvas: Canvas, label: int) -> int:
    """How many pixels have the colour of a class."""
    near = np.linalg.norm(canvas.picture() - COLOURS[label], axis=2) < 30
    return int(near.sum())


def through_camera(state: dict[str, Any], points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected positions of points [n, 3] in the picture [n, 2], and their distance behind the centre [n], in
    radii of the cloud; from rotation matrices: yaw around z3, pitch to look from above, look along y."""
    yaw, pitch = state["yaw"], state["pitch"]
    about_z = np.array([[np.cos(yaw), np.sin(yaw), 0], [-np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turned = (points - state["extent"]["centre"]) @ about_z.T @ about_x.T
    away = turned[:, 1] / state["extent"]["radius"]
    near = state["camera"]["scale"] * 4 / (4 + away)
    x = state["width"] / 2 + state["camera"]["x"] + turned[:, 0] * near
    y = state["height"] / 2 + state["camera"]["y"] - turned[:, 2] * near
    return np.stack([x, y], axis=1), away
