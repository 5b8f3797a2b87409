"""The k-NN classifier over k, against scikit-learn and loops over all distances, including ties."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from core.figures import FIGURES
from core.figures.neighbours import knn_curve, neighbour_votes
from tests.core.figures.subjects import shipped
from tests.core.shipped import shipped_embedding


def blobs(seed: int, n: int, d: int, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, k, n)
    centres = np.random.default_rng(99).normal(size=(k, d))
    return (centres[labels] + generator.normal(size=(n, d))).astype(np.float32), labels


def slow_votes(train: np.ndarray, labels: np.ndarray, query: np.ndarray, k: int, classes: int) -> list[float]:
    """The votes averaged over all orders of tied points: points nearer than the k-th vote, and those tied with
    it share the rest."""
    distances = [math.dist(query, point) for point in train]
    radius = sorted(distances)[min(k, len(train)) - 1]
    nearer = [label for label, distance in zip(labels, distances, strict=True) if distance < radius]
    there = [label for label, distance in zip(labels, distances, strict=True) if distance == radius]
    left = (min(k, len(train)) - len(nearer)) / len(there)
    return [nearer.count(label) + left * there.count(label) for label in range(classes)]


@pytest.mark.parametrize("d", [1, 2, 8, 9, 64])
def test_the_curve_is_scikit_learns_at_each_k(d: int) -> None:
    train, train_labels = blobs(0, 200, d)
    test, test_labels = blobs(1, 90, d)
    train_labels, test_labels = train_labels * 3 + 2, test_labels * 3 + 2
    ours = knn_curve(train, train_labels, test, test_labels, ks=[7, 1, 2, 5, 200, 500])
    for k, value in zip([7, 1, 2, 5, 200], ours.value, strict=False):
        theirs = KNeighborsClassifier(k, algorithm="brute").fit(train.astype(np.float64), train_labels)
        assert value == pytest.approx(theirs.score(test.astype(np.float64), test_labels)), k
    assert ours.value[5] == ours.value[4]  # k exceeds the number of points: all of them vote
    favourite = np.bincount(train_labels).argmax()
    assert ours.chance.tolist() == pytest.approx([np.mean(test_labels == favourite)] * 6)
    assert ours.value[4] == ours.chance[0]
    assert (ours.sampled, ours.of, ours.error.max()) == (90, 90, 0)
    assert ours.at(7).value == ours.value[0] and ours.chance_at(7).mean == ours.chance[0]


@pytest.mark.parametrize("side", [1, 2, 4])
@pytest.mark.parametrize("d", [1, 2, 9])
def test_tied_points_share_the_remaining_votes(d: int, side: int) -> None:
    """On a grid of `side` places per axis: many equal points and many ties."""
    generator = np.random.default_rng(side)
    train, labels = generator.integers(0, side, (60, d)).astype(float), generator.integers(0, 3, 60)
    queries = generator.integers(0, side, (20, d)).astype(float)
    ks = [1, 5, 12, 200]
    found = neighbour_votes(train, labels, queries, ks)
    for row, query in enumerate(queries):
        for column, k in enumerate(ks):
            expected = slow_votes(train, labels.tolist(), query, k, 3)
            assert found[row, column] == pytest.approx(expected, abs=1e-8), (query, k)


def test_the_order_of_the_points_does_not_matter() -> None:
    points = np.array([[0.0, 0]] * 11 + [[1.0, 1]])
    labels = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1])
    for seed in range(10):
        order = np.random.default_rng(seed).permutation(12)
        curve = knn_curve(points[order], labels[order], np.zeros((1, 2)), np.array([1]))
        assert curve.at(5).value == 0  # six of the eleven say 0
        assert curve.at(20).value == 0  # six and six: the lower label


@pytest.mark.parametrize("d", [2, 64])
def test_a_collapse_votes_for_the_most_frequent_class_and_with_few_points_all_vote(d: int) -> None:
    same, labels = np.full((40, d), 0.1, np.float32), np.array([0, 1, 1, 2] * 10)
    assert knn_curve(same, labels, same, labels).value.tolist() == [0.5] * 7
    one = np.ones((1, d), np.float32)
    assert knn_curve(one, np.array([3]), same, np.full(40, 3)).at(5).value == 1
    assert knn_curve(one, np.array([3]), one, np.array([2])).at(5).value == 0


def test_the_headline_of_the_shipped_run_is_scikit_learns_five_nearest() -> None:
    run, figure = shipped_embedding(), FIGURES["knn_accuracy"]
    subject = shipped()
    theirs = KNeighborsClassifier(5).fit(run.train.astype(np.float64), run.train_labels)
    assert figure.function(subject).value == theirs.score(run.test.astype(np.float64), run.test_labels)
    assert figure.guessing is not None
    counts = Counter(run.test_labels.tolist())
    assert figure.guessing(subject).mean == pytest.approx(counts[1] / 10_000)  # ones are most frequent


def test_the_best_and_worst_values_are_reached() -> None:
    labels = np.repeat(np.arange(4), 6)
    points = np.stack([labels, -labels], axis=1).astype(np.float32)
    assert knn_curve(points, labels, points, labels).at(5).value == FIGURES["knn_accuracy"].best
    apart = np.array([[0.0], [1.0]])
    assert knn_curve(apart, np.array([0, 1]), apart, np.array([1, 0])).at(1).value == 0


def test_an_impossible_search_gives_a_reason() -> None:
    points, labels = blobs(0, 12, 2)
    broken = points.copy()
    broken[2, 0] = np.nan
    for train, test, sentence in (
        (broken, points, "not finite"),
        (points, broken, "not finite"),
        (points, points[:0], "no points"),
        (points[:0], points, "no points"),
    ):
        curve = knn_curve(train, labels[: len(train)], test, labels[: len(test)])
        assert curve.reason is not None and sentence in curve.reason
        assert np.isnan(curve.value).all()
    with pytest.raises(ValueError, match="At least one neighbour"):
        knn_curve(points, labels, points, labels, ks=[0])
    with pytest.raises(ValueError, match="one label each"):
        knn_curve(points, labels[:3], points, labels)


def test_a_search_can_be_cancelled() -> None:
    asked = itertools.count()

    def give_up() -> None:
        if next(asked) == 2:
            raise KeyboardInterrupt

    queries = np.random.default_rng(0).normal(size=(9000, 2))
    with pytest.raises(KeyboardInterrupt):
        knn_curve(queries, np.zeros(9000), queries, np.zeros(9000), check_cancelled=give_up)
