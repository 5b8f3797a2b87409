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

expect.set_options(timeout=30_000)  # the usual five seconds are short where many share a few cores
REPORTS = pytest.StashKey[dict[str, pytest.TestReport]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep how the test went, for the fixture that takes the picture of a failure."""
    report = yield
    item.stash.setdefault(REPORTS, {})[report.when] = report
    return report


# A package's fixture, not a session's: Playwright keeps an event loop running in this thread, which
# tests of other folders may not expect.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real Chromium without a window: the one that CHROMIUM names, or the system's."""
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
    """Start a server of the test's own: `start_server(script=..., NAME=VALUE)`; see running_server."""
    with contextlib.ExitStack() as stack:
        count = 0

        def start(script: Path = APP, options: Sequence[str] = (), **env: str) -> Server:
            nonlocal count
            count += 1
            return stack.enter_context(running_server(tmp_path / f"server-{count}", script, options, **env))

        yield start


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app as `streamlit run streamlit_app.py` serves it, one for all tests that ask for no other; it has no
    network."""
    nowhere = {
        "CONTRASTIVE_LAB_MIRROR": f"http://127.0.0.1:{free_port()}",
        "CONTRASTIVE_LAB_DOWNLOADS": str(tmp_path_factory.mktemp("downloads")),
    }
    with running_server(tmp_path_factory.mktemp("server"), **nowhere) as server:
        yield server


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a page with nothing but the canvas, and a picture in it; at the end nothing may have gone wrong in
    any page, but what is expected."""
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_page(picture: Picture, rest: bool = True, **options: Any) -> Canvas:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **STILL, **options})
        page = context.new_page()
        canvas = Canvas(page, watch(page), picture)
        opened.append((context, canvas.seen))
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
    faults = [fault for _, seen in opened for fault in seen.unexpected()]
    for context, _ in opened:
        context.close()
    assert not faults, "in the browser:\n" + "\n".join(faults)


@pytest.fixture
def moving() -> bool:
    """Whether pictures move in the test's page; a file about what moves says True. Stillness is sooner done."""
    return False


Contexts = Callable[[bool], BrowserContext]


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Contexts:
    """One context for still pages and one for moving ones: what it has loaded it need not load again.

    Its first page stays empty and open, and with it the process that the others share (see BROWSER_FLAGS).
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
    """Take from its context what the page has stored: the next test begins as a new visitor."""
    context = page.context
    empty, *opened = context.pages
    origins = {f"{url.scheme}://{url.netloc}" for url in (urlsplit(each.url) for each in opened)}
    for each in opened:  # first, so that none writes once more
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
    """A page of a new visitor, and the list of its faults, which must end empty."""
    page = contexts(moving).new_page()
    seen = watch(page)
    yield page, seen
    reports = request.node.stash.get(REPORTS, {})
    if seen.unexpected() or "call" not in reports or reports["call"].failed:
        save_picture(page, request.node.name, tmp_path)
    faults = seen.unexpected()  # before closing: a request cut short by that is no fault
    forget(page)
    assert not faults, "in the browser:\n" + "\n".join(faults)


@pytest.fixture
def page(watched: tuple[Page, Watch]) -> Page:
    """An empty page of 1440 x 900; any error in its console, scripts or requests fails the test."""
    return watched[0]


def save_picture(page: Page, test: str, tmp_path: Path) -> None:
    """What the page showed, into CONTRASTIVE_LAB_SCREENSHOTS or the test's own folder."""
    folder = Path(os.environ.get("CONTRASTIVE_LAB_SCREENSHOTS", tmp_path))
    picture = folder / (re.sub(r"\W+", "-", test) + ".png")
    with contextlib.suppress(Error):  # a crashed page has no picture; its faults are reported all the same
        page.screenshot(path=picture)
        print(f"the page at the failure: {picture}")
