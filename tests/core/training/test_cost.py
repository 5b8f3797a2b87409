"""The upper bound on a run's memory, against what a process really takes for its steps."""

import ctypes
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.config import RunConfig
from core.config.cost import bytes_of_step
from core.data import Split
from core.losses import LOSSES
from core.miners import MINERS
from core.runs import Sample
from core.training.trainer import Trainer

# Two classes hold the most triplets, and many dimensions the most numbers; large enough for megabytes a step.
LARGE = RunConfig(batch_size=128, digits=2, embedding_dims=32, hidden=(64,))
NOISE = Split(
    np.random.default_rng(0).integers(0, 256, (4096, 784), dtype=np.uint8),
    (np.arange(4096) % 2).astype(np.uint8),
)
COSTLY = [
    *(
        replace(LARGE, loss=name, batch_size=128 if LOSSES[name].takes == "triplets" else 448)
        for name in LOSSES
    ),
    *(
        replace(LARGE, loss=name, miner=miner, batch_size=128 if MINERS[miner].looks_at_all else 448)
        for name in LOSSES
        for miner in MINERS
        if LOSSES[name].takes != "batch"
    ),
    *(
        replace(LARGE, loss=name, sampling="sampled", batch_size=4096)
        for name in ("contrastive", "triplet_margin")
    ),
    replace(LARGE, hidden=(512, 512), activation="x_plus_sigmoid", sampling="sampled", batch_size=2048),
    replace(LARGE, loss="nt_xent", batch_size=448, views=1.0),
]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process its peak of memory")
@pytest.mark.parametrize(
    "config", COSTLY, ids=lambda config: f"{config.loss}-{config.miner}-{config.sampling}"
)
def test_a_steps_memory_is_never_above_the_bound_from_its_settings(config: RunConfig) -> None:
    torch.set_num_threads(1)
    trainer = Trainer(config, NOISE, Sample("test", np.arange(0), NOISE.labels[:0]))
    batch = next(trainer.epoch())
    trainer.step(batch)  # the first one loads libraries
    before = _reset_peak()
    trainer.step(batch, measure_active=True)
    taken, bound = _peak() - before, bytes_of_step(config)
    assert taken <= bound
    assert bound < 3 * taken + 5e6  # a bound that refuses everything would be no use


def _reset_peak() -> int:
    """Give all freed memory back, so that the step cannot use it unseen; returns the resident bytes."""
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    return _peak()


def _peak() -> int:
    """The most resident bytes since the last reset."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
