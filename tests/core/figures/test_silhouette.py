"""The silhouette against scikit-learn and a loop."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_samples as theirs
from sklearn.metrics import silhouette_score

from core.embedding import distances
from core.figures.silhouette import silhouette, silhouette_samples, silhouettes
from tests.core.shipped import shipped_embedding


def slow_silhouette(points: np.ndarray, labels: np.ndarray, i: int) -> float:
    """The definition, for the point at place i."""
    if np.sum(labels == labels[i]) == 1:
        return 0.0
    a = np.mean([math.dist(points[i], p) for j, p in enumerate(points) if labels[j] == labels[i] and j != i])
    others = [
        np.mean([math.dist(points[i], p) for p in points[labels == label]])
        for label in np.unique(labels)
        if label != labels[i]
    ]
    return float((min(others) - a) / max(a, min(others))) if max(a, min(others)) > 0 else 0.0


@given(seed=st.integers(0, 10**6), n=st.integers(5, 30), k=st.integers(2, 5), d=st.integers(1, 12))
@settings(max_examples=60)
def test_each_silhouette_is_that_of_a_loop(seed: int, n: int, k: int, d: int) -> None:
    generator = np.random.default_rng(seed)
    points, labels = generator.normal(size=(n, d)) + 50, generator.integers(0, k, n) * 7
    if len(np.unique(labels)) > 1:
        (ours,) = silhouette_samples(points, [labels], np.arange(n))
        expected = [slow_silhouette(points, labels, i) for i in range(n)]
        np.testing.assert_allclose(ours, expected, atol=1e-6)


@pytest.mark.parametrize("d", [2, 3, 64])
def test_of_all_points_it_is_scikit_learns_without_an_error(d: int) -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 4, 400)
    points = (generator.normal(size=(4, d))[labels] * 2 + generator.normal(size=(400, d))).astype(np.float32)
    points[5], labels[5] = points[6], 17  # a cluster of one point, on another point
    ours = silhouette(points, labels)
    assert ours.value == pytest.approx(silhouette_score(points.astype(np.float64), labels), abs=1e-9)
    assert (ours.error, ours.sampled, ours.of, ours.reason) == (0.0, 400, 400, None)


def test_a_sample_is_measured_against_all_points_and_several_labellings_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distances, "BLOCK", 1000)
    run = shipped_embedding()
    points, which = run.test[:2000].astype(np.float64), np.arange(3, 2000, 7)
    labellings = [run.test_labels[:2000], run.test_clusters[:2000]]
    for ours, labels in zip(silhouette_samples(points, labellings, which), labellings, strict=True):
        np.testing.assert_allclose(ours, theirs(points, labels)[which], atol=1e-9)
    together = silhouettes(points, labellings, sample=300, seed=4)
    for ours, labels in zip(together, labellings, strict=True):
        alone = silhouette(points, labels, sample=300, seed=4)
        assert (ours.value, ours.error) == pytest.approx((alone.value, alone.error), rel=1e-9)
        assert (ours.sampled, ours.of) == (300, 2000)


def test_the_error_of_a_sampled_silhouette_is_right() -> None:
    run = shipped_embedding()
    points, labels = run.test[:3000], run.test_labels[:3000]
    truth = silhouette_score(points.astype(np.float64), labels)
    estimates = [silhouette(points, labels, sample=150, seed=seed) for seed in range(40)]
    off = [(estimate.value - truth) / estimate.error for estimate in estimates]
    assert 0.6 < float(np.sqrt(np.mean(np.square(off)))) < 1.5


def test_an_undefined_silhouette_has_a_reason() -> None:
    points = np.random.default_rng(0).normal(size=(6, 2))
    for bad, labels, sentence in (
        (points, np.zeros(6), "only one cluster"),
        (points, np.arange(6), "a cluster of its own"),
        (np.ones((6, 2)), np.arange(6) % 2, "collapsed"),
        (np.where(points > 1, math.nan, points), np.arange(6) % 2, "not finite"),
        (points[:0], np.zeros(0), "no points"),
        (points[:1], np.zeros(1), "one place"),
    ):
        found = silhouette(bad, labels)
        assert math.isnan(found.value)
        assert found.reason is not None and sentence in found.reason
    with pytest.raises(ValueError, match="one label each"):
        silhouette(points, np.zeros(5))


def test_one_undefined_labelling_does_not_affect_another() -> None:
    points, halves = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    one, two, three = silhouettes(points, [np.zeros(20), halves, np.arange(20)])
    assert one.reason is not None and three.reason is not None
    assert two.value == pytest.approx(silhouette(points, halves).value)
