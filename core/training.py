"""The training loop: from a config and a data set to a trained encoder.

It knows nothing of files, processes or pages. Whoever runs it hands in a `Watcher`, which hears
of each report and snapshot and may ask it to stop.
"""

import math
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
import torch._dynamo  # the first optimizer imports it: a second that belongs to the start, not to a run

from core.config import RunConfig
from core.data import Dataset, Labels, Split
from core.encoder import Encoder, build, embed, to_input
from core.losses import LOSSES, Loss
from core.sampling import Batch, ByClass, batches, validation_batches

SAMPLE = 2000  # images of the live picture; so many that drawing them anew costs little beside the training
HELD_OUT = 1000  # the first of them are kept out of the training and measure the validation loss
SNAPSHOTS = 15
REPORTS = 100


DIVERGED = (
    "At step {step:,} the loss was no longer a number: the weights have grown beyond all bounds. "
    "Take a lower learning rate."
)


class TrainingFailed(Exception):
    """Training cannot go on; the message says why and what to change."""


class Cancelled(Exception):
    """The watcher asked to stop."""


@dataclass(frozen=True)
class Report:
    """How training stands after `step` of `steps`: mean loss and terms since the last report."""

    step: int
    steps: int
    epoch: int
    loss: float
    terms: dict[str, float]
    seconds: float
    validation_loss: float | None = None


class Watcher(Protocol):
    """What the training tells, and the one thing that it asks."""

    def begin(self, sample: "Sample") -> None: ...

    def report(self, report: Report) -> None: ...

    def snapshot(self, step: int, embeddings: npt.NDArray[np.float32], encoder: Encoder) -> None: ...

    def cancelled(self) -> bool: ...


@dataclass(frozen=True)
class Sample:
    """The images of the live picture; on the first of them the validation loss is measured.

    split: "train" or "test"; indices [s] into that split, already limited to the classes that
    take part; labels [s]. validating: how many of them, from the first, the training never sees.
    """

    split: str
    indices: npt.NDArray[np.int64]
    labels: Labels
    validating: int


@dataclass(frozen=True)
class Trained:
    """A trained encoder, the step whose weights it has, and how long training took."""

    encoder: Encoder
    step: int
    stopped_early: bool
    seconds: float


def choose_sample(config: RunConfig, train: Split, test: Split) -> Sample:
    """2,000 random images: the same ones for every seed, so that runs can be compared."""
    name, split = ("test", test) if config.validation == "test" else ("train", train)
    indices = np.random.default_rng(SAMPLE).permutation(len(split.labels))[:SAMPLE]
    return Sample(name, indices, split.labels[indices], SAMPLE if name == "test" else HELD_OUT)


def seen(config: RunConfig, labels: Labels) -> npt.NDArray[np.bool_]:
    """Which images [n] training may learn from, and be measured on: all but those of a class never shown."""
    return np.ones(len(labels), bool) if config.unseen is None else labels != config.unseen


def snapshot_steps(steps: int) -> set[int]:
    """About 15 steps from 0 to `steps`, dense at first, when the embedding moves most."""
    return {0} | {round(step) for step in np.geomspace(1, steps, SNAPSHOTS - 1)}


def loss_of(config: RunConfig, embeddings: torch.Tensor, labels: torch.Tensor, batch: Batch) -> Loss:
    """The config's loss on an embedded batch."""
    entry = LOSSES[config.loss]
    parameters: dict[str, Any] = {name: getattr(config, name) for name in entry.parameters}
    if batch.tuples is not None:
        parameters[entry.takes] = tuple(torch.from_numpy(places) for places in batch.tuples)
    return entry.function(embeddings, labels, **parameters)


@dataclass
class _Patience:
    """Early stopping: remembers the best validation loss and the weights that had it."""

    batches: int
    best: float = math.inf
    step: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)

    def exhausted(self, step: int, loss: float, encoder: Encoder) -> bool:
        if loss < self.best:
            self.best, self.step = loss, step
            self.weights = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
        return step - self.step >= self.batches


def train(config: RunConfig, data: Dataset, watcher: Watcher) -> Trained:
    """Train the encoder of `config` on `data`, on one thread.

    Raises Cancelled when the watcher asks for it, TrainingFailed when the loss is no longer a
    number. Equal configs give equal weights, bit for bit, on the same machine.
    """
    torch.set_num_threads(1)
    began = time.perf_counter()
    train_split, test_split = data.train.first_classes(config.digits), data.test.first_classes(config.digits)
    sample = choose_sample(config, train_split, test_split)
    watcher.begin(sample)

    held_out = sample.indices[: sample.validating] if sample.split == "train" else np.empty(0, np.int64)
    fitted = np.delete(np.arange(len(train_split.labels)), held_out)
    fitted = fitted[seen(config, train_split.labels[fitted])]
    images = torch.from_numpy(train_split.images[fitted])
    labels = torch.from_numpy(train_split.labels[fitted])
    by_class = ByClass(train_split.labels[fitted])
    validation = _Validation(config, sample, train_split if sample.split == "train" else test_split)

    encoder = build(config)
    optimizer = torch.optim.Adam(encoder.parameters(), lr=config.learning_rate, fused=True)
    steps = config.epochs * (len(fitted) // config.batch_size)
    schedule = _schedule(config, optimizer, steps)
    generator = np.random.default_rng(config.seed)

    def embed_sample() -> torch.Tensor:
        embeddings = embed(encoder, validation.images)
        if not torch.isfinite(embeddings).all():
            raise TrainingFailed(DIVERGED.format(step=step))
        return embeddings

    snapshots = snapshot_steps(steps)
    patience = _Patience(config.patience)
    # A validation every 4,096 images or so: often enough to stop by, and cheap beside the training.
    check_every = math.ceil(4096 / config.batch_size)
    report_every = max(1, steps // REPORTS)
    meter = _Meter()
    step = 0
    watcher.snapshot(step, embed_sample().numpy(), encoder)

    stopped_early = False
    for epoch in range(1, config.epochs + 1):
        for batch in batches(config, by_class, generator):
            if watcher.cancelled():
                raise Cancelled
            step += 1
            rows = torch.from_numpy(batch.images)
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(
                config, encoder(to_input(images.index_select(0, rows))), labels.index_select(0, rows), batch
            )
            loss.total.backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()
            meter.add(loss)

            validation_loss = None
            if step in snapshots:
                embeddings = embed_sample()
                validation_loss = validation.loss(embeddings)
                watcher.snapshot(step, embeddings.numpy(), encoder)
            if config.patience and step % check_every == 0:
                if validation_loss is None:
                    validation_loss = validation.loss(embed_sample())
                stopped_early = patience.exhausted(step, validation_loss, encoder)
            if validation_loss is not None or step % report_every == 0 or step == steps:
                mean, terms = meter.take()
                if not math.isfinite(mean):
                    raise TrainingFailed(DIVERGED.format(step=step))
                seconds = time.perf_counter() - began
                watcher.report(Report(step, steps, epoch, mean, terms, seconds, validation_loss))
            if stopped_early:
                break
        if stopped_early:
            break

    if patience.weights:
        encoder.load_state_dict(patience.weights)
        step = patience.step
        watcher.snapshot(step, embed_sample().numpy(), encoder)
    return Trained(encoder, step, stopped_early, time.perf_counter() - began)


class _Validation:
    """The validation loss: the config's loss on fixed pairs or triplets of the sample."""

    def __init__(self, config: RunConfig, sample: Sample, split: Split) -> None:
        self.config = config
        self.images = torch.from_numpy(split.images[sample.indices])
        validating = sample.labels[: sample.validating]
        self.places = torch.from_numpy(np.flatnonzero(seen(config, validating)))
        self.labels = torch.from_numpy(validating)[self.places]
        generator = np.random.default_rng(SAMPLE)
        self.batches = validation_batches(config, ByClass(self.labels.numpy()), generator)

    def loss(self, embeddings: torch.Tensor) -> float:
        """Mean over the batches, from the sample's embeddings [s, d]."""
        with torch.inference_mode():
            embeddings = embeddings[self.places]
            losses = [
                float(loss_of(self.config, embeddings[batch.images], self.labels[batch.images], batch).total)
                for batch in self.batches
            ]
        return sum(losses) / len(losses)


class _Meter:
    """Mean loss and terms since they were last taken."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []

    def add(self, loss: Loss) -> None:
        detached = {name: term.detach() for name, term in loss.terms.items()}
        self._losses.append(Loss(loss.total.detach(), detached))

    def take(self) -> tuple[float, dict[str, float]]:
        count = len(self._losses)
        mean = sum(float(loss.total) for loss in self._losses) / count
        terms = {
            name: sum(float(loss.terms[name]) for loss in self._losses) / count
            for name in self._losses[0].terms
        }
        self._losses = []
        return mean, terms


def _schedule(
    config: RunConfig, optimizer: torch.optim.Optimizer, steps: int
) -> torch.optim.lr_scheduler.LRScheduler | None:
    if config.schedule == "constant" or steps < 10:  # too few to go up and down in
        return None
    # Straight up to an early peak and straight down, Adam's momentum left alone: 0.02 more test ARI after one
    # epoch and 0.003 after five, mean of six seeds, than with PyTorch's cosine from a 25th of the rate.
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        config.learning_rate,
        total_steps=steps,
        pct_start=0.2,
        anneal_strategy="linear",
        div_factor=5,
        cycle_momentum=False,
    )
