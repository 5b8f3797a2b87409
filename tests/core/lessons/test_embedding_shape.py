"""The shape of an embedding, against explicit loops and on degenerate points."""

import math

import numpy as np
import pytest

from core.lessons.embedding_shape import Shape, shape_of, shapes_of


def slow_shape(points: np.ndarray, labels: np.ndarray) -> Shape:
    """By loops over points and classes, and from the singular values."""
    mean = [sum(column) / len(points) for column in points.T]
    total = sum(sum((x - m) ** 2 for x, m in zip(point, mean, strict=True)) for point in points)
    between = 0.0
    for label in set(labels.tolist()):
        of_class = [point for point, own in zip(points, labels, strict=True) if own == label]
        centre = [sum(column) / len(of_class) for column in zip(*of_class, strict=True)]
        between += len(of_class) * sum((c - m) ** 2 for c, m in zip(centre, mean, strict=True))
    singular = np.linalg.svd(points - np.array(mean), compute_uv=False)
    shares = [value / sum(singular) for value in singular]
    entropy = -sum(share * math.log(share) for share in shares if share > 0)
    variances = [value**2 / sum(singular**2) for value in singular]
    directions = next(k for k in range(len(variances) + 1) if sum(variances[:k]) >= 0.95)
    return Shape(math.sqrt(total / len(points)), math.exp(entropy), between / total, variances[0], directions)


@pytest.mark.parametrize("dims", [1, 2, 5])
def test_the_shape_matches_explicit_loops(dims: int) -> None:
    generator = np.random.default_rng(dims)
    labels = generator.integers(0, 3, 60)
    points = generator.normal(size=(60, dims)) * np.arange(1, dims + 1) + labels[:, None]
    ours, slow = shape_of(points, labels), slow_shape(points, labels)
    assert (ours.spread, ours.rank, ours.sorted) == pytest.approx((slow.spread, slow.rank, slow.sorted))
    assert (ours.first, ours.directions) == (pytest.approx(slow.first), slow.directions)


def test_the_rank_of_a_cross_is_its_number_of_axes_and_that_of_a_line_is_one() -> None:
    for dims in (2, 3, 7):
        cross = np.vstack([np.eye(dims), -np.eye(dims)])
        assert shape_of(cross, np.zeros(2 * dims)).rank == pytest.approx(dims)
    line = np.outer(np.arange(5.0), [3.0, 4.0])
    shape = shape_of(line, np.zeros(5))
    assert shape.rank == pytest.approx(1.0) and shape.spread == pytest.approx(5 * math.sqrt(2))


def test_a_single_point_has_no_spread_and_no_rank_despite_rounding() -> None:
    point = np.full((20, 2), 0.1, np.float32)
    point[3, 0] = np.nextafter(np.float32(0.1), np.float32(1))
    assert shape_of(point, np.zeros(20)) == Shape(0.0, 0.0, 0.0)


def test_a_snapshot_that_shrank_to_a_point_has_no_rank() -> None:
    generator = np.random.default_rng(3)
    wide, labels = generator.normal(size=(50, 3)), np.arange(50) % 5
    shapes = shapes_of([wide, 0.5 * wide, 0.09 * wide, 2 * wide], labels)
    assert [math.isnan(shape.rank) for shape in shapes] == [False, False, True, False]
    assert shapes[2].spread == pytest.approx(0.09 * shapes[0].spread)


def test_points_that_are_not_finite_have_no_shape() -> None:
    shape = shape_of(np.array([[0.0, 1.0], [np.inf, 0.0]]), np.zeros(2))
    assert math.isnan(shape.spread) and math.isnan(shape.rank)
