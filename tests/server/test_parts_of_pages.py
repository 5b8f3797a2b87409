"""A press in a part of a page, which Streamlit reruns alone, reaches what stands outside of it."""

import asyncio
import json
import shutil

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.visitors import Visitor
from core.config import RunConfig
from core.runs import example_run
from tests.browser.harness import Server


def test_the_other_starts_are_those_of_the_k_on_the_slider(server: Server) -> None:
    async def story() -> None:
        async with Visitor(server.url, "clusters", "part=KMeans") as visitor:
            await visitor.drawn()
            assert visitor.shows("10 starts by k-means++, k = 10")
            await visitor.move("kmeans_k_10", 2)
            assert visitor.shows("10 starts by k-means++, k = 2")

    asyncio.run(story())


def test_a_run_removed_on_pairs_is_removed_in_the_browser(server: Server) -> None:
    class WithAList(Visitor):
        kept: list[list[str]]  # as the browser has it

        def _handle_element(self, message: ForwardMsg) -> None:
            component = message.delta.new_element.bidi_component
            if component.component_name.endswith("kept_runs"):
                self.kept = json.loads(component.json)["runs"]
            super()._handle_element(message)

    config = RunConfig(seed=77)
    folder = shutil.copytree(example_run().folder, server.runs / config.key)
    (folder / "config.json").write_text(json.dumps(config.as_dict()))

    async def story() -> None:
        async with WithAList(server.url, "pairs", "seed=77") as visitor:
            await visitor.drawn()
            assert visitor.kept == [["seed=77", ""]]
            await visitor.press("Remove from the list")
            assert visitor.kept == []

    asyncio.run(story())
