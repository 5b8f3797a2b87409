"""The validation loss, and early stopping."""

import math
from dataclasses import dataclass, field

import numpy as np
import torch

from core.batches.sampling import ByClass, validation_batches
from core.config import RunConfig
from core.data import Split
from core.encoders.encoder import Encoder, embed
from core.runs import Sample
from core.training.batch_loss import Learned, loss_of, mine
from core.training.sample import SAMPLE, of_taught_classes
from core.training.trainer import with_views


class Validation:
    """The validation loss: the config's loss on fixed batches of the sample, including their views.

    split: the split that the sample is drawn from, limited to the run's classes.
    """

    def __init__(self, config: RunConfig, sample: Sample, split: Split) -> None:
        self.images = torch.from_numpy(split.images[sample.indices])
        self._config = config
        labels = torch.from_numpy(sample.labels[: sample.validating])
        self._places = torch.from_numpy(np.flatnonzero(of_taught_classes(config, labels.numpy())))
        labels = labels[self._places]
        generator = np.random.default_rng(SAMPLE)
        self._batches = validation_batches(config, ByClass(labels.numpy()), generator)
        self._labels = [
            labels[batch.images] if batch.labels is None else torch.from_numpy(batch.labels)
            for batch in self._batches
        ]
        self._views = [
            with_views(self.images[self._places][batch.images], batch, generator) if batch.views else None
            for batch in self._batches
        ]

    def loss(self, encoder: Encoder, embeddings: torch.Tensor, learned: Learned) -> float:
        """Mean over the batches, given the sample's embeddings [s, d]."""
        mining = np.random.default_rng(SAMPLE)
        losses = []
        with torch.inference_mode():
            embeddings = embeddings[self._places]
            for batch, labels, views in zip(self._batches, self._labels, self._views, strict=True):
                points = embeddings[batch.images] if views is None else embed(encoder, views)
                mined, _ = mine(self._config, points, labels, batch, mining)
                losses.append(float(loss_of(self._config, points, labels, mined, learned).total))
        return sum(losses) / len(losses)


@dataclass
class EarlyStopping:
    """Keeps the best validation loss and its weights.

    patience: stop after this many batches without improvement; 0: never.
    """

    patience: int
    best: float = math.inf
    step: int = 0
    weights: dict[str, torch.Tensor] = field(default_factory=dict)
    learned: dict[str, torch.Tensor] = field(default_factory=dict)

    def exhausted(self, step: int, loss: float, encoder: Encoder, learned: Learned) -> bool:
        """Record the validation loss at a step; returns whether to stop."""
        if loss < self.best:
            self.best, self.step = loss, step
            self.weights = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
            self.learned = {name: tensor.detach().clone() for name, tensor in learned.items()}
        return step - self.step >= self.patience
