"""The canvas on other screens: full, low, and in forced colours (high contrast)."""

from tests.browser.canvas_lab import COLOURS, Visit
from tests.browser.canvas_page import Cloud

IS_FULL = "(document.querySelector('#host').shadowRoot.fullscreenElement?.className ?? '')"


def test_the_key_f_and_the_button_fill_the_screen_and_escape_leaves_it(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000))
    page, button = canvas.page, canvas.page.get_by_role("button", name="Full screen")
    before = canvas.state()
    canvas.stage.focus()
    page.keyboard.press("f")
    page.wait_for_function(f"{IS_FULL}.includes('cl-canvas')")
    canvas.wait(f"s.height > {before['height'] + 100} && s.width > {before['width'] + 100}")
    assert button.get_attribute("aria-pressed") == "true"
    assert canvas.page.locator(".timeline").is_visible() and canvas.page.locator(".legend").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_function(f"{IS_FULL} === ''")
    canvas.wait(f"s.height === {before['height']}")
    button.click()
    page.wait_for_function(f"{IS_FULL}.includes('cl-canvas')")
    button.click()
    page.wait_for_function(f"{IS_FULL} === ''")


def test_at_200_percent_the_picture_and_its_playback_bar_fit_on_one_screen(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000), viewport={"width": 640, "height": 360})
    stage, bar = canvas.stage.bounding_box(), canvas.page.locator(".timeline").bounding_box()
    assert stage and bar
    header = 52  # Streamlit's, which stays on the screen
    assert bar["y"] + bar["height"] - stage["y"] + header <= 360


def test_in_forced_colours_the_legend_the_points_and_the_track_keep_their_colours(visit: Visit) -> None:
    canvas = visit(Cloud(points=2000), forced_colors="active", color_scheme="light")
    swatches = canvas.page.locator(".swatch").evaluate_all(
        "all => all.map((e) => getComputedStyle(e).backgroundColor.match(/\\d+/g).map(Number))"
    )
    assert swatches == COLOURS.astype(int).tolist()
    assert canvas.scrub.evaluate("e => getComputedStyle(e).forcedColorAdjust") == "none"
    assert canvas.stage.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
