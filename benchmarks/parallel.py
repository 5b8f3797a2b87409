"""Parallel runs through the engine: one per core compared with a single one."""

import dataclasses
import itertools
import os
import tempfile
import time
from statistics import median
from unittest import mock

from benchmarks.row import Row, say
from core.config import PRESETS
from core.runs import ENDED
from core.service.engine import Engine

ROUNDS = 5


def measure() -> list[Row]:
    """The rate of C workers on C cores as a share of C times the rate of one."""
    cores = os.cpu_count() or 1
    say(f"{ROUNDS} rounds of one run alone and of {cores} at once ...")
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, CONTRASTIVE_LAB_RUNS=folder):
        engine = Engine(workers=cores, idle_seconds=300, deadline_seconds=300)
        try:
            seeds = itertools.count(1000)  # not the shipped run's seed, which would need no training
            _seconds(engine, seeds, cores)  # warm-up: starts the workers, which load the images
            rounds = [(_seconds(engine, seeds, 1), _seconds(engine, seeds, cores)) for _ in range(ROUNDS)]
        finally:
            engine.close()
    together, alone = (median(cores / b for _, b in rounds), median(cores / a for a, _ in rounds))
    share = median(a / b for a, b in rounds)
    return [
        Row(
            "parallel",
            f"{cores} runs at once, {cores} x the single rate",
            "runs/s",
            together,
            alone,
            share,
            low=0.9,
        )
    ]


def _seconds(engine: Engine, seeds: "itertools.count[int]", count: int) -> float:
    """The time from submitting `count` new runs until all have ended."""
    configs = [dataclasses.replace(PRESETS["fast"], seed=next(seeds)) for _ in range(count)]
    began = time.perf_counter()
    # as different sessions, since each may have only one queued run
    runs = [engine.submit(config, f"visitor {config.seed}") for config in configs]
    while any(run.status().state not in ENDED for run in runs):
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    for run in runs:
        if run.status().state != "done":
            raise RuntimeError(f"A run ended as {run.status().state}: {run.status().message}")
    return seconds
