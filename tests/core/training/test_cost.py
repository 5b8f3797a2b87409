"""The upper bound on a run's memory, against what a process really takes for its steps."""

import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from benchmarks import costs
from core.config import RunConfig
from core.config.cost import bytes_of_step

PAGES = 8e6  # bytes: what the allocator keeps beside the numbers; `cost_of` allows sixty million for such


@pytest.fixture(scope="module")
def another_process() -> Iterator[Executor]:
    """A process with nothing else in it: here, memory that other tests have freed would be used unseen."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process its peak of memory")
@pytest.mark.parametrize(
    "config",
    costs.costliest(large=448, all_triplets=128),
    ids=lambda config: f"{config.loss}-{config.miner}-{config.sampling}",
)
def test_a_steps_memory_is_never_above_the_bound_from_its_settings(
    config: RunConfig, another_process: Executor
) -> None:
    taken, bound = another_process.submit(costs.step_of, config).result(120).bytes, bytes_of_step(config)
    assert taken <= bound + PAGES
    assert bound < 4 * taken + PAGES  # a bound that refuses everything would be no use
