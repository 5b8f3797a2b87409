"""The trainer: an encoder, its optimizer and its batches. `step` learns from one batch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch._dynamo  # the first optimizer imports it: a second that belongs to the start, not to a run

from core.batches.sampling import Batch, ByClass, batches, images_a_batch, with_wrong_labels
from core.config import RunConfig
from core.data import Split
from core.encoders.encoder import Encoder, build, to_input
from core.losses import LOSSES, Loss
from core.runs import Sample
from core.training.batch_loss import active_share_of, loss_of, mine
from core.training.sample import fitted_images

# Adam moves every number by about the learning rate a step, whatever its gradient. A proxy has a long way
# to go, unlike a weight of the encoder; the paper of proxy-anchor takes 100 times the encoder's rate.
LEARNED_RATE = 10.0


class TrainingFailed(Exception):
    """Training cannot go on; the message says why and what to change."""


@dataclass(frozen=True)
class Stepped:
    """What one step gave: its loss, and which share of its pairs or triplets was active (None: not measured)."""

    loss: Loss
    active: float | None


class Trainer:
    """A training under way, on one thread. Equal configs give equal weights, bit for bit, on the same machine.

    train: the training split, limited to the classes that take part; sample: what `choose_sample` chose of it.
    encoder and learned (the proxies, centres or head of the loss, by name; mostly none) change with each step.
    steps: how many there are in all epochs together.
    """

    def __init__(self, config: RunConfig, train: Split, sample: Sample) -> None:
        fitted = fitted_images(config, train, sample)
        labels = train.labels[fitted]
        if config.wrong_labels:
            labels = with_wrong_labels(labels, config.wrong_labels, config.digits, _chance(config, 2))
        self.config = config
        self.encoder = build(config)
        self.learned = start_learned(config)
        self.steps = config.epochs * (len(fitted) // images_a_batch(config))
        self._images, self._labels = torch.from_numpy(train.images[fitted]), torch.from_numpy(labels)
        self._by_class = ByClass(labels)
        self._optimizer = _optimizer(config, self.encoder, self.learned)
        self._schedule = _schedule(config, self._optimizer, self.steps)
        self._sampling = np.random.default_rng(config.seed)
        self._mining, self._viewing = _chance(config, 3), _chance(config, 4)

    def epoch(self) -> Iterator[Batch]:
        """The batches of one more epoch."""
        return batches(self.config, self._by_class, self._sampling)

    def step(self, batch: Batch, *, measure_active: bool = False) -> Stepped:
        """Embed the batch, take its loss, and move the weights along the gradient.

        measure_active: also without a miner, which measures the active share as it mines.
        """
        rows = torch.from_numpy(batch.images)
        self._optimizer.zero_grad(set_to_none=True)
        images = with_views(self._images.index_select(0, rows), batch, self._viewing)
        embeddings = self.encoder(to_input(images))
        own = batch.labels  # where two views of an image are a class of their own
        labels = self._labels.index_select(0, rows) if own is None else torch.from_numpy(own)
        mined, active = mine(self.config, embeddings, labels, batch, self._mining)
        loss = loss_of(self.config, embeddings, labels, mined, self.learned)
        loss.total.backward()
        self._optimizer.step()
        if self._schedule is not None:
            self._schedule.step()
        if active is None and measure_active:
            active = active_share_of(self.config, embeddings, labels, batch)
        return Stepped(loss, active)


def with_views(images: torch.Tensor, batch: Batch, generator: np.random.Generator) -> torch.Tensor:
    """The batch's `images` uint8 [b, 784], with random views of them where it wants some."""
    if not batch.views:
        return images
    from core.batches.views import random_views  # torchvision, which other runs need not wait for

    for places in batch.views:
        images[places] = random_views(images[places], generator)
    return images


def start_learned(config: RunConfig) -> dict[str, torch.Tensor]:
    """What the loss learns beside the encoder, as it starts: same seed, same numbers."""
    start = LOSSES[config.loss].learned
    if start is None:
        return {}
    values = start(config.digits, config.embedding_dims, _chance(config, 1))
    return {name: torch.from_numpy(value).requires_grad_() for name, value in values.items()}


def _chance(config: RunConfig, purpose: int) -> np.random.Generator:
    """A random stream for one purpose, so that none disturbs the one that draws the batches."""
    return np.random.default_rng([config.seed, purpose])


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
