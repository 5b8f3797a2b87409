"""Trained runs, each trained once per process, and their figures, measured alike for ours and theirs."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from benchmarks.row import say
from core.clustering.kmeans import clustered
from core.config import RunConfig
from core.data import Split, load
from core.encoders.encoder import to_input
from core.figures.evaluation import evaluate
from core.training import train


@dataclass(frozen=True)
class Outcome:
    """The outcome of a training: points [60000, d], the embedded training images; its figures by name; and
    the time of the training alone."""

    points: npt.NDArray[np.float32]
    figures: dict[str, float]
    seconds: float


class Silent:
    """A watcher that stores nothing, so that training is timed without disk writes."""

    def begin(self, sample: Any) -> None: ...

    def report(self, report: Any) -> None: ...

    def snapshot(self, step: int, embeddings: Any, encoder: Any) -> None: ...

    def cancelled(self) -> bool:
        return False


@cache
def trained(config: RunConfig) -> Outcome:
    """The outcome of `config`, trained by `core.training` on one thread."""
    say(f"Training ours: {config.loss}, {config.epochs} epochs, seed {config.seed} ...")
    result = train(config, load(config.dataset), Silent())
    return measure(result.encoder, result.seconds)


def measure(encoder: nn.Module, seconds: float) -> Outcome:
    """The figures of a trained encoder on MNIST."""
    data = load("mnist")
    train_points, test_points = _embed(encoder, data.train), _embed(encoder, data.test)
    embedding = clustered(train_points, data.train.labels, test_points, data.test.labels, classes=10)
    return Outcome(train_points, evaluate(embedding).values, seconds)


def _embed(encoder: nn.Module, split: Split) -> npt.NDArray[np.float32]:
    with torch.inference_mode():
        points: npt.NDArray[np.float32] = encoder(to_input(torch.tensor(split.images))).numpy()
    return points
