"""A digit drawn with the mouse in a real browser: where it lands, the panels, and what is refused."""

import re
import time
import tomllib
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core.config import PRESETS, RunConfig
from core.data import Dataset
from core.drawings.preprocessing import as_mnist
from core.runs import Run, shipped_run
from run import PROJECT
from tests.browser.conftest import StartServer
from tests.browser.draw_page import STROKES, DrawPage
from tests.browser.harness import NO_READING, Server, Watch, open_page, settled
from tests.browser.lab import TRAINING_MS, link_on, stored_figures, visitor
from tests.core.conftest import wait_until
from tests.core.drawings.test_ink import photograph
from tests.forged import forged_png


def test_ten_digits_drawn_by_the_mouse_land_among_their_class(page: Page, server: Server) -> None:
    draw = DrawPage(page, server).open()
    embedding = shipped_run().embedding()
    means = np.array([embedding.train[embedding.train_labels == label].mean(axis=0) for label in range(10)])
    named, near, alike = 0, 0, []
    for digit in STROKES:
        draw.draw(digit)
        alike.append(likeness(draw.sees(), as_mnist(255.0 - draw.shown_by_the_browser())))
        named += draw.guess() == digit
        near += int(np.linalg.norm(means - draw.mark(), axis=1).argmin()) == int(digit)
        draw.clear()
        expect(draw.verdict).to_have_count(0)
    assert named >= 8 and near >= 8
    assert min(alike) > 0.9  # as the browser shows it, though drawn from its strokes


def likeness(one: np.ndarray, other: np.ndarray | None) -> float:
    """The correlation; a centre of mass midway between two pixels may have been rounded either way."""
    assert other is not None
    shifts = [(down, along) for down in (-1, 0, 1) for along in (-1, 0, 1)]
    moved = [np.roll(other.reshape(28, 28), shift, axis=(0, 1)).ravel() for shift in shifts]
    return float(max(np.corrcoef(one, each)[0, 1] for each in moved))


def test_each_stroke_moves_it_and_undo_takes_the_last_one_back(page: Page, server: Server) -> None:
    draw = DrawPage(page, server).open()
    expect(page.get_by_text("Nothing drawn yet")).to_be_visible()
    states = []
    for stroke in STROKES["5"]:
        draw.stroke(stroke)
        states.append((draw.mark(), draw.network_input.get_by_role("img").first.screenshot()))
    assert len(states) == 2 and states[0][0] != states[1][0] and states[0][1] != states[1][1]
    expect(page.get_by_role("main").get_by_role("button", name="Undo", exact=True)).to_have_count(1)
    draw.button("Undo").click()
    settled(page)
    assert draw.mark() == states[0][0]
    draw.button("Undo").click()
    expect(page.get_by_text("Nothing drawn yet")).to_be_visible()


def test_a_thinner_pen_draws_another_image(page: Page, server: Server) -> None:
    draw = DrawPage(page, server).open()
    draw.draw("1")
    thick = draw.network_input.get_by_role("img").first.screenshot()
    draw.clear()
    page.get_by_role("radiogroup", name="Stroke width").first.get_by_text("10 px").click()
    settled(page)
    draw.draw("1")
    assert draw.network_input.get_by_role("img").first.screenshot() != thick


def test_a_picture_and_a_test_image_by_the_keyboard(
    page: Page, server: Server, mnist: Dataset, tmp_path: Path
) -> None:
    draw = DrawPage(page, server).open()
    panel = draw.tab("Picture")
    expect(panel.get_by_text("keeps back the cookie")).to_have_count(0)
    picture = tmp_path / "seven.jpg"
    Image.fromarray(255 - mnist.test.images[0].reshape(28, 28)).resize((560, 560)).save(picture)
    page.locator("input[type=file]").set_input_files(picture)
    expect(draw.verdict).to_have_text(re.compile("looks like a 7"))
    photo = tmp_path / "photo.png"  # pen on shaded paper, with dust, and the table along one side
    Image.fromarray(photograph(mnist.test.images[1], dark=False)).save(photo)
    page.locator("input[type=file]").set_input_files(photo)
    expect(draw.verdict).to_have_text(re.compile("looks like a 2"))
    draw.tab("Test image")
    number = page.get_by_role("textbox", name="Number of the test image")
    number.fill("2")
    number.press("Enter")
    settled(page)  # at 0 the button for the previous one is disabled
    number.press("Tab")
    page.keyboard.press("Tab")  # past the button for the previous one
    page.keyboard.press("Enter")
    expect(page.get_by_text("of test image 3, a 0")).to_be_visible()
    expect(draw.verdict).to_have_text(re.compile("looks like a 0"))


def test_two_drawings_are_the_same_digit_or_not(page: Page, server: Server) -> None:
    draw = DrawPage(page, server).open()
    draw.draw("3")
    panel = draw.tab("Same or different")
    draw.draw("3", paper=1)
    expect(panel.get_by_role("heading", name="The same class, says the distance")).to_be_visible()
    draw.clear(paper=1)
    draw.draw("1", paper=1)
    expect(panel.get_by_role("heading", name="Two different classes, says the distance")).to_be_visible()
    best = shipped_run().evaluation().verification.best
    assert best is not None
    expect(panel.get_by_test_id("stMetricValue").nth(1)).to_have_text(f"{best.distance:.3f}")
    expect(panel.get_by_test_id("stMetricValue").nth(2)).to_have_text(f"{1 - best.balanced_accuracy:.1%}")


def test_the_shipped_run_has_its_journey_after_one_press(page: Page, start_server: StartServer) -> None:
    """On a separate server: on the shared one the example's settings must stay untrained."""
    server = start_server()
    draw = DrawPage(page, server).open()
    draw.draw("4")
    panel = draw.tab("Its journey")
    expect(panel.get_by_text("Train the same settings here: the same run, with the journey")).to_be_visible()
    panel.get_by_role("button", name="Train these settings").click()
    expect(panel.get_by_text("Press play in the picture")).to_be_visible(timeout=TRAINING_MS)
    settled(page)
    steps = Run(server.runs / PRESETS["fast"].key).snapshot_steps()
    wait_until(lambda: len(draw.mark()) == 2 * len(steps) > 20, "the canvas shows the path of the drawing")
    assert draw.guess() == "4"


def test_the_link_of_the_page_restores_its_tab_its_digit_and_its_run(
    page: Page, server: Server, browser: Browser
) -> None:
    """Copied from the popover with the chain, and opened cold by another visitor."""
    draw = DrawPage(page, server).open()
    draw.tab("Test image")
    number = page.get_by_role("textbox", name="Number of the test image")
    number.fill("3")
    number.press("Enter")
    settled(page)  # for a moment of each rerun Streamlit's tabs are disabled
    draw.tab("Same or different")
    link = link_on(page)
    assert link.startswith(f"{server.url}/draw?") and len(link) < 120
    with visitor(browser, server) as guest:
        other = guest.page
        open_page(other, server, link.removeprefix(server.url))
        expect(other.get_by_role("tab", name="Same or different")).to_have_attribute("aria-selected", "true")
        expect(other.get_by_text("of test image 3, a 0")).to_be_visible()
        expect(other.get_by_text("Draw a second digit")).to_be_visible()


def test_a_class_is_held_out_here_and_the_journey_of_a_drawing_follows_the_training(
    page: Page, server: Server
) -> None:
    draw = DrawPage(page, server).open()
    draw.draw("7")
    draw.tab("Same or different")
    draw.draw("7", paper=1)
    panel = draw.tab("A digit never seen")
    panel.get_by_role("button", name="Train without 7").click()
    expect(page.get_by_text("never shown: 7. 60,000 points")).to_be_attached(timeout=TRAINING_MS)
    settled(page)
    # neither the drawings nor the open tab is lost
    assert draw.guess() in "0123456789"
    expect(page.get_by_text("Training never saw a 7")).to_be_visible()
    run = Run(server.runs / RunConfig(held_out_class="7").key)
    assert set(stored_figures(run)) and run.status().state == "done"
    expect(
        page.get_by_text(
            re.compile("With 1 example .*, 5 examples .*, 20 examples .* of the 7 images are recognised")
        )
    ).to_be_visible()
    expect(page.get_by_text("training images nearest to your digit")).to_be_visible()
    panel = draw.tab("Same or different")
    expect(panel.get_by_role("heading", name="The same class, says the distance")).to_be_visible()
    panel = draw.tab("Its journey")
    expect(panel.get_by_text("Press play in the picture")).to_be_visible()
    steps = run.snapshot_steps()
    wait_until(lambda: len(draw.mark()) == 2 * len(steps) > 20, "the canvas shows the path of the drawing")
    label = panel.get_by_role("img", name=re.compile("^The classes of the nearest images")).get_attribute(
        "aria-label"
    )
    assert label and label.count("step ") == len(steps)


def memory_of(server: Server) -> float:
    """Of Streamlit's own process, in MB."""
    return float(psutil.Process(server.process.pid).memory_info().rss / 1e6)


def test_a_browser_that_forbids_reading_a_canvas_changes_no_verdict_and_no_colour(
    page: Page, server: Server
) -> None:
    page.add_init_script(NO_READING)
    draw = DrawPage(page, server).open()
    draw.draw("7")
    assert draw.guess() == "7"
    shown = page.locator(".cl-canvas").evaluate(
        "root => root.contrastiveCanvas.state().palette.map(([r, g, b]) => (r << 16) | (g << 8) | b)"
    )
    themed = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
    assert [f"#{colour:06x}" for colour in shown] == themed["chartCategoricalColors"]


def test_a_picture_of_30_mb_is_refused_by_the_page_and_by_the_server(
    watched: tuple[Page, Watch], server: Server, tmp_path: Path
) -> None:
    page, watch = watched
    draw = DrawPage(page, server).open()
    draw.tab("Picture")
    large = tmp_path / "large.png"
    large.write_bytes(bytes(30_000_000))
    before = memory_of(server)
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_text(re.compile("File must be .*10.*MB"))).to_be_visible()
    # a browser that ignores the limit, at the page's upload URL
    small = tmp_path / "small.png"
    Image.new("L", (30, 30), 255).save(small)
    with page.expect_request(re.compile("/upload_file/")) as asked:
        page.locator("input[type=file]").set_input_files(small)
    settled(page)
    watch.expect("413|request failed: PUT")
    answer = page.evaluate(
        """async ([url, token]) => {
            const form = new FormData();
            form.append("file", new Blob([new Uint8Array(30_000_000)]), "large.png");
            const reply = await fetch(url, { method: "PUT", body: form, headers: { "X-Xsrftoken": token } });
            return reply.status;
        }""",
        [asked.value.url, asked.value.headers.get("x-xsrftoken", "")],
    )
    assert answer == 413
    time.sleep(0.5)
    assert memory_of(server) - before < 60
    forged = tmp_path / "forged.png"
    forged.write_bytes(forged_png(20_000, 20_000))
    page.locator("input[type=file]").set_input_files(forged)
    expect(page.get_by_role("alert").filter(has_text="pixels").first).to_be_visible()
    assert memory_of(server) - before < 60
