"""core.embedding.density against scipy.stats.gaussian_kde, on round, slanted, thin and scattered classes."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import gaussian_kde

from core.embedding.density import Contours, contours, density

Generator = np.random.Generator


def round_blob(generator: Generator, n: int) -> np.ndarray:
    return generator.normal(size=(n, 2)) + 7


def slanted(generator: Generator, n: int) -> np.ndarray:
    return generator.multivariate_normal([1, -2], [[4, 1.9], [1.9, 1]], n)


def needle(generator: Generator, n: int) -> np.ndarray:
    """A thousand times as long as wide, and off both axes."""
    return generator.normal(size=(n, 2)) * [1, 0.001] @ np.array([[0.8, 0.6], [-0.6, 0.8]])


def two_islands(generator: Generator, n: int) -> np.ndarray:
    points = generator.normal(size=(n, 2)) * 0.1
    points[: n // 3] += [1, 0.5]
    return points


def with_outliers(generator: Generator, n: int) -> np.ndarray:
    points = generator.normal(size=(n, 2))
    points[:2] = [[60, 0], [0, -45]]
    return points


def half_collapsed(generator: Generator, n: int) -> np.ndarray:
    """Half of the points lie in one place, as after a dead ReLU."""
    points = generator.normal(size=(n, 2))
    points[: n // 2] = [0.321, 0.123]
    return points


SHAPES: list[Callable[[Generator, int], np.ndarray]] = [
    round_blob,
    slanted,
    needle,
    two_islands,
    with_outliers,
    half_collapsed,
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [20, 3000])
@pytest.mark.parametrize("bandwidth", ["scott", 0.4])
def test_the_density_is_scipys_to_one_percent_of_the_peak(
    shape: Callable[[Generator, int], np.ndarray], n: int, bandwidth: str | float
) -> None:
    points = shape(np.random.default_rng(n), n).astype(np.float32)
    grid = density(points, grid=64, bandwidth=bandwidth)
    theirs = gaussian_kde(points.T.astype(np.float64), bw_method=bandwidth)
    x, y = np.meshgrid(grid.x, grid.y)
    expected = theirs(np.stack([x.ravel(), y.ravel()])).reshape(64, 64)
    assert np.abs(grid.values - expected).max() <= 0.01 * expected.max()


@pytest.mark.parametrize("shape", [round_blob, slanted, two_islands])
def test_the_density_integrates_to_one(shape: Callable[[Generator, int], np.ndarray]) -> None:
    grid = density(shape(np.random.default_rng(0), 500))
    area = (grid.x[1] - grid.x[0]) * (grid.y[1] - grid.y[0])
    assert grid.values.sum() * area == pytest.approx(1, abs=1e-3)
    assert grid.values.min() >= 0


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", [0, 1])
def test_scipys_density_on_each_line_is_its_level(
    shape: Callable[[Generator, int], np.ndarray], seed: int
) -> None:
    points = shape(np.random.default_rng(seed), 1000)
    table = contours(points, np.zeros(1000, np.uint8))
    on_line = gaussian_kde(points.T)(np.stack([table.x, table.y]))
    peak = density(points).values.max()
    assert np.abs(on_line - table.level).max() <= 0.01 * peak


@pytest.mark.parametrize("shape", [round_blob, slanted, two_islands, needle])
def test_a_line_encloses_its_mass(shape: Callable[[Generator, int], np.ndarray]) -> None:
    points = shape(np.random.default_rng(0), 800)
    estimate = gaussian_kde(points.T)
    drawn = estimate(estimate.resample(20_000, seed=0))
    table = contours(points, np.zeros(800, int), masses=(0.9, 0.1, 0.5))
    for mass in (0.1, 0.5, 0.9):
        level = np.unique(table.level[table.mass == mass])
        assert len(level) == 1
        assert np.mean(drawn > level[0]) == pytest.approx(mass, abs=0.015)


def test_two_islands_get_two_separate_closed_lines() -> None:
    points = two_islands(np.random.default_rng(0), 2000)
    table = contours(points, np.zeros(2000, int), masses=(0.8,))
    assert np.unique(table.line).tolist() == [0, 1]
    for line in (0, 1):
        x, y = table.x[table.line == line], table.y[table.line == line]
        assert (x[0], y[0]) == pytest.approx((x[-1], y[-1]))
        steps = np.hypot(np.diff(x), np.diff(y))
        assert steps.max() < 0.1  # in drawing order: no jump from one side to the other
    middles = sorted(float(table.x[table.line == line].mean()) for line in (0, 1))
    assert middles == pytest.approx([0, 1], abs=0.1)


def test_each_class_is_estimated_independently() -> None:
    generator = np.random.default_rng(0)
    points = np.concatenate([round_blob(generator, 400), slanted(generator, 300), needle(generator, 200)])
    labels = np.repeat(np.array([7, 2, 4], np.uint8), [400, 300, 200])
    shuffled = generator.permutation(900)
    together = contours(points[shuffled], labels[shuffled])
    assert np.unique(together.label).tolist() == [2, 4, 7]
    assert together.label.dtype == np.uint8
    for label in (2, 4, 7):
        alone = contours(points[labels == label], labels[labels == label])
        rows = together.label == label
        for name, column in alone.as_dict().items():
            if name != "line":
                np.testing.assert_allclose(together.as_dict()[name][rows], column, rtol=1e-6, atol=1e-6)


def test_columns_are_equally_long_and_a_line_has_one_label_level_and_mass() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 10, 3000)
    table = contours(generator.normal(size=(3000, 2)) + labels[:, None], labels)
    columns = table.as_dict()
    assert list(columns) == ["label", "level", "mass", "line", "x", "y"]
    assert {len(column) for column in columns.values()} == {len(table.x)}
    assert np.unique(table.mass).tolist() == [0.25, 0.5, 0.75, 0.9]
    rows = set(zip(table.line.tolist(), table.label.tolist(), table.level.tolist(), strict=True))
    assert len(rows) == table.line.max() + 1


def check_all_left_out(table: Contours, labels: set[int], sentence: str) -> None:
    assert set(table.left_out) == labels
    assert all(sentence in reason for reason in table.left_out.values())
    assert all(len(column) == 0 for column in table.as_dict().values())


@pytest.mark.parametrize("n", [1, 2])
def test_a_class_of_one_or_two_points_is_left_out(n: int) -> None:
    points = np.random.default_rng(0).normal(size=(n, 2))
    check_all_left_out(contours(points, np.full(n, 3)), {3}, "at least 3 points")


@pytest.mark.parametrize("place", [0.0, 0.1, 0.7, -1e6 / 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_points_are_left_out(place: float, dtype: type[np.floating]) -> None:
    points = np.full((333, 2), place, dtype)
    check_all_left_out(contours(points, np.arange(333) % 2), {0, 1}, "in one place")


@pytest.mark.parametrize("degrees", range(0, 180, 15))
def test_points_on_a_line_are_left_out(degrees: int) -> None:
    angle = np.radians(degrees)
    direction = np.array([[np.cos(angle), np.sin(angle)]])
    points = np.random.default_rng(degrees).normal(size=(100, 1)) * direction + 5
    check_all_left_out(contours(points, np.zeros(100, int)), {0}, "on one line")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_class_that_is_not_finite_is_left_out_and_the_others_are_drawn(bad: float) -> None:
    points = np.random.default_rng(0).normal(size=(100, 2))
    points[4, 1] = bad
    table = contours(points, np.repeat([0, 1], 50))
    assert set(table.left_out) == {0}
    assert "not finite" in table.left_out[0]
    assert np.unique(table.label).tolist() == [1]


def test_no_points_give_an_empty_table() -> None:
    check_all_left_out(contours(np.empty((0, 2)), np.empty(0, int)), set(), "")


@given(
    points=st.lists(
        st.tuples(st.floats(-1e6, 1e6, width=32), st.floats(-1e6, 1e6, width=32)), min_size=1, max_size=12
    )
)
@settings(max_examples=80, deadline=None)
def test_any_finite_points_give_finite_lines_or_a_reason(points: list[tuple[float, float]]) -> None:
    table = contours(np.array(points, np.float32), np.zeros(len(points), int), grid=32)
    assert bool(table.left_out) == (len(table.x) == 0)
    assert all(np.isfinite(column).all() for column in table.as_dict().values())


def test_points_without_a_density_are_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match="in one place"):
        density(np.ones((10, 2)))
    with pytest.raises(ValueError, match="at least 3 points"):
        density(np.empty((0, 2)))


def test_invalid_arguments_are_refused_with_the_reason() -> None:
    points, labels = np.random.default_rng(0).normal(size=(10, 2)), np.zeros(10, int)
    for masses in ((0.0,), (1.0,), (0.5, 1.5)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            contours(points, labels, masses=masses)
    with pytest.raises(ValueError, match="16 nodes"):
        contours(points, labels, grid=8)
    for bandwidth in ("silver", 0.0, -1.0):
        with pytest.raises(ValueError, match="bandwidth"):
            density(points, bandwidth=bandwidth)
    with pytest.raises(ValueError, match="in the plane"):
        density(np.ones((10, 3)))
    with pytest.raises(ValueError, match="one label"):
        contours(points, labels[:5])
