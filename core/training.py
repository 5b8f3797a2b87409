"""The training loop: from a config and a data set to a trained encoder.

It knows nothing of files, processes or pages. Whoever runs it hands in a `Watcher`, which hears
of each report and snapshot and may ask it to stop.
"""

import dataclasses
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
import torch._dynamo  # the first optimizer imports it: a second that belongs to the start, not to a run

from core.config import RunConfig
from core.data import Dataset, Labels, Split
from core.encoder import Encoder, build, embed, to_input
from core.losses import LOSSES, Loss
from core.miners import MINERS
from core.miners.active import active_share
from core.sampling import Batch, ByClass, batches, images_a_batch, validation_batches, with_wrong_labels

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
    # which share of the pairs or triplets looked at still teach something; None: not measured
    active: float | None = None


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
    """A trained encoder, the step whose weights it has, and how long training took.

    learned: the proxies, centres or head that the loss has learned beside it, by name; mostly none.
    """

    encoder: Encoder
    step: int
    stopped_early: bool
    seconds: float
    learned: dict[str, torch.Tensor] = field(default_factory=dict)


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


def loss_of(
    config: RunConfig,
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    batch: Batch,
    learned: Mapping[str, torch.Tensor] = MappingProxyType({}),
) -> Loss:
    """The config's loss on an embedded batch. learned: what the loss learns beside the encoder, by name."""
    entry = LOSSES[config.loss]
    parameters: dict[str, Any] = {**config.loss_parameters, **learned}
    if batch.tuples is not None:
        parameters[entry.takes] = tuple(torch.as_tensor(places) for places in batch.tuples)
    return entry.function(embeddings, labels, **parameters)


def mine(
    config: RunConfig,
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    batch: Batch,
    generator: np.random.Generator,
) -> tuple[Batch, float | None]:
    """The batch with the tuples that the config's miner takes from it, and the active share of what the
    miner looked at. Without a miner the batch as it is, and None."""
    if config.miner == "none":
        return batch, None
    entry = LOSSES[config.loss]
    # a loss without a margin never lets go: whatever is farther than its positive can still be pushed
    margin = config.margin if "margin" in entry.parameters else math.inf
    mined = MINERS[config.miner].function(embeddings.detach(), labels, margin=margin, generator=generator)
    anchor, positive, negative = mined.triplets
    tuples: tuple[torch.Tensor, ...] = (anchor, positive, negative)
    if entry.takes == "pairs":
        tuples = (torch.cat([anchor, anchor]), torch.cat([positive, negative]))
    return dataclasses.replace(batch, tuples=tuples), mined.active


@dataclass
class _Patience:
    """Early stopping: remembers the best validation loss and the weights that had it."""

    batches: int
    best: float = math.inf
    step: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)
    learned: dict[str, torch.Tensor] = field(default_factory=dict)

    def exhausted(
        self, step: int, loss: float, encoder: Encoder, learned: Mapping[str, torch.Tensor]
    ) -> bool:
        if loss < self.best:
            self.best, self.step = loss, step
            self.weights = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
            self.learned = {name: tensor.detach().clone() for name, tensor in learned.items()}
        return step - self.step >= self.batches


# Adam moves every number by about the learning rate a step, whatever its gradient. A proxy has a long way
# to go, unlike a weight of the encoder; the paper of proxy-anchor takes 100 times the encoder's rate.
LEARNED_RATE = 10.0


def start_learned(config: RunConfig) -> dict[str, torch.Tensor]:
    """What the loss learns beside the encoder, as it starts: same seed, same numbers."""
    start = LOSSES[config.loss].learned
    if start is None:
        return {}
    values = start(config.digits, config.embedding_dims, _chance(config, 1))
    return {name: torch.from_numpy(value).requires_grad_() for name, value in values.items()}


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
    told = train_split.labels[fitted]
    if config.wrong_labels:
        told = with_wrong_labels(told, config.wrong_labels, config.digits, _chance(config, 2))
    labels = torch.from_numpy(told)
    by_class = ByClass(told)
    validation = _Validation(config, sample, train_split if sample.split == "train" else test_split)

    encoder = build(config)
    learned = start_learned(config)
    optimizer = _optimizer(config, encoder, learned)
    steps = config.epochs * (len(fitted) // images_a_batch(config))
    schedule = _schedule(config, optimizer, steps)
    generator = np.random.default_rng(config.seed)
    mining, viewing = _chance(config, 3), _chance(config, 4)

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
            embedded = encoder(to_input(with_views(images.index_select(0, rows), batch, viewing)))
            classes = labels.index_select(0, rows) if batch.labels is None else torch.from_numpy(batch.labels)
            mined, active = mine(config, embedded, classes, batch, mining)
            loss = loss_of(config, embedded, classes, mined, learned)
            loss.total.backward()
            optimizer.step()
            if schedule is not None:
                schedule.step()
            if active is None and step in snapshots:
                active = _active(config, embedded, classes, batch)
            meter.add(loss, active)

            validation_loss = None
            if step in snapshots:
                embeddings = embed_sample()
                validation_loss = validation.loss(encoder, embeddings, learned)
                watcher.snapshot(step, embeddings.numpy(), encoder)
            if config.patience and step % check_every == 0:
                if validation_loss is None:
                    validation_loss = validation.loss(encoder, embed_sample(), learned)
                stopped_early = patience.exhausted(step, validation_loss, encoder, learned)
            if validation_loss is not None or step % report_every == 0 or step == steps:
                mean, terms, active = meter.take()
                if not math.isfinite(mean):
                    raise TrainingFailed(DIVERGED.format(step=step))
                seconds = time.perf_counter() - began
                watcher.report(Report(step, steps, epoch, mean, terms, seconds, validation_loss, active))
            if stopped_early:
                break
        if stopped_early:
            break

    if patience.weights:
        encoder.load_state_dict(patience.weights)
        learned, step = patience.learned, patience.step
        watcher.snapshot(step, embed_sample().numpy(), encoder)
    kept = {name: tensor.detach() for name, tensor in learned.items()}
    return Trained(encoder, step, stopped_early, time.perf_counter() - began, kept)


def _chance(config: RunConfig, purpose: int) -> np.random.Generator:
    """A stream of chance for one purpose, so that none disturbs the one that draws the batches."""
    return np.random.default_rng([config.seed, purpose])


def with_views(images: torch.Tensor, batch: Batch, generator: np.random.Generator) -> torch.Tensor:
    """The batch's `images` uint8 [b, 784], with random views of them where it wants some."""
    if not batch.views:
        return images
    from core.augment import random_views  # torchvision, which other runs need not wait for

    for places in batch.views:
        images[places] = random_views(images[places], generator)
    return images


def _active(config: RunConfig, embeddings: torch.Tensor, labels: torch.Tensor, batch: Batch) -> float | None:
    with torch.inference_mode():
        tuples = None if batch.tuples is None else tuple(torch.as_tensor(each) for each in batch.tuples)
        return active_share(LOSSES[config.loss], embeddings.detach(), labels, config.margin, tuples)


class _Validation:
    """The validation loss: the config's loss on fixed batches of the sample, views and all."""

    def __init__(self, config: RunConfig, sample: Sample, split: Split) -> None:
        self.config = config
        self.images = torch.from_numpy(split.images[sample.indices])
        labels = torch.from_numpy(sample.labels[: sample.validating])
        self.places = torch.from_numpy(np.flatnonzero(seen(config, labels.numpy())))
        labels = labels[self.places]
        generator = np.random.default_rng(SAMPLE)
        self.batches = validation_batches(config, ByClass(labels.numpy()), generator)
        self.labels = [
            labels[batch.images] if batch.labels is None else torch.from_numpy(batch.labels)
            for batch in self.batches
        ]
        self.views = [
            with_views(self.images[self.places][batch.images], batch, generator) if batch.views else None
            for batch in self.batches
        ]

    def loss(self, encoder: Encoder, embeddings: torch.Tensor, learned: Mapping[str, torch.Tensor]) -> float:
        """Mean over the batches, from the sample's embeddings [s, d]."""
        mining = np.random.default_rng(SAMPLE)
        losses = []
        with torch.inference_mode():
            embeddings = embeddings[self.places]
            for batch, labels, views in zip(self.batches, self.labels, self.views, strict=True):
                points = embeddings[batch.images] if views is None else embed(encoder, views)
                mined, _ = mine(self.config, points, labels, batch, mining)
                losses.append(float(loss_of(self.config, points, labels, mined, learned).total))
        return sum(losses) / len(losses)


class _Meter:
    """Mean loss, terms and active share since they were last taken."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []
        self._active: list[float] = []

    def add(self, loss: Loss, active: float | None) -> None:
        detached = {name: term.detach() for name, term in loss.terms.items()}
        self._losses.append(Loss(loss.total.detach(), detached))
        if active is not None:
            self._active.append(active)

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


def _optimizer(
    config: RunConfig, encoder: Encoder, learned: Mapping[str, torch.Tensor]
) -> torch.optim.Optimizer:
    groups: list[dict[str, Any]] = [{"params": list(encoder.parameters()), "lr": config.learning_rate}]
    if learned:
        groups.append({"params": list(learned.values()), "lr": LEARNED_RATE * config.learning_rate})
    return torch.optim.Adam(groups, lr=config.learning_rate, fused=True)


def _schedule(
    config: RunConfig, optimizer: torch.optim.Optimizer, steps: int
) -> torch.optim.lr_scheduler.LRScheduler | None:
    if config.schedule == "constant" or steps < 10:  # too few to go up and down in
        return None
    # Straight up to an early peak and straight down, Adam's momentum left alone: 0.02 more test ARI after one
    # epoch and 0.003 after five, mean of six seeds, than with PyTorch's cosine from a 25th of the rate.
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        [group["lr"] for group in optimizer.param_groups],
        total_steps=steps,
        pct_start=0.2,
        anneal_strategy="linear",
        div_factor=5,
        cycle_momentum=False,
    )
