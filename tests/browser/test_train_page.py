"""The whole path in a real browser: set, train on all of MNIST, watch, and read the results."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from core.config import PRESETS
from tests.browser.conftest import StartServer
from tests.browser.harness import Server, settled, workers
from tests.browser.lab import (
    PHONE,
    THEMES,
    TRAINING_MS,
    TrainPage,
    folders,
    run_of,
    stored_figures,
    switch_theme,
    visitor,
)
from tests.core.conftest import wait_until

FAST = PRESETS["fast"]


@pytest.fixture
def moving() -> bool:
    return True  # the training is watched


@pytest.fixture
def lab(page: Page, server: Server) -> TrainPage:
    return TrainPage(page, server)


@pytest.fixture(scope="module")
def trained(browser: Browser, server: Server) -> Iterator[TrainPage]:
    """A visitor with a finished run of one epoch on the page."""
    with visitor(browser, server) as page:
        page.open("epochs=1&seed=11").press_train()
        page.wait_until_trained()
        yield page


@contextlib.contextmanager
def held_up(lab: TrainPage) -> Iterator[None]:
    """Stop the workers' processes meanwhile."""
    held = workers(lab.server)
    for worker in held:
        worker.suspend()
    try:
        yield
    finally:
        for worker in held:
            worker.resume()


def live_pictures(lab: TrainPage) -> set[str]:
    return {line for line in lab.recorded("snapshots") if line.startswith("2000 points")}


def test_fast_trains_live_and_its_figures_are_those_of_the_folder(
    page: Page, start_server: StartServer
) -> None:
    """On a separate server: on the shared one the example's settings must stay untrained."""
    lab = TrainPage(page, start_server()).open()
    run = run_of(lab.server.runs)
    assert folders(lab.server.runs) == set()
    lab.record()
    lab.press_train()
    expect(lab.stop).to_be_enabled()
    wait_until(lambda: any(report.left is not None for report in run.progress()), "the time left is known")
    left = rf"Training.* step [\d,]+ of {run.progress()[0].steps} .* \d+ (s|min) left"
    with held_up(lab):  # it takes two seconds, and a busy browser might see nothing of it
        lab.set(epochs=3)  # during the run: must not affect it
        expect(lab.differ).to_be_visible()
        wait_until(lambda: any(re.search(left, line) for line in lab.recorded("status")), "it is shown")
    seen = len(run.snapshot_steps())
    wait_until(lambda: len(run.snapshot_steps()) > seen, "another snapshot is made")
    with held_up(lab):
        wait_until(lambda: len(live_pictures(lab)) > 1, "the picture has grown snapshot by snapshot")
    lab.wait_until_trained()

    assert folders(lab.server.runs) == {FAST.key}  # one click, one run; the slider started none
    assert run.config() == FAST
    figures = stored_figures(run)
    assert lab.figures() == {name: f"{value:.3f}" for name, value in figures.items()}
    assert figures["rand_index"] > 0.9
    lab.expect_points(60_000)
    expect(lab.differ).to_be_visible()  # the sliders have moved, the picture is of the trained settings
    expect(lab.status).to_contain_text("2 epochs")
    assert lab.value("epochs") == 3
    expect(lab.train).to_be_enabled()
    expect(lab.stop).to_be_disabled()

    assert max(lab.recorded("points")) >= len(run.progress()) / 2


def test_the_sliders_can_be_reset_to_the_settings_of_the_picture(trained: TrainPage) -> None:
    trained.set(margin=1.2, digits=4)
    trained.differ.click()
    settled(trained.page)
    assert (trained.value("margin"), trained.value("digits"), trained.value("epochs")) == (1.0, 10, 1)
    expect(trained.differ).to_have_count(0)


def test_density_lines_of_every_class_are_drawn(trained: TrainPage) -> None:
    contours = run_of(trained.server.runs, epochs=1, seed=11).contours()
    lines = trained.tab("Density").locator("svg g.mark-line path[stroke]")
    expect(lines).to_have_count(len(np.unique(contours["line"])))
    assert len({line.get_attribute("stroke") for line in lines.all()}) == 10
    assert set(contours["label"]) == set(range(10))


def test_the_confusion_matrix_holds_every_image_once(trained: TrainPage) -> None:
    panel = trained.tab("Clusters")
    run = run_of(trained.server.runs, epochs=1, seed=11)
    stored = json.loads((run.folder / "figures.json").read_text())["confusion"]
    table = panel.get_by_role("table", name="Classes and clusters")
    table.locator("thead th").first.wait_for()
    heads = table.locator("thead th").all_inner_texts()
    assert heads == [
        f"{'ABCDEFGHIJ'[c]} ≈ {d}" for c, d in zip(stored["clusters"], stored["matched_digit"], strict=True)
    ]
    assert table.locator("tbody th").all_inner_texts() == [str(digit) for digit in stored["digits"]]
    cells = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    counts = np.array([[int(text.replace(",", "") or 0) for text in row] for row in cells])
    assert counts.tolist() == stored["counts"]
    embedding = run.embedding()
    assert counts.sum(axis=1).tolist() == np.bincount(embedding.train_labels).tolist()
    matched = (
        np.trace(counts) / counts.sum()
    )  # both the digits and their matched clusters are in ascending order
    expect(panel).to_contain_text(f"{matched:.1%}")
    panel.get_by_role("radio", name="share of the class").click()
    settled(trained.page)
    expect(table).to_contain_text(f"{counts[3, 3] / counts[3].sum():.1%}")


def test_the_davies_bouldin_table_averages_to_the_index(trained: TrainPage) -> None:
    panel = trained.tab("Davies-Bouldin")
    run = run_of(trained.server.runs, epochs=1, seed=11)
    index = stored_figures(run)["davies_bouldin"]
    expect(panel).to_contain_text(f"{index:.4f}")
    table = panel.locator("table[role=grid]")
    head = table.locator("th").all_inner_texts()
    rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
    cells = {name: [row[place] for row in rows] for place, name in enumerate(head)}
    similarity = np.array(cells["S"], float)
    assert similarity.mean() == pytest.approx(index, rel=1e-9)

    # each row recomputed from the embedding in the folder
    embedding = run.embedding()
    clusters = range(10)
    own = [embedding.train[embedding.train_clusters == c].astype(float) for c in clusters]
    centre = [points.mean(axis=0) for points in own]
    within = [np.linalg.norm(own[c] - centre[c], axis=1).mean() for c in clusters]
    letters = [text[0] for text in cells["cluster"]]
    assert letters == list("ABCDEFGHIJ")
    both: list[float] = []
    gaps: list[float] = []
    for c in clusters:
        rival = letters.index(cells["rival"][c][0])
        between = np.linalg.norm(centre[c] - centre[rival])
        others = [
            (within[c] + within[other]) / np.linalg.norm(centre[c] - centre[other])
            for other in clusters
            if other != c
        ]
        assert int(cells["images"][c]) == len(own[c])
        assert float(cells["WCD"][c]) == pytest.approx(within[c], rel=1e-5)
        assert float(cells["BCD"][c]) == pytest.approx(between, rel=1e-5)
        assert similarity[c] == pytest.approx(max(others), rel=1e-5)
        both.append(within[c] + within[rival])
        gaps.append(between)
    expect(panel).to_contain_text(f"the two widths add up to {np.mean(both):.3g} on average")
    expect(panel).to_contain_text(f"the rival is {np.mean(gaps):.3g} away")


def test_the_same_settings_again_cost_no_second_training(trained: TrainPage) -> None:
    run = run_of(trained.server.runs, epochs=1, seed=11)
    before = run.status()
    trained.press_train()
    expect(trained.page.get_by_text("Already trained")).to_be_visible()
    settled(trained.page)
    assert run.status() == before
    trained.expect_points(60_000)


def test_the_shortcuts_on_the_buttons_train_and_stop(lab: TrainPage) -> None:
    lab.open("epochs=50&seed=12")
    lab.press_shortcut_of(lab.train)
    lab.wait_until_training()
    lab.press_shortcut_of(lab.stop)
    expect(lab.status).to_contain_text("Stopped")
    assert run_of(lab.server.runs, epochs=50, seed=12).status().state == "cancelled"


def test_stop_ends_a_long_run_and_keeps_what_it_has_shown(lab: TrainPage) -> None:
    lab.open("epochs=50&seed=13").press_train()
    lab.wait_until_training()
    expect(lab.train).to_be_disabled()
    expect(lab.page.get_by_role("img", name=re.compile("2,000 points"))).to_be_visible()
    lab.stop.click()
    expect(lab.status).to_contain_text("Stopped")
    settled(lab.page)
    run = run_of(lab.server.runs, epochs=50, seed=13)
    assert run.status().state == "cancelled"
    assert run.config() == replace(FAST, epochs=50, seed=13)
    lab.expect_points(2000)
    expect(lab.train).to_be_enabled()
    expect(lab.stop).to_be_disabled()
    assert lab.alerts.count() == 0


def test_the_canvas_stays_when_something_appears_above_it(lab: TrainPage) -> None:
    lab.open("margin=0&digits=4&epochs=6&seed=17").press_train()
    lab.wait_until_training()
    lab.page.locator(".cl-canvas").evaluate("root => (root.marked = true)")
    expect(lab.page.locator(".st-key-diagnosis")).to_be_visible(timeout=TRAINING_MS)
    lab.wait_until_trained()
    assert lab.page.locator(".cl-canvas").evaluate("root => root.marked")


def test_stop_is_obeyed_while_the_clusters_are_measured_and_the_page_says_so(lab: TrainPage) -> None:
    lab.open("epochs=1&seed=15").press_train()
    run = run_of(lab.server.runs, epochs=1, seed=15)
    wait_until(lambda: run.status().state == "measuring", "the training is over")
    held = workers(lab.server)
    for worker in held:  # so that it cannot end before Stop is pressed
        worker.suspend()
    expect(lab.status).to_contain_text("Measuring the clusters")
    lab.stop.click()
    expect(lab.stop).to_be_disabled()
    for worker in held:  # the one that did not answer to Stop has been replaced
        with contextlib.suppress(psutil.NoSuchProcess):
            worker.resume()
    expect(lab.status).to_contain_text("Stopped early")
    assert run.status().state == "cancelled" and run.status().files == {}
    expect(lab.train).to_be_enabled()
    expect(lab.alerts).to_have_count(0)


def test_a_finished_run_and_its_controls_are_on_one_screen(lab: TrainPage, trained: TrainPage) -> None:
    lab.open("epochs=1&seed=11")
    expect(lab.status).to_contain_text("Trained in")
    for theme in THEMES:
        switch_theme(lab.page, theme)
        assert lab.scrollable("y") == []
        controls = (lab.train, lab.page.locator(".cl-canvas"), lab.loss_curve)
        for control in (*controls, *lab.page.get_by_test_id("stMetric").all()):
            box = control.bounding_box()
            assert box and box["y"] >= 0 and box["y"] + box["height"] <= 900


def test_a_run_under_way_is_on_one_screen(lab: TrainPage) -> None:
    lab.open("epochs=50&seed=14").press_train()
    lab.wait_until_training()
    expect(lab.page.get_by_role("img", name=re.compile("2,000 points"))).to_be_visible()
    assert lab.scrollable("y") == []
    lab.stop.click()
    expect(lab.status).to_contain_text("Stopped")


def test_on_a_phone_nothing_scrolls_to_the_side(lab: TrainPage) -> None:
    lab.page.set_viewport_size(PHONE)
    lab.open()
    assert lab.scrollable("x") == []
    for tab in ("Density", "Clusters", "Davies-Bouldin"):
        lab.tab(tab)
        assert lab.scrollable("x") == [], tab
