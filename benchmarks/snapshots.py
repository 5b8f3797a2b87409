"""The cost of the live picture: training with and without snapshots."""

import tempfile
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

from benchmarks.row import Row, say
from core.config import PRESETS, RunConfig
from core.data import load
from core.runs import Run
from core.training import train
from core.training.pipeline import _FolderWatcher as FolderWatcher

PAIRS = 5


class _NoSnapshots(FolderWatcher):
    def snapshot(self, step: int, embeddings: Any, encoder: Any) -> None:
        pass


def measure() -> list[Row]:
    """The median, over pairs of runs, of the extra time with snapshots, as a share."""
    config = PRESETS["fast"]
    say(f"{PAIRS} pairs of trainings with and without snapshots ...")
    _without(config)  # the first run of a process is slower
    pairs = [(_train(config, FolderWatcher), _without(config)) for _ in range(PAIRS)]
    with_snapshots, without = (median(times) for times in zip(*pairs, strict=True))
    share = median(longer / shorter - 1 for longer, shorter in pairs)
    what = "15 snapshots of 2,000 images in a run of `fast`"
    return [Row("snapshots", what, "s", with_snapshots, without, share, high=0.2)]


def _without(config: RunConfig) -> float:
    with mock.patch("core.training.loop.snapshot_steps", return_value=set[int]()):
        return _train(config, _NoSnapshots)


def _train(config: RunConfig, watcher: type[FolderWatcher]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder) / config.key)
        run.begin(config)
        return train(config, load(config.dataset), watcher(run, lambda report: None)).seconds
