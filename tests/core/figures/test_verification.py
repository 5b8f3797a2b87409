"""Verification (same digit or not) against scikit-learn's ROC and loops over all pairs."""

import itertools
import math

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score, roc_curve

from core.figures.verification import pairs_of_both_kinds, verification
from tests.core.shipped import shipped_embedding


def all_pairs(points: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distance of each pair, and whether it is of one class."""
    pairs = list(itertools.combinations(range(len(points)), 2))
    distances = [math.dist(points[i].astype(float), points[j].astype(float)) for i, j in pairs]
    return np.array(distances), np.array([labels[i] == labels[j] for i, j in pairs])


def blobs(seed: int, n: int = 60, d: int = 3) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, n)
    return generator.normal(size=(4, d))[labels] + generator.normal(size=(n, d)), labels


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("ties", [False, True])
def test_of_all_pairs_area_and_curve_are_scikit_learns_and_the_corner_without_pairs_has_no_distance(
    seed: int, ties: bool
) -> None:
    points, labels = blobs(seed)
    if ties:
        points = np.round(points)
    distances, same = all_pairs(points, labels)
    ours = verification(points, labels, kept=10**6)
    assert ours.area.value == pytest.approx(roc_auc_score(same, -distances))
    assert ours.area.error == 0
    assert (ours.same, ours.different) == (same.sum(), (~same).sum())
    false, true, thresholds = roc_curve(same, -distances, drop_intermediate=False)
    best = (true - false).max()
    assert ours.best is not None
    assert ours.best.true_positive_rate - ours.best.false_positive_rate == pytest.approx(best)
    for x, y, distance in zip(ours.false_positive_rate, ours.true_positive_rate, ours.distance, strict=True):
        told = distances <= distance + 1e-12  # none is, of NaN
        assert x == pytest.approx(told[~same].mean())
        assert y == pytest.approx(told[same].mean())
    assert len(thresholds) >= len(ours.distance)
    assert (ours.false_positive_rate[0], ours.true_positive_rate[0]) == (0, 0)
    assert np.isnan(ours.distance[0]) and ours.distance[1] == pytest.approx(distances.min())
    assert (ours.distance[1] == 0) == ties and ours.true_positive_rate[1] + ours.false_positive_rate[1] > 0
    assert (ours.false_positive_rate[-1], ours.true_positive_rate[-1]) == (1, 1)


def test_the_rates_of_the_thresholds_are_right() -> None:
    points, labels = blobs(3)
    distances, same = all_pairs(points, labels)
    ours = verification(points, labels, reach=3.0)
    assert ours.best is not None and ours.suggested is not None
    assert ours.suggested.distance == 1.5
    for threshold in (ours.best, ours.suggested):
        told = distances <= threshold.distance + 1e-12
        assert threshold.true_positive_rate == pytest.approx(told[same].mean())
        assert threshold.false_positive_rate == pytest.approx(told[~same].mean())
        assert threshold.balanced_accuracy == pytest.approx(balanced_accuracy_score(same, told))
    assert ours.best.balanced_accuracy == pytest.approx(
        max(balanced_accuracy_score(same, distances <= distance) for distance in distances)
    )
    assert ours.accuracy.value == ours.best.balanced_accuracy
    assert verification(points, labels).suggested is None


def test_each_pair_of_a_kind_is_drawn_equally_often() -> None:
    labels = np.array([5, 2, 5, 5, 2, 9])
    for same, found in zip((True, False), pairs_of_both_kinds(np.tile(labels, 40), 10_000, 0), strict=True):
        assert len(found[0]) == 10_000
        assert np.all((np.tile(labels, 40)[found[0]] == np.tile(labels, 40)[found[1]]) == same)
        assert np.all(found[0] != found[1])
    everything = [(i, j) for i, j in itertools.combinations(range(6), 2)]
    for same, found in zip((True, False), pairs_of_both_kinds(labels, 50, 0), strict=True):
        pairs = [tuple(sorted(pair)) for pair in zip(*(each.tolist() for each in found), strict=True)]
        expected = [(i, j) for i, j in everything if (labels[i] == labels[j]) == same]
        assert sorted(pairs) == expected
    counts: dict[tuple[int, int], int] = {}
    for seed in range(1500):  # 11 pairs of different classes, of which 10 are drawn
        for i, j in zip(*pairs_of_both_kinds(labels, 10, seed)[1], strict=True):
            counts[min(i, j), max(i, j)] = counts.get((min(i, j), max(i, j)), 0) + 1
    assert len(counts) == 11
    np.testing.assert_allclose(list(counts.values()), 15_000 / 11, rtol=0.12)


def test_the_error_of_a_sampled_area_is_right() -> None:
    run = shipped_embedding()
    points, labels = run.test[:400], run.test_labels[:400]
    truth = verification(points, labels, pairs=10**6)
    assert truth.area.error == 0
    found = [verification(points, labels, pairs=800, seed=seed) for seed in range(80)]
    off = [(each.area.value - truth.area.value) / each.area.error for each in found]
    assert 0.75 < float(np.sqrt(np.mean(np.square(off)))) < 1.3
    assert abs(np.mean(off)) < 4 / math.sqrt(80)


def test_a_kind_of_pair_that_is_fully_measured_adds_no_error() -> None:
    points, labels = blobs(5, n=80)
    labels[:] = np.where(np.arange(80) < 76, np.arange(80), 3)  # few pairs of one class
    ours = verification(points, labels, pairs=1000)
    assert (ours.same, ours.different) == (10, 1000)
    distances, same = all_pairs(points, labels)
    areas = [verification(points, labels, pairs=1000, seed=seed).area.value for seed in range(300)]
    assert np.mean(areas) == pytest.approx(roc_auc_score(same, -distances), abs=0.002)
    assert ours.area.error == pytest.approx(np.std(areas), rel=0.2)


def test_the_best_threshold_of_the_shipped_run_is_near_the_one_its_margin_suggests() -> None:
    run = shipped_embedding()
    ours = verification(run.test, run.test_labels, reach=1.0)
    assert ours.best is not None and ours.suggested is not None
    assert ours.area.value > 0.97
    assert ours.suggested.balanced_accuracy > ours.best.balanced_accuracy - 0.02
    assert len(ours.distance) <= 202
    steps = np.diff(ours.true_positive_rate), np.diff(ours.false_positive_rate)
    assert all(each.min() >= 0 and each.max() < 0.02 for each in steps)
    assert 0 < ours.accuracy.error < 0.005


def test_random_labels_get_an_area_of_one_half() -> None:
    run = shipped_embedding()
    labels = np.random.default_rng(0).permutation(run.test_labels)
    ours = verification(run.test, labels)
    assert ours.area.value == pytest.approx(0.5, abs=0.01)
    assert ours.accuracy.value == pytest.approx(0.5, abs=0.01)


def test_perfect_and_inverted_embeddings_reach_the_ends() -> None:
    labels = np.repeat([0, 1], 5)
    perfect = verification(labels[:, None] * 1.0, labels)
    assert perfect.best is not None
    assert (perfect.area.value, perfect.best.balanced_accuracy, perfect.best.distance) == (1.0, 1.0, 0.0)
    inverted = verification(np.array([[0.0], [9], [1], [10]]), np.array([0, 0, 1, 1]))
    assert inverted.area.value == pytest.approx(0.25)


def test_an_undefined_verification_has_a_reason() -> None:
    points, labels = blobs(0, n=10)
    broken = points.copy()
    broken[1, 1] = np.inf
    for bad, these, sentence in (
        (np.zeros((10, 3)), labels, "collapsed"),
        (broken, labels, "not finite"),
        (points, np.ones(10), "one class"),
        (points, np.arange(10), "No two images"),
        (points[:0], labels[:0], "no points"),
        (points[:1], labels[:1], "one place"),
    ):
        ours = verification(bad, these, reach=1.0)
        assert ours.reason is not None and sentence in ours.reason
        assert ours.area.reason == ours.accuracy.reason == ours.reason
        assert math.isnan(ours.area.value)
        assert (ours.best, ours.suggested, len(ours.distance)) == (None, None, 0)
    with pytest.raises(ValueError, match="one label each"):
        verification(points, labels[:4])
    with pytest.raises(ValueError, match="two pairs"):
        verification(points, labels, pairs=1)
