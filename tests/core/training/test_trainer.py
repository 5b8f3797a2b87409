"""The trainer on real digits: reproducible, and every loss learns."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
import torch
from sklearn.metrics import adjusted_rand_score

from core import environment
from core.clustering.kmeans import assign, kmeans
from core.config import RunConfig
from core.data import Dataset, Split
from core.encoders.encoder import embed
from core.losses import LOSSES
from core.training import train
from core.training.trainer import start_learned
from tests.core.training.shared import ONE_OF_EACH, QUICK, same_first_steps, same_weights_again, weights_of
from tests.core.trainings import (
    SOME,
    TEN_STEPS,
    Recorder,
    fingerprint,
    first,
    identical,
    train_again,
    trained,
)


@pytest.mark.parametrize("config", ONE_OF_EACH, ids=lambda config: config.loss)
def test_the_same_config_gives_the_same_weights_bit_for_bit(config: RunConfig) -> None:
    assert same_first_steps(config)


def test_another_seed_gives_other_weights(some: Dataset) -> None:
    assert not identical(trained(QUICK).weights, weights_of(dataclasses.replace(QUICK, seed=1), some))


def test_other_random_numbers_drawn_in_the_process_do_not_matter(some: Dataset) -> None:
    torch.manual_seed(99)
    np.random.seed(99)
    assert identical(trained(QUICK).weights, weights_of(QUICK, some))


HASH_OF_A_RUN = """
from core.config import RunConfig
from tests.core.trainings import fingerprint, first, train_again
print(fingerprint(train_again(RunConfig(epochs=1), first(10_000)).weights))
"""


def test_another_process_gives_the_same_weights_bit_for_bit() -> None:
    there = subprocess.run(
        [sys.executable, "-c", HASH_OF_A_RUN],
        check=True,
        capture_output=True,
        text=True,
        cwd=environment.PROJECT,
    )
    assert there.stdout.strip() == fingerprint(trained(QUICK).weights)


@pytest.mark.parametrize("config", ONE_OF_EACH, ids=lambda config: config.loss)
def test_each_loss_falls_within_an_epoch_and_below_that_of_a_collapsed_network(
    config: RunConfig,
) -> None:
    measured = trained(config).validation_losses
    # 10 % below the start, and 10 % below a collapsed network
    assert measured[-1] < measured[0] - 0.1 * abs(measured[0])
    assert measured[-1] < config.collapsed - 0.1 * abs(config.collapsed)


def test_one_cycle_rises_to_the_learning_rate_and_falls_to_almost_0(
    some: Dataset, rates: list[float]
) -> None:
    train(RunConfig(epochs=2, learning_rate=0.004), some, Recorder())
    assert len(rates) == 90
    peak = int(np.argmax(rates))
    assert rates[peak] == pytest.approx(0.004) and 0.1 < peak / 90 < 0.3
    assert (np.diff(rates[: peak + 1]) > 0).all() and (np.diff(rates[peak:]) < 0).all()
    assert rates[0] < 0.004 / 4 and rates[-1] < 0.004 / 1000


def test_a_constant_rate_is_the_learning_rate_at_every_step(rates: list[float]) -> None:
    train(RunConfig(epochs=1, learning_rate=0.004, schedule="constant"), first(3000), Recorder())
    assert rates == [0.004] * 10


@pytest.mark.whole_training
@pytest.mark.parametrize("name", LOSSES)
def test_each_loss_of_the_registry_learns_the_digits_in_8_dimensions(name: str) -> None:
    """Test ARI at least 0.5 from half of MNIST within five epochs: one is enough."""
    config = RunConfig(
        loss=name,
        embedding_dims=8,
        epochs=1,
        batch_size=100,
        sampling="sampled" if LOSSES[name].takes == "triplets" else "all",
    )
    data = first(30_000)
    encoder = train_again(config, data).encoder
    train_points, test_points = (
        embed(encoder, torch.from_numpy(images)).numpy()
        for images in (data.train.images[:SOME], data.test.images)
    )
    if config.normalised:
        assert np.linalg.norm(test_points, axis=1) == pytest.approx(1, abs=1e-5)
    clusters = kmeans(train_points, 10)
    found = adjusted_rand_score(data.test.labels, assign(test_points, clusters.centroids))
    assert found >= 0.5


@pytest.mark.parametrize(
    "config",
    [config for config in ONE_OF_EACH if LOSSES[config.loss].learned],
    ids=lambda config: config.loss,
)
def test_the_learned_parameters_of_a_loss_change_and_are_returned(some: Dataset, config: RunConfig) -> None:
    learned, started = trained(config).learned, start_learned(config)
    assert set(learned) == set(started)
    for field, value in learned.items():
        assert value.shape == tuple(started[field].shape) and value.shape[0] == 10
        assert not np.array_equal(value, started[field].detach().numpy())
    again = train(config, some, Recorder()).learned
    assert not any(tensor.requires_grad for tensor in again.values())
    assert identical(learned, {name: tensor.numpy() for name, tensor in again.items()})


def test_a_loss_without_learned_parameters_returns_none() -> None:
    assert trained(QUICK).learned == {}


VIEWED = [
    RunConfig(epochs=1, loss="nt_xent", embedding_dims=8, batch_size=50, views=1.0),
    RunConfig(epochs=1, loss="nt_xent", embedding_dims=8, batch_size=50, views=0.5),
    RunConfig(epochs=1, batch_size=50, views=1.0, sampling="sampled"),
]


@pytest.mark.parametrize("config", VIEWED, ids=["all views", "half views", "drawn pairs of views"])
def test_training_with_views_is_reproducible_and_lowers_the_loss(config: RunConfig) -> None:
    assert same_weights_again(config, 3000)
    measured = trained(config, 3000).validation_losses
    assert measured[-1] < 0.9 * measured[0] and measured[-1] < 0.9 * config.collapsed


def test_with_views_of_every_image_no_label_is_used() -> None:
    few = first(3000)
    labels = np.random.default_rng(0).permutation(few.train.labels)
    others = Dataset(Split(few.train.images, labels), few.test)
    for config in VIEWED:
        begun = train_again(config, others, TEN_STEPS).snapshots
        same_as_with_right_labels = (
            begun[-1].weights == trained(config, 3000).snapshots[len(begun) - 1].weights
        )
        assert same_as_with_right_labels == (config.views == 1)


def test_wrong_labels_depend_on_the_seed_and_impair_learning() -> None:
    wrong = [dataclasses.replace(QUICK, wrong_labels=0.5, seed=seed) for seed in range(2)]
    assert same_weights_again(wrong[0])
    for config in wrong:  # the validation uses the right labels
        right = trained(dataclasses.replace(config, wrong_labels=0.0))
        assert trained(config).validation_losses[-1] > 1.25 * right.validation_losses[-1]


def test_training_with_balanced_batches_is_reproducible() -> None:
    config = dataclasses.replace(QUICK, sampler="balanced", classes_per_batch=5)
    assert same_weights_again(config)
    assert not identical(trained(config).weights, trained(QUICK).weights)
