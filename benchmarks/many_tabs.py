"""One visitor's many tabs: six that go through KMeans settings, and how long another visitor waits for a drawing."""

import asyncio
import contextlib
import random
import time

from benchmarks.row import Row
from benchmarks.server import served
from benchmarks.visitors import Visitor

TABS = 6
DRAWINGS = 10


def measure() -> list[Row]:
    """The longest wait for a drawing beside the tabs, and without them."""
    with served() as server:
        alone, beside, pages = asyncio.run(_story(server.url))
        errors = server.errors()
    return [
        Row("many_tabs", f"a drawing beside another's {TABS} tabs, at most", "s", beside, high=2.0),
        Row("many_tabs", "a drawing without them, at most", "s", alone),
        Row("many_tabs", "pages that the tabs got meanwhile", "", float(pages), low=1),
        Row("many_tabs", "errors", "", float(errors), high=0),
    ]


async def _story(url: str) -> tuple[float, float, int]:
    await _drawings(url)  # warms up
    alone = max(await _drawings(url))
    pages: list[str] = []
    tabs = [asyncio.create_task(_tab(url, number, pages)) for number in range(TABS)]
    await asyncio.sleep(3)
    beside = max(await _drawings(url))
    for tab in tabs:
        tab.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tabs)
    return alone, beside, len(pages)


async def _tab(url: str, number: int, pages: list[str]) -> None:
    generator = random.Random(number)
    while True:
        k, seed = generator.randint(2, 20), generator.randint(0, 9)
        query = f"part=KMeans&kmeans_k_10={k}&kmeans_seed={seed}&kmeans_start=random"
        async with Visitor(url, "clusters", query, cookie="a" * 32) as tab:
            await tab.drawn()
            pages.append(query)


async def _drawings(url: str) -> list[float]:
    seconds = []
    for image in range(DRAWINGS):
        began = time.perf_counter()
        query = f"digit_from=Test%20image&test_image={image}"
        async with Visitor(url, "draw", query, cookie="b" * 32) as visitor:
            await visitor.drawn()
            seconds.append(time.perf_counter() - began)
    return seconds
