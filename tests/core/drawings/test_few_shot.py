"""k examples per class: against scikit-learn, and on data with a known answer."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from core.drawings.few_shot import few_shot, nearest_classes


def blobs(count: int, apart: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, count)
    homes = apart * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    return homes[labels] + generator.normal(0, 1, (count, 2)), labels


def test_with_all_images_as_examples_it_equals_the_nearest_neighbour_classifier() -> None:
    train, labels = blobs(400, 2.0, 0)
    size = np.bincount(labels).min()
    kept = np.concatenate([np.flatnonzero(labels == label)[:size] for label in range(4)])
    train, labels = train[kept], labels[kept]
    test, test_labels = blobs(500, 2.0, 1)
    found = few_shot(train, labels, test, test_labels, 2, shots=(int(size),), draws=2)
    guesses = KNeighborsClassifier(1).fit(train, labels).predict(test)
    chosen = test_labels == 2
    assert found.new[0] == pytest.approx((guesses[chosen] == 2).mean())
    assert found.others[0] == pytest.approx((guesses == test_labels)[~chosen].mean())
    assert 0.5 < found.new[0, 0] < 0.95 and found.spreads()[0][0] == 0


def test_distant_classes_need_one_example_and_coinciding_classes_are_guessed() -> None:
    far, same = (
        few_shot(*blobs(800, apart, 2), *blobs(4000, apart, 3), 1, draws=40) for apart in (60.0, 0.0)
    )
    assert far.new.min() == far.others.min() == 1
    assert same.guessing == 0.25
    assert np.allclose(same.means(), 0.25, atol=0.06)


def test_more_examples_help_and_reduce_the_spread() -> None:
    found = few_shot(*blobs(2000, 3.0, 4), *blobs(2000, 3.0, 5), 3, draws=40)
    means, spreads = found.means()[1], found.spreads()[1]
    assert means[0] < means[1] < means[2] and spreads[0] > spreads[2]
    assert found.shots == (1, 5, 20) and found.new.shape == (3, 40)


def test_a_class_inside_another_takes_images_from_it() -> None:
    """The chosen class's accuracy is separate from that of the others."""
    train, labels = blobs(2000, 50.0, 6)
    train[labels == 3] = train[labels == 0].mean(axis=0) + np.random.default_rng(0).normal(
        0, 1, (np.count_nonzero(labels == 3), 2)
    )
    found = few_shot(train, labels, train, labels, 3, shots=(20,), draws=20)
    assert found.means()[0][0] == pytest.approx(0.5, abs=0.1)
    assert found.means()[1][0] == pytest.approx((2 + 0.5) / 3, abs=0.1)


def test_the_same_seed_draws_the_same_examples() -> None:
    data = (*blobs(300, 2.0, 7), *blobs(300, 2.0, 8))
    one, two, other = (few_shot(*data, 0, draws=3, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.new, two.new) and not np.array_equal(one.new, other.new)


def test_a_class_is_taken_for_the_nearest_of_the_others() -> None:
    train, labels = blobs(500, 1.0, 10)
    test, test_labels = blobs(400, 1.0, 11)
    found = nearest_classes(train, labels, test, test_labels, 2)
    others = labels != 2
    guesses = KNeighborsClassifier(1).fit(train[others], labels[others]).predict(test[test_labels == 2])
    assert found == {label: pytest.approx((guesses == label).mean()) for label in (0, 1, 3)}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert sum(found.values()) == pytest.approx(1)
    with pytest.raises(ValueError, match="no test images"):
        nearest_classes(train, labels, test[:0], test_labels[:0], 2)
    with pytest.raises(ValueError, match="no other class"):
        nearest_classes(train[~others], labels[~others], test, test_labels, 2)


def test_errors_say_what_is_missing() -> None:
    train, labels = blobs(40, 2.0, 9)
    with pytest.raises(ValueError, match="needs 20 training images"):
        few_shot(train, labels, train, labels, 0)
    with pytest.raises(ValueError, match="no test images"):
        few_shot(train, labels, train[labels != 0], labels[labels != 0], 0, shots=(1,))
    with pytest.raises(ValueError, match="two draws or more"):
        few_shot(train, labels, train, labels, 0, shots=(1,), draws=1)
