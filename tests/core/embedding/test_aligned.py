"""Aligned reductions, for live pictures, against scipy's orthogonal Procrustes."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.spatial.distance import pdist

from core.embedding.reduction import Reduction, aligned, fit_pca, fit_svd
from tests.core.embedding.points import skewed


def snapshots(seed: int, d: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """An embedding and the same a little later, when the first two directions have swapped ranks."""
    generator = np.random.default_rng(seed)
    points = generator.normal(size=(300, d))
    before, after = np.full(d, 0.3), np.full(d, 0.3)
    before[:3], after[:3] = [2.0, 1.8, 1.0], [1.8, 2.0, 1.0]
    turn, _ = np.linalg.qr(generator.normal(size=(d, d)))
    return points * before @ turn, points * after @ turn


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fitted", [fit_svd, fit_pca])
@pytest.mark.parametrize("dims", [2, 3])
def test_aligning_is_scipys_orthogonal_procrustes(
    seed: int, fitted: Callable[[np.ndarray, int], Reduction], dims: int
) -> None:
    before, after = (fitted(points, dims) for points in snapshots(seed))
    turn, _ = orthogonal_procrustes(after.components.T, before.components.T)
    np.testing.assert_allclose(aligned(after, before).components.T, after.components.T @ turn, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("fitted", [fit_svd, fit_pca])
def test_aligning_keeps_all_distances(seed: int, fitted: Callable[[np.ndarray, int], Reduction]) -> None:
    before, after = snapshots(seed)
    new = fitted(after, 3)
    turned = aligned(new, fitted(before, 3))
    np.testing.assert_allclose(turned.components @ turned.components.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(pdist(turned.apply(after)), pdist(new.apply(after)), rtol=1e-9)


def test_an_aligned_picture_does_not_rotate_when_two_directions_swap_ranks() -> None:
    before, after = snapshots(0)
    old, new = fit_svd(before, 2), fit_svd(after, 2)

    def jump(reduction: Reduction) -> float:
        """How far the points of one snapshot move because the picture rotates."""
        moved = reduction.apply(before) - old.apply(before)
        return float(np.linalg.norm(moved) / np.linalg.norm(old.apply(before)))

    assert jump(new) > 0.5
    assert jump(aligned(new, old)) < 0.1


def test_aligned_shares_are_those_of_the_rotated_directions() -> None:
    before, after = snapshots(1)
    turned = aligned(fit_svd(after, 3), fit_svd(before, 3))
    held = np.square(turned.apply(after)).sum(axis=0) / np.square(after).sum()
    np.testing.assert_allclose(turned.share[:3], held, rtol=1e-9)
    assert turned.share.sum() == pytest.approx(1)
    np.testing.assert_array_equal(turned.share[3:], fit_svd(after, 3).share[3:])


def test_aligning_with_itself_or_with_its_mirror_image_gives_the_target() -> None:
    points = skewed(0, 100, 8)
    reduction = fit_svd(points, 3)
    np.testing.assert_allclose(aligned(reduction, reduction).components, reduction.components, atol=1e-12)
    mirrored = Reduction(reduction.components * [[-1], [1], [1]], reduction.share, reduction.centre)
    np.testing.assert_allclose(aligned(reduction, mirrored).components, mirrored.components, atol=1e-12)
    identity = fit_svd(points[:, :2], 3)
    assert np.array_equal(aligned(identity, identity).apply(points[:, :2]), points[:, :2])
