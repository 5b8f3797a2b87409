"""Losses in a real browser: points dragged by mouse, finger and keys, the margin on its curve, steps and runs."""

import contextlib
import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.lessons.forces import forces
from core.lessons.lesson_plane import HALF_WIDTH, LABELS, START
from core.losses import LOSSES
from tests.browser.harness import Server, open_page, settled
from tests.browser.lab import choose, folders, visitor
from tests.core.conftest import wait_until

PATH = "/losses"


@pytest.fixture
def moving() -> bool:
    return True  # points follow the loss


def plane(page: Page, place: int = 0) -> Locator:
    return page.get_by_role("group", name=re.compile("^The forces of")).nth(place)


def point(page: Page, number: int, place: int = 0) -> Locator:
    """A point by the number in its accessible name, from 1."""
    return plane(page, place).get_by_role("button", name=re.compile(f"^Point {number},"))


def places(page: Page, place: int = 0) -> np.ndarray:
    """The positions of the points in their accessible names, to two digits."""
    names = (
        plane(page, place)
        .get_by_role("button")
        .evaluate_all("points => points.map(point => point.getAttribute('aria-label'))")
    )
    return np.array([[float(x) for x in re.findall(r"-?\d+\.\d+", name)[:2]] for name in names])


def metric(page: Page, label: str, place: int = 0) -> float:
    tile = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True)).nth(place)
    return float(tile.get_by_test_id("stMetricValue").inner_text())


def loss(page: Page, place: int = 0) -> float:
    return metric(page, "Loss of all points", place)


def expected_loss(
    points: np.ndarray, margin: float = 1.0, name: str = "contrastive", temperature: float = 0.1
) -> float:
    return forces(LOSSES[name], points, LABELS, {"margin": margin, "temperature": temperature}).loss


def pixels(page: Page, at: tuple[float, float]) -> tuple[float, float]:
    """The position of a point of the plane in the window."""
    box = plane(page).bounding_box()
    assert box is not None
    return (
        box["x"] + (at[0] + HALF_WIDTH) / (2 * HALF_WIDTH) * box["width"],
        box["y"] + (HALF_WIDTH - at[1]) / (2 * HALF_WIDTH) * box["height"],
    )


@contextlib.contextmanager
def dragged(page: Page, number: int, to: tuple[float, float]) -> Iterator[None]:
    """Within the context the point is held at `to`; at the end it is released."""
    point(page, number).scroll_into_view_if_needed()
    x, y = START[number - 1]
    page.mouse.move(*pixels(page, (x, y)))
    page.mouse.down()
    page.mouse.move(*pixels(page, ((x + to[0]) / 2, (y + to[1]) / 2)), steps=4)
    page.mouse.move(*pixels(page, to), steps=4)
    settled(page)
    yield
    page.mouse.up()
    settled(page)


def test_a_dragged_point_changes_the_loss_the_formula_and_the_arrows_at_once(
    page: Page, server: Server
) -> None:
    trained = folders(server.runs)
    open_page(page, server, PATH)
    arrows = plane(page).locator(".arrow")
    expect(arrows.first).to_be_visible()
    assert loss(page) == pytest.approx(expected_loss(START), abs=1e-4)
    formula, before = (
        page.locator(".st-key-worked_0"),
        arrows.evaluate_all("all => all.map(a => a.outerHTML)"),
    )
    written = formula.inner_text()
    with dragged(page, 4, (-0.6, 0.9)):
        while_held = loss(page)
        assert while_held == pytest.approx(expected_loss(places(page)), abs=0.005)
        assert while_held != pytest.approx(expected_loss(START), abs=0.02)
    moved = places(page)
    assert moved[3] == pytest.approx([-0.6, 0.9], abs=0.03)
    assert np.delete(moved, 3, 0) == pytest.approx(np.delete(START, 3, 0), abs=0.006)
    assert loss(page) == pytest.approx(expected_loss(moved), abs=0.005)
    assert loss(page) != pytest.approx(expected_loss(START), abs=0.02)
    assert formula.inner_text() != written
    assert arrows.evaluate_all("all => all.map(a => a.outerHTML)") != before
    assert folders(server.runs) == trained  # without a training


def test_the_arrow_keys_move_a_point_too(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    before = loss(page)
    point(page, 1).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    settled(page)
    assert places(page)[0] == pytest.approx(START[0] + [0.1 - 0.25, 0.05], abs=0.006)
    assert loss(page) == pytest.approx(expected_loss(places(page)), abs=0.005) != before
    expect(point(page, 1)).to_be_focused()


def test_on_a_phone_a_finger_drags_a_point_and_nothing_scrolls_to_the_side(
    browser: Browser, server: Server
) -> None:
    with visitor(
        browser, server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    ) as phone:
        page = phone.page
        open_page(page, server, PATH)
        point(page, 4).scroll_into_view_if_needed()
        session = page.context.new_cdp_session(page)

        def touch(kind: str, at: tuple[float, float] | None) -> None:
            where = [] if at is None else [dict(zip("xy", pixels(page, at), strict=True))]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})

        touch("touchStart", (START[3][0], START[3][1]))
        for share in (0.25, 0.5, 0.75, 1.0):
            touch("touchMove", (START[3][0] + share * 0.5, START[3][1] + share * 0.5))
        touch("touchEnd", None)
        settled(page)
        assert places(page)[3] == pytest.approx(START[3] + 0.5, abs=0.03)
        assert loss(page) == pytest.approx(expected_loss(places(page)), abs=0.005)
        page.get_by_text("Two losses on the same points").click()
        settled(page)
        box = plane(page).bounding_box()
        assert box is not None and box["width"] > 250 and box["x"] + box["width"] <= 390
        # a formula too long for a phone scrolls inside itself
        assert [line for line in phone.scrollable("x") if not line.startswith("SPAN")] == []


def test_the_margin_is_dragged_on_the_curve_and_moves_it(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    handle = page.get_by_role("slider", name=re.compile("^Margin, as the distance"))
    handle.scroll_into_view_if_needed()
    curve = page.locator("polyline[data-kind=negative]")
    before, shape = loss(page), curve.get_attribute("points")
    knob = handle.locator(".knob").bounding_box()
    box = page.locator("svg.chart").bounding_box()
    assert knob is not None and box is not None
    page.mouse.move(knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + (42 + 1.5 / 2.5 * 406) / 460 * box["width"], knob["y"], steps=5)
    page.mouse.up()
    settled(page)
    margin = float(page.get_by_role("slider", name=re.compile(r"^Margin (?!,)|^Margin$")).first.input_value())
    assert margin == pytest.approx(1.5, abs=0.051)
    assert loss(page) == pytest.approx(expected_loss(START, margin), abs=1e-4)
    assert loss(page) > before and curve.get_attribute("points") != shape
    handle.press("ArrowLeft")
    settled(page)
    assert loss(page) == pytest.approx(expected_loss(START, margin - 0.05), abs=1e-4)


def test_a_temperature_is_dragged_on_the_curve_too(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    choose(page.get_by_role("combobox", name="Loss", exact=True), "NT-Xent (InfoNCE)")
    settled(page)
    assert loss(page) == pytest.approx(expected_loss(START, name="nt_xent", temperature=0.1), abs=1e-4)
    handle = page.get_by_role("slider", name=re.compile("^Temperature, as the distance"))
    handle.scroll_into_view_if_needed()
    knob, box = handle.locator(".knob").bounding_box(), page.locator("svg.chart").bounding_box()
    assert knob is not None and box is not None
    page.mouse.move(knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2)
    page.mouse.down()
    # to distance 1 of 2, where 1 - s is 1/2
    page.mouse.move(box["x"] + (42 + 1.0 / 2.0 * 406) / 460 * box["width"], knob["y"], steps=5)
    page.mouse.up()
    settled(page)
    slider = page.get_by_role("slider", name=re.compile(r"^Temperature (?!,)|^Temperature$")).first
    temperature = float(slider.input_value())
    assert temperature == pytest.approx(0.5, abs=0.021)
    assert loss(page) == pytest.approx(
        expected_loss(START, name="nt_xent", temperature=temperature), abs=1e-4
    )


def test_the_formulas_of_losses_on_whole_batches_are_filled_in(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    formula = page.locator(".st-key-worked_0")
    for label, whose in (
        ("N-pair", "the pair of its class"),
        ("Center, with softmax", "anchor:"),
        ("Proxy-anchor", "the proxy of its class"),
    ):
        choose(page.get_by_role("combobox", name="Loss", exact=True), label)
        settled(page)
        expect(formula).to_contain_text(whose)
        before = formula.locator("annotation").first.text_content()
        assert before is not None and re.search(r"= \\mathbf\{\d+\.\d{3}\}", before)
        point(page, 4).focus()
        page.keyboard.press("Shift+ArrowUp")
        settled(page)
        assert formula.locator("annotation").first.text_content() != before


def test_step_run_and_back(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    before = loss(page)
    page.get_by_role("button", name="Step once").click()
    settled(page)
    stepped = loss(page)
    assert stepped < before
    page.get_by_role("button", name="Let it run").click()
    settled(page)
    wait_until(lambda: loss(page) < 0.6 * stepped, "the points walk")
    wait_until(lambda: abs(loss(page) - expected_loss(places(page))) < 0.005, "they arrive")
    page.get_by_role("button", name="Back to the start").click()
    settled(page)
    assert places(page) == pytest.approx(START, abs=0.006) and loss(page) == before


def test_two_losses_side_by_side_share_their_points(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    page.get_by_text("Two losses on the same points").click()
    settled(page)
    expect(plane(page, 1)).to_be_visible()
    assert loss(page, 0) != loss(page, 1)
    point(page, 2, place=1).focus()
    page.keyboard.press("Shift+ArrowUp")
    settled(page)
    assert places(page, 0) == pytest.approx(places(page, 1))
    assert places(page, 0)[1] == pytest.approx(START[1] + [0, 0.25], abs=0.006)
    assert loss(page, 1) == pytest.approx(expected_loss(places(page), name="triplet_margin"), abs=0.005)
