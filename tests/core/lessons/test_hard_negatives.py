"""Easy, semi-hard and hard negatives against explicit loops, and cases without any."""

import math
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats

from core.lessons.hard_negatives import (
    EASY,
    HARD,
    NO_NEGATIVE,
    SEMI_HARD,
    count_in_random_batches,
    random_positive,
    rings,
    typical_anchor,
)

SEEDS = (0, 1, 2)


class Points(NamedTuple):
    embeddings: np.ndarray
    labels: np.ndarray


def random_points(seed: int, count: int = 60, dims: int = 3, classes: int = 4) -> Points:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count).astype(np.uint8)
    return Points(generator.normal(size=(count, dims)).astype(np.float32), labels)


def on_a_line(*places: float, labels: list[int]) -> Points:
    return Points(np.array(places, np.float64)[:, None], np.array(labels, np.uint8))


def slow_kind(points: Points, anchor: int, positive: int, negative: int, margin: float) -> int:
    def d(one: int, other: int) -> float:
        return math.dist(points.embeddings[one].tolist(), points.embeddings[other].tolist())

    if points.labels[negative] == points.labels[anchor]:
        return NO_NEGATIVE
    if d(anchor, negative) < d(anchor, positive):
        return HARD
    return SEMI_HARD if d(anchor, negative) < d(anchor, positive) + margin else EASY


@pytest.mark.parametrize("margin", [0.0, 0.1, 1.0, 50.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_image_has_the_kind_of_the_definition(seed: int, margin: float) -> None:
    points, generator = random_points(seed), np.random.default_rng(seed)
    for anchor in range(20):
        positive = random_positive(points.labels, anchor, generator)
        around = rings(*points, anchor, positive, margin)
        kinds = [slow_kind(points, anchor, positive, n, margin) for n in range(len(points.labels))]
        assert around.kinds.tolist() == kinds
        assert [around.count(kind) for kind in (HARD, SEMI_HARD, EASY)] == [
            kinds.count(kind) for kind in (HARD, SEMI_HARD, EASY)
        ]
        assert around.to_margin - around.to_positive == pytest.approx(margin)
        assert around.distances[positive] == around.to_positive
        assert around.distances[anchor] == 0


def test_a_negative_on_a_ring_belongs_to_the_kind_outside_it() -> None:
    points = on_a_line(0, 1, -1, 3, 0.5, 2.5, labels=[0, 0, 1, 1, 1, 1])
    around = rings(*points, 0, 1, 2.0)
    assert around.kinds.tolist() == [NO_NEGATIVE, NO_NEGATIVE, SEMI_HARD, EASY, HARD, SEMI_HARD]


def test_without_a_margin_nothing_is_semi_hard() -> None:
    points = on_a_line(0, 1, -1, 0.5, 2, labels=[0, 0, 1, 1, 1])
    assert rings(*points, 0, 1, 0.0).kinds.tolist() == [NO_NEGATIVE, NO_NEGATIVE, EASY, HARD, EASY]


def test_no_negative_is_hard_among_equal_points() -> None:
    points = on_a_line(*[2.0] * 5, labels=[0, 0, 1, 1, 2])
    assert rings(*points, 0, 1, 0.1).count(SEMI_HARD) == 3
    assert rings(*points, 0, 1, 0.0).count(EASY) == 3


def test_with_one_class_there_is_no_negative() -> None:
    around = rings(*on_a_line(0, 1, 2, labels=[4, 4, 4]), 0, 1, 1.0)
    assert [around.count(kind) for kind in (HARD, SEMI_HARD, EASY)] == [0, 0, 0]
    assert around.some(HARD, 3, np.random.default_rng(0)).tolist() == []


@pytest.mark.parametrize("positive", [0, 2])
def test_a_positive_of_another_class_or_the_anchor_itself_is_refused(positive: int) -> None:
    with pytest.raises(ValueError, match="another image of the anchor's class"):
        rings(*on_a_line(0, 1, 2, labels=[0, 0, 1]), 0, positive, 1.0)


def test_embeddings_that_are_not_finite_are_refused() -> None:
    points = on_a_line(0, 1, math.nan, labels=[0, 0, 1])
    with pytest.raises(ValueError, match="not finite"):
        rings(*points, 0, 1, 1.0)
    with pytest.raises(ValueError, match="not finite"):
        count_in_random_batches(*points, 1.0, [2], 1, np.random.default_rng(0))


def test_some_returns_distinct_negatives_of_the_kind_nearest_first() -> None:
    points = random_points(5, count=200)
    around = rings(*points, 0, random_positive(points.labels, 0, np.random.default_rng(0)), 0.5)
    for kind in (HARD, SEMI_HARD, EASY):
        some = around.some(kind, 7, np.random.default_rng(1))
        assert len(set(some)) == min(7, around.count(kind))
        assert (around.kinds[some] == kind).all()
        assert (np.diff(around.distances[some]) >= 0).all()
        everything = around.some(kind, 1000, np.random.default_rng(1))
        assert sorted(everything) == np.flatnonzero(around.kinds == kind).tolist()


def test_positives_are_drawn_uniformly_from_the_class() -> None:
    labels, generator = np.array([1, 0, 1, 1, 0, 1], np.uint8), np.random.default_rng(0)
    drawn = [random_positive(labels, 2, generator) for _ in range(3000)]
    assert set(drawn) == {0, 3, 5}
    assert stats.chisquare(np.bincount(drawn)[[0, 3, 5]]).pvalue > 1e-5


def test_an_anchor_alone_in_its_class_has_no_positive() -> None:
    with pytest.raises(ValueError, match="only image of its class"):
        random_positive(np.array([0, 1, 1], np.uint8), 0, np.random.default_rng(0))


def slow_expected(points: Points, margin: float, size: int) -> dict[int, float]:
    """The mean number of each kind in a batch, which contains size - 2 of the n - 1 other images."""
    count, means = len(points.labels), {HARD: 0.0, SEMI_HARD: 0.0}
    for anchor in range(count):
        positives = [p for p in range(count) if p != anchor and points.labels[p] == points.labels[anchor]]
        for positive in positives:
            for negative in range(count):
                kind = slow_kind(points, anchor, positive, negative, margin)
                if kind in means:
                    means[kind] += 1 / len(positives) / count
    return {kind: mean * (size - 2) / (count - 1) for kind, mean in means.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_random_batches_contain_the_expected_counts_on_average(seed: int) -> None:
    points, sizes = random_points(seed, count=30), (2, 6, 30)
    found = count_in_random_batches(*points, 0.5, sizes, 3000, np.random.default_rng(seed))
    for place, size in enumerate(sizes):
        expected = slow_expected(points, 0.5, size)
        for kind, counts in ((HARD, found.hard[:, place]), (SEMI_HARD, found.semi_hard[:, place])):
            error = counts.std() / math.sqrt(len(counts))
            assert abs(counts.mean() - expected[kind]) <= 5 * error


def test_a_batch_of_any_size_leaves_the_chance_of_a_single_negative_as_it_is() -> None:
    """Unlike that of meeting a hard one among all negatives of the batch."""
    points, chances = random_points(3), []
    for anchor in range(60):
        others = [p for p in range(60) if p != anchor and points.labels[p] == points.labels[anchor]]
        kinds = [[slow_kind(points, anchor, p, n, 0.5) for n in range(60)] for p in others]
        chances.append(np.mean([of.count(HARD) / (60 - of.count(NO_NEGATIVE)) for of in kinds]))
    found = [
        count_in_random_batches(*points, 0.5, (size,), 1000, np.random.default_rng(size)) for size in (12, 60)
    ]
    for batch in found:
        assert batch.chance_of_one == pytest.approx(float(np.mean(chances)), abs=0.03)
    shares = [float(batch.share_with_hard[0]) for batch in found]
    assert shares[1] > shares[0] + 0.05


def test_smaller_batches_are_prefixes_of_larger_ones() -> None:
    found = count_in_random_batches(*random_points(1), 0.5, (2, 5, 20, 60), 50, np.random.default_rng(0))
    for counts in (found.hard, found.semi_hard):
        assert counts.shape == (50, 4)
        assert (counts[:, 0] == 0).all()
        assert (np.diff(counts, axis=1) >= 0).all()
        assert (np.diff(counts, axis=1) <= [3, 15, 40]).all()


def test_separate_classes_have_no_hard_negatives() -> None:
    points = on_a_line(0, 0.1, 0.2, 9, 9.1, 9.2, labels=[0, 0, 0, 1, 1, 1])
    found = count_in_random_batches(*points, 0.5, (4, 6), 40, np.random.default_rng(0))
    assert found.hard.max() == found.semi_hard.max() == 0
    assert found.share_with_hard.tolist() == [0, 0]
    assert count_in_random_batches(*points, 50, (6,), 40, np.random.default_rng(0)).semi_hard.min() >= 2


def test_an_anchor_alone_in_its_class_is_skipped() -> None:
    # 0 and 1 are each alone in their class and would be semi-hard for each other; the pair at 50 has no
    # neighbours
    points = on_a_line(0, 1, 50, 50.1, labels=[0, 1, 2, 2])
    found = count_in_random_batches(*points, 5.0, (2, 4), 60, np.random.default_rng(0))
    assert found.hard.tolist() == found.semi_hard.tolist() == [[0, 0]] * 60
    with pytest.raises(ValueError, match="No class has two images"):
        count_in_random_batches(*on_a_line(0, 1, labels=[0, 1]), 1.0, (2,), 1, np.random.default_rng(0))


@pytest.mark.parametrize("sizes", [(), (1,), (2, 61)])
def test_an_impossible_batch_size_is_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="holds 2 to 60 images"):
        count_in_random_batches(*random_points(0), 1.0, sizes, 1, np.random.default_rng(0))


def test_the_spread_is_the_mean_and_the_5_and_95_percent_quantiles() -> None:
    found = count_in_random_batches(*random_points(2), 0.5, (5, 60), 101, np.random.default_rng(0))
    for place, (mean, low, high) in enumerate(found.spread(found.hard)):
        ordered = sorted(found.hard[:, place].tolist())
        assert mean == pytest.approx(sum(ordered) / 101)
        assert (low, high) == (ordered[5], ordered[95])
    with_hard = [sum(count > 0 for count in found.hard[:, place]) / 101 for place in (0, 1)]
    assert found.share_with_hard.tolist() == pytest.approx(with_hard)


def test_the_typical_anchor_has_the_median_number_of_hard_negatives() -> None:
    # class 0 at 0, 1, 2, 3, 4, the positive is always the one at 0; negatives at 0.5, 1.5, ...
    points = on_a_line(0, 1, 2, 3, 4, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, labels=[0] * 5 + [1] * 6)

    def positive_of(anchor: int) -> int:
        if anchor == 0:
            raise ValueError("It has none.")
        return 0

    hard = {
        anchor: sum(slow_kind(points, anchor, 0, n, 0.1) == HARD for n in range(11)) for anchor in range(1, 5)
    }
    chosen = typical_anchor(*points, 0.1, positive_of, among=5)
    assert hard[chosen] == sorted(hard.values())[1]
    assert typical_anchor(*points, 0.1, positive_of, among=2) == 1
    with pytest.raises(ValueError, match="positive"):
        typical_anchor(*points, 0.1, positive_of, among=1)
