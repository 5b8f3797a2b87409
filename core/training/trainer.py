"""The trainer: an encoder, its optimizer and its batches. `step` trains on one batch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch._dynamo  # the first optimizer imports it: that second belongs to start-up, not to a run

from core.batches.sampling import Batch, ByClass, batches, images_a_batch, with_wrong_labels
from core.config import RunConfig
from core.data import Split
from core.encoders.encoder import Encoder, build, to_input
from core.losses import LOSSES, Loss
from core.runs import Sample
from core.training.batch_loss import active_share_of, loss_of, mine
from core.training.sample import fitted_images

# Adam moves each parameter by about the learning rate per step, whatever its gradient. A proxy has much
# farther to move than an encoder weight; the proxy-anchor paper uses 100 times the encoder's rate.
LEARNED_RATE = 10.0


class TrainingFailed(Exception):
    """Training cannot go on; the message says why and what to change."""


@dataclass(frozen=True)
class Stepped:
    """The result of one step: its loss, and the share of active pairs or triplets (None: not measured)."""

    loss: Loss
    active: float | None


class Trainer:
    """Trains on one thread. Equal configs give equal weights, bit for bit, on the same machine.

    train: the training split, limited to the run's classes; sample: from `choose_sample`.
    encoder and learned (the loss's own proxies, centres or head, by name; empty for most losses) change with
    each step. steps: the total over all epochs.
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
        """The batches of the next epoch."""
        return batches(self.config, self._by_class, self._sampling)

    def step(self, batch: Batch, *, measure_active: bool = False) -> Stepped:
        """Embed the batch, compute its loss, and update the weights.

        measure_active: measure the active share even without a miner (a miner always measures it).
        """
        rows = torch.from_numpy(batch.images)
        self._optimizer.zero_grad(set_to_none=True)
        images = with_views(self._images.index_select(0, rows), batch, self._viewing)
        embeddings = self.encoder(to_input(images))
        own = batch.labels  # set if the batch has views: two views of an image are a class
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
    """The batch's `images` uint8 [b, 784], those at `batch.views` replaced with random views."""
    if not batch.views:
        return images
    from core.batches.views import random_views  # imports torchvision: slow, and only needed here

    for places in batch.views:
        images[places] = random_views(images[places], generator)
    return images


def start_learned(config: RunConfig) -> dict[str, torch.Tensor]:
    """The initial values of the loss's own parameters: same seed, same values."""
    start = LOSSES[config.loss].learned
    if start is None:
        return {}
    values = start(config.digits, config.embedding_dims, _chance(config, 1))
    return {name: torch.from_numpy(value).requires_grad_() for name, value in values.items()}


def _chance(config: RunConfig, purpose: int) -> np.random.Generator:
    """A separate random stream for each purpose, so that none affects the drawing of the batches."""
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
    if config.schedule == "constant" or steps < 10:  # too few for a cycle
        return None
    # Linear up to an early peak and linear down, Adam's momentum unchanged: 0.02 more test ARI after one epoch
    # and 0.003 after five, mean of six seeds, than PyTorch's default cosine from 1/25 of the rate.
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        [group["lr"] for group in optimizer.param_groups],
        total_steps=steps,
        pct_start=0.2,
        anneal_strategy="linear",
        div_factor=5,
        cycle_momentum=False,
    )
