"""What a training step costs, against what `core.config.cost` says from the settings alone: memory and seconds.

Every loss with every miner, at the settings that hold most, each in a process of its own. Linux only.
"""

import math
import time
from dataclasses import dataclass, replace
from itertools import product
from multiprocessing import get_context

import numpy as np
import torch

from benchmarks.peak import peak, reset_peak
from benchmarks.row import Row, say
from core.config import PRESETS, RunConfig
from core.config.cost import bytes_of_step, seconds_of_step
from core.data import Split
from core.losses import LOSSES
from core.miners import MINERS
from core.runs import Sample
from core.training.trainer import Trainer

STEPS = 4
IMAGES = 4096


@dataclass(frozen=True)
class Step:
    """The most bytes that a step held beyond what was there before, and the processor's seconds of the fastest."""

    bytes: int
    seconds: float


def measure() -> list[Row]:
    """The step that comes nearest to its bound, and the estimates of seconds that are farthest off."""
    configs = [*PRESETS.values(), *costliest(large=1024, all_triplets=256)]
    say(f"{len(configs)} settings, each in a process of its own ...")
    rows = []
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for config in configs:
            step = pool.apply(step_of, (config,))
            what = f"{config.loss}, {config.miner}, {config.sampling}, {config.batch_size}, {config.digits} classes"
            bound, seconds = bytes_of_step(config), seconds_of_step(config)
            rows += [
                Row(
                    "costs",
                    f"memory: {what}",
                    "MB",
                    step.bytes / 1e6,
                    bound / 1e6,
                    step.bytes / bound,
                    high=1,
                ),
                Row(
                    "costs",
                    f"a step: {what}",
                    "ms",
                    1e3 * step.seconds,
                    1e3 * seconds,
                    step.seconds / seconds,
                ),
            ]
            say(
                "  "
                + ", ".join(f"{row.what} {row.ours:.4g} of {row.theirs:.4g} {row.unit}" for row in rows[-2:])
            )
    off = max(abs(math.log(row.ratio)) for row in rows if row.ratio and row.what.startswith("a step"))
    return [
        *rows,
        Row("costs", "an estimate of seconds is off by at most a factor of", "", math.exp(off), high=3),
    ]


def costliest(*, large: int, all_triplets: int) -> list[RunConfig]:
    """Each loss alone and with each miner, with two classes, which have the most triplets, and many dimensions.
    large: the batch size; all_triplets: where all triplets are looked at."""
    start = RunConfig(digits=2, embedding_dims=32, hidden=(64,))
    configs = []
    for loss, miner in product(LOSSES, ("none", *MINERS)):
        takes = LOSSES[loss].takes
        if miner != "none" and takes == "batch":
            continue
        looks_at_all = takes == "triplets" if miner == "none" else MINERS[miner].looks_at_all
        configs.append(
            replace(start, loss=loss, miner=miner, batch_size=all_triplets if looks_at_all else large)
        )
    for loss in ("contrastive", "triplet_margin"):
        configs.append(replace(start, loss=loss, sampling="sampled", batch_size=IMAGES))
    wide = replace(start, hidden=(512, 512), activation="x_plus_sigmoid", sampling="sampled", batch_size=2048)
    return [*configs, wide, replace(start, loss="nt_xent", batch_size=large, views=1.0)]


def step_of(config: RunConfig) -> Step:
    """The cost of a training step of `config`, in this process, on noise instead of images."""
    torch.set_num_threads(1)
    noise = np.random.default_rng(0).integers(0, 256, (IMAGES, 784), dtype=np.uint8)
    split = Split(noise, (np.arange(IMAGES) % config.digits).astype(np.uint8))
    trainer = Trainer(config, split, Sample("test", np.arange(0), split.labels[:0]))
    batch = next(trainer.epoch())
    trainer.step(batch)  # the first one loads libraries
    before = reset_peak()
    trainer.step(batch, measure_active=True)
    held, seconds = peak() - before, math.inf
    for _ in range(STEPS - 2):
        began = time.thread_time()
        trainer.step(batch)
        seconds = min(seconds, time.thread_time() - began)
    return Step(held, seconds)
