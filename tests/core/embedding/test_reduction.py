"""core.embedding.reduction against scikit-learn's TruncatedSVD and PCA and numpy's SVD."""

from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA, TruncatedSVD

from core.embedding.reduction import REDUCTIONS, aligned, fit_pca, fit_svd
from tests.core.embedding.points import skewed

LINEAR = [name for name, entry in REDUCTIONS.items() if entry.linear]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("d", "dims"), [(3, 2), (8, 3), (64, 2), (64, 3)])
def test_equals_scikit_learns_truncated_svd_up_to_sign(seed: int, d: int, dims: int) -> None:
    points = skewed(seed, 500, d).astype(np.float64)
    theirs = TruncatedSVD(dims, algorithm="arpack", random_state=0).fit(points)
    ours = fit_svd(points, dims)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))
    np.testing.assert_allclose(ours.components, theirs.components_ * signs[:, None], atol=1e-7)
    np.testing.assert_allclose(ours.apply(points), theirs.transform(points) * signs, atol=1e-6)
    held = np.linalg.svd(points, compute_uv=False) ** 2  # in all d directions, not only the drawn ones
    np.testing.assert_allclose(ours.share, held / np.square(points).sum(), rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(ours.share[:dims], theirs.singular_values_**2 / held.sum(), rtol=1e-9)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(("d", "dims"), [(3, 2), (8, 3), (64, 2), (64, 3)])
def test_equals_scikit_learns_pca_up_to_sign(seed: int, d: int, dims: int) -> None:
    points = skewed(seed, 500, d).astype(np.float64) + 3
    theirs = PCA(d, svd_solver="full").fit(points)
    ours = fit_pca(points, dims)
    directions = theirs.components_[:dims]
    signs = np.sign((ours.components * directions).sum(axis=1))
    np.testing.assert_allclose(ours.components, directions * signs[:, None], atol=1e-7)
    np.testing.assert_allclose(ours.apply(points), theirs.transform(points)[:, :dims] * signs, atol=1e-6)
    np.testing.assert_allclose(ours.share, theirs.explained_variance_ratio_, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(ours.centre, points.mean(axis=0))


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 30), d=st.integers(1, 12), dims=st.integers(1, 14))
@settings(max_examples=60, deadline=None)
def test_no_projection_to_as_many_dimensions_keeps_more(seed: int, n: int, d: int, dims: int) -> None:
    points = skewed(seed, n, d).astype(np.float64)
    reduction = fit_svd(points, dims)
    kept = min(d, dims)
    np.testing.assert_allclose(reduction.components @ reduction.components.T, np.eye(kept), atol=1e-9)
    most = np.square(np.linalg.svd(points, compute_uv=False)[:kept]).sum()
    total = np.square(points).sum()
    assert np.square(reduction.apply(points)).sum() == pytest.approx(most, abs=1e-9 * total)
    assert reduction.share[:dims].sum() == pytest.approx(most / total)
    assert reduction.share.sum() == pytest.approx(1)
    assert reduction.share.shape == (d,)
    assert reduction.dims == kept
    assert np.all(reduction.share >= 0)


def test_the_origin_stays_the_origin() -> None:
    reduction = fit_svd(skewed(0, 100, 8) + 5, 2)
    assert np.array_equal(reduction.apply(np.zeros((1, 8))), np.zeros((1, 2)))


@pytest.mark.parametrize("dims", [2, 3, 5])
def test_points_with_few_enough_dimensions_are_unchanged(dims: int) -> None:
    points = skewed(0, 50, 2).astype(np.float64)
    reduction = fit_svd(points, dims)
    assert np.array_equal(reduction.apply(points), points)
    np.testing.assert_allclose(reduction.share, np.square(points).sum(axis=0) / np.square(points).sum())
    by_variance = fit_pca(points, dims)
    assert np.array_equal(by_variance.apply(points), points)
    np.testing.assert_allclose(by_variance.share, points.var(axis=0) / points.var(axis=0).sum())


def test_negating_all_points_keeps_the_components() -> None:
    points = skewed(3, 200, 16)
    assert np.array_equal(fit_svd(points, 3).components, fit_svd(-points, 3).components)
    assert np.array_equal(fit_svd(points, 3).components, fit_svd(points, 3).components)


def test_translating_all_points_changes_the_svd_but_not_the_pca() -> None:
    points = skewed(3, 200, 16).astype(np.float64)
    moved = points + np.arange(16)
    np.testing.assert_allclose(fit_pca(moved, 2).components, fit_pca(points, 2).components, atol=1e-9)
    np.testing.assert_allclose(fit_pca(moved, 2).apply(moved), fit_pca(points, 2).apply(points), atol=1e-9)
    assert np.abs(fit_svd(moved, 2).components - fit_svd(points, 2).components).max() > 0.1


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("seed", range(5))
def test_the_largest_entry_of_each_component_is_positive(name: str, seed: int) -> None:
    components = REDUCTIONS[name].fit(skewed(seed, 100, 10)).components
    assert np.all(components.max(axis=1) >= -components.min(axis=1))


@pytest.mark.parametrize("points", [np.zeros((20, 64)), np.zeros((1, 64)), np.ones((20, 64)), np.eye(64)[:1]])
def test_collapsed_points_are_reduced_without_nan(points: np.ndarray) -> None:
    reduction = fit_svd(points, 2)
    assert np.isfinite(reduction.components).all()
    assert np.isfinite(reduction.apply(points)).all()
    held = 1.0 if points.any() else 0.0
    assert reduction.share == pytest.approx([held] + [0.0] * 63)
    from_the_mean = fit_pca(0.1 * points, 2)
    assert np.isfinite(from_the_mean.components).all()
    if len(points) == 1 or (points == points[0]).all():
        assert np.array_equal(from_the_mean.share, np.zeros(64))
        assert from_the_mean.apply(0.1 * points) == pytest.approx(0)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_coordinate_that_is_not_finite_is_refused_with_the_reason(bad: float) -> None:
    points = skewed(0, 20, 8)
    reduction = fit_svd(points, 2)
    points[3, 4] = bad
    with pytest.raises(ValueError, match="not finite numbers"):
        fit_svd(points, 2)
    with pytest.raises(ValueError, match="not finite numbers"):
        reduction.apply(points)
    for entry in REDUCTIONS.values():
        with pytest.raises(ValueError, match="not finite numbers"):
            entry.fit(points)


def test_the_catalogue_has_three_methods_for_two_and_for_three_dimensions() -> None:
    assert list(REDUCTIONS) == ["svd2", "pca2", "umap2", "svd3", "pca3", "umap3"]
    for name, entry in REDUCTIONS.items():
        assert entry.name == name
        assert entry.dims == int(name[-1])
        assert entry.explanation.endswith(".")
        assert entry.linear == (not name.startswith("umap"))
        assert entry.available == (entry.package is None or find_spec(entry.package) is not None)
        assert (entry.missing is None) == entry.available


@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_entry_fits_the_method_in_its_name(name: str) -> None:
    points = skewed(1, 200, 9)
    expected = {"svd": fit_svd, "pca": fit_pca}[name[:3]](points, int(name[3]))
    found = REDUCTIONS[name].fit(points)
    assert np.array_equal(found.apply(points), expected.apply(points))
    assert found.apply(points).shape == (200, REDUCTIONS[name].dims)


@pytest.mark.parametrize("name", list(REDUCTIONS))
def test_every_entry_leaves_points_with_few_enough_dimensions_unchanged(name: str) -> None:
    points = skewed(0, 50, 2).astype(np.float64)
    found = REDUCTIONS[name].fit(points)
    assert np.array_equal(found.apply(points), points)
    assert found.dims == 2


def test_invalid_arguments_are_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="1 dimension or more"):
        fit_svd(np.ones((5, 3)), 0)
    with pytest.raises(ValueError, match="table"):
        fit_svd(np.empty((0, 3)), 2)
    with pytest.raises(ValueError, match="table"):
        fit_svd(np.ones(3), 2)
    with pytest.raises(ValueError, match="made for 8 dimensions"):
        fit_svd(np.ones((5, 8)), 2).apply(np.ones((5, 3)))
    with pytest.raises(ValueError, match="can be aligned"):
        aligned(fit_svd(np.eye(8), 2), fit_svd(np.eye(8), 3))
