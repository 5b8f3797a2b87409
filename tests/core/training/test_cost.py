"""The upper bound on a run's memory, against what a process really takes for its steps."""

import sys

import pytest

from benchmarks import costs
from core.config import RunConfig
from core.config.cost import bytes_of_step


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process its peak of memory")
@pytest.mark.parametrize(
    "config",
    costs.costliest(large=448, all_triplets=128),
    ids=lambda config: f"{config.loss}-{config.miner}-{config.sampling}",
)
def test_a_steps_memory_is_never_above_the_bound_from_its_settings(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(costs, "STEPS", 2)
    taken, bound = costs.step_of(config).bytes, bytes_of_step(config)
    assert taken <= bound
    assert bound < 4 * taken + 5e6  # a bound that refuses everything would be no use
