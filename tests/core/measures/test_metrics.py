"""core.measures.metrics against loops over all pairs and over all distances."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clustering import davies_bouldin
from core.measures.figures import FIGURES
from core.measures.metrics import (
    adjusted_rand_index,
    knn_accuracy,
    normalized_mutual_info,
    rand_index,
    random_rand_index,
)

LABELLINGS = st.integers(2, 25).flatmap(
    lambda n: st.tuples(*(st.lists(st.integers(0, 4), min_size=n, max_size=n) for _ in range(2)))
)


def agreeing_pairs(labels: list[int], others: list[int]) -> float:
    pairs = list(itertools.combinations(range(len(labels)), 2))
    return sum((labels[i] == labels[j]) == (others[i] == others[j]) for i, j in pairs) / len(pairs)


def entropy(labels: list[object]) -> float:
    return -sum(c / len(labels) * math.log(c / len(labels)) for c in Counter(labels).values())


@given(LABELLINGS)
@settings(max_examples=100, deadline=None)
def test_the_rand_index_is_the_share_of_pairs_that_agree(labellings: tuple[list[int], list[int]]) -> None:
    labels, others = labellings
    assert rand_index(np.array(labels), np.array(others)) == pytest.approx(agreeing_pairs(labels, others))


@given(LABELLINGS)
@settings(max_examples=100, deadline=None)
def test_the_adjusted_index_is_the_rand_index_between_chance_and_one(
    labellings: tuple[list[int], list[int]],
) -> None:
    labels, others = labellings
    pairs = list(itertools.combinations(range(len(labels)), 2))
    p = sum(labels[i] == labels[j] for i, j in pairs) / len(pairs)
    q = sum(others[i] == others[j] for i, j in pairs) / len(pairs)
    chance = p * q + (1 - p) * (1 - q)
    expected = 1.0 if chance == 1 else (agreeing_pairs(labels, others) - chance) / (1 - chance)
    assert adjusted_rand_index(np.array(labels), np.array(others)) == pytest.approx(expected, abs=1e-9)


@given(LABELLINGS)
@settings(max_examples=100, deadline=None)
def test_mutual_information_is_the_drop_in_entropy_over_the_mean_entropy(
    labellings: tuple[list[int], list[int]],
) -> None:
    labels, others = labellings
    both, first, second = (
        entropy(list(zip(labels, others, strict=True))),
        entropy([*labels]),
        entropy([*others]),
    )
    expected = 1.0 if first + second == 0 else (first + second - both) / ((first + second) / 2)
    assert normalized_mutual_info(np.array(labels), np.array(others)) == pytest.approx(expected, abs=1e-9)


@given(LABELLINGS)
@settings(max_examples=100, deadline=None)
def test_every_figure_stays_within_its_bounds(labellings: tuple[list[int], list[int]]) -> None:
    labels, others = np.array(labellings[0]), np.array(labellings[1])
    points = np.random.default_rng(len(labels)).normal(size=(len(labels), 3))
    half = len(labels) // 2
    values = {
        "rand_index": rand_index(labels, others),
        "adjusted_rand_index": adjusted_rand_index(labels, others),
        "normalized_mutual_info": normalized_mutual_info(labels, others),
        "davies_bouldin": davies_bouldin(points, labels).score,
        "test_adjusted_rand_index": adjusted_rand_index(labels[half:], others[half:]),
        "knn_accuracy": knn_accuracy(points[:half], labels[:half], points[half:], labels[half:]),
    }
    assert values.keys() == FIGURES.keys()
    for name, value in values.items():
        low, high = sorted((FIGURES[name].best, FIGURES[name].worst))
        assert low <= value <= high or (name == "davies_bouldin" and len(np.unique(labels)) == 1)


def test_a_perfect_embedding_gets_the_best_of_every_figure() -> None:
    labels = np.repeat(np.arange(4), 6)
    points = np.stack([labels, -labels], axis=1).astype(np.float32)
    assert rand_index(labels, labels[::-1]) == FIGURES["rand_index"].best
    assert adjusted_rand_index(labels, labels[::-1]) == FIGURES["adjusted_rand_index"].best
    assert normalized_mutual_info(labels, labels[::-1]) == FIGURES["normalized_mutual_info"].best
    assert davies_bouldin(points, labels).score == FIGURES["davies_bouldin"].best
    assert knn_accuracy(points, labels, points, labels) == FIGURES["knn_accuracy"].best


def test_the_worst_of_each_figure_is_reached() -> None:
    crossed = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert adjusted_rand_index(*crossed) == pytest.approx(FIGURES["adjusted_rand_index"].worst)
    assert normalized_mutual_info(*crossed) == pytest.approx(
        FIGURES["normalized_mutual_info"].worst, abs=1e-12
    )
    assert rand_index(np.zeros(5, int), np.arange(5)) == FIGURES["rand_index"].worst
    apart = np.array([[0.0], [1.0]])
    assert knn_accuracy(apart, np.array([0, 1]), apart, np.array([1, 0]), neighbours=1) == 0.0


def test_the_registry_names_each_figure_once_with_its_direction() -> None:
    assert list(FIGURES) == [
        "rand_index",
        "adjusted_rand_index",
        "normalized_mutual_info",
        "davies_bouldin",
        "test_adjusted_rand_index",
        "knn_accuracy",
    ]
    for name, figure in FIGURES.items():
        assert figure.name == name
        assert figure.higher_is_better == (figure.best > figure.worst)
        assert figure.meaning.endswith(".")
        assert figure.meaning.count(". ") == 0
    assert "random pair" in FIGURES["rand_index"].meaning
    assert "0.82" in str(FIGURES["rand_index"].chance)


@pytest.mark.parametrize(
    ("labels", "k"), [([0, 0, 1, 1], 2), ([0, 0, 0, 1, 2, 2], 2), ([0, 1, 1, 2, 2], 3), ([0, 0], 5)]
)
def test_chance_is_the_mean_over_all_ways_to_fill_equal_clusters(labels: list[int], k: int) -> None:
    clusters = [i % k for i in range(len(labels))]
    scores = [agreeing_pairs(labels, list(filled)) for filled in itertools.permutations(clusters)]
    assert random_rand_index(np.array(labels), k) == pytest.approx(np.mean(scores))


def test_chance_is_about_082_for_ten_digits_and_is_what_shuffled_clusters_get() -> None:
    generator = np.random.default_rng(0)
    # the number of images of each digit in MNIST's training split
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    labels = np.repeat(np.arange(10, dtype=np.uint8), counts)
    clusters = generator.permutation(np.arange(60_000) % 10)
    assert random_rand_index(labels, 10) == pytest.approx(0.82, abs=0.001)
    assert rand_index(labels, clusters) == pytest.approx(random_rand_index(labels, 10), abs=1e-4)
    assert adjusted_rand_index(labels, clusters) == pytest.approx(0, abs=1e-3)


def test_chance_of_the_extremes() -> None:
    labels = np.array([0, 0, 1, 1])
    assert random_rand_index(labels, 1) == pytest.approx(rand_index(labels, np.zeros(4, int)))
    assert random_rand_index(np.zeros(6, int), 6) == 0.0
    assert random_rand_index(np.array([3]), 2) == 1.0


def vote(train: np.ndarray, labels: np.ndarray, point: np.ndarray, neighbours: int) -> int:
    distances = [(math.dist(point, other), i) for i, other in enumerate(train)]
    votes = Counter(int(labels[i]) for _, i in sorted(distances)[:neighbours])
    return min(votes, key=lambda label: (-votes[label], label))


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("d", [1, 2, 8, 9, 64])
@pytest.mark.parametrize("neighbours", [1, 5])
def test_knn_accuracy_equals_a_loop_over_all_distances(seed: int, d: int, neighbours: int) -> None:
    generator = np.random.default_rng(seed)
    centres = generator.normal(size=(4, d))
    train_labels, test_labels = generator.integers(0, 4, 150), generator.integers(0, 4, 80)
    train = (centres[train_labels] + generator.normal(size=(150, d))).astype(np.float32)
    test = (centres[test_labels] + generator.normal(size=(80, d))).astype(np.float32)
    right = sum(
        vote(train, train_labels, point, neighbours) == label
        for point, label in zip(test, test_labels, strict=True)
    )
    accuracy = knn_accuracy(train, train_labels, test, test_labels, neighbours=neighbours)
    assert accuracy == pytest.approx(right / 80)


@pytest.mark.parametrize("d", [2, 64])
def test_knn_accuracy_copes_with_a_collapse_one_class_and_few_points(d: int) -> None:
    same, labels = np.full((40, d), 0.1, np.float32), np.arange(40) % 4
    assert 0 <= knn_accuracy(same, labels, same, labels) <= 1
    assert knn_accuracy(same, np.zeros(40, int), same, np.zeros(40, int)) == 1.0
    one = np.ones((1, d), np.float32)
    assert knn_accuracy(one, np.array([3]), same, np.full(40, 3)) == 1.0
    assert knn_accuracy(one, np.array([3]), one, np.array([2])) == 0.0


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("d", [2, 64])
def test_copies_of_a_point_vote_as_often_as_there_is_room(seed: int, d: int) -> None:
    generator = np.random.default_rng(seed)
    places, labels = generator.normal(size=(40, d)).astype(np.float32), generator.integers(0, 3, 40)
    train = generator.permutation(np.repeat(np.arange(40), generator.integers(1, 12, 40)))
    test = generator.normal(size=(60, d)).astype(np.float32)
    test_labels = generator.integers(0, 3, 60)
    right = [vote(places[train], labels[train], point, 5) for point in test] == test_labels
    accuracy = knn_accuracy(places[train], labels[train], test, test_labels)
    assert accuracy == pytest.approx(np.mean(right))


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_knn_accuracy_refuses_what_is_not_finite_with_the_reason(bad: float) -> None:
    good, labels = np.zeros((10, 2)), np.zeros(10, int)
    broken = good.copy()
    broken[3, 1] = bad
    for train, test in ((broken, good), (good, broken)):
        with pytest.raises(ValueError, match="not finite numbers"):
            knn_accuracy(train, labels, test, labels)


def test_impossible_requests_are_refused_with_the_reason() -> None:
    points, labels, none = np.zeros((4, 2)), np.zeros(4, int), np.zeros(0, int)
    for figure in (rand_index, adjusted_rand_index, normalized_mutual_info):
        with pytest.raises(ValueError, match="4 and 3 labels"):
            figure(labels, labels[:3])
        with pytest.raises(ValueError, match="0 and 0 labels"):
            figure(none, none)
    with pytest.raises(ValueError, match="at least one cluster"):
        random_rand_index(labels, 0)
    with pytest.raises(ValueError, match="At least one neighbour"):
        knn_accuracy(points, labels, points, labels, neighbours=0)
    with pytest.raises(ValueError, match="one label each"):
        knn_accuracy(points, labels[:2], points, labels)
    with pytest.raises(ValueError, match="one label each"):
        knn_accuracy(points[:0], labels[:0], points, labels)
