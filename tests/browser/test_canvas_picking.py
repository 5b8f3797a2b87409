"""Picking points of the shipped run on the Embedding page by mouse, keys and touch, and the panels that follow."""

import re

import numpy as np
import pytest
from matplotlib.path import Path as Polygon
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from scipy.spatial import cKDTree
from sklearn.neighbors import NearestNeighbors

from core.data import load
from core.runs import Embedding, shipped_run
from tests.browser.canvas_lab import Canvas, Visit
from tests.browser.canvas_page import Cloud
from tests.browser.harness import NO_READING, Server, open_page, settled
from tests.browser.lab import visitor
from tests.core.conftest import wait_until


@pytest.fixture(scope="module")
def embedding() -> Embedding:
    return shipped_run().embedding()


@pytest.fixture
def canvas(page: Page, server: Server) -> Canvas:
    """The Embedding page with the shipped run, at rest."""
    return opened(page, server)


def opened(page: Page, server: Server) -> Canvas:
    open_page(page, server, "/embedding")
    canvas = Canvas(page)
    canvas.wait("s.n === 60000")
    canvas.rest()
    return canvas


def lonely(canvas: Canvas, embedding: Embedding, count: int = 3) -> np.ndarray:
    """Images whose points have no other within some pixels, away from tools and edges."""
    places = canvas.to_screen(embedding.train)
    near = cKDTree(places).query(places, k=2)[0][:, 1]
    x, y = places.T
    inside = (
        (x > 120) & (x < canvas.state()["width"] - 330) & (y > 120) & (y < canvas.state()["height"] - 120)
    )
    found = np.flatnonzero((near > 8) & inside)
    assert len(found) >= count, "too few points stand alone"
    return found[:count]


def at(canvas: Canvas, place: np.ndarray) -> tuple[float, float]:
    """A position in the picture, on the page."""
    box = canvas.stage.bounding_box()
    assert box
    return box["x"] + 1 + float(place[0]), box["y"] + 1 + float(place[1])


def click(canvas: Canvas, place: np.ndarray) -> None:
    canvas.page.mouse.click(*at(canvas, place))


def test_the_pointer_finds_a_point_and_shows_its_image_and_its_number(
    canvas: Canvas, embedding: Embedding
) -> None:
    images = load("mnist").train
    places = canvas.to_screen(embedding.train)
    for image in lonely(canvas, embedding, 3):
        canvas.page.mouse.move(*at(canvas, places[image] + [2, -2]))
        canvas.wait(f"s.hovered === {image}")
        card = canvas.page.locator(".card")
        expect(card).to_contain_text(f"image {image:,}")
        assert card.locator("strong").inner_text() == str(embedding.train_labels[image])
        # dark on white
        assert np.corrcoef(brightness_of_card(canvas), images.images[image].astype(int))[0, 1] < -0.999
    canvas.page.mouse.move(*at(canvas, np.array([90.0, 90.0])))
    expect(canvas.page.locator(".card")).to_be_hidden()
    canvas.page.emulate_media(color_scheme="dark")
    canvas.wait("s.background[0] < 80")
    canvas.page.mouse.move(*at(canvas, places[image]))
    canvas.wait(f"s.hovered === {image}")
    assert np.corrcoef(brightness_of_card(canvas), images.images[image].astype(int))[0, 1] > 0.999


def brightness_of_card(canvas: Canvas) -> np.ndarray:
    """The brightness of the card's image [784]."""
    pixels = canvas.page.locator(".card canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data]"
    )
    return np.array(pixels).reshape(784, 4)[:, 0]


def test_five_thousand_points_answer_without_asking_the_server(canvas: Canvas, embedding: Embedding) -> None:
    fetched = (
        "performance.getEntriesByType('resource').filter(e => /images.train.[0-4]$/.test(e.name)).length"
    )
    wait_until(
        lambda: canvas.page.evaluate(fetched) == 5, "the first five chunks are fetched without a click"
    )
    asked: list[str] = []
    canvas.page.on("request", lambda request: asked.append(request.url))
    candidates = np.flatnonzero(np.arange(60_000) % 60 < 5)
    assert len(candidates) == 5000
    places = canvas.to_screen(embedding.train)
    tree = cKDTree(places)
    inside = (places[:, 0] > 60) & (places[:, 0] < 400) & (places[:, 1] > 60) & (places[:, 1] < 500)
    chosen = candidates[(tree.query(places[candidates], k=2)[0][:, 1] > 3) & inside[candidates]][:20]
    assert len(chosen) >= 10
    for image in chosen:
        canvas.page.mouse.move(*at(canvas, places[image]))
        canvas.wait(f"s.hovered === {image}")
        expect(canvas.page.locator(".card")).to_contain_text(f"image {image:,}")
    assert not asked, asked


def test_a_click_pins_the_point_and_its_neighbours_appear(canvas: Canvas, embedding: Embedding) -> None:
    image = int(lonely(canvas, embedding, 1)[0])
    places = canvas.to_screen(embedding.train)
    click(canvas, places[image])
    canvas.wait(f"s.pinned === {image}")
    settled(canvas.page)
    panel = canvas.page.get_by_role("tabpanel", name="Neighbours")
    expect(panel).to_contain_text(f"image {image:,} of the training images")
    ring = canvas.page.locator(".ring").bounding_box()
    assert ring
    assert np.allclose(
        [ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2], at(canvas, places[image]), atol=1.5
    )
    distances, indices = (
        NearestNeighbors(n_neighbors=8).fit(embedding.train).kneighbors(embedding.train[[image]])
    )
    others = indices[0][indices[0] != image][:7]
    same = int((embedding.train_labels[others] == embedding.train_labels[image]).sum())
    expect(panel).to_contain_text(f"Nearest in the embedding: {same} of 7 are the same class")
    label = panel.get_by_role("img", name=re.compile("^Nearest in the embedding")).get_attribute("aria-label")
    cards = [card.split() for card in (label or "").partition(": ")[2].rstrip(".").split(", ")]
    assert [name for name, _ in cards] == [str(label) for label in embedding.train_labels[others]]
    assert [float(distance) for _, distance in cards] == pytest.approx(distances[0][1:], rel=0.06)


def test_a_click_on_no_point_and_escape_unpin(canvas: Canvas, embedding: Embedding) -> None:
    image = int(lonely(canvas, embedding, 1)[0])
    click(canvas, canvas.to_screen(embedding.train)[image])
    canvas.wait(f"s.pinned === {image}")
    click(canvas, np.array([70.0, 70.0]))
    canvas.wait("s.pinned === -1")
    click(canvas, canvas.to_screen(embedding.train)[image])
    canvas.wait(f"s.pinned === {image}")
    canvas.page.keyboard.press("Escape")
    canvas.wait("s.pinned === -1")
    settled(canvas.page)
    expect(canvas.page.get_by_text("Click a point in the picture")).to_be_visible()


@pytest.mark.parametrize("tool", ["lasso", "box"])
def test_the_images_in_a_lasso_or_box_are_selected_counted_and_shown(
    canvas: Canvas, embedding: Embedding, tool: str
) -> None:
    places = canvas.to_screen(embedding.train)
    middle = places[embedding.train_labels == 6].mean(axis=0)
    size = 70.0
    corners = middle + np.array([[-size, -size], [size, -size], [size, size], [-size, size]])
    canvas.page.get_by_role("button", name=f"Select with a {tool}").click()
    canvas.page.mouse.move(*at(canvas, corners[0]))
    canvas.page.mouse.down()
    path = corners[1:] if tool == "lasso" else corners[2:3]
    for corner in path:
        canvas.page.mouse.move(*at(canvas, corner), steps=6)
    canvas.page.mouse.up()
    inside = Polygon(corners).contains_points(places)
    canvas.wait(f"Math.abs(s.selected - {inside.sum()}) <= 5")
    settled(canvas.page)
    canvas.page.get_by_role("tab", name="Selection").click()
    selected = canvas.state()["selected"]
    panel = canvas.page.get_by_role("tabpanel", name="Selection")
    expect(panel).to_contain_text(f"{selected:,} images")
    shares = np.bincount(embedding.train_labels[inside], minlength=10) / inside.sum()
    expect(panel).to_contain_text(f"{shares.max():.0%} are {shares.argmax()}")
    assert 1 <= panel.get_by_role("img").count() <= 45
    # the others fade, the selected keep their colour
    picture = canvas.picture()
    away = np.flatnonzero((embedding.train_labels == 1) & ~inside)
    x, y = np.floor(places[away]).astype(int).T
    assert picture[y, x].mean() > 215
    kept = np.flatnonzero((embedding.train_labels == 6) & inside)
    x, y = np.floor(places[kept]).astype(int).T
    assert picture[y, x][:, 1].mean() < 100  # pink has little green


def test_other_panels_follow_the_selection(canvas: Canvas, embedding: Embedding) -> None:
    places = canvas.to_screen(embedding.train)
    middle = places[embedding.train_labels == 0].mean(axis=0)
    canvas.page.get_by_role("button", name="Select with a box").click()
    canvas.page.mouse.move(*at(canvas, middle - 60))
    canvas.page.mouse.down()
    canvas.page.mouse.move(*at(canvas, middle + 60), steps=5)
    canvas.page.mouse.up()
    canvas.wait("s.selected > 100")
    settled(canvas.page)
    selected = canvas.state()["selected"]
    canvas.page.get_by_role("tab", name="Voronoi").click()
    expect(canvas.page.get_by_text(f"Of the {selected:,} selected")).to_be_visible()
    canvas.page.get_by_role("tab", name="Density").click()
    expect(canvas.page.get_by_text("The dots are the selected images")).to_be_visible()
    canvas.page.get_by_role("tab", name="Download").click()
    expect(canvas.page.get_by_text(f"Only the {selected:,} selected images")).to_be_visible()
    canvas.page.get_by_role("button", name="Select nothing").click()
    canvas.wait("s.selected === 0")
    settled(canvas.page)
    expect(canvas.page.get_by_text("Only the")).to_have_count(0)


def test_points_are_reached_by_keys_alone(canvas: Canvas, embedding: Embedding) -> None:
    canvas.stage.focus()
    canvas.page.keyboard.press("Enter")
    state = canvas.state()
    places = canvas.to_screen(embedding.train)
    order = np.argsort(np.hypot(*(places - [state["width"] / 2, state["height"] / 2]).T), kind="stable")
    near = np.hypot(*(places[order[:5]] - [state["width"] / 2, state["height"] / 2]).T)
    assert state["pinned"] in order[: 1 + int((near < near[0] + 0.02).sum())]
    canvas.page.keyboard.press("n")
    second = canvas.state()["pinned"]
    assert second != state["pinned"] and second in order[:6]
    canvas.page.keyboard.press("p")
    assert canvas.state()["pinned"] == state["pinned"]
    canvas.page.keyboard.press("s")
    canvas.wait("s.selected === 100")
    expect(canvas.page.get_by_role("img", name=re.compile("100 points are selected"))).to_be_visible()
    expect(canvas.page.get_by_role("img", name=re.compile(r"Picked: image \d"))).to_be_visible()
    canvas.page.keyboard.press("Escape")
    canvas.wait("s.selected === 0 && s.pinned === -1")


def test_a_tap_pins_a_point_on_a_phone(browser: Browser, server: Server, embedding: Embedding) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with visitor(browser, server, **phone) as guest:
        canvas = opened(guest.page, server)
        places = canvas.to_screen(embedding.train)
        target = places[embedding.train_labels == 7].mean(axis=0)
        canvas.page.touchscreen.tap(*at(canvas, target))
        canvas.wait("s.pinned >= 0")
        pinned = canvas.state()["pinned"]
        assert np.hypot(*(places[pinned] - target)) < 22
        settled(canvas.page)
        expect(canvas.page.get_by_text(f"image {pinned:,} of the training images")).to_be_visible()


def test_the_downloaded_table_has_the_exact_embedding(canvas: Canvas, embedding: Embedding) -> None:
    import pyarrow.parquet as parquet

    canvas.page.get_by_role("tab", name="Download").click()
    settled(canvas.page)  # opening the tab reruns the page, which drops the previous rerun's file
    with canvas.page.expect_download() as waiting:
        canvas.page.get_by_role("button", name="Parquet").click()
    table = parquet.read_table(waiting.value.path())
    assert table.num_rows == 60_000
    assert np.array_equal(np.stack([table["z1"], table["z2"]], axis=1), embedding.train)


@pytest.mark.parametrize("dims", [2, 3])
def test_the_saved_picture_is_the_shown_one_at_four_times_its_size(visit: Visit, dims: int) -> None:
    canvas = visit(Cloud(dims=dims))
    canvas.turn_on("Centroids")
    shown = canvas.picture()
    with canvas.page.expect_download() as waiting:
        canvas.page.get_by_role("button", name="Save the picture").click()
    assert waiting.value.suggested_filename.endswith(".png")
    picture = Image.open(waiting.value.path()).convert("RGB")
    saved = np.asarray(picture.reduce(4), float)
    # the stage may end within a pixel
    high, wide = np.minimum(saved.shape, shown.shape)[:2]
    assert np.abs(np.array(saved.shape) - shown.shape).max() <= 1
    left = slice(0, high), slice(0, wide - 60)  # the tools are not part of the picture
    assert np.abs(saved[left] - shown[left]).mean() < 1.5
    enlarged = Image.fromarray(shown.astype(np.uint8)).resize(picture.size, Image.Resampling.BICUBIC)
    assert detail(picture) > 3 * detail(enlarged)
    # and the screen is unchanged
    assert np.array_equal(canvas.picture()[left], shown[left])


def test_where_no_canvas_can_be_read_nothing_is_saved_and_the_reason_is_said(visit: Visit) -> None:
    canvas, saved = visit(Cloud()), []
    canvas.page.evaluate(f"() => {{ {NO_READING} }}")
    canvas.page.on("download", lambda file: saved.append(file))
    canvas.page.get_by_role("button", name="Save the picture").click()
    expect(canvas.page.locator(".news")).to_contain_text("Nothing was saved")
    assert not saved


def detail(picture: Image.Image) -> float:
    """How much detail a picture loses when reduced to a quarter and enlarged again."""
    lost = picture.reduce(4).resize(picture.size, Image.Resampling.BICUBIC)
    return float(np.abs(np.subtract(picture, lost, dtype=float)).mean())
