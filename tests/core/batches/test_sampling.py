"""The batches of an epoch: each image once, balanced classes, views and wrong labels."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from core.batches.sampling import ByClass, batches, validation_batches, with_wrong_labels
from core.config import PRESETS, RunConfig
from core.data import Dataset
from core.losses import LOSSES
from tests.core.batches.draws import TINY, by_class, equally_likely, generator

SAMPLED = RunConfig(sampling="sampled")


TRIPLETS = RunConfig(sampling="sampled", loss="triplet_margin")


@pytest.mark.parametrize("config", [RunConfig(batch_size=7), dataclasses.replace(SAMPLED, batch_size=7)])
def test_an_epoch_has_each_image_once_except_an_incomplete_last_batch(config: RunConfig) -> None:
    labels = [0, 1, 2] * 10
    seen = [batch.images[:7] for batch in batches(config, by_class(labels), generator(7))]
    assert len(seen) == 30 // 7 and all(len(images) == 7 for images in seen)
    together = np.concatenate(seen)
    assert len(set(together.tolist())) == len(together) and set(together.tolist()) <= set(range(30))
    assert together.tolist() != sorted(together.tolist())


def test_an_epoch_of_mnist_has_each_image_exactly_once(mnist: Dataset) -> None:
    images = [batch.images for batch in batches(RunConfig(), ByClass(mnist.train.labels), generator(8))]
    assert np.array_equal(np.sort(np.concatenate(images)), np.arange(60_000))


def test_two_epochs_use_different_orders() -> None:
    rolling = generator(9)
    one, other = (
        np.concatenate(
            [batch.images for batch in batches(RunConfig(batch_size=4), by_class([0, 1] * 20), rolling)]
        )
        for _ in range(2)
    )
    assert one.tolist() != other.tolist()


@pytest.mark.parametrize("config", [SAMPLED, TRIPLETS])
def test_the_tuples_of_a_batch_point_to_their_images(mnist: Dataset, config: RunConfig) -> None:
    labels = mnist.test.labels
    size = config.batch_size
    columns = 2 if LOSSES[config.loss].takes == "pairs" else 3
    listed = list(batches(config, ByClass(labels), generator(10)))
    assert len(listed) == 10_000 // size
    for batch in listed:
        assert batch.tuples is not None and len(batch.tuples) == columns
        assert len(batch.images) == columns * size
        drawn = [labels[batch.images[places]] for places in batch.tuples]
        assert all(len(column) == size for column in drawn)
        if columns == 3:
            assert (drawn[0] == drawn[1]).all() and (drawn[0] != drawn[2]).all()
        else:
            assert 0.2 < (drawn[0] == drawn[1]).mean() < 0.8
        # no image of the batch is embedded without being used
        assert sorted(np.concatenate(batch.tuples).tolist()) == list(range(columns * size))


@pytest.mark.parametrize("config", [RunConfig(), SAMPLED, TRIPLETS, RunConfig(loss="triplet_margin")])
def test_the_seed_determines_the_batches(mnist: Dataset, config: RunConfig) -> None:
    split = ByClass(mnist.test.labels)
    one, again, other = (
        np.concatenate([batch.images for batch in batches(config, split, generator(seed))])
        for seed in (0, 0, 1)
    )
    assert np.array_equal(one, again) and not np.array_equal(one, other)


@pytest.mark.parametrize("config", [*PRESETS.values(), RunConfig(loss="triplet_margin")])
def test_validation_uses_the_same_kind_of_batches_and_only_its_own_images(
    mnist: Dataset, config: RunConfig
) -> None:
    labels = mnist.test.labels[:2000]
    listed = validation_batches(config, ByClass(labels), generator(0))
    again = validation_batches(config, ByClass(labels), generator(0))
    assert all(np.array_equal(one.images, other.images) for one, other in zip(listed, again, strict=True))
    images = np.concatenate([batch.images for batch in listed])
    assert images.min() >= 0 and images.max() < 2000
    if config.sampling == "all":
        assert np.array_equal(np.sort(images), np.arange(2000))
        assert all(batch.tuples is None and len(batch.images) == config.batch_size for batch in listed)
    else:
        (batch,) = listed
        assert batch.tuples is not None and len(batch.tuples[0]) == 4096
        anchors, partners = (labels[batch.images[places]] for places in batch.tuples[:2])
        if LOSSES[config.loss].takes == "pairs":
            assert stats.binomtest(int((anchors == partners).sum()), 4096, 0.5).pvalue > 1e-5
        else:
            assert (anchors == partners).all() and (anchors != labels[batch.images[batch.tuples[2]]]).all()


def test_validation_with_fewer_images_than_a_batch_uses_one_batch() -> None:
    (batch,) = validation_batches(RunConfig(batch_size=4096), by_class([0, 1] * 50), generator(0))
    assert batch.images.tolist() == list(range(100)) and batch.tuples is None


@pytest.mark.parametrize(("digits", "wanted", "size"), [(10, 10, 200), (10, 4, 64), (3, 10, 20), (10, 7, 30)])
def test_a_balanced_batch_holds_k_different_images_of_each_of_p_classes(
    mnist: Dataset, digits: int, wanted: int, size: int
) -> None:
    labels = mnist.test.labels[mnist.test.labels < digits]
    config = RunConfig(sampler="balanced", classes_per_batch=wanted, batch_size=size, digits=digits)
    classes = min(wanted, digits)
    listed = list(batches(config, ByClass(labels), generator(11)))
    assert len(listed) == len(labels) // size
    seen = np.zeros(digits, int)
    for batch in listed:
        assert batch.tuples is None and len(set(batch.images.tolist())) == len(batch.images)
        present, counts = np.unique(labels[batch.images], return_counts=True)
        assert len(present) == classes and (counts == size // classes).all()
        seen[present] += 1
    assert (seen > 0).all()
    if classes < digits:  # the classes are drawn at random, all equally likely
        assert stats.chisquare(seen).pvalue > 1e-5
    for batch in validation_batches(config, ByClass(labels), generator(12)):
        assert (np.unique(labels[batch.images], return_counts=True)[1] == size // classes).all()


def test_all_images_of_a_class_are_equally_likely_in_a_balanced_batch() -> None:
    labels = TINY["sorted"]
    config = RunConfig(sampler="balanced", classes_per_batch=2, batch_size=4, digits=3)
    rolling = generator(13)
    drawn = np.concatenate(
        [b.images for _ in range(3000) for b in batches(config, by_class(labels), rolling)]
    )
    for label in set(labels):
        members = np.flatnonzero(np.array(labels) == label)
        assert equally_likely(drawn[np.isin(drawn, members)], members)


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_a_share_of_a_batch_is_two_views_per_image_with_their_own_label(share: float) -> None:
    labels = [0, 1, 2] * 40
    config = RunConfig(batch_size=20, views=share, digits=3)
    listed = list(batches(config, by_class(labels), generator(15)))
    pairs = round(share * 10)
    assert len(listed) == 120 // (20 - pairs)
    assert len({int(image) for batch in listed for image in batch.images}) == len(listed) * (20 - pairs)
    for batch in listed:
        assert batch.labels is not None and len(batch.images) == len(batch.labels) == 20
        first, second = batch.views
        assert len(first) == len(second) == pairs
        assert np.array_equal(batch.images[first], batch.images[second])
        assert np.array_equal(batch.labels[first], batch.labels[second])
        own = batch.labels[first]
        assert len(set(own.tolist())) == pairs and not set(own.tolist()) & {0, 1, 2}
        others = np.setdiff1d(np.arange(20), np.concatenate([first, second]))
        assert np.array_equal(batch.labels[others], np.array(labels)[batch.images[others]])


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("loss", ["contrastive", "triplet_margin"])
def test_drawn_tuples_of_views_pair_one_image_with_itself_against_any_other(
    mnist: Dataset, loss: str, share: float
) -> None:
    labels = mnist.test.labels
    config = RunConfig(loss=loss, sampling="sampled", views=share)
    viewed_tuples = same_class_negatives = 0
    for batch in batches(config, ByClass(labels), generator(16)):
        assert batch.tuples is not None and batch.labels is not None
        viewed = np.isin(batch.tuples[0], batch.views[0])
        viewed_tuples += viewed.sum()
        images = [batch.images[places] for places in batch.tuples]
        told = [batch.labels[places] for places in batch.tuples]
        for column, places in enumerate(batch.views):
            assert np.array_equal(batch.tuples[column][viewed], places)
        for column in range(1, len(images)):
            same_image, same_label = images[0] == images[column], told[0] == told[column]
            assert np.array_equal(same_image[viewed], same_label[viewed])
            assert np.array_equal(same_label[~viewed], (labels[images[0]] == labels[images[column]])[~viewed])
            negative = viewed & ~same_label
            same_class_negatives += (labels[images[0]] == labels[images[column]])[negative].sum()
        if loss == "triplet_margin":
            assert (told[0] == told[1]).all() and (told[0] != told[2]).all()
    assert stats.binomtest(int(viewed_tuples), 10_000, share).pvalue > 1e-5
    assert same_class_negatives > 0  # labels are not used


@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_exactly_the_share_of_labels_is_wrong_with_all_wrong_ones_equally_likely(
    mnist: Dataset, share: float
) -> None:
    labels = mnist.train.labels
    wrong = with_wrong_labels(labels, share, 10, generator(17))
    changed = wrong != labels
    assert changed.sum() == round(share * 60_000) and wrong.max() <= 9
    if share:
        step = (wrong[changed].astype(int) - labels[changed]) % 10
        assert stats.chisquare(np.bincount(step, minlength=10)[1:]).pvalue > 1e-5
        assert (
            stats.chisquare(np.bincount(labels[changed]), np.bincount(labels) * changed.mean()).pvalue > 1e-5
        )
