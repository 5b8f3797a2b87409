"""Measured figures of each loss: assets/losses/measured.jsonl, one line per run.

`python -m benchmarks losses` trains the runs and writes the file; the Losses page and docs/losses.md show it.
"""

import json
import math
import statistics
from dataclasses import dataclass
from typing import Any

from core.config import RunConfig
from core.environment import PROJECT
from core.losses import LOSSES

MEASURED = PROJECT / "assets" / "losses" / "measured.jsonl"

DIMS, SEEDS, EPOCHS = (2, 8), (0, 1, 2), 1
MEASURED_FIGURES = {
    "test_adjusted_rand_index": "test ARI",
    "knn_accuracy": "5-NN accuracy",
    "davies_bouldin": "Davies-Bouldin",
}

Figures = dict[str, float | None]


def config_of(loss: str, dims: int, seed: int) -> RunConfig:
    """The defaults except for the loss, the dimensions and one epoch; triplets are sampled, since a batch of
    200 has millions."""
    drawn = LOSSES[loss].takes == "triplets"
    return RunConfig(
        loss=loss,
        embedding_dims=dims,
        seed=seed,
        epochs=EPOCHS,
        sampling="sampled" if drawn else "all",
    )


def read() -> dict[str, Figures]:
    """The figures measured so far, by the run's key."""
    if not MEASURED.exists():
        return {}
    lines = [json.loads(line) for line in MEASURED.read_text("utf-8").splitlines()]
    return {line["key"]: {name: line[name] for name in MEASURED_FIGURES} for line in lines}


@dataclass(frozen=True)
class Measured:
    """A figure of a loss over its seeds: the mean, and half the range; NaN if it is undefined for a seed or
    not measured. seeds: how many were measured."""

    mean: float
    spread: float
    seeds: int


def measured(found: dict[str, Figures], loss: str, dims: int, figure: str) -> Measured:
    """A figure of MEASURED_FIGURES for a loss, over the seeds measured so far."""
    keys = [config_of(loss, dims, seed).key for seed in SEEDS]
    raw: list[Any] = [found[key][figure] for key in keys if key in found]
    values = [math.nan if value is None else float(value) for value in raw]
    if not values or any(map(math.isnan, values)):
        return Measured(math.nan, math.nan, len(values))
    return Measured(statistics.fmean(values), (max(values) - min(values)) / 2, len(values))
