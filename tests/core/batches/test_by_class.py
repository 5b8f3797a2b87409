"""Random images, pairs and triplets by class: half of the pairs positive, all candidates equally likely."""

import numpy as np
import pytest
from scipy import stats

from core.batches.sampling import ByClass
from core.data import Dataset
from tests.core.batches.draws import SEEDS, TINY, by_class, equally_likely, generator


@pytest.mark.parametrize("name", TINY)
def test_same_draws_every_image_of_the_class_and_no_other(name: str) -> None:
    labels = np.array(TINY[name])
    for label in set(TINY[name]):
        drawn = by_class(TINY[name]).same(np.full(5000, label), generator(0))
        assert equally_likely(drawn, np.flatnonzero(labels == label))


@pytest.mark.parametrize("name", TINY)
def test_other_draws_every_image_of_every_other_class_and_none_of_the_class(name: str) -> None:
    labels = np.array(TINY[name])
    for label in set(TINY[name]):
        drawn = by_class(TINY[name]).other(np.full(5000, label), generator(1))
        assert equally_likely(drawn, np.flatnonzero(labels != label))


@pytest.mark.parametrize("name", TINY)
def test_classes_can_be_requested_in_any_mixture(name: str) -> None:
    labels = np.array(TINY[name])
    asked = generator(2).permutation(np.repeat(labels, 50))
    assert (labels[by_class(TINY[name]).same(asked, generator(3))] == asked).all()
    assert (labels[by_class(TINY[name]).other(asked, generator(4))] != asked).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_half_of_the_pairs_of_mnist_are_positive_and_all_partners_equally_likely(
    mnist: Dataset, seed: int
) -> None:
    labels = mnist.train.labels
    anchors = np.arange(60_000)
    first, second = ByClass(labels).pairs(anchors, generator(seed))
    assert np.array_equal(first, anchors)
    positive = labels[first] == labels[second]
    assert stats.binomtest(int(positive.sum()), 60_000, 0.5).pvalue > 1e-5
    # a negative partner is any image of another class, as in the tutorial: large classes are more frequent
    seen = np.bincount(labels[second[~positive]], minlength=10)
    counts = np.bincount(labels, minlength=10)
    share = np.array(
        [sum(counts[a] * counts[b] / (60_000 - counts[a]) for a in range(10) if a != b) for b in range(10)]
    )
    assert stats.chisquare(seen, share / share.sum() * seen.sum()).pvalue > 1e-5


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize("seed", SEEDS)
def test_half_of_the_pairs_are_positive_for_any_class_sizes(name: str, seed: int) -> None:
    labels = np.array(TINY[name])
    anchors = generator(seed).integers(0, len(labels), 20_000)
    first, second = by_class(TINY[name]).pairs(anchors, generator(seed))
    positive = labels[first] == labels[second]
    assert stats.binomtest(int(positive.sum()), 20_000, 0.5).pvalue > 1e-5
    for label in set(TINY[name]):
        asked = labels[first] == label
        assert equally_likely(second[asked & positive], np.flatnonzero(labels == label))
        assert equally_likely(second[asked & ~positive], np.flatnonzero(labels != label))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_triplet_of_mnist_is_two_images_of_a_class_and_one_of_another(mnist: Dataset, seed: int) -> None:
    labels = mnist.train.labels
    anchor, positive, negative = ByClass(labels).triplets(20_000, generator(seed))
    assert len(anchor) == len(positive) == len(negative) == 20_000
    assert (labels[anchor] == labels[positive]).all()
    assert (labels[anchor] != labels[negative]).all()
    assert (anchor != positive).all()
    # RandomSample[bydigit, 2]: all 90 ordered pairs of classes equally likely, regardless of class sizes
    pairs = np.bincount(labels[anchor].astype(int) * 10 + labels[negative], minlength=100).reshape(10, 10)
    assert (np.diag(pairs) == 0).all()
    assert stats.chisquare(pairs[~np.eye(10, dtype=bool)]).pvalue > 1e-5


@pytest.mark.parametrize("name", TINY)
def test_within_the_classes_of_a_triplet_every_image_is_equally_likely(name: str) -> None:
    labels = np.array(TINY[name])
    anchor, positive, negative = by_class(TINY[name]).triplets(30_000, generator(5))
    assert (anchor != positive).all() and (labels[anchor] == labels[positive]).all()
    for label in set(TINY[name]):
        members = np.flatnonzero(labels == label)
        assert equally_likely(anchor[labels[anchor] == label], members)
        assert equally_likely(negative[labels[negative] == label], members)
        for member in members:
            assert equally_likely(positive[anchor == member], members[members != member])


def test_the_positive_partner_in_a_class_of_one_image_is_itself() -> None:
    lonely = by_class([0, 1, 1, 1])
    assert (lonely.same(np.zeros(50, int), generator(6)) == 0).all()
    assert set(lonely.other(np.ones(50, int), generator(6)).tolist()) == {0}


def test_a_class_smaller_than_its_share_repeats_images() -> None:
    images = by_class([0, 1, 1, 1, 1]).balanced(2, 3, generator(14))
    assert len(images) == 6 and (images == 0).sum() == 3
    assert len(set(images[images > 0].tolist())) == 3
