"""A whole class at once: queued visitors get their position and wait, refused ones that the class is busy."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.visitors import Visitor
from core.config import RunConfig
from core.lessons.collapses import COLLAPSES
from core.lessons.cures import cures_for
from core.runs import Run
from tests.browser.harness import Server, running_server
from tests.core.conftest import wait_until

pytestmark = pytest.mark.whole_training

BROKEN = COLLAPSES["margin_0"]
CURE = cures_for(BROKEN.config, "point")[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One worker, and a queue of two."""
    env = {"CONTRASTIVE_LAB_WORKERS": "1", "CONTRASTIVE_LAB_QUEUE": "2"}
    with running_server(tmp_path_factory.mktemp("class"), **env) as server:
        yield server


def config_of(seed: int, epochs: int) -> RunConfig:
    return RunConfig(epochs=epochs, digits=3, seed=seed)


def query_of(config: RunConfig) -> str:
    return f"epochs={config.epochs}&digits={config.digits}&seed={config.seed}"


async def until(visitor: Visitor, words: str) -> None:
    """Wait until the words are on the visitor's page, whose canvas watches the run."""
    async with asyncio.timeout(60):
        while not visitor.shows(words):
            await visitor.watch_once()


def test_concurrent_pages_do_not_interfere(server: Server) -> None:
    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:
            visitors = [await stack.enter_async_context(Visitor(server.url, "losses", "")) for _ in range(8)]
            for _ in range(12):
                await asyncio.gather(*(visitor.drawn() for visitor in visitors))
                await asyncio.gather(*(visitor._ask("again") for visitor in visitors))
            await asyncio.gather(*(visitor.drawn() for visitor in visitors))
            assert not any(visitor.exceptions for visitor in visitors)

    asyncio.run(story())


def test_the_page_tells_the_place_the_wait_and_that_the_class_is_busy(server: Server) -> None:
    first, second, third, fourth = (config_of(91, 50), config_of(92, 1), config_of(93, 1), config_of(94, 1))

    async def story() -> None:
        async with contextlib.AsyncExitStack() as stack:

            async def training_visitor(config: RunConfig) -> Visitor:
                visitor = await stack.enter_async_context(
                    Visitor(server.url, "train", query_of(config), config.key)
                )
                await visitor.drawn()
                await visitor.press("Train")
                return visitor

            ada = await training_visitor(first)
            await until(ada, "**Training**")
            bob = await training_visitor(second)
            await until(bob, "**In the queue**, next · starts in about ")
            eve = await training_visitor(third)
            await until(eve, "**In the queue**, 1 ahead of it · starts in about ")
            # the canvas calls for the page: none of these pages reruns at an interval as well
            assert not any(visitor.reruns_at_an_interval for visitor in (ada, bob, eve))
            dan = await training_visitor(fourth)
            assert dan.shows("The class is busy") and dan.shows("2 runs are waiting")
            assert dan.shows("Yours was not queued")
            assert not (server.runs / fourth.key).exists()
            await ada.press("Stop")
            for visitor in (bob, eve):
                assert await visitor.follow_run() == "done"
            await dan.press("Train")
            assert await dan.follow_run() == "done"
            assert not dan.shows("The class is busy")
            assert not any(visitor.exceptions for visitor in (ada, bob, eve, dan))
        assert Run(server.runs / first.key).status().state == "cancelled"

    asyncio.run(story())


class WithoutTicks(Visitor):
    async def _tick(self, fragment: str, interval: float) -> None:
        """The page does not hear that a run has ended."""


async def broken_and_cured(visitor: Visitor, server: Server) -> None:
    """Have both runs of Collapse trained; the page has not heard that the second one has ended."""
    await visitor.drawn()
    for label, config in ((BROKEN.label, BROKEN.config), (CURE.label, CURE.config)):
        run = Run(server.runs / config.key)
        await visitor._ask("again")
        await visitor.drawn()
        await visitor.press(label)
        await asyncio.to_thread(wait_until, lambda run=run: run.status().state == "done", f"{label} ends")


def test_a_press_in_the_moment_when_a_run_ends_is_not_lost(server: Server) -> None:
    async def story() -> None:
        async with WithoutTicks(server.url, "collapse", "") as visitor:
            await broken_and_cured(visitor, server)
            assert visitor.button("Train") is None
            await visitor.press("Open it in the Lab")
            assert visitor.button("Train") is not None

    asyncio.run(story())


def test_a_run_goes_on_while_its_visitor_looks_at_a_page_that_does_not_follow_it(
    tmp_path: Path,
) -> None:
    config = RunConfig(epochs=50, seed=95)

    def ticks(visitor: Visitor) -> int:
        return sum(rerun.why == "a tick" for rerun in visitor.reruns)

    async def story(server: Server) -> None:
        async with Visitor(server.url, "train", "epochs=50&seed=95", config.key) as visitor:
            await visitor.drawn()
            await visitor.press("Train")
            assert not visitor.reruns_at_an_interval
            await visitor._ask("another page", page_script_hash="", page_name="losses")
            await visitor.drawn()
            # three of them take the grace time, and a second later the run would be cancelled
            await asyncio.to_thread(wait_until, lambda: ticks(visitor) >= 5, "the page checks in")
            assert Run(server.runs / config.key).status().state in ("queued", "training")
            async with Visitor(server.url, "losses", "") as other:
                await other.drawn()
                assert not other.reruns_at_an_interval
            assert not visitor.exceptions

    with running_server(tmp_path, CONTRASTIVE_LAB_WORKERS="1", CONTRASTIVE_LAB_GRACE="4") as server:
        asyncio.run(story(server))


def test_a_press_in_the_moment_when_a_run_begins_is_not_lost(server: Server) -> None:
    async def story() -> None:
        async with WithoutTicks(server.url, "collapse", "") as visitor:
            await broken_and_cured(visitor, server)
            await visitor._ask("again")
            await visitor.drawn()
            broken = Run(server.runs / BROKEN.config.key)
            with broken.lock():  # another server trains it again
                broken.set_state("training")
                await visitor.press("Open it in the Lab")  # the cured one
            assert visitor.button("Train") is not None

    asyncio.run(story())
