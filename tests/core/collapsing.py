"""Real trainings for the tests of the diagnosis, each done once: real digits, the engine's own loop, no folder."""

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from core.config import RunConfig
from core.data import load
from core.encoder import Encoder
from core.lessons.diagnosis import Diagnosis, diagnose
from core.training import Report, Sample, TrainingFailed, train


@dataclass
class Course:
    """A watcher that keeps what the diagnosis reads."""

    reports: list[Report] = field(default_factory=list)
    snapshots: list[np.ndarray] = field(default_factory=list)
    labels: np.ndarray = field(default_factory=lambda: np.empty(0))
    broken_off: bool = False

    def begin(self, sample: Sample) -> None:
        self.labels = sample.labels

    def report(self, report: Report) -> None:
        self.reports.append(report)

    def snapshot(self, step: int, embeddings: np.ndarray, encoder: Encoder) -> None:
        self.snapshots.append(embeddings.copy())

    def cancelled(self) -> bool:
        return False


@cache
def course(config: RunConfig) -> Course:
    """How the training of `config` goes."""
    watcher = Course()
    try:
        train(config, load(config.dataset), watcher)
    except TrainingFailed:
        watcher.broken_off = True
    return watcher


def diagnosis(config: RunConfig) -> Diagnosis:
    """What ails the run of `config` at its end."""
    seen = course(config)
    return diagnose(
        config, seen.reports, seen.snapshots[0], seen.snapshots[-1], seen.labels, broken_off=seen.broken_off
    )
