"""The loss of a batch: equal to a loop over its images, with and without a miner."""

import dataclasses

import numpy as np
import pytest
import torch

from core.batches.sampling import ByClass, batches
from core.config import PRESETS, RunConfig
from core.data import Dataset
from core.encoders.encoder import build, embed
from core.miners import MINERS
from core.training import snapshot_steps
from tests.core.losses.oracles import ORACLES
from tests.core.miners import oracles as mining_oracles
from tests.core.training.shared import QUICK, same_weights_again
from tests.core.trainings import (
    SOME,
    train_again,
    trained,
)


@pytest.mark.parametrize("config", [QUICK, PRESETS["tutorial"]], ids=["all pairs", "drawn pairs"])
def test_the_first_steps_loss_equals_a_loop_over_its_real_images(some: Dataset, config: RunConfig) -> None:
    """Images, labels and pairs match: rebuilt from the untrained encoder and the sampler."""
    begun = train_again(dataclasses.replace(config, epochs=1), some, stop_before=2)
    fitted = np.setdiff1d(np.arange(SOME), begun.sample.indices[: begun.sample.validating])
    images, labels = some.train.images[fitted], some.train.labels[fitted]
    batch = next(batches(config, ByClass(labels), np.random.default_rng(config.seed)))
    points = embed(build(config), torch.from_numpy(images[batch.images])).tolist()
    pairs = None if batch.tuples is None else list(zip(*(p.tolist() for p in batch.tuples), strict=True))
    expected = ORACLES[config.loss](points, labels[batch.images].tolist(), config.loss_parameters, pairs)
    assert begun.reports[0].step == 1
    assert begun.reports[0].terms == pytest.approx(expected, rel=1e-4)


MINED = [
    *(RunConfig(epochs=1, loss="triplet_margin", miner=miner, batch_size=60) for miner in MINERS),
    RunConfig(epochs=1, loss="contrastive", miner="semi_hard", batch_size=60),
]


@pytest.mark.parametrize("config", MINED, ids=lambda config: f"{config.miner}, {config.loss}")
def test_training_with_a_miner_is_reproducible_and_reports_the_active_share(config: RunConfig) -> None:
    assert same_weights_again(config, 4000)
    shares = [report.active for report in trained(config, 4000).reports]
    assert all(share is not None and 0 <= share <= 1 for share in shares)
    # the share falls, except among the hardest triplets, nearly all of which stay active for long
    if config.miner != "batch_hard":
        assert shares[-1] < shares[0]  # type: ignore[operator]


def test_the_first_steps_loss_with_a_miner_equals_a_loop_over_its_triplets(some: Dataset) -> None:
    config = RunConfig(loss="triplet_margin", miner="batch_hard", epochs=1, batch_size=50)
    begun = train_again(config, some, stop_before=2)
    fitted = np.setdiff1d(np.arange(SOME), begun.sample.indices[: begun.sample.validating])
    images, labels = some.train.images[fitted], some.train.labels[fitted]
    batch = next(batches(config, ByClass(labels), np.random.default_rng(config.seed)))
    points = embed(build(config), torch.from_numpy(images[batch.images])).tolist()
    classes = labels[batch.images].tolist()
    chosen = sorted(mining_oracles.batch_hard(points, classes, 1.0))
    expected = ORACLES["triplet_margin"](points, classes, {"margin": 1.0}, chosen)
    assert begun.reports[0].terms == pytest.approx(expected, rel=1e-4)
    pairs = [(a, p) for a, p, _ in chosen] + [(a, n) for a, _, n in chosen]
    begun = train_again(dataclasses.replace(config, loss="contrastive"), some, stop_before=2)
    expected = ORACLES["contrastive"](points, classes, {"margin": 1.0}, pairs)
    assert begun.reports[0].terms == pytest.approx(expected, rel=1e-4)


def test_without_a_miner_the_active_share_is_reported_at_the_snapshots() -> None:
    for report in trained(QUICK).reports:
        assert (report.active is not None) == (report.step in snapshot_steps(45))
