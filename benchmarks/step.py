"""The cost of the loss in a training step: batch of 200, all pairs, one thread."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import ContrastiveLoss

from benchmarks.row import Row, say
from core.batches.sampling import Batch, ByClass, batches
from core.config import PRESETS
from core.data import load
from core.encoders.encoder import build, to_input
from core.training.batch_loss import loss_of

CONFIG = PRESETS["fast"]
ROUNDS, BLOCK = 60, 10  # blocks of steps: alternating every step would flush the CPU caches
PARTS = ("batch", "encoder", "loss", "backward", "Adam", "schedule")

LossOf = Callable[[torch.Tensor, torch.Tensor, Batch], torch.Tensor]


def _ours(embeddings: torch.Tensor, labels: torch.Tensor, batch: Batch) -> torch.Tensor:
    total: torch.Tensor = loss_of(CONFIG, embeddings, labels, batch).total
    return total


def _metric_learning() -> LossOf:
    distance = LpDistance(normalize_embeddings=False, p=2, power=1)
    loss = ContrastiveLoss(pos_margin=0, neg_margin=CONFIG.margin, distance=distance)
    return lambda embeddings, labels, batch: loss(embeddings, labels)


def _no_loss(embeddings: torch.Tensor, labels: torch.Tensor, batch: Batch) -> torch.Tensor:
    return (embeddings**2).mean()  # the cheapest scalar with a gradient


@dataclass(frozen=True)
class Steps:
    """parts: kind of loss -> [rounds, parts], the fastest time of each block in seconds. Other processes only
    add to a time, so the fastest of a block is the least disturbed."""

    parts: dict[str, npt.NDArray[np.float64]]

    def milliseconds(self, kind: str) -> float:
        """The time of a whole step, median over the rounds."""
        return float(np.median(self.parts[kind].sum(axis=1))) * 1e3

    def ratio(self, numerator: str, denominator: str) -> float:
        """The ratio of two kinds, median over the rounds; both are measured within a few milliseconds."""
        return float(np.median(self.parts[numerator].sum(axis=1) / self.parts[denominator].sum(axis=1)))


class _Trainer:
    """An encoder with the optimizer and schedule of `core.training`."""

    def __init__(self, loss: LossOf) -> None:
        data = load("mnist").train
        self.loss = loss
        self.images, self.labels = torch.tensor(data.images), torch.tensor(data.labels)
        self.encoder = build(CONFIG)
        self.optimizer = torch.optim.Adam(self.encoder.parameters(), lr=CONFIG.learning_rate, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, CONFIG.learning_rate, total_steps=ROUNDS * BLOCK + 1
        )

    def step(self, batch: Batch) -> list[float]:
        """Train one step; returns the time stamps between its parts."""
        moments = [time.perf_counter()]
        rows = torch.from_numpy(batch.images)
        self.optimizer.zero_grad(set_to_none=True)
        images, labels = to_input(self.images.index_select(0, rows)), self.labels.index_select(0, rows)
        moments.append(time.perf_counter())
        embeddings = self.encoder(images)
        moments.append(time.perf_counter())
        loss = self.loss(embeddings, labels, batch)
        moments.append(time.perf_counter())
        loss.backward()  # type: ignore[no-untyped-call]
        moments.append(time.perf_counter())
        self.optimizer.step()
        moments.append(time.perf_counter())
        self.schedule.step()
        moments.append(time.perf_counter())
        return moments


@cache
def steps() -> Steps:
    """All three kinds, a block of each in turn, on the same batches."""
    say(f"{ROUNDS * BLOCK} training steps without a loss, with ours, and with pytorch-metric-learning's ...")
    torch.set_num_threads(1)
    trainers = {
        kind: _Trainer(loss)
        for kind, loss in (("none", _no_loss), ("ours", _ours), ("metric_learning", _metric_learning()))
    }
    moments: dict[str, list[list[float]]] = {kind: [] for kind in trainers}
    stream = _stream()
    for _ in range(ROUNDS):
        block = [next(stream) for _ in range(BLOCK)]
        for kind, trainer in trainers.items():
            moments[kind] += [trainer.step(batch) for batch in block]
    parts = {
        kind: np.diff(rows, axis=1).reshape(ROUNDS, BLOCK, len(PARTS)).min(axis=1)
        for kind, rows in moments.items()
    }
    for kind in trainers:
        spent = np.median(parts[kind], axis=0) * 1e6
        words = ", ".join(f"{part} {us:.0f}" for part, us in zip(PARTS, spent, strict=True))
        say(f"  microseconds, {kind}: {words}")
    return Steps(parts)


def _stream() -> Iterator[Batch]:
    by_class, generator = ByClass(load("mnist").train.labels), np.random.default_rng(0)
    while True:
        yield from batches(CONFIG, by_class, generator)


def step_overhead() -> list[Row]:
    """Our step rate as a share of the rate without a loss."""
    found = steps()
    return [
        Row(
            "step_overhead",
            "a training step against one without a loss",
            "ms",
            found.milliseconds("ours"),
            found.milliseconds("none"),
            found.ratio("none", "ours"),
            low=0.7,
        )
    ]


def step_metric_learning() -> list[Row]:
    """Our step rate as a multiple of the rate with pytorch-metric-learning's loss."""
    found = steps()
    return [
        Row(
            "step_metric_learning",
            "a training step against pytorch-metric-learning",
            "ms",
            found.milliseconds("ours"),
            found.milliseconds("metric_learning"),
            found.ratio("metric_learning", "ours"),
            low=1.4,
        )
    ]
