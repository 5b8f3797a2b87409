"""Home in a real browser: what a visitor gets who knows nothing but the address."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import StartServer
from tests.browser.harness import Server, open_page, settled
from tests.browser.lab import TrainPage, folders, visitor


def test_opened_cold_it_shows_all_points_of_the_shipped_run(page: Page, start_server: StartServer) -> None:
    server = start_server()
    open_page(page, server)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    TrainPage(page, server).expect_points(60_000)
    expect(page.get_by_role("img", name=re.compile("60,000 points of 10 classes"))).to_be_visible()
    colours = page.locator("canvas.points").evaluate(
        """canvas => new Set(new Uint32Array(
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert colours > 10  # it is painted, not only counted
    assert page.get_by_role("alert").count() == 0
    assert not folders(server.runs)  # looking costs no training


def test_its_door_to_the_lab_opens(page: Page, server: Server) -> None:
    open_page(page, server)
    page.get_by_role("main").get_by_role("link", name="Lab").click()
    expect(TrainPage(page, server).train).to_be_enabled()
    settled(page)
    assert page.url == f"{server.url}/train"


def test_on_a_phone_nothing_scrolls_to_the_side(browser: Browser, server: Server) -> None:
    with visitor(browser, server, viewport={"width": 390, "height": 844}) as phone:
        open_page(phone.page, server)
        phone.expect_points(60_000)
        assert phone.scrollable("x") == []
