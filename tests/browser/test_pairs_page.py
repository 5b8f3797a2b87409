"""Pairs and triplets in a real browser: opened cold, reshuffled, counted, in light and dark, wide and narrow."""

import base64
import re
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import PRESETS
from core.data import Dataset
from core.runs import run_at
from tests.browser.harness import Server, open_page, settled
from tests.browser.lab import PHONE, THEMES, TrainPage, folders, switch_theme
from tests.drawn_digits import DrawnDigits

PATH = "/pairs"
DRAWINGS = {  # by the start of their descriptions
    "samples": "8 random images",
    "pairs": "12 random pairs",
    "triplets": "8 random triplets",
    "batch": "The table of all pairs",
    "rings": "Rings of negatives",
}
CELLS = """drawing => [...drawing.querySelectorAll("rect")].map(cell => {
    const { x, y, width } = cell.getBBox();
    return { column: Math.floor(x / (width + 2)) - 1, row: Math.floor(y / (width + 2)) - 1,
             kind: cell.getAttribute("class"), fill: getComputedStyle(cell).fill };
})"""


@pytest.fixture(scope="module")
def digits(mnist: Dataset) -> DrawnDigits:
    return DrawnDigits(mnist.train)


def drawing(page: Page, name: str) -> Locator:
    return page.get_by_role("img", name=re.compile(f"^{DRAWINGS[name]}"))


def images(page: Page, name: str) -> list[str]:
    drawing(page, name).locator("image").first.wait_for()
    found: list[str] = (
        drawing(page, name)
        .locator("image")
        .evaluate_all("images => images.map(image => image.getAttribute('href'))")
    )
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    settled(page)


def metric(page: Page, label: str) -> int:
    tile = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return int(tile.get_by_test_id("stMetricValue").inner_text().replace(",", ""))


def test_opened_cold_by_its_link_every_drawing_is_there(page: Page, server: Server) -> None:
    trained = folders(server.runs)
    open_page(page, server, PATH)
    expect(page.get_by_role("heading", level=1, name="Pairs and triplets")).to_be_visible()
    for name in DRAWINGS:
        drawing(page, name).scroll_into_view_if_needed()
        box = drawing(page, name).bounding_box()
        assert box is not None and box["width"] > 300 and box["height"] > 150
    expect(page.get_by_test_id("stVegaLiteChart").locator("svg")).to_be_visible()
    assert page.get_by_role("alert").count() == 0
    assert folders(server.runs) == trained  # opening the page trains nothing


def test_a_press_changes_the_images_of_its_drawing_and_no_other(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    before = {name: images(page, name) for name in DRAWINGS}
    for button, changed in (
        ("New images", "samples"),
        ("New pairs", "pairs"),
        ("New triplets", "triplets"),
        ("New batch", "batch"),
        ("New positive", "rings"),
        ("New anchor", "rings"),
    ):
        press(page, button)
        after = {name: images(page, name) for name in DRAWINGS}
        assert {name for name in DRAWINGS if after[name] != before[name]} == {changed}, button
        before = after


def test_the_counts_agree_with_the_images_on_the_page(
    page: Page, server: Server, digits: DrawnDigits
) -> None:
    open_page(page, server, PATH)

    def look() -> tuple[list[int], dict[tuple[int, int], dict[str, Any]]]:
        labels = [int(digits.split.labels[digits.place(uri)]) for uri in images(page, "batch")]
        found = drawing(page, "batch").evaluate(CELLS)
        return labels[0::2], {(cell["row"], cell["column"]): cell for cell in found}

    def check(size: int) -> None:
        labels, cells = look()
        assert len(labels) == size and len(cells) == size**2
        positive = [pair for pair in combinations(range(size), 2) if labels[pair[0]] == labels[pair[1]]]
        total = len(list(combinations(range(size), 2)))
        assert metric(page, "Positive pairs") == len(positive)
        assert metric(page, "Negative pairs") == total - len(positive)
        assert metric(page, "Learned from") == total
        for (row, column), cell in cells.items():
            same = labels[row] == labels[column]
            assert cell["kind"] == ("itself" if row == column else "positive" if same else "negative")
        fills = {
            kind: {c["fill"] for c in cells.values() if c["kind"] == kind}
            for kind in ("positive", "negative")
        }
        assert len(fills["positive"]) == len(fills["negative"]) == 1  # distinguished by colour
        assert fills["positive"] != fills["negative"]

    check(16)
    press(page, "New batch")
    check(16)
    slider = page.get_by_role("slider", name="Images in the batch")
    slider.press("End")
    settled(page)
    check(24)
    page.get_by_role("radio", name="Sampled pairs").click()
    settled(page)
    assert metric(page, "Learned from") == 12
    assert metric(page, "Positive pairs") + metric(page, "Negative pairs") == 12


def test_what_the_lesson_asks_for_changes_the_counts_it_mentions(page: Page, server: Server) -> None:
    """More images, then all pairs instead of sampled ones: the factor is the number of other images."""
    open_page(page, server, PATH)
    expect(page.get_by_text("Do:", exact=True)).to_be_visible()
    expect(page.get_by_text("Notice:", exact=True)).to_be_visible()
    learned = {}
    for size, key in ((8, "Home"), (24, "End")):
        page.get_by_role("slider", name="Images in the batch").press(key)
        settled(page)
        for method in ("Sampled pairs", "All pairs"):
            page.get_by_role("radio", name=method).click()
            settled(page)
            learned[size, method] = metric(page, "Learned from")
            texts = page.get_by_test_id("stTable").first.locator("tr").all_inner_texts()
            counted = {line.split()[0]: line.split()[1:] for line in texts[1:]}
            assert f"{learned[size, method]}" in counted[f"{size}"]
    assert learned[8, "All pairs"] == 7 * learned[8, "Sampled pairs"]
    assert learned[24, "All pairs"] == 23 * learned[24, "Sampled pairs"]
    # after training hardly a negative is hard
    assert metric(page, "Hard") < 0.05 * metric(page, "Easy")


def test_an_anchor_can_be_chosen_by_its_number(page: Page, server: Server, digits: DrawnDigits) -> None:
    open_page(page, server, PATH)
    number = page.get_by_role("textbox", name="Anchor: number of the image")
    number.fill("1234")
    number.press("Enter")
    settled(page)
    assert digits.place(images(page, "rings")[-1]) == 1234
    labels = run_at(PRESETS["fast"].key).embedding().train_labels
    total = sum(metric(page, name) for name in ("Hard", "Semi-hard", "Easy"))
    assert total == np.count_nonzero(labels != labels[1234])


def test_new_batches_change_the_table_of_luck(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    table = page.get_by_test_id("stTable").last
    before = table.inner_text()
    assert before.split()[:3] == ["Batch", "Hard", "Semi-hard"]
    press(page, "New batches")
    assert table.inner_text() != before


def test_the_ink_stands_out_from_the_ground(page: Page, server: Server) -> None:
    """The images have no colour of their own: the painted pixels are measured."""
    open_page(page, server, PATH)
    tile = drawing(page, "pairs").locator("image").first
    tile.scroll_into_view_if_needed()
    for theme in THEMES:
        switch_theme(page, theme)
        shades = grey_levels(page, tile)
        assert shades.max() - shades.min() > 150
        assert (np.median(shades) < 60) == (theme == "dark")


def grey_levels(page: Page, element: Locator) -> np.ndarray:
    """The grey levels of an element as painted."""
    shot = base64.b64encode(element.screenshot()).decode()
    levels = page.evaluate(
        """async shot => {
            const image = new Image();
            image.src = `data:image/png;base64,${shot}`;
            await image.decode();
            const canvas = document.createElement("canvas");
            canvas.width = image.width; canvas.height = image.height;
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const { data } = context.getImageData(0, 0, image.width, image.height);
            return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
        }""",
        shot,
    )
    return np.array(levels)


def test_on_a_phone_nothing_scrolls_to_the_side(page: Page, server: Server) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, server, PATH)
    for name in DRAWINGS:
        box = drawing(page, name).bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert TrainPage(page, server).scrollable("x") == []
