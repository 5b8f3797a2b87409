"""The diagnosis of real trainings: each broken run is recognised and cured, and healthy runs stay healthy."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from core.config import RunConfig
from core.lessons.collapses import COLLAPSES, SMALL
from core.lessons.diagnosis import Diagnosis, diagnose
from core.losses import LOSSES
from tests.core.trainings import MNIST, Training, trained

SEEDS = (0, 1)


def training_of(config: RunConfig) -> Training:
    return trained(config, MNIST)


def diagnosis(config: RunConfig, images: int = MNIST) -> Diagnosis:
    """The diagnosis at the end of the run of `config`."""
    run = trained(config, images)
    first, last = run.snapshots[0].embeddings, run.snapshots[-1].embeddings
    return diagnose(config, run.reports, first, last, run.sample.labels, aborted=run.broken_off)


@pytest.mark.whole_training
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", COLLAPSES)
def test_each_button_breaks_its_run_and_each_cure_cures_it(name: str, seed: int) -> None:
    broken = diagnosis(replace(COLLAPSES[name].config, seed=seed))
    assert broken.kind in COLLAPSES[name].kinds, broken
    assert broken.cures
    # all of them, but for one of the seeds
    for cure in broken.cures if seed == SEEDS[0] else broken.cures[:1]:
        assert cure.config.seed == seed and cure.config.digits == COLLAPSES[name].config.digits
        cured = diagnosis(cure.config)
        assert cured.kind == "healthy", (cure.name, cured)
        assert not cured.cures and not cured.unhealthy


@pytest.mark.whole_training
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [name for name in COLLAPSES if COLLAPSES[name].kinds == ("point",)])
def test_a_collapsed_run_ends_at_its_know_nothing_value(name: str, seed: int) -> None:
    config = replace(COLLAPSES[name].config, seed=seed)
    found = diagnosis(config)
    assert training_of(config).reports[-1].loss == pytest.approx(config.collapsed, rel=0.02, abs=1e-4)
    assert f"{config.collapsed:.3g}" in found.sentence
    points = training_of(config).snapshots[-1].embeddings
    assert np.linalg.norm(points - points.mean(axis=0), axis=1).max() < 0.05


@pytest.mark.whole_training
@pytest.mark.parametrize("seed", SEEDS)
def test_too_high_a_temperature_leaves_classes_on_top_of_each_other_and_its_cure_separates_them(
    seed: int,
) -> None:
    config = replace(COLLAPSES["temperature_too_high"].config, seed=seed)
    (cure,) = diagnosis(config).cures
    assert cure.config == replace(config, temperature=RunConfig().temperature)
    assert training_of(config).reports[-1].loss == pytest.approx(config.collapsed, rel=0.03)
    assert neighbours_of_the_own_class(config) < 0.92
    assert neighbours_of_the_own_class(cure.config) > 0.96


def neighbours_of_the_own_class(config: RunConfig) -> float:
    """5-NN accuracy on half of the sample, fitted on the other half."""
    points, labels = training_of(config).snapshots[-1].embeddings, training_of(config).sample.labels
    half = len(points) // 2
    return float(
        KNeighborsClassifier(5).fit(points[:half], labels[:half]).score(points[half:], labels[half:])
    )


@pytest.mark.whole_training
def test_a_learning_rate_far_too_low_leaves_the_run_stuck() -> None:
    found = diagnosis(replace(SMALL, learning_rate=1e-5))
    assert found.kind == "stuck"
    assert found.cures and found.cures[0].config.learning_rate == RunConfig().learning_rate


@pytest.mark.whole_training
def test_a_loss_that_still_falls_gets_no_tick_and_comes_to_rest_with_more_steps() -> None:
    config = replace(SMALL, learning_rate=3e-5, schedule="constant")
    found = diagnosis(config)
    assert found.kind == "falling" and not found.unhealthy
    faster, longer = found.cures
    assert (faster.name, longer.name) == ("speed_up", "train_longer")
    assert diagnosis(longer.config).kind == "healthy"
    assert training_of(longer.config).reports[-1].loss < 0.8 * training_of(config).reports[-1].loss


@pytest.mark.whole_training
def test_a_learning_rate_far_too_high_without_a_schedule_diverges() -> None:
    found = diagnosis(RunConfig(digits=3, epochs=1, learning_rate=1.0, schedule="constant"))
    assert found.kind == "diverged"
    assert found.cures and found.cures[0].config.learning_rate < 0.01


@pytest.mark.whole_training
@pytest.mark.parametrize("name", LOSSES)
def test_a_run_of_each_loss_is_healthy(name: str) -> None:
    """With its default settings; for triplets, whose number grows with the cube of the batch size, with fewer
    images and small batches."""
    config, images = replace(SMALL, loss=name), MNIST
    if LOSSES[name].takes == "triplets":
        config, images = replace(config, batch_size=64), 20_000
    found = diagnosis(config, images)
    assert found.kind == "healthy", found


@pytest.mark.whole_training
def test_two_classes_on_a_line_are_healthy() -> None:
    assert diagnosis(RunConfig(digits=2, epochs=1)).kind == "healthy"
