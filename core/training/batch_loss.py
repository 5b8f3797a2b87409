"""The config's loss on one embedded batch, mined first if the config has a miner."""

import dataclasses
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch

from core.batches.sampling import Batch
from core.config import RunConfig
from core.losses import LOSSES, Loss
from core.miners import MINERS
from core.miners.active import active_share

Learned = Mapping[str, torch.Tensor]
NOTHING: Learned = MappingProxyType({})


def loss_of(
    config: RunConfig,
    embeddings: torch.Tensor,
    labels: torch.Tensor,
    batch: Batch,
    learned: Learned = NOTHING,
) -> Loss:
    """The config's loss on embeddings [b, d] with labels [b]. learned: the loss's own parameters, by name."""
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
    """The batch with the tuples selected by the config's miner, and the active share of the triplets it
    considered. Without a miner: the unchanged batch and None."""
    if config.miner == "none":
        return batch, None
    entry = LOSSES[config.loss]
    # a loss without a margin never stops pushing: every negative beyond the positive counts
    margin = config.margin if "margin" in entry.parameters else math.inf
    mined = MINERS[config.miner].function(embeddings.detach(), labels, margin=margin, generator=generator)
    anchor, positive, negative = mined.triplets
    tuples: tuple[torch.Tensor, ...] = (anchor, positive, negative)
    if entry.takes == "pairs":
        tuples = (torch.cat([anchor, anchor]), torch.cat([positive, negative]))
    return dataclasses.replace(batch, tuples=tuples), mined.active


def active_share_of(
    config: RunConfig, embeddings: torch.Tensor, labels: torch.Tensor, batch: Batch
) -> float | None:
    """The share of the batch's pairs or triplets with a nonzero gradient; None where that is undefined."""
    with torch.inference_mode():
        tuples = None if batch.tuples is None else tuple(torch.as_tensor(each) for each in batch.tuples)
        return active_share(LOSSES[config.loss], embeddings.detach(), labels, config.margin, tuples)
