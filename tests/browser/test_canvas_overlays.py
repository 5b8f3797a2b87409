"""The overlays of the canvas: margin, centroids, density lines, Voronoi cells."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect
from scipy.spatial import cKDTree

from core.config import RunConfig
from core.embedding import voronoi
from core.pictures import overlays
from core.runs import Run
from tests.browser.canvas_lab import COLOURS, Canvas, Visit
from tests.browser.canvas_page import Cloud, OfRun, clusters
from tests.browser.canvas_runs import projected, trained
from tests.browser.harness import MOVING, Server
from tests.core.conftest import wait_until

WHITE, TEXT = np.array([255.0, 255, 255]), np.array([27.0, 36, 51])  # of the light theme


@pytest.fixture(scope="module")
def run(server: Server) -> Run:
    """A finished run of three classes in the plane."""
    return trained(server)


def mixed(a: np.ndarray, b: np.ndarray, share: float) -> np.ndarray:
    return a + (b - a) * share


def aside(canvas: Canvas) -> np.ndarray:
    """The picture, with the pointer away from it."""
    canvas.page.mouse.move(3, 3)
    canvas.painted()
    return canvas.picture()


def near(
    picture: np.ndarray, places: np.ndarray, colour: np.ndarray, reach: int, tolerance: float
) -> np.ndarray:
    """Whether some pixel within `reach` of each place has about this colour [n]."""
    found = np.zeros(len(places), bool)
    for dx in range(-reach, reach + 1):
        for dy in range(-reach, reach + 1):
            x, y = np.floor(places + np.array([dx, dy])).astype(int).T
            inside = (x >= 0) & (y >= 0) & (x < picture.shape[1]) & (y < picture.shape[0])
            pixel = picture[np.where(inside, y, 0), np.where(inside, x, 0)]
            found |= inside & (np.linalg.norm(pixel - colour, axis=1) < tolerance)
    return found


def test_the_margin_is_a_ruler_of_its_length_at_every_zoom_and_no_circle_around_the_origin(
    visit: Visit,
) -> None:
    canvas = visit(Cloud(points=500))
    dark = mixed(WHITE, TEXT, 0.9)

    def ruler() -> np.ndarray:
        """Whether there is ruler at each pixel to the right of its left end."""
        state = canvas.state()
        along = np.arange(48, state["width"] - 30)
        places = np.stack([along, np.full(len(along), state["height"] - 34)], axis=1).astype(float)
        return near(aside(canvas), places, dark, 0, 90)

    for press in (None, "Zoom out"):
        if press:
            canvas.page.get_by_role("button", name=press).click()
            canvas.rest()
        length = int(canvas.state()["camera"]["scale"])  # of the margin, 1
        drawn = ruler()
        assert drawn[:length].mean() > 0.98 and drawn[length + 4 :].mean() < 0.1
    angle = np.linspace(0, 2 * np.pi, 720)
    circle = canvas.to_screen(np.stack([np.cos(angle), np.sin(angle)], axis=1))
    assert near(aside(canvas), circle, mixed(WHITE, TEXT, 0.8), 1, 70).mean() < 0.15
    canvas.turn_on("Margin")
    assert ruler().mean() < 0.1


def test_the_picked_point_has_a_circle_of_the_margin_around_it_that_moves_with_it(visit: Visit) -> None:
    canvas = visit(Cloud(points=500, pick=True), **MOVING)
    coordinates, _ = clusters(500, 15, 2)
    angle = np.linspace(0, 2 * np.pi, 720)
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    canvas.stage.focus()
    canvas.page.keyboard.press("Enter")
    pinned = canvas.state()["pinned"]
    for frame in (14, 4):
        canvas.scrub.fill(str(frame))
        canvas.rest()
        places = canvas.to_screen(coordinates[frame][pinned] + around)
        state = canvas.state()
        inside = (places > 60).all(axis=1) & (places < [state["width"] - 60, state["height"] - 60]).all(
            axis=1
        )
        assert inside.sum() > 100
        assert near(aside(canvas), places[inside], mixed(WHITE, TEXT, 0.8), 1, 70).mean() > 0.4  # dashes


def test_centroids_are_at_the_mean_of_their_class_and_move_with_it(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000), **MOVING)
    coordinates, labels = clusters(2000, 15, 2)
    canvas.turn_on("Centroids")

    def share_there(frame: int) -> np.ndarray:
        means = np.array([coordinates[frame][labels == digit].mean(axis=0) for digit in range(10)])
        places = canvas.to_screen(means)
        picture = aside(canvas)
        rims = [places + offset for offset in ([0, -12], [0, 12], [-12, 0], [12, 0])]
        return np.array([
            [near(picture, rim[[digit]], COLOURS[digit], 1, 25)[0] for digit in range(10)] for rim in rims
        ]).mean(axis=0)  # fmt: skip

    assert share_there(14).mean() > 0.95
    canvas.scrub.fill("4")
    canvas.rest()
    assert share_there(4).mean() > 0.6  # there they are close together and overlap
    canvas.scrub.fill("14")
    canvas.rest()
    canvas.legend("6").click()
    found = share_there(14)
    assert found[6] < 0.5 and np.delete(found, 6).mean() > 0.95
    expect(canvas.page.get_by_role("img", name=re.compile("Overlays: margin, centroids"))).to_be_visible()


def test_density_lines_are_those_of_the_route_and_belong_to_the_last_step(
    visit: Visit, server: Server, run: Run
) -> None:
    canvas = visit(OfRun(server, run), **MOVING)
    canvas.turn_on("Density lines")
    expect(canvas.page.locator(".news")).to_be_hidden()
    lines = overlays.contours(run, "train")["lines"]
    assert {line["label"] for line in lines} == {0, 1, 2}

    def share_drawn(label: int) -> float:
        picture, strong = aside(canvas), mixed(COLOURS[label], TEXT, 0.35)
        corners = np.vstack([np.reshape(line["xy"], (-1, 2)) for line in lines if line["label"] == label])
        return float(near(picture, canvas.to_screen(corners), strong, 1, 40).mean())

    assert all(share_drawn(label) > 0.9 for label in range(3))
    canvas.legend("1").click()
    assert share_drawn(1) < 0.3 and share_drawn(0) > 0.9
    canvas.legend("1").click()
    canvas.page.get_by_role("button", name="Zoom in").click()
    assert share_drawn(0) > 0.85
    canvas.scrub.fill("8")
    canvas.rest()
    assert all(share_drawn(label) < 0.35 for label in range(3))


def test_each_place_has_the_colour_of_the_nearest_sample_point(
    visit: Visit, server: Server, run: Run
) -> None:
    canvas = visit(OfRun(server, run, per_class=30), **MOVING)
    canvas.turn_on("Voronoi cells", "Margin")
    expect(canvas.page.locator(".news")).to_be_hidden()
    embedding = run.embedding()
    sample = voronoi.choose(embedding.train_labels, 30)
    points = projected(run, "train")
    state, generator = canvas.state(), np.random.default_rng(1)

    def agreeing() -> tuple[float, int]:
        spots = generator.uniform([50, 30], [state["width"] - 60, state["height"] - 40], (4000, 2))
        scale, camera = canvas.state()["camera"]["scale"], canvas.state()["camera"]
        plane = np.stack([
            (spots[:, 0] - state["width"] / 2) / scale + camera["x"],
            (state["height"] / 2 - spots[:, 1]) / scale + camera["y"],
        ], axis=1)  # fmt: skip
        away = cKDTree(points).query(plane)[0] * scale > 8
        distance = np.stack(
            [
                cKDTree(points[sample][embedding.train_labels[sample] == label]).query(plane)[0]
                for label in range(3)
            ]
        )
        clear = np.sort(distance, axis=0)
        chosen = away & ((clear[1] - clear[0]) * scale > 3)
        owner = distance.argmin(axis=0)[chosen]
        x, y = np.floor(spots[chosen]).astype(int).T
        shade = mixed(WHITE, COLOURS[:3], 0.26)
        found = np.linalg.norm(aside(canvas)[y, x][:, None] - shade[None], axis=2).argmin(axis=1)
        near_shade = np.linalg.norm(aside(canvas)[y, x] - shade[owner], axis=1) < 30
        return float(((found == owner) & near_shade).mean()), len(owner)

    share, how_many = agreeing()
    assert how_many > 500 and share > 0.93  # the rest are grid lines
    canvas.page.get_by_role("button", name="Zoom in").click()
    share, how_many = agreeing()
    assert how_many > 500 and share > 0.93
    canvas.scrub.fill("5")
    canvas.rest()
    assert agreeing()[0] < 0.05


def test_many_cells_move_with_the_camera_and_are_sharp_at_rest(
    visit: Visit, server: Server, run: Run
) -> None:
    canvas = visit(OfRun(server, run, per_class=3000), **MOVING)
    canvas.turn_on("Voronoi cells", "Margin")
    expect(canvas.page.locator(".news")).to_be_hidden()
    before = aside(canvas)
    corners = np.array([[300.0, 520.0], [340.0, 520.0]])
    canvas.draw(corners)
    after = aside(canvas)
    canvas.page.wait_for_timeout(500)
    assert np.abs(aside(canvas) - after).mean() < 3  # redrawn it is the same, only sharper
    both = slice(40, 500), slice(60, 500)
    moved = slice(40, 500), slice(100, 540)
    assert np.abs(before[both] - after[moved]).mean() < 6
    assert np.abs(before[both] - after[both]).mean() > 8


def test_per_class_can_change_under_the_same_picture(visit: Visit, server: Server, run: Run) -> None:
    canvas = visit(OfRun(server, run, per_class=10))
    canvas.turn_on("Voronoi cells")
    expect(canvas.page.locator(".news")).to_be_hidden()
    few, camera = aside(canvas), canvas.state()["camera"]
    canvas.change(per_class=1000)
    wait_until(lambda: np.abs(aside(canvas) - few).mean() > 0.5, "there are more cells")
    assert canvas.state()["camera"] == camera


def test_lines_and_cells_are_not_offered_in_3d(visit: Visit, server: Server) -> None:
    config = RunConfig(epochs=1, digits=3, batch_size=1000, hidden=(16,), embedding_dims=3)
    canvas = visit(OfRun(server, trained(server, config)))
    canvas.page.get_by_role("button", name="Colours and overlays").click()
    expect(canvas.page.get_by_label("Centroids")).to_be_visible()
    for name in ("Density lines", "Voronoi cells"):
        expect(canvas.page.get_by_label(name)).to_have_count(0)


def test_density_lines_that_cannot_be_fetched_are_reported(visit: Visit, server: Server, run: Run) -> None:
    canvas = visit(OfRun(server, run))
    canvas.watch.expect("ERR_INTERNET_DISCONNECTED|WebSocket")
    canvas.page.context.set_offline(True)
    canvas.turn_on("Density lines")
    expect(canvas.page.locator(".news")).to_contain_text("Density lines: the server cannot be reached.")
    canvas.page.context.set_offline(False)
    canvas.turn_on("Density lines")
    canvas.turn_on("Density lines")
    expect(canvas.page.locator(".news")).to_be_hidden()
