"""core.reduction against scikit-learn's TruncatedSVD and numpy's SVD."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import TruncatedSVD

from core.reduction import fit


def skewed(seed: int, n: int, d: int) -> np.ndarray:
    """Random points off the origin whose directions hold clearly different shares."""
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(n, d)) * 0.7 ** np.arange(d) + generator.normal(size=d)
    turn, _ = np.linalg.qr(generator.normal(size=(d, d)))
    return (points @ turn).astype(np.float32)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("d", "dims"), [(3, 2), (8, 3), (64, 2), (64, 3)])
def test_equals_scikit_learns_truncated_svd_up_to_sign(seed: int, d: int, dims: int) -> None:
    points = skewed(seed, 500, d).astype(np.float64)
    theirs = TruncatedSVD(dims, algorithm="arpack", random_state=0).fit(points)
    ours = fit(points, dims)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(ours.components, theirs.components_ * signs[:, None], atol=1e-7)
    np.testing.assert_allclose(ours.apply(points), theirs.transform(points) * signs, atol=1e-6)
    np.testing.assert_allclose(ours.share, theirs.singular_values_**2 / np.square(points).sum(), rtol=1e-9)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30), d=st.integers(1, 12), dims=st.integers(1, 14))
@settings(max_examples=60, deadline=None)
def test_no_projection_of_that_size_keeps_more(seed: int, n: int, d: int, dims: int) -> None:
    points = skewed(seed, n, d).astype(np.float64)
    reduction = fit(points, dims)
    kept = min(d, dims)
    np.testing.assert_allclose(reduction.components @ reduction.components.T, np.eye(kept), atol=1e-9)
    most = np.square(np.linalg.svd(points, compute_uv=False)[:kept]).sum()
    total = np.square(points).sum()
    assert np.square(reduction.apply(points)).sum() == pytest.approx(most, abs=1e-9 * total)
    assert reduction.share.sum() == pytest.approx(most / total)
    assert np.all(reduction.share >= 0)


def test_the_origin_stays_the_origin() -> None:
    reduction = fit(skewed(0, 100, 8) + 5, 2)
    assert np.array_equal(reduction.apply(np.zeros((1, 8))), np.zeros((1, 2)))


@pytest.mark.parametrize("dims", [2, 3, 5])
def test_points_that_need_no_reducing_stay_as_they_are(dims: int) -> None:
    points = skewed(0, 50, 2).astype(np.float64)
    reduction = fit(points, dims)
    assert np.array_equal(reduction.apply(points), points)
    np.testing.assert_allclose(reduction.share, np.square(points).sum(axis=0) / np.square(points).sum())


def test_turning_the_points_round_the_origin_by_half_a_turn_keeps_the_components() -> None:
    points = skewed(3, 200, 16)
    assert np.array_equal(fit(points, 3).components, fit(-points, 3).components)
    assert np.array_equal(fit(points, 3).components, fit(points, 3).components)


def test_the_largest_entry_of_each_component_is_positive() -> None:
    for seed in range(5):
        components = fit(skewed(seed, 100, 10), 3).components
        assert np.all(components.max(axis=1) >= -components.min(axis=1))


@pytest.mark.parametrize("points", [np.zeros((20, 64)), np.zeros((1, 64)), np.ones((20, 64)), np.eye(64)[:1]])
def test_collapsed_points_are_reduced_without_nan(points: np.ndarray) -> None:
    reduction = fit(points, 2)
    assert np.isfinite(reduction.components).all()
    assert np.isfinite(reduction.apply(points)).all()
    held = 1.0 if points.any() else 0.0
    assert reduction.share == pytest.approx([held, 0.0])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_coordinate_that_is_not_finite_is_refused_with_the_reason(bad: float) -> None:
    points = skewed(0, 20, 8)
    reduction = fit(points, 2)
    points[3, 4] = bad
    with pytest.raises(ValueError, match="not finite numbers"):
        fit(points, 2)
    with pytest.raises(ValueError, match="not finite numbers"):
        reduction.apply(points)


def test_impossible_requests_are_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="1 dimension or more"):
        fit(np.ones((5, 3)), 0)
    with pytest.raises(ValueError, match="table"):
        fit(np.empty((0, 3)), 2)
    with pytest.raises(ValueError, match="table"):
        fit(np.ones(3), 2)
    with pytest.raises(ValueError, match="made for 8 dimensions"):
        fit(np.ones((5, 8)), 2).apply(np.ones((5, 3)))
