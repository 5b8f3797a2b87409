"""Means of samples, their errors, and the reasons for undefined figures."""

import math

import numpy as np
import pytest

from core.figures.estimate import (
    COLLAPSED,
    NO_POINTS,
    NOT_FINITE,
    chance_of,
    curve_of,
    exact,
    mean_of,
    sample_of,
    undefined,
    why_not,
)


@pytest.mark.parametrize("size", [10, 100, 190])
def test_the_standard_error_is_the_standard_deviation_of_sample_means(size: int) -> None:
    values = np.random.default_rng(0).gamma(1.0, size=200)
    means, errors = [], []
    for seed in range(3000):
        estimate = mean_of(values[sample_of(200, size, seed)], 200)
        means.append(estimate.value)
        errors.append(estimate.error)
    assert np.mean(means) == pytest.approx(values.mean(), abs=4 * np.std(means) / math.sqrt(3000))
    assert math.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(means), rel=0.06)


def test_a_sample_of_all_has_no_error_and_a_sample_of_one_an_undefined_error() -> None:
    assert mean_of(np.array([1.0, 2, 6]), 3) == exact(3.0, 3)
    assert mean_of(np.array([1.0, 2, 6]), 3).error == 0
    alone = mean_of(np.array([4.0]), 9)
    assert (alone.value, alone.sampled, alone.of) == (4.0, 1, 9)
    assert math.isnan(alone.error)
    with pytest.raises(ValueError, match="at least one value"):
        mean_of(np.empty(0), 3)


def test_a_sample_is_drawn_uniformly_without_replacement() -> None:
    samples = [sample_of(20, 5, seed) for seed in range(2000)]
    for sample in samples:
        assert len(set(sample.tolist())) == 5
        assert np.all(np.diff(sample) > 0)
    np.testing.assert_allclose(np.bincount(np.concatenate(samples), minlength=20), 500, rtol=0.2)
    assert sample_of(4, 9, 0).tolist() == [0, 1, 2, 3]
    assert sample_of(20, 5, 7).tolist() == sample_of(20, 5, 7).tolist()
    with pytest.raises(ValueError, match="at least one point"):
        sample_of(4, 0, 0)


def test_chance_is_the_mean_of_shuffles_with_its_error() -> None:
    chance = chance_of([1.0, 2.0, 3.0, 6.0])
    assert (chance.mean, chance.shuffles) == (3.0, 4)
    assert chance.spread == pytest.approx(math.sqrt((4 + 1 + 0 + 9) / 3))
    assert chance.error == pytest.approx(chance.spread / 2)
    with pytest.raises(ValueError, match="at least 2 shuffles"):
        chance_of([1.0])


def test_a_curve_has_a_mean_and_an_error_at_each_place() -> None:
    hits = np.array([[True, True], [False, True], [False, True], [True, False]])
    curve = curve_of([1, 5], hits, np.array([0.1, 0.5]), 100)
    assert curve.k.tolist() == [1, 5]
    assert curve.value.tolist() == [0.5, 0.75]
    assert curve.error[0] == pytest.approx(mean_of(hits[:, 0].astype(float), 100).error)
    assert (curve.sampled, curve.of) == (4, 100)


def test_meaningless_distances_have_a_reason() -> None:
    assert why_not(np.empty((0, 2))) == NO_POINTS
    assert why_not(np.array([[0.0, math.nan]])) == NOT_FINITE
    assert why_not(np.array([[0.0, math.inf], [1, 1]])) == NOT_FINITE
    assert why_not(np.full((9, 3), 7.1, np.float32)) == COLLAPSED
    assert why_not(np.ones((1, 3))) == COLLAPSED
    assert why_not(np.array([[1000.0, 5], [1000.0001, 5]])) == COLLAPSED  # the rounding of float32
    assert why_not(np.array([[1000.0, 5], [1000.1, 5]])) is None
    assert why_not(np.array([[1e-20], [2e-20]])) is None
    with pytest.raises(ValueError, match="table"):
        why_not(np.ones(3))
    none = undefined(NO_POINTS, 3)
    assert math.isnan(none.value)
    assert math.isnan(none.error)
    assert (none.reason, none.of) == (NO_POINTS, 3)
