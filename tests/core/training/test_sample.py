"""The sample, and the images that training never sees."""

import dataclasses
import math

import numpy as np
import pytest

from core.config import RunConfig
from core.data import Dataset, Split
from core.losses import LOSSES
from core.runs import HELD_OUT
from core.training.sample import SAMPLE, choose_sample
from tests.core.training.shared import QUICK, poisoned, weights_of
from tests.core.trainings import (
    SOME,
    first,
    identical,
    train_again,
    trained,
)


def test_held_out_images_and_test_images_are_never_trained_on(some: Dataset) -> None:
    untouched = trained(QUICK)
    assert untouched.sample.split == "train"
    held_out = untouched.sample.indices[: untouched.sample.validating]
    data = Dataset(poisoned(some.train, held_out), poisoned(some.test, np.arange(3000)))
    assert identical(untouched.weights, weights_of(QUICK, data))
    # the poison works: in the training images it changes the weights
    trained_on = np.setdiff1d(np.arange(SOME), held_out)[:200]
    data = Dataset(poisoned(some.train, trained_on), some.test)
    assert not identical(untouched.weights, weights_of(QUICK, data))


def test_validation_on_test_images_trains_on_all_training_images_and_on_no_test_image() -> None:
    config, data = dataclasses.replace(QUICK, validation="test"), first(4000)
    untouched = train_again(config, data)
    assert untouched.sample.split == "test"
    assert untouched.reports[-1].steps == 4000 // 200
    data = Dataset(data.train, poisoned(data.test, np.arange(3000)))
    assert identical(untouched.weights, weights_of(config, data))


@pytest.mark.parametrize("validation", ["held_out", "test"])
@pytest.mark.parametrize("digits", [2, 10])
def test_the_sample_is_2000_different_images_of_the_classes_the_same_for_every_seed(
    mnist: Dataset, validation: str, digits: int
) -> None:
    config = RunConfig(validation=validation, digits=digits)
    train_split, test_split = mnist.train.first_classes(digits), mnist.test.first_classes(digits)
    sample = choose_sample(config, train_split, test_split)
    split = test_split if validation == "test" else train_split
    assert sample.split == ("test" if validation == "test" else "train")
    assert len(sample.indices) == len(set(sample.indices.tolist())) == SAMPLE == 2000
    assert sample.validating == (SAMPLE if validation == "test" else HELD_OUT)
    assert np.array_equal(sample.labels, split.labels[sample.indices])
    assert set(sample.labels.tolist()) == set(range(digits))
    other = choose_sample(dataclasses.replace(config, seed=7), train_split, test_split)
    assert np.array_equal(sample.indices, other.indices)
    # spread over the whole split, not its first or last images
    assert abs(sample.indices.mean() / len(split.labels) - 0.5) < 0.05


def test_images_of_unused_classes_are_not_read(some: Dataset) -> None:
    config = dataclasses.replace(QUICK, digits=3)
    others = np.flatnonzero(some.train.labels >= 3)
    images = some.train.images.copy()
    images[others] = 255 - images[others]
    data = Dataset(Split(images, some.train.labels), some.test)
    assert identical(trained(config).weights, weights_of(config, data))


NEVER_7 = dataclasses.replace(QUICK, held_out_class="7")


def test_the_images_of_a_class_never_shown_change_nothing(some: Dataset) -> None:
    """They affect neither the weights nor the validation loss; the displayed sample includes them."""
    untouched = trained(NEVER_7)
    sevens = np.flatnonzero(some.train.labels == 7)
    images = some.train.images.copy()
    images[sevens] = 255 - images[sevens]
    blind = train_again(NEVER_7, Dataset(Split(images, some.train.labels), some.test))
    assert identical(untouched.weights, blind.weights)
    assert [report.loss for report in untouched.reports] == [report.loss for report in blind.reports]
    assert untouched.validation_losses == blind.validation_losses
    assert 7 in untouched.sample.labels
    # the images of other classes are used
    images[some.train.labels == 3] = 255 - images[some.train.labels == 3]
    seen = weights_of(NEVER_7, Dataset(Split(images, some.train.labels), some.test))
    assert not identical(untouched.weights, seen)


def test_a_class_never_shown_leaves_fewer_steps(some: Dataset) -> None:
    run = trained(NEVER_7)
    fitted = np.setdiff1d(np.arange(SOME), run.sample.indices[: run.sample.validating])
    assert run.reports[-1].steps == np.count_nonzero(some.train.labels[fitted] != 7) // 200
    assert run.reports[-1].steps < trained(QUICK).reports[-1].steps


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_without_one_class(loss: str) -> None:
    sampling = "sampled" if LOSSES[loss].takes == "triplets" else "all"
    config = RunConfig(epochs=1, loss=loss, sampling=sampling, batch_size=100, held_out_class="0", patience=5)
    run = train_again(config, first(2000))
    assert run.weights and all(math.isfinite(report.loss) for report in run.reports)
