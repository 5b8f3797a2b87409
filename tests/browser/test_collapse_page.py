"""Collapse in a real browser: a run is broken, diagnosed and cured."""

import re

from playwright.sync_api import Page, expect

from core.lessons.collapses import COLLAPSES
from tests.browser.harness import Server, open_page, settled
from tests.browser.lab import PHONE, TRAINING_MS, TrainPage, folders

PATH = "/collapse"


def spread(page: Page, place: int) -> float:
    tile = page.get_by_test_id("stMetric").filter(has=page.get_by_text("Spread", exact=True)).nth(place)
    return float(tile.get_by_test_id("stMetricValue").inner_text())


def test_broken_diagnosed_cured_and_taken_to_the_lab(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    expect(page.get_by_text("Nothing is broken yet")).to_be_visible()
    page.get_by_role("button", name="Learning rate too high").click()
    cure = page.get_by_role("button", name=re.compile("^Cure: "))
    expect(cure).to_be_enabled(timeout=TRAINING_MS)
    settled(page)
    diagnosis = page.locator(".st-key-diagnosis_broken")
    expect(diagnosis).to_contain_text("your loss has stopped at 0.25")
    expect(diagnosis).to_contain_text("every embedding is the same point")
    expect(page.get_by_text("knows nothing: 0.25").first).to_be_visible()
    assert spread(page, 0) < 0.01
    assert folders(server.runs) >= {COLLAPSES["rate_too_high"].config.key}

    cure.click()
    expect(page.locator(".st-key-diagnosis_cured")).to_contain_text("Healthy", timeout=TRAINING_MS)
    settled(page)
    assert spread(page, 1) > 0.3
    expect(diagnosis).to_contain_text("every embedding is the same point")

    page.get_by_role("button", name="Open it in the Lab").first.click()
    settled(page)
    assert page.url.startswith(f"{server.url}/train")
    expect(page.locator(".st-key-diagnosis")).to_contain_text("every embedding is the same point")
    page.get_by_role("button", name=re.compile("^Set the sliders: ")).click()
    settled(page)
    expect(page.get_by_role("button", name=re.compile("Settings differ"))).to_be_visible()


def test_every_button_has_its_words_and_can_be_reached_by_keys(page: Page, server: Server) -> None:
    open_page(page, server, PATH)
    for one in COLLAPSES.values():
        button = page.get_by_role("main").get_by_role("button", name=one.label, exact=True)
        button.focus()
        expect(button).to_be_focused()


def test_on_a_phone_nothing_scrolls_to_the_side(page: Page, server: Server) -> None:
    page.set_viewport_size(PHONE)
    open_page(page, server, PATH)
    page.get_by_role("button", name="Margin 0").click()
    expect(page.get_by_role("button", name=re.compile("^Cure: ")).first).to_be_enabled(timeout=TRAINING_MS)
    settled(page)
    assert spread(page, 0) < 0.01
    assert TrainPage(page, server).scrollable("x") == []
