"""What a run takes, from its settings: what no small server can train is refused, what it can is not."""

from dataclasses import replace
from typing import Any

import pytest

from core import environment
from core.__main__ import main
from core.config import PRESETS, RunConfig
from core.config.cost import SURELY, Cost, cost_of

SMALL, DEADLINE = 700e6, 900.0  # what a run may take on a server of 2 GB with one worker

# Settings that were accepted and took gigabytes or hours: now refused for one of the two, or cheap.
COSTLY: list[tuple[dict[str, Any], str | None]] = [
    ({"miner": "distance_weighted", "batch_size": 4096}, "of memory"),
    ({"miner": "distance_weighted", "batch_size": 1024, "digits": 2}, None),
    (
        {
            "loss": "triplet_margin",
            "miner": "batch_all",
            "batch_size": 256,
            "digits": 2,
            "embedding_dims": 64,
        },
        None,
    ),
    ({"miner": "batch_all", "embedding_dims": 64}, None),
    ({"miner": "semi_hard", "embedding_dims": 16, "digits": 2}, None),
    ({"loss": "triplet_margin", "batch_size": 3, "views": 1.0, "epochs": 50}, "minutes"),
    ({"batch_size": 1, "sampling": "sampled", "epochs": 50}, "minutes"),
]


@pytest.mark.parametrize(("settings", "refused_for"), COSTLY, ids=str)
def test_settings_that_cost_gigabytes_or_hours_are_refused_or_were_made_cheap(
    settings: dict[str, Any], refused_for: str | None
) -> None:
    cost = cost_of(RunConfig(**settings))
    reason = cost.refusal(SMALL, DEADLINE)
    if refused_for is None:
        assert reason is None and cost.seconds < 60
    else:
        assert reason is not None and refused_for in reason and "Take a " in reason


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fits_the_smallest_server(name: str) -> None:
    assert cost_of(PRESETS[name]).refusal(environment.PRESETS_FIT, DEADLINE) is None


def test_a_refusal_says_how_much_and_against_which_bound() -> None:
    assert Cost(5.72e9, 10).refusal(1.5e9) == (
        "This run can need 5.7 GB of memory, and here one may take 1.5 GB. Take a smaller batch, fewer embedding "
        "dimensions, or another miner."
    )
    slow = Cost(0, 7200)
    assert slow.refusal(0) is None
    assert slow.refusal(0, 7200 / SURELY) is None  # the estimate could be wrong by so much
    assert slow.refusal(0, 900) == (
        "This run would take about 120 minutes, and this server ends a run after 15 minutes. Take a larger batch, "
        "fewer epochs, or no views."
    )
    assert replace(slow, stops_early=True).refusal(0, 900) is None


@pytest.mark.parametrize(
    "more",
    [
        {"epochs": 4},
        {"embedding_dims": 64},
        {"hidden": (512, 512)},
        {"batch_size": 20},
        {"views": 1.0},
        {"miner": "semi_hard"},
        {"loss": "triplet_margin"},
    ],
    ids=str,
)
def test_what_makes_a_run_longer_makes_its_estimate_longer(more: dict[str, Any]) -> None:
    assert cost_of(RunConfig(**more)).seconds > cost_of(RunConfig()).seconds


def test_a_run_may_take_an_equal_share_of_the_memory_or_what_the_host_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CONTRASTIVE_LAB_RUN_MB", raising=False)
    monkeypatch.setattr(environment, "_memory", lambda: 16.5e9)
    assert environment.run_bytes(workers=4) == pytest.approx(16e9 / 4 - environment.IDLE_WORKER)
    monkeypatch.setattr(environment, "_memory", lambda: 690e6)
    assert environment.run_bytes(workers=1) == environment.PRESETS_FIT
    monkeypatch.setenv("CONTRASTIVE_LAB_RUN_MB", "900")
    assert environment.run_bytes(workers=4) == 900e6


def test_the_command_line_refuses_what_the_machine_has_no_memory_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONTRASTIVE_LAB_RUN_MB", "1")
    assert main(["train", "--preset", "fast"]) == 2
    assert "of memory, and here one may take 1 MB" in capsys.readouterr().err
