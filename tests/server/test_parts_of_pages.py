"""A press in a part of a page, which Streamlit reruns alone, reaches what stands outside of it."""

import asyncio

from benchmarks.visitors import Visitor
from tests.browser.harness import Server


def test_the_other_starts_are_those_of_the_k_on_the_slider(server: Server) -> None:
    async def story() -> None:
        async with Visitor(server.url, "clusters", "part=KMeans") as visitor:
            await visitor.drawn()
            assert visitor.shows("10 starts by k-means++, k = 10")
            await visitor.move("kmeans_k_10", 2)
            assert visitor.shows("10 starts by k-means++, k = 2")

    asyncio.run(story())
