"""The load of a class with three real browsers: every session trains a different run at the same time."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, cast

from playwright.async_api import Browser, Page, async_playwright

from benchmarks.load import CONFIG, SESSIONS, errors_row, slowest_row
from benchmarks.row import Row, say
from benchmarks.server import Served, served
from benchmarks.visitors import Rerun, Visitor
from core.config import RunConfig
from run import find_browser
from tests.browser.harness import BROWSER_FLAGS, Watch, watch

BROWSERS = 3
SECONDS_TO_END = 600

# The times of the page's script runs, as the browser records them.
RECORDER = """() => {
    window.drawings = [];
    let began = null;
    const look = () => {
        const app = document.querySelector('[data-testid="stApp"]');
        const state = app?.dataset.testScriptState;
        const now = performance.now();
        if (state === 'running') began ??= now;
        else if (state === 'notRunning' && began !== null) {
            window.drawings.push((now - began) / 1000);
            began = null;
        }
    };
    new MutationObserver(look).observe(document, {
        subtree: true, attributes: true, attributeFilter: ['data-test-script-state'],
    });
}"""


@dataclass
class Student:
    """A session in a browser: the page, its errors, and the config of its run."""

    page: Page
    faults: Watch
    config: RunConfig
    saw_result_at: float | None = None

    async def press_train(self) -> None:
        """Press Train."""
        button = self.page.get_by_role("main").get_by_role("button", name="Train", exact=False).first
        await button.click()

    async def follow_run(self) -> None:
        """Wait until the page shows the result."""
        line = self.page.locator(".st-key-status").get_by_text("Trained in")
        await line.wait_for(timeout=SECONDS_TO_END * 1000)
        self.saw_result_at = time.time()

    async def drawings(self) -> list[Rerun]:
        """The time of each drawing of the page."""
        seconds = await self.page.evaluate("window.drawings")
        return [Rerun("in a browser", each, 0.0) for each in seconds]


def measure() -> list[Row]:
    """Three sessions in browsers and the rest without: all get their result, without errors."""
    say(f"{BROWSERS} browsers among {SESSIONS} sessions, {SESSIONS} configs ...")
    with served() as server:
        return asyncio.run(_measure(server))


async def _measure(server: Served) -> list[Row]:
    configs = [replace(CONFIG, seed=2000 + number) for number in range(max(SESSIONS, BROWSERS))]
    name = "load_browsers"
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(_browser())
        students = [await _open(browser, server, config) for config in configs[:BROWSERS]]
        visitors = [
            await stack.enter_async_context(Visitor(server.url, "train", f"seed={c.seed}", c.key))
            for c in configs[BROWSERS:]
        ]
        await asyncio.gather(*(visitor.drawn() for visitor in visitors))
        for visitor in visitors:
            visitor.reruns.clear()  # without opening the page
        for student in students:
            await student.page.evaluate(RECORDER)
        everybody: list[Student | Visitor] = [*students, *visitors]
        await asyncio.gather(
            *(s.press_train() for s in students), *(visitor.press("Train") for visitor in visitors)
        )
        await asyncio.gather(*(each.follow_run() for each in everybody))
        drawings = [drawing for student in students for drawing in await student.drawings()]
        faults = [fault for student in students for fault in student.faults.unexpected()]
    for fault in faults:
        say(f"in a browser: {fault}")
    late = max(_seconds_late(server, student) for student in students)
    served_count = sum(each.saw_result_at is not None for each in everybody)
    rows = [
        Row(
            name,
            f"sessions that got their result, {len(students)} in a browser",
            "",
            float(served_count),
            low=len(configs),
        ),
        Row(name, "a run's end to the browser that shows it, the slowest", "s", late, high=3),
        Row(name, "errors in the browsers", "", float(len(faults)), high=0),
        errors_row(name, server, visitors),
    ]
    if visitors:
        rows.append(slowest_row(name, [rerun for visitor in visitors for rerun in visitor.reruns]))
    rows.append(slowest_row(name, drawings, " in the browsers, all on one core"))
    return rows


async def _open(browser: Browser, server: Served, config: RunConfig) -> Student:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    faults = watch(cast(Any, page))  # the async page has the same events
    await page.goto(f"{server.url}/train?seed={config.seed}", wait_until="domcontentloaded")
    await page.get_by_role("main").get_by_role("button", name="Train").first.wait_for(timeout=60_000)
    return Student(page, faults, config)


def _seconds_late(server: Served, student: Student) -> float:
    return (student.saw_result_at or float("inf")) - server.run(student.config.key).status().updated


@contextlib.asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        program = find_browser()
        browser = await playwright.chromium.launch(executable_path=program, args=list(BROWSER_FLAGS))
        try:
            yield browser
        finally:
            await browser.close()
