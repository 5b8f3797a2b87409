"""Take it home in the browser: the offline report. And a guess on Predict with its result."""

from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from core.config import PRESETS
from core.lessons.predictions import value
from core.pictures import overlays
from core.runs import run_at, shipped_run
from tests.browser.canvas_lab import Canvas
from tests.browser.harness import Server, open_page, watch

SLOW = 120_000  # for training and measuring under load; not a performance goal


def download(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download(timeout=SLOW) as started:
        page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


STATE = """() => {
    const root = document.getElementById('replay').shadowRoot.querySelector('.cl-canvas');
    return root.contrastiveCanvas.state();
}"""


def test_the_report_plays_from_a_file_without_a_network(
    page: Page, server: Server, browser: Browser, tmp_path: Path
) -> None:
    open_page(page, server, "/take_home")
    report = download(page, "Download the report", tmp_path)
    assert report.suffix == ".html" and report.stat().st_size < 5_000_000

    context = browser.new_context(viewport={"width": 1200, "height": 900}, offline=True)
    alone = context.new_page()
    found, requested = watch(alone), []
    alone.on("request", lambda request: requested.append(request.url))
    alone.goto(report.as_uri())
    alone.wait_for_function(f"({STATE})().n === 12000", timeout=SLOW)
    assert len(alone.evaluate(STATE)["steps"]) == 15
    for words in ("Adjusted Rand index", "nearest rival", "Learning rate"):
        expect(alone.get_by_text(words).first).to_be_visible()
    assert alone.locator("img").evaluate_all("all => all.every(image => image.naturalWidth > 100)")

    step = alone.locator(".timeline .step")
    alone.get_by_role("slider", name="Training step").fill("0")
    expect(step).to_contain_text("0 / 590")
    play = alone.locator(".timeline .play")
    if play.get_attribute("aria-label") == "Pause":
        play.click()
        alone.get_by_role("slider", name="Training step").fill("0")
    play.click()
    expect(step).to_contain_text("590 / 590", timeout=SLOW)

    canvas = Canvas(alone)
    canvas.rest()
    lines = overlays.contours(shipped_run(), "train")["lines"]
    corners = canvas.to_screen(np.concatenate([np.reshape(line["xy"], (-1, 2)) for line in lines]))
    x, y = np.floor(corners).astype(int).T
    lined = canvas.picture()
    canvas.turn_on("Density lines")  # hides them
    bare = canvas.picture()
    assert (np.abs(lined - bare).max(axis=2)[y, x] > 20).mean() > 0.8
    canvas.turn_on("Voronoi cells")
    empty = (bare.min(axis=2) > 250).mean()
    celled = canvas.picture()
    assert empty > 0.3 and (celled.min(axis=2) > 250).mean() < 0.2 * empty
    axis = round(canvas.to_screen(np.zeros((1, 2)))[0, 1])
    assert celled[axis].mean() < celled[axis - 4].mean() - 10  # the grid is above the cells
    expect(alone.locator(".news")).to_be_hidden()

    hosts = {url.split(":")[0] for url in requested}
    context.close()
    assert hosts <= {"file", "data", "blob"}, requested
    assert not found.unexpected()


def test_a_guess_is_kept_and_shown_with_the_result(page: Page, server: Server) -> None:
    open_page(page, server, "/predict")
    main = page.get_by_role("main")
    main.get_by_text("Higher", exact=True).click()
    main.get_by_label("Because").fill("more room")
    main.get_by_role("button", name="This is my guess").click()
    before = value(run_at(PRESETS["fast"].key), "spread")
    expect(main.get_by_text(f"Not as you predicted. It went from {before:.3f}")).to_be_visible(timeout=SLOW)
    expect(main.get_by_text("Your guess: Spread higher, because more room.")).to_be_visible()
    expect(main.get_by_text("After: Spread")).to_be_visible()
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].filter(host => "
        "host.shadowRoot?.querySelector('.cl-canvas')?.contrastiveCanvas?.state().n === 60000).length === 2",
        timeout=SLOW,
    )
