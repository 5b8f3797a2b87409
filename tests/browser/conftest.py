"""Fixtures of the browser tests: `server`, `start_server`, `page`, `watched`; the rest is in harness.py."""

import contextlib
import functools
import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from run import NO_BROWSER, Refused, find_browser
from tests.browser.canvas_lab import Canvas, Visit
from tests.browser.canvas_page import Picture, page_html
from tests.browser.harness import (
    APP,
    BROWSER_FLAGS,
    MOVING,
    STILL,
    Server,
    Watch,
    free_port,
    running_server,
    watch,
)

expect.set_options(timeout=30_000)  # the default of five seconds is short on a busy machine
REPORTS = pytest.StashKey[dict[str, pytest.TestReport]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Store the test's outcome, for the fixture that takes a screenshot of a failure."""
    report = yield
    item.stash.setdefault(REPORTS, {})[report.when] = report
    return report


# Package scope, not session scope: Playwright keeps an event loop running in this thread, which may break
# tests in other folders.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real headless Chromium: the one in CHROMIUM, or the system's."""
    try:
        program = find_browser()
    except Refused as refusal:
        pytest.fail(str(refusal))
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        if program is None and not own.is_file():
            pytest.fail(NO_BROWSER)
        try:
            browser = playwright.chromium.launch(executable_path=program or own, args=list(BROWSER_FLAGS))
        except Error as error:
            pytest.fail(f"{program or own} is there but does not start: {error}")
        yield browser
        browser.close()


StartServer = Callable[..., Server]


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[StartServer]:
    """Start a separate server for the test: `start_server(script=..., NAME=VALUE)`; see running_server."""
    with contextlib.ExitStack() as stack:
        count = 0

        def start(script: Path = APP, options: Sequence[str] = (), **env: str) -> Server:
            nonlocal count
            count += 1
            return stack.enter_context(running_server(tmp_path / f"server-{count}", script, options, **env))

        yield start


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as served by `streamlit run streamlit_app.py`, shared by all tests that need no other; it has no
    network."""
    nowhere = {
        "CONTRASTIVE_LAB_MIRROR": f"http://127.0.0.1:{free_port()}",
        "CONTRASTIVE_LAB_DOWNLOADS": str(tmp_path_factory.mktemp("downloads")),
    }
    with running_server(tmp_path_factory.mktemp("server"), **nowhere) as server:
        yield server


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a page that contains only the canvas with a picture; fails if any page has an unexpected fault."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_page(picture: Picture, rest: bool = True, script: str = "", **options: Any) -> Canvas:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **STILL, **options})
        page = context.new_page()
        canvas = Canvas(page, watch(page), picture)
        opened.append((context, canvas.watch))
        page.add_init_script(script)
        page.route(picture.address, lambda route: route.fulfill(content_type="text/html", body=page_html()))
        page.goto(picture.address)
        canvas.show()
        page.wait_for_function(
            "() => document.querySelector('#host').shadowRoot.querySelector('.cl-canvas')"
            ".contrastiveCanvas.work().length > 0"
        )
        if rest:
            canvas.rest()
        return canvas

    yield open_page
    faults = [fault for _, each in opened for fault in each.unexpected()]
    for context, _ in opened:
        context.close()
    assert not faults, "in the browser:\n" + "\n".join(faults)


@pytest.fixture
def moving() -> bool:
    """Whether pictures are animated; files about animation return True. Without it tests are faster."""
    return False


Contexts = Callable[[bool], BrowserContext]


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Contexts:
    """One context for still pages and one for animated ones, so that loaded files stay cached.

    Its first page stays empty and open, to keep alive the process that the others share (see BROWSER_FLAGS).
    """

    @functools.cache
    def context(moving: bool) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, **(MOVING if moving else STILL)
        )
        context.new_page()
        return context

    return context


def forget(page: Page) -> None:
    """Delete everything that the page has stored: the next test starts as a new visitor."""
    context = page.context
    empty, *opened = context.pages
    origins = {f"{url.scheme}://{url.netloc}" for url in (urlsplit(each.url) for each in opened)}
    for each in opened:  # first, so that none writes again
        each.close()
    session = context.new_cdp_session(empty)
    for origin in origins:
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()
    context.clear_cookies()
    context.clear_permissions()


@pytest.fixture
def watched(
    contexts: Contexts, request: pytest.FixtureRequest, tmp_path: Path, moving: bool
) -> Iterator[tuple[Page, Watch]]:
    """A page of a new visitor, and the list of its faults, which must be empty at the end."""
    page = contexts(moving).new_page()
    faults_of = watch(page)
    yield page, faults_of
    reports = request.node.stash.get(REPORTS, {})
    if faults_of.unexpected() or "call" not in reports or reports["call"].failed:
        save_picture(page, request.node.name, tmp_path)
    faults = faults_of.unexpected()  # before closing, which aborts requests
    forget(page)
    assert not faults, "in the browser:\n" + "\n".join(faults)


@pytest.fixture
def page(watched: tuple[Page, Watch]) -> Page:
    """An empty page of 1440 x 900; any error in its console, scripts or requests fails the test."""
    return watched[0]


def save_picture(page: Page, test: str, tmp_path: Path) -> None:
    """Save a screenshot to CONTRASTIVE_LAB_SCREENSHOTS or the test's own folder."""
    folder = Path(os.environ.get("CONTRASTIVE_LAB_SCREENSHOTS", tmp_path))
    picture = folder / (re.sub(r"\W+", "-", test) + ".png")
    with contextlib.suppress(Error):  # a crashed page has no screenshot; its faults are still reported
        page.screenshot(path=picture)
        print(f"the page at the failure: {picture}")
