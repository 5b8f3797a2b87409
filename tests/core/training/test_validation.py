"""The validation loss and early stopping."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from core.config import PRESETS, RunConfig
from core.data import Dataset
from core.encoders.encoder import embed
from tests.core.training.shared import QUICK, validation_loss
from tests.core.trainings import (
    fingerprint,
    train_again,
    trained,
)

NOTEBOOK = dataclasses.replace(PRESETS["notebook"], batch_size=128, patience=64, learning_rate=0.01)


@pytest.mark.whole_training
@pytest.mark.parametrize(
    "config",
    [NOTEBOOK, RunConfig(batch_size=100, epochs=6, learning_rate=0.01, patience=60)],
    ids=["notebook", "held out"],
)
def test_early_stopping_keeps_the_weights_with_the_best_validation_loss(
    some: Dataset, config: RunConfig
) -> None:
    run = train_again(config, some)
    check_every = math.ceil(4096 / config.batch_size)
    checks = [r for r in run.reports if r.step % check_every == 0]
    losses = [r.validation_loss for r in checks]
    best = checks[int(np.argmin(np.array(losses, float)))]
    assert run.step == best.step
    split = some.test if run.sample.split == "test" else some.train
    embeddings = embed(run.encoder, torch.from_numpy(split.images[run.sample.indices])).numpy()
    assert best.validation_loss == pytest.approx(validation_loss(config, run.sample, embeddings), rel=1e-4)
    # it continued exactly as long as the last improvement was less than `patience` batches ago
    waits = [
        r.step - checks[int(np.argmin(np.array(losses[: n + 1], float)))].step for n, r in enumerate(checks)
    ]
    assert all(wait < config.patience for wait in waits[:-1])
    assert run.stopped_early == (waits[-1] >= config.patience)
    if config is NOTEBOOK:
        assert run.stopped_early and run.reports[-1].step < run.reports[-1].steps
    # the kept weights are also the last snapshot
    assert run.snapshots[-1].step == run.step
    assert run.snapshots[-1].weights == fingerprint(run.weights)


def test_a_patience_that_is_never_exhausted_trains_to_the_end(some: Dataset) -> None:
    run = train_again(dataclasses.replace(QUICK, patience=1000), some)
    assert not run.stopped_early and run.reports[-1].step == run.reports[-1].steps == 45


def test_without_patience_the_last_weights_are_kept() -> None:
    run = trained(QUICK)
    assert run.step == 45 and not run.stopped_early
    assert run.snapshots[-1].step == 45
    assert run.snapshots[-1].weights == fingerprint(run.weights)


@pytest.mark.whole_training
def test_early_stopping_keeps_the_proxies_of_the_same_step_as_the_weights(some: Dataset) -> None:
    config = RunConfig(
        loss="proxy_anchor", embedding_dims=8, epochs=4, learning_rate=0.05, schedule="constant", patience=22
    )
    run = train_again(config, some)
    best = min(r.validation_loss for r in run.reports if r.validation_loss is not None and r.step % 21 == 0)
    embeddings = embed(run.encoder, torch.from_numpy(some.train.images[run.sample.indices])).numpy()
    learned = {name: value.tolist() for name, value in run.learned.items()}
    found = validation_loss(config, run.sample, embeddings, learned)
    assert found == pytest.approx(best, rel=1e-4)
