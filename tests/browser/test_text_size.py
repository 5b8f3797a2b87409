"""Large text in every kind of element, on the first screen what matters, and the settings first on a phone."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.harness import Server, open_page, settled
from tests.browser.lab import TrainPage
from tests.core.conftest import wait_until

# Pixels on the screen of the letters in Streamlit's text, our canvas, a chart and a heatmap.
LETTERS = """() => {
    const size = (e) => parseFloat(getComputedStyle(e).fontSize);
    const canvas = document.querySelector('.cl-canvas') ?? [...document.querySelectorAll('*')]
        .map((e) => e.shadowRoot?.querySelector('.cl-canvas')).find(Boolean);
    const axis = document.querySelector('[data-testid="stVegaLiteChart"] .role-axis-label text');
    return {
        text: size(document.querySelector('[data-testid="stMain"] [data-testid="stMarkdown"] p')),
        label: size(document.querySelector('[data-testid="stSidebar"] [data-testid="stWidgetLabel"] p')),
        legend: size(canvas.querySelector('.legend button')),
        canvas: 11 * canvas.contrastiveCanvas.state().unit,
        chart: size(axis),
    };
}"""

SLID_IN = "(drawer) => Promise.all(drawer.getAnimations().map((motion) => motion.finished))"


def bottom(part: Locator) -> float:
    box = part.bounding_box()
    assert box
    return box["y"] + box["height"]


def test_large_text_is_1_6_times_as_large_in_widgets_canvas_and_charts(page: Page, server: Server) -> None:
    lab = TrainPage(page, server).open()
    lab.expect_points(60_000)
    expect(page.locator('[data-testid="stVegaLiteChart"] .role-axis-label text').first).to_be_visible()
    before = page.evaluate(LETTERS)
    page.get_by_role("button", name="Large text").click()
    expect(page.get_by_role("button", name="Normal text")).to_be_visible()
    settled(page)
    expect(page.locator('[data-testid="stVegaLiteChart"] .role-axis-label text').first).to_be_visible()
    lab.expect_points(60_000)
    large = pytest.approx({part: 1.6 * size for part, size in before.items()}, rel=0.01)
    wait_until(lambda: page.evaluate(LETTERS) == large, "every letter is 1.6 times as large")
    assert lab.train.is_enabled()


def test_on_a_tablet_the_paper_the_figures_and_the_playback_bar_are_on_the_first_screen(
    page: Page, server: Server
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    TrainPage(page, server).open().expect_points(60_000)
    assert bottom(page.locator(".timeline")) < 768
    assert bottom(page.get_by_test_id("stMetric").last) < 768
    page.set_viewport_size({"width": 768, "height": 1024})
    open_page(page, server, "/draw")
    paper, column = (
        page.locator(".upper-canvas").first.bounding_box(),
        page.get_by_test_id("stColumn").first.bounding_box(),
    )
    assert paper and column and paper["width"] == 280 <= column["width"]


def test_on_a_phone_the_settings_come_before_the_pages(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, server, "/train")
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(page.get_by_test_id("stSidebar")).to_have_attribute("data-collapsed", "false")
    page.get_by_test_id("stSidebar").evaluate(SLID_IN)
    settings = page.get_by_test_id("stSidebarUserContent").bounding_box()
    pages = page.get_by_test_id("stSidebarNav").bounding_box()
    assert settings and pages and settings["y"] < 100 < settings["y"] + settings["height"] <= pages["y"]
