"""core.embedding.reduction against scikit-learn's TruncatedSVD and PCA, numpy's SVD and scipy's Procrustes."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist
from sklearn.decomposition import PCA, TruncatedSVD

from core.embedding.reduction import REDUCTIONS, Reduction, aligned, fit, fit_pca

LINEAR = [name for name, entry in REDUCTIONS.items() if entry.linear]


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
def test_no_projection_of_that_size_keeps_more(seed: int, n: int, d: int, dims: int) -> None:
    points = skewed(seed, n, d).astype(np.float64)
    reduction = fit(points, dims)
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
    reduction = fit(skewed(0, 100, 8) + 5, 2)
    assert np.array_equal(reduction.apply(np.zeros((1, 8))), np.zeros((1, 2)))


@pytest.mark.parametrize("dims", [2, 3, 5])
def test_points_that_need_no_reducing_stay_as_they_are(dims: int) -> None:
    points = skewed(0, 50, 2).astype(np.float64)
    reduction = fit(points, dims)
    assert np.array_equal(reduction.apply(points), points)
    np.testing.assert_allclose(reduction.share, np.square(points).sum(axis=0) / np.square(points).sum())
    by_variance = fit_pca(points, dims)
    assert np.array_equal(by_variance.apply(points), points)
    np.testing.assert_allclose(by_variance.share, points.var(axis=0) / points.var(axis=0).sum())


def test_turning_the_points_round_the_origin_by_half_a_turn_keeps_the_components() -> None:
    points = skewed(3, 200, 16)
    assert np.array_equal(fit(points, 3).components, fit(-points, 3).components)
    assert np.array_equal(fit(points, 3).components, fit(points, 3).components)


def test_moving_all_points_turns_the_svd_and_not_the_pca() -> None:
    points = skewed(3, 200, 16).astype(np.float64)
    moved = points + np.arange(16)
    np.testing.assert_allclose(fit_pca(moved, 2).components, fit_pca(points, 2).components, atol=1e-9)
    np.testing.assert_allclose(fit_pca(moved, 2).apply(moved), fit_pca(points, 2).apply(points), atol=1e-9)
    assert np.abs(fit(moved, 2).components - fit(points, 2).components).max() > 0.1


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("seed", range(5))
def test_the_largest_entry_of_each_component_is_positive(name: str, seed: int) -> None:
    components = REDUCTIONS[name].fit(skewed(seed, 100, 10)).components
    assert np.all(components.max(axis=1) >= -components.min(axis=1))


@pytest.mark.parametrize("points", [np.zeros((20, 64)), np.zeros((1, 64)), np.ones((20, 64)), np.eye(64)[:1]])
def test_collapsed_points_are_reduced_without_nan(points: np.ndarray) -> None:
    reduction = fit(points, 2)
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
    reduction = fit(points, 2)
    points[3, 4] = bad
    with pytest.raises(ValueError, match="not finite numbers"):
        fit(points, 2)
    with pytest.raises(ValueError, match="not finite numbers"):
        reduction.apply(points)
    for entry in REDUCTIONS.values():
        with pytest.raises(ValueError, match="not finite numbers"):
            entry.fit(points)


# ---- live pictures


def snapshots(seed: int, d: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """An embedding and the same a little later, in which the first two directions change places."""
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(300, d))
    before, after = np.full(d, 0.3), np.full(d, 0.3)
    before[:3], after[:3] = [2.0, 1.8, 1.0], [1.8, 2.0, 1.0]
    turn, _ = np.linalg.qr(generator.normal(size=(d, d)))
    return points * before @ turn, points * after @ turn


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fitted", [fit, fit_pca])
@pytest.mark.parametrize("dims", [2, 3])
def test_aligning_is_scipys_orthogonal_procrustes(
    seed: int, fitted: Callable[[np.ndarray, int], Reduction], dims: int
) -> None:
    before, after = (fitted(points, dims) for points in snapshots(seed))
    turn, _ = orthogonal_procrustes(after.components.T, before.components.T)
    np.testing.assert_allclose(aligned(after, before).components.T, after.components.T @ turn, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fitted", [fit, fit_pca])
def test_aligning_moves_no_point_against_another(
    seed: int, fitted: Callable[[np.ndarray, int], Reduction]
) -> None:
    before, after = snapshots(seed)
    new = fitted(after, 3)
    turned = aligned(new, fitted(before, 3))
    np.testing.assert_allclose(turned.components @ turned.components.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(pdist(turned.apply(after)), pdist(new.apply(after)), rtol=1e-9)


def test_an_aligned_picture_does_not_turn_where_two_directions_change_places() -> None:
    before, after = snapshots(0)
    old, new = fit(before, 2), fit(after, 2)

    def jump(reduction: Reduction) -> float:
        """How far the points of one snapshot move because the picture of them turns."""
        moved = reduction.apply(before) - old.apply(before)
        return float(np.linalg.norm(moved) / np.linalg.norm(old.apply(before)))

    assert jump(new) > 0.5
    assert jump(aligned(new, old)) < 0.1


def test_aligned_shares_are_those_of_the_turned_directions() -> None:
    before, after = snapshots(1)
    turned = aligned(fit(after, 3), fit(before, 3))
    held = np.square(turned.apply(after)).sum(axis=0) / np.square(after).sum()
    np.testing.assert_allclose(turned.share[:3], held, rtol=1e-9)
    assert turned.share.sum() == pytest.approx(1)
    np.testing.assert_array_equal(turned.share[3:], fit(after, 3).share[3:])


def test_a_reduction_aligned_with_itself_or_with_its_mirror_image_is_as_it_was() -> None:
    points = skewed(0, 100, 8)
    reduction = fit(points, 3)
    np.testing.assert_allclose(aligned(reduction, reduction).components, reduction.components, atol=1e-12)
    mirrored = Reduction(reduction.components * [[-1], [1], [1]], reduction.share, reduction.centre)
    np.testing.assert_allclose(aligned(reduction, mirrored).components, mirrored.components, atol=1e-12)
    identity = fit(points[:, :2], 3)
    assert np.array_equal(aligned(identity, identity).apply(points[:, :2]), points[:, :2])


# ---- the registry


def test_the_registry_offers_three_ways_to_two_and_to_three_dimensions() -> None:
    assert list(REDUCTIONS) == ["svd2", "pca2", "umap2", "svd3", "pca3", "umap3"]
    for name, entry in REDUCTIONS.items():
        assert entry.name == name
        assert entry.dims == int(name[-1])
        assert entry.explanation.endswith(".")
        assert entry.linear == (not name.startswith("umap"))
        assert entry.available == (entry.package is None or find_spec(entry.package) is not None)
        assert (entry.missing is None) == entry.available


@pytest.mark.parametrize("name", LINEAR)
def test_a_linear_entry_fits_what_its_name_says(name: str) -> None:
    points = skewed(1, 200, 9)
    expected = {"svd": fit, "pca": fit_pca}[name[:3]](points, int(name[3]))
    found = REDUCTIONS[name].fit(points)
    assert np.array_equal(found.apply(points), expected.apply(points))
    assert found.apply(points).shape == (200, REDUCTIONS[name].dims)


@pytest.mark.parametrize("name", list(REDUCTIONS))
def test_every_entry_leaves_points_that_need_no_reducing_as_they_are(name: str) -> None:
    points = skewed(0, 50, 2).astype(np.float64)
    found = REDUCTIONS[name].fit(points)
    assert np.array_equal(found.apply(points), points)
    assert found.dims == 2


STAND_IN = '''
"""Takes what umap.UMAP takes of what is asked here, and keeps the first coordinates."""
class UMAP:
    def __init__(self, *, n_components, n_neighbors, random_state, n_jobs):
        self.dims, self.neighbors, self.seed, self.jobs = n_components, n_neighbors, random_state, n_jobs
    def fit(self, points):
        self.fitted = points
        return self
    def transform(self, points):
        return points[:, : self.dims] + 0
'''


@pytest.fixture
def umap_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of that name and interface: the real one brings a compiler and is not among our requirements."""
    (tmp_path / "umap.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "umap", raising=False)


@pytest.mark.usefixtures("umap_installed")
def test_umap_is_fitted_on_a_sample_with_a_fixed_seed_and_applied_to_all() -> None:
    points = skewed(0, 6000, 5)
    entry = REDUCTIONS["umap3"]
    assert entry.available
    assert entry.missing is None
    found = entry.fit(points)
    fitted = found.model.fitted
    assert fitted.shape == (4000, 5)
    assert {tuple(row) for row in fitted} <= {tuple(row) for row in points}
    assert np.array_equal(entry.fit(points).model.fitted, fitted)
    assert (found.model.dims, found.model.seed, found.model.jobs) == (3, 0, 1)
    assert np.array_equal(found.apply(points), points[:, :3])
    assert len(found.share) == 0
    with pytest.raises(ValueError, match="made for 5 dimensions"):
        found.apply(points[:, :4])
    sys.modules.pop("umap")


@pytest.mark.usefixtures("umap_installed")
def test_umap_refuses_a_collapsed_embedding_with_the_reason() -> None:
    with pytest.raises(ValueError, match="has collapsed"):
        REDUCTIONS["umap2"].fit(np.ones((500, 8)))
    sys.modules.pop("umap")


def test_without_umap_its_entry_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)  # as Python notes what it must not import
    monkeypatch.setattr("core.embedding.reduction.find_spec", lambda name: None)
    entry = REDUCTIONS["umap2"]
    assert not entry.available
    assert entry.missing is not None
    assert "pip install umap-learn" in entry.missing
    with pytest.raises(ValueError, match="pip install umap-learn"):
        entry.fit(skewed(0, 50, 8))


def test_impossible_requests_are_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="1 dimension or more"):
        fit(np.ones((5, 3)), 0)
    with pytest.raises(ValueError, match="table"):
        fit(np.empty((0, 3)), 2)
    with pytest.raises(ValueError, match="table"):
        fit(np.ones(3), 2)
    with pytest.raises(ValueError, match="made for 8 dimensions"):
        fit(np.ones((5, 8)), 2).apply(np.ones((5, 3)))
    with pytest.raises(ValueError, match="can be aligned"):
        aligned(fit(np.eye(8), 2), fit(np.eye(8), 3))
