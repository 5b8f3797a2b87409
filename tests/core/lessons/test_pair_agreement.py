"""The Rand index by drawing pairs, its chance level, and the adjusted index."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from core.figures.contingency import contingency
from core.figures.estimate import draw_pairs
from core.figures.rand import adjusted_rand_index, chance_rand_index, rand_index
from core.lessons.pair_agreement import sample_pairs
from tests.core.shipped import shipped_embedding


def test_each_pair_of_different_images_is_drawn_equally_often() -> None:
    first, second = draw_pairs(5, 20_000, seed=0)
    counts = np.zeros((5, 5), int)
    np.add.at(counts, (first, second), 1)
    assert np.all(np.diag(counts) == 0)
    np.testing.assert_allclose(counts[~np.eye(5, dtype=bool)], 1000, rtol=0.15)
    assert set(zip(*(pair.tolist() for pair in draw_pairs(2, 50, 0)), strict=True)) == {(0, 1), (1, 0)}


def test_a_pair_agrees_if_it_is_together_in_both_or_apart_in_both() -> None:
    generator = np.random.default_rng(3)
    labels, clusters = generator.integers(0, 3, 40), generator.integers(0, 4, 40)
    pairs = sample_pairs(labels, clusters, 500, seed=1)
    agreements, counts = 0, [[0, 0], [0, 0]]
    for t, (i, j) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        together, clustered = labels[i] == labels[j], clusters[i] == clusters[j]
        agreements += together == clustered
        counts[0 if together else 1][0 if clustered else 1] += 1
        p = agreements / (t + 1)
        assert pairs.running[t] == pytest.approx(p)
        assert pairs.error[t] == pytest.approx(math.sqrt(p * (1 - p) / (t + 1)))
    assert pairs.counts.tolist() == counts
    assert np.trace(pairs.counts) == pairs.agree.sum() == agreements


def test_the_estimate_converges_to_the_rand_index_at_the_rate_of_its_standard_error() -> None:
    run = shipped_embedding()
    truth = rand_index(contingency(run.train_labels, run.train_clusters))
    off = []
    for seed in range(40):
        pairs = sample_pairs(run.train_labels, run.train_clusters, 20_000, seed=seed)
        off.append((pairs.running[-1] - truth) / pairs.error[-1])
    assert 0.7 < float(np.sqrt(np.mean(np.square(off)))) < 1.35
    assert abs(np.mean(off)) < 4 / math.sqrt(40)


def test_the_interval_matches_scipys_wilson_interval() -> None:
    generator = np.random.default_rng(0)
    pairs = sample_pairs(generator.integers(0, 3, 50), generator.integers(0, 3, 50), 40)
    low, high = pairs.interval()
    for t, agreements in enumerate(pairs.agree.cumsum()):
        theirs = binomtest(int(agreements), t + 1).proportion_ci(0.95, method="wilson")
        assert (low[t], high[t]) == pytest.approx((theirs.low, theirs.high), abs=1e-4)  # 1.96 is rounded


@pytest.mark.parametrize("drawn", [1, 5, 50, 2000])
def test_the_interval_covers_the_index_about_19_times_in_20(drawn: int) -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 10, 300)
    clusters = np.where(generator.random(300) < 0.8, labels, generator.integers(0, 10, 300))
    truth = rand_index(contingency(labels, clusters))
    held = 0
    for seed in range(600):
        low, high = sample_pairs(labels, clusters, drawn, seed=seed).interval()
        held += low[-1] <= truth <= high[-1]
    assert 0.92 < held / 600 <= 1.0
    assert 0 <= low[-1] < high[-1] <= 1


def test_random_clusters_agree_on_082_of_the_pairs_of_ten_digits() -> None:
    run = shipped_embedding()
    clusters = np.random.default_rng(5).permutation(run.train_clusters)
    pairs = sample_pairs(run.train_labels, clusters, 50_000)
    assert pairs.running[-1] == pytest.approx(
        chance_rand_index(contingency(run.train_labels, clusters)), abs=4.5 * pairs.error[-1]
    )
    assert pairs.running[-1] == pytest.approx(0.82, abs=0.01)
    assert adjusted_rand_index(contingency(run.train_labels, clusters)) == pytest.approx(0, abs=1e-3)


def test_impossible_samples_are_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="there are 1"):
        sample_pairs(np.zeros(1), np.zeros(1), 5)
    with pytest.raises(ValueError, match="At least one pair"):
        sample_pairs(np.zeros(4), np.zeros(4), 0)
    with pytest.raises(ValueError, match="4 and 3"):
        sample_pairs(np.zeros(4), np.zeros(3), 5)
