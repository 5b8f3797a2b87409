"""Configs and checks shared by the training tests."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.batches.sampling import ByClass, validation_batches
from core.config import RunConfig
from core.data import Dataset, Split
from core.losses import LOSSES
from core.runs import Sample
from core.training.sample import SAMPLE
from tests.core.losses.oracles import ORACLES
from tests.core.trainings import (
    SOME,
    TEN_STEPS,
    Weights,
    first,
    identical,
    train_again,
    trained,
)

QUICK = RunConfig(epochs=1)


ONE_OF_EACH = [
    RunConfig(
        epochs=1,
        loss=name,
        sampling="sampled" if entry.takes == "triplets" else "all",
        embedding_dims=8 if entry.normalised else 2,  # in 2-D some learn too slowly for 45 steps
    )
    for name, entry in LOSSES.items()
]


def weights_of(config: RunConfig, data: Dataset) -> Weights:
    return train_again(config, data).weights


def same_first_steps(config: RunConfig, images: int = SOME) -> bool:
    """Whether training again gives the first ten steps of the cached training, bit for bit."""
    again = train_again(config, first(images), TEN_STEPS)
    remembered = trained(config, images).snapshots[: len(again.snapshots)]
    assert again.snapshots[-1].step >= 8
    return all(
        one.step == other.step
        and one.weights == other.weights
        and np.array_equal(one.embeddings, other.embeddings)
        for one, other in zip(remembered, again.snapshots, strict=True)
    )


def same_weights_again(config: RunConfig, images: int = SOME) -> bool:
    """Whether training again gives the weights of the cached training, bit for bit."""
    return identical(trained(config, images).weights, train_again(config, first(images)).weights)


def validation_loss(
    config: RunConfig, sample: Sample, embeddings: np.ndarray, learned: Mapping[str, Any] | None = None
) -> float:
    """Mean over the fixed batches of the sample, with the slow oracle."""
    given = {**config.loss_parameters, **(learned or {})}
    means = []
    labels_of_sample = sample.labels[: sample.validating]
    for batch in validation_batches(config, ByClass(labels_of_sample), np.random.default_rng(SAMPLE)):
        tuples = None if batch.tuples is None else list(zip(*(p.tolist() for p in batch.tuples), strict=True))
        points, labels = embeddings[batch.images].tolist(), sample.labels[batch.images].tolist()
        means.append(sum(ORACLES[config.loss](points, labels, given, tuples).values()))
    return sum(means) / len(means)


def poisoned(split: Split, rows: np.ndarray) -> Split:
    """Inverted images and wrong labels in `rows`: training on them would change the result."""
    images, labels = split.images.copy(), split.labels.copy()
    images[rows] = 255 - images[rows]
    labels[rows] = (labels[rows] + 1) % 10
    return Split(images, labels)
