"""Alignment, uniformity, effective rank and spread against loops over all pairs, SVD and closed forms."""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from scipy.integrate import quad
from sklearn.decomposition import PCA

from core.figures import FIGURES
from core.figures.alignment_uniformity import alignment, alignment_by_chance, uniformity
from core.figures.effective_rank import effective_rank, variance_shares
from core.figures.spread import between_share, spread
from tests.core.shipped import shipped_embedding


def cloud(seed: int, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, n)
    return (generator.normal(size=(3, d))[labels] + generator.normal(size=(n, d))).astype(np.float32), labels


def squared_on_sphere(points: np.ndarray, i: int, j: int) -> float:
    a, b = (points[k].astype(np.float64) / np.linalg.norm(points[k].astype(np.float64)) for k in (i, j))
    return math.dist(a, b) ** 2


@pytest.mark.parametrize("d", [1, 2, 3, 64])
def test_alignment_and_uniformity_are_those_of_a_loop_over_all_pairs(d: int) -> None:
    points, labels = cloud(d, 60, d)
    pairs = list(itertools.combinations(range(60), 2))
    alike = [squared_on_sphere(points, i, j) for i, j in pairs if labels[i] == labels[j]]
    everyone = [squared_on_sphere(points, i, j) for i, j in pairs]
    assert alignment(points, labels).value == pytest.approx(np.mean(alike))
    assert alignment_by_chance(points) == pytest.approx(np.mean(everyone))
    ours = uniformity(points)
    assert ours.value == pytest.approx(math.log(np.mean([math.exp(-2 * s) for s in everyone])))
    assert (ours.error, ours.sampled, ours.of) == (0, len(pairs), len(pairs))


@pytest.mark.parametrize("d", [2, 3, 10])
def test_evenly_spread_points_have_the_uniformity_of_the_integral_over_the_sphere(d: int) -> None:
    # the angle between two uniform directions has a density proportional to sin^(d-2)
    top = quad(lambda t: math.exp(-2 * (2 - 2 * math.cos(t))) * math.sin(t) ** (d - 2), 0, math.pi)[0]
    whole = quad(lambda t: math.sin(t) ** (d - 2), 0, math.pi)[0]
    found = uniformity(np.random.default_rng(0).normal(size=(20_000, d)))
    assert found.value == pytest.approx(math.log(top / whole), abs=0.03)
    if d == 2:
        assert f"{math.log(top / whole):.2f}" in FIGURES["uniformity"].range  # -1.58


def test_uniformity_in_many_dimensions_holds_few_of_its_pairs_at_a_time() -> None:
    points = np.random.default_rng(0).normal(size=(2000, 64)).astype(np.float32)
    tracemalloc.start()
    uniformity(points)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 100_000 * 64 * 8 / 3  # the coordinates of all pairs would take three times that


def test_the_error_of_sampled_uniformity_is_right() -> None:
    points = shipped_embedding().test[:600]
    truth = uniformity(points).value
    off = []
    for seed in range(60):
        found = uniformity(points, pairs=2000, seed=seed)
        off.append((found.value - truth) / found.error)
    assert 0.75 < float(np.sqrt(np.mean(np.square(off)))) < 1.3


@pytest.mark.parametrize("d", [1, 2, 5, 64])
def test_the_effective_rank_is_that_of_the_singular_values(d: int) -> None:
    points, _ = cloud(d, 200, d)
    values = np.linalg.svd(points - points.mean(axis=0, dtype=np.float64), compute_uv=False)
    shares = values / values.sum()
    expected = math.exp(-sum(share * math.log(share) for share in shares))
    assert effective_rank(points).value == pytest.approx(expected, rel=1e-6)
    assert effective_rank(points.astype(np.float64) + 100).value == pytest.approx(expected, rel=1e-6)


def test_the_shares_of_variance_are_those_of_the_principal_components() -> None:
    points, _ = cloud(4, 200, 5)
    assert variance_shares(points) == pytest.approx(PCA().fit(points).explained_variance_ratio_, rel=1e-4)
    line = np.outer(np.linspace(0, 1, 50), [3.0, 4.0, 0.0])
    assert variance_shares(line) == pytest.approx([1, 0, 0], abs=1e-12)


def test_points_on_a_line_have_rank_one_and_evenly_spread_points_full_rank() -> None:
    line = np.outer(np.linspace(0, 1, 50), np.arange(1, 9)).astype(np.float32)
    assert effective_rank(line).value == pytest.approx(1, abs=1e-4)
    even = np.concatenate([np.eye(8), -np.eye(8)])
    assert effective_rank(even).value == pytest.approx(8)
    # six separate classes, as far from each other as they can be, use five of eight dimensions
    six = np.repeat(np.eye(8)[:6], 10, axis=0)
    assert effective_rank(six).value == pytest.approx(5)
    assert between_share(six, np.repeat(np.arange(6), 10)).value == pytest.approx(1)
    assert FIGURES["effective_rank"].better == "neither end is better"
    plane = np.pad(even[:, :2], ((0, 0), (0, 6)))
    assert effective_rank(plane).value == pytest.approx(2)


@pytest.mark.parametrize("d", [1, 3, 64])
def test_spread_and_its_share_between_classes_are_sums_of_squares(d: int) -> None:
    points, labels = cloud(d, 90, d)
    exactly = points.astype(np.float64)
    total = sum(math.dist(p, exactly.mean(axis=0)) ** 2 for p in exactly)
    inside = sum(
        math.dist(p, exactly[labels == label].mean(axis=0)) ** 2
        for p, label in zip(exactly, labels, strict=True)
    )
    assert spread(points).value == pytest.approx(math.sqrt(total / 90))
    assert between_share(points, labels).value == pytest.approx(1 - inside / total)


def test_the_best_and_worst_values_are_reached() -> None:
    labels = np.repeat([0, 1], 10)
    apart = np.repeat([[1.0, 0], [-1, 0]], 10, axis=0)
    assert alignment(apart, labels).value == pytest.approx(0)
    assert between_share(apart, labels).value == pytest.approx(1)
    assert between_share(apart, np.arange(20) % 2).value == pytest.approx(0)
    assert alignment(apart[9:11], np.zeros(2)).value == pytest.approx(4)
    same_direction = np.outer(np.arange(1, 9), [3.0, 4.0])
    assert uniformity(same_direction).value == pytest.approx(0)


def test_random_classes_get_the_chance_levels() -> None:
    run = shipped_embedding()
    labels = np.random.default_rng(0).permutation(run.test_labels)
    assert alignment(run.test, labels).value == pytest.approx(alignment_by_chance(run.test), abs=0.01)
    assert between_share(run.test, labels).value == pytest.approx(9 / 9999, abs=0.002)
    assert alignment(run.test, run.test_labels).value < 0.3 * alignment_by_chance(run.test)


def test_an_undefined_shape_has_a_reason() -> None:
    good, labels = np.random.default_rng(0).normal(size=(8, 2)), np.arange(8) % 2
    broken, at_origin = good.copy(), good.copy()
    broken[3, 1], at_origin[2] = math.nan, 0
    for bad, sentence in (
        (np.full((8, 2), 0.3), "collapsed"),
        (broken, "not finite"),
        (good[:0], "no points"),
        (good[:1], "one place"),
    ):
        figures = [uniformity(bad), effective_rank(bad)]
        if sentence in ("collapsed", "one place"):
            assert spread(bad).value == 0
        else:
            figures.append(spread(bad))
        figures += [alignment(bad, labels[: len(bad)]), between_share(bad, labels[: len(bad)])]
        for figure in figures:
            assert math.isnan(figure.value)
            assert figure.reason is not None and sentence in figure.reason
        assert math.isnan(alignment_by_chance(bad))
    for figure in (alignment(at_origin, labels), uniformity(at_origin)):
        assert figure.reason is not None and "origin" in figure.reason
    assert effective_rank(at_origin).reason is None
    assert "same class" in str(alignment(good, np.arange(8)).reason)
    assert "one class" in str(between_share(good, np.zeros(8)).reason)
    with pytest.raises(ValueError, match="two pairs"):
        uniformity(good, pairs=1)
