"""The training loop: from a config and a data set to a trained encoder.

It is independent of files, processes and pages. The caller passes a `Watcher`, which receives each
report and snapshot and can cancel.
"""

import math
import time
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from core.config import RunConfig
from core.data import Dataset
from core.encoders.encoder import Encoder, embed
from core.losses import Loss
from core.runs import Progress, Sample
from core.training.sample import choose_sample
from core.training.trainer import Stepped, Trainer, TrainingFailed
from core.training.validation import EarlyStopping, Validation

SNAPSHOTS = 15
REPORTS = 100
TIMED = 3  # steps, after the first one, in which libraries warm up
TOO_SLOW = (
    "After {step:,} of {steps:,} steps it was clear that this run would take about {minutes:,.0f} minutes, and "
    "this server ends a run after {deadline:,.0f}. Take a larger batch, fewer epochs, or no views."
)
DIVERGED = (
    "At step {step:,} the loss was no longer a number: the weights have grown beyond all bounds. "
    "Take a lower learning rate."
)


class Cancelled(Exception):
    """The watcher asked to stop."""


class Watcher(Protocol):
    """Callbacks of the training; `cancelled` is polled before every step."""

    def begin(self, sample: Sample) -> None: ...

    def report(self, progress: Progress) -> None: ...

    def snapshot(self, step: int, embeddings: npt.NDArray[np.float32], encoder: Encoder) -> None: ...

    def cancelled(self) -> bool: ...


@dataclass(frozen=True)
class Trained:
    """A trained encoder, the step whose weights it has, and how long training took.

    learned: the loss's own trained parameters (proxies, centres, head), by name; empty for most losses.
    """

    encoder: Encoder
    step: int
    stopped_early: bool
    seconds: float
    learned: dict[str, torch.Tensor] = field(default_factory=dict)


def train(config: RunConfig, data: Dataset, watcher: Watcher, *, deadline: float = math.inf) -> Trained:
    """Train the encoder of `config` on `data`, on one thread.

    deadline: seconds that it may take. Raises Cancelled when the watcher cancels, TrainingFailed when the loss is
    no longer finite, or the rest of the steps cannot be done in time even at the pace of the fastest.
    Equal configs give equal weights, bit for bit, on the same machine.
    """
    torch.set_num_threads(1)
    return _Loop(config, data, watcher, deadline).run()


def snapshot_steps(steps: int) -> set[int]:
    """About 15 steps from 0 to `steps`, denser at the start, when the embedding moves most."""
    return {0} | {round(step) for step in np.geomspace(1, steps, SNAPSHOTS - 1)}


class _Loop:
    """One call of `train`: the trainer, its validation and its reports."""

    def __init__(self, config: RunConfig, data: Dataset, watcher: Watcher, deadline: float) -> None:
        self.began = time.perf_counter()
        train_split, test_split = (split.first_classes(config.digits) for split in (data.train, data.test))
        sample = choose_sample(config, train_split, test_split)
        watcher.begin(sample)
        self.config, self.watcher = config, watcher
        self.trainer = Trainer(config, train_split, sample)
        self.validation = Validation(config, sample, train_split if sample.split == "train" else test_split)
        self.stopping = EarlyStopping(config.patience)
        self.snapshots = snapshot_steps(self.trainer.steps)
        # About every 4,096 images: often enough for early stopping, and cheap relative to training.
        self.check_every = math.ceil(4096 / config.batch_size)
        self.report_every = max(1, self.trainer.steps // REPORTS)
        self.meter, self.pace = _Meter(), _Pace()
        self.deadline = deadline
        self.step = 0

    def run(self) -> Trained:
        """Run all epochs, unless stopped early."""
        self._snapshot()
        for epoch in range(1, self.config.epochs + 1):
            for batch in self.trainer.epoch():
                if self.watcher.cancelled():
                    raise Cancelled
                self.step += 1
                began = time.perf_counter()
                self.meter.add(self.trainer.step(batch, measure_active=self.step in self.snapshots))
                self.pace.add(time.perf_counter() - began)
                if self.step == 1 + TIMED:
                    self._check_deadline()
                if self._after_step(epoch):
                    return self._trained(stopped_early=True)
        return self._trained(stopped_early=False)

    def _after_step(self, epoch: int) -> bool:
        """After each step: snapshot, validate and report if due; returns whether to stop early."""
        loss = None
        if self.step in self.snapshots:
            loss = self._validation_loss(self._snapshot())
        stop = False
        if self.config.patience and self.step % self.check_every == 0:
            loss = self._validation_loss(self._embed_sample()) if loss is None else loss
            stop = self.stopping.exhausted(self.step, loss, self.trainer.encoder, self.trainer.learned)
        if loss is not None or self.step % self.report_every == 0 or self.step == self.trainer.steps:
            self._report(epoch, loss)
        return stop

    def _report(self, epoch: int, validation_loss: float | None) -> None:
        mean, terms, active = self.meter.take()
        if not math.isfinite(mean):
            raise TrainingFailed(DIVERGED.format(step=self.step))
        self._check_deadline()
        seconds, steps = time.perf_counter() - self.began, self.trainer.steps
        between = (seconds - self.pace.seconds) / self.step if self.config.patience else 0.0
        left = self.pace.left(steps - self.step, between)
        self.watcher.report(
            Progress(self.step, steps, epoch, mean, terms, seconds, validation_loss, active, left)
        )

    def _check_deadline(self) -> None:
        if self.step <= TIMED or self.config.patience:  # it may stop early
            return
        steps = self.trainer.steps
        at_least = time.perf_counter() - self.began + self.pace.fastest * (steps - self.step)
        sure = 1 if self.step > 100 else 2  # a busy machine may disturb all of the first steps
        if at_least > sure * self.deadline:
            minutes = at_least / 60, self.deadline / 60
            raise TrainingFailed(
                TOO_SLOW.format(step=self.step, steps=steps, minutes=minutes[0], deadline=minutes[1])
            )

    def _snapshot(self) -> torch.Tensor:
        embeddings = self._embed_sample()
        self.watcher.snapshot(self.step, embeddings.numpy(), self.trainer.encoder)
        return embeddings

    def _embed_sample(self) -> torch.Tensor:
        embeddings = embed(self.trainer.encoder, self.validation.images)
        if not torch.isfinite(embeddings).all():
            raise TrainingFailed(DIVERGED.format(step=self.step))
        return embeddings

    def _validation_loss(self, embeddings: torch.Tensor) -> float:
        return self.validation.loss(self.trainer.encoder, embeddings, self.trainer.learned)

    def _trained(self, *, stopped_early: bool) -> Trained:
        learned = self.trainer.learned
        if self.stopping.weights:  # the best ones, kept by early stopping
            self.trainer.encoder.load_state_dict(self.stopping.weights)
            learned, self.step = self.stopping.learned, self.stopping.step
            self._snapshot()
        kept = {name: tensor.detach() for name, tensor in learned.items()}
        return Trained(self.trainer.encoder, self.step, stopped_early, time.perf_counter() - self.began, kept)


class _Pace:
    """How long the steps take, without what happens between them."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.fastest = math.inf
        self._first = math.inf
        self._steps = 0

    def add(self, seconds: float) -> None:
        if self._steps == 0:
            self._first = seconds
        self._steps += 1
        self.seconds += seconds
        self.fastest = min(self.fastest, seconds)

    def left(self, steps: int, between: float) -> float | None:
        """Seconds that `steps` more take, with `between` after each of them."""
        timed = self._steps - 1
        return None if timed < TIMED else steps * ((self.seconds - self._first) / timed + between)


class _Meter:
    """Mean loss, terms and active share since the last `take`."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []
        self._active: list[float] = []

    def add(self, stepped: Stepped) -> None:
        terms = {name: term.detach() for name, term in stepped.loss.terms.items()}
        self._losses.append(Loss(stepped.loss.total.detach(), terms))
        if stepped.active is not None:
            self._active.append(stepped.active)

    def take(self) -> tuple[float, dict[str, float], float | None]:
        count = len(self._losses)
        mean = sum(float(loss.total) for loss in self._losses) / count
        terms = {
            name: sum(float(loss.terms[name]) for loss in self._losses) / count
            for name in self._losses[0].terms
        }
        active = sum(self._active) / len(self._active) if self._active else None
        self._losses, self._active = [], []
        return mean, terms, active
