"""With forced colours (Windows' high contrast) what is chosen still looks unlike what is not, on the app's pages."""

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.browser.harness import Server, open_page, settled

SEEN = 60  # grey levels of 255
LINE_BELOW = slice(-4, None)


@pytest.fixture
def forced(page: Page) -> Page:
    page.emulate_media(forced_colors="active", color_scheme="light")
    return page


def grey(part: Locator) -> npt.NDArray[np.float64]:
    """What the screen shows there [height, width]."""
    return np.asarray(Image.open(io.BytesIO(part.screenshot())).convert("L"), np.float64)


def unlike(one: Locator, other: Locator, rows: slice = slice(None)) -> float:
    """The greatest difference between the middle columns of both."""
    columns = [pixels[rows, pixels.shape[1] // 2] for pixels in (grey(one), grey(other))]
    return float(np.abs(columns[0] - columns[1]).max())


def test_a_chosen_radio_button_and_the_open_tab(forced: Page, server: Server) -> None:
    open_page(forced, server, "/draw")
    mark = "> div > div:first-child"
    options = forced.get_by_test_id("stRadioOption")
    chosen = options.filter(has=forced.locator("input:checked")).locator(mark).first
    another = options.filter(has=forced.locator("input:not(:checked)")).locator(mark).first
    assert unlike(chosen, another) > SEEN
    tabs = forced.get_by_test_id("stTab")
    assert unlike(tabs.and_(forced.locator("[aria-selected=true]")).first, tabs.nth(1), LINE_BELOW) > SEEN


def test_a_switch_and_a_sliders_track(forced: Page, server: Server) -> None:
    open_page(forced, server, "/pairs")
    switch = forced.get_by_test_id("stCheckbox").locator("label > span + div").first
    off = grey(switch)
    assert np.ptp(off) > SEEN
    switch.click()
    settled(forced)
    assert np.abs(grey(switch) - off).max() > SEEN
    track = grey(forced.get_by_test_id("stSlider").locator("[role=group] > div").first)
    middle = track[len(track) // 2]
    assert abs(middle[len(middle) // 4] - middle[-len(middle) // 4]) > SEEN
