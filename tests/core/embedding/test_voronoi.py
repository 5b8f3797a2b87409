"""Voronoi cells against brute force and scipy's own Voronoi diagram."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import Voronoi

from core.embedding.voronoi import Box, Cells, box_around, cells, choose, share_in_own_cell
from tests.core.embedding.points import BOX, in_polygon, scattered

Generator = np.random.Generator


def clustered(generator: Generator) -> np.ndarray:
    """Ten tight clusters, like those of a trained network, in float32."""
    centres = generator.uniform([-0.5, -1.5], [2.5, 1], (10, 2))
    return (centres[generator.integers(0, 10, 400)] + 0.01 * generator.normal(size=(400, 2))).astype(
        np.float32
    )


def lattice(_: Generator) -> np.ndarray:
    """Four points on each circle: the triangulation is not unique."""
    return np.stack(np.meshgrid(np.arange(-0.75, 3, 0.25), np.arange(-1.75, 1.5, 0.25)), -1).reshape(-1, 2)


def on_a_circle(_: Generator) -> np.ndarray:
    angles = np.arange(40) * 2 * np.pi / 40
    return np.stack([1 + np.cos(angles), np.sin(angles) - 0.2], axis=1)


def on_a_line(generator: Generator) -> np.ndarray:
    return generator.uniform(-0.9, 1.4, (30, 1)) * [1.0, 0.6] + [0.2, 0.1]


def needle(generator: Generator) -> np.ndarray:
    """A thousand times as long as wide."""
    return generator.normal(size=(200, 2)) * [0.4, 0.0004] + [1, 0]


def partly_outside(generator: Generator) -> np.ndarray:
    """Most points far from the box, with or without a cell in it."""
    return generator.normal(size=(200, 2)) * 6


def one(_: Generator) -> np.ndarray:
    return np.array([[2.0, 1.0]])


def two(_: Generator) -> np.ndarray:
    return np.array([[0.0, 1.0], [1.0, -0.5]])


SHAPES: list[Callable[[Generator], np.ndarray]] = [
    scattered,
    clustered,
    lattice,
    on_a_circle,
    on_a_line,
    needle,
    partly_outside,
    one,
    two,
]


def polygons(diagram: Cells) -> list[np.ndarray]:
    return np.split(diagram.vertices, diagram.offsets[1:-1])


def box_area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_place_in_the_box_lies_in_the_cell_of_its_nearest_point(
    shape: Callable[[Generator], np.ndarray], seed: int
) -> None:
    generator = np.random.default_rng(seed)
    points = shape(generator)
    diagram = cells(points, np.arange(len(points)), BOX)
    assert diagram.reason is None
    assert np.array_equal(diagram.labels, np.arange(len(points)))
    places = generator.uniform(BOX[:2], BOX[2:], (400, 2))
    distances = np.linalg.norm(places[:, None] - points.astype(float), axis=2)
    nearest, margin = distances.argmin(axis=1), np.diff(np.sort(distances, axis=1)[:, :2], axis=1)
    for number, corners in enumerate(polygons(diagram)):
        own = nearest == number
        if own.any():
            assert in_polygon(corners, places[own]).all()
        if len(corners) and margin.size:
            # no place that clearly belongs to another
            assert not in_polygon(corners, places[~own & (margin[:, 0] > 1e-6)], slack=-1e-12).any()


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_fill_the_box_and_hold_their_own_points(shape: Callable[[Generator], np.ndarray]) -> None:
    points = shape(np.random.default_rng(3))
    diagram = cells(points, np.zeros(len(points), np.uint8), BOX)
    assert diagram.areas().sum() == pytest.approx(box_area(BOX), rel=1e-9)
    assert np.all(diagram.areas() >= -1e-12)
    assert np.array_equal(diagram.cell_of, np.arange(len(points)))
    np.testing.assert_allclose(diagram.places, points, atol=1e-12 * max(1, np.abs(points).max()))
    low, high = np.array(BOX[:2]), np.array(BOX[2:])
    assert np.all((diagram.vertices >= low) & (diagram.vertices <= high))
    within = np.all((points > low) & (points < high), axis=1)
    for point, inside, corners in zip(points, within, polygons(diagram), strict=True):
        if inside:
            assert in_polygon(corners, point[None].astype(float))[0]
    assert set(map(tuple, diagram.vertices)) >= {(x, y) for x in (BOX[0], BOX[2]) for y in (BOX[1], BOX[3])}


@pytest.mark.parametrize("shape", [scattered, clustered, lattice, on_a_circle, needle, partly_outside])
def test_the_corners_inside_the_box_are_those_of_scipys_diagram(
    shape: Callable[[Generator], np.ndarray],
) -> None:
    points = shape(np.random.default_rng(5)).astype(np.float64)

    def strictly_inside(corners: np.ndarray) -> np.ndarray:
        return corners[
            np.all((corners > np.array(BOX[:2]) + 1e-9) & (corners < np.array(BOX[2:]) - 1e-9), axis=1)
        ]

    def both_ways(these: np.ndarray, those: np.ndarray) -> float:
        gaps = np.linalg.norm(these[:, None] - those, axis=2)
        return float(max(gaps.min(axis=0).max(), gaps.min(axis=1).max()))

    theirs = strictly_inside(Voronoi(points).vertices)
    ours = strictly_inside(cells(points, np.zeros(len(points)), BOX).vertices)
    assert len(theirs) > 0
    assert both_ways(ours, theirs) < 1e-7


def test_one_point_owns_the_box_and_two_own_half_each() -> None:
    (alone,) = cells(np.array([[0.3, 0.4]]), np.array([7]), BOX)
    assert alone[0] == 7
    assert sorted(map(tuple, alone[1])) == [(-1.0, -2.0), (-1.0, 1.5), (3.0, -2.0), (3.0, 1.5)]
    halves = cells(np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([4, 2]), BOX)
    assert halves.areas() == pytest.approx([1.5 * 3.5, 2.5 * 3.5])
    assert halves.labels.tolist() == [4, 2]


def test_points_in_one_place_share_a_cell_with_their_most_frequent_label() -> None:
    points = np.array([[0, 0], [1, 1], [0, 0], [1, 1], [-0.0, 0.0], [1, 1], [1, 1]], np.float32)
    diagram = cells(points, np.array([5, 8, 3, 2, 3, 8, 2], np.uint8), BOX)
    assert diagram.cell_of.tolist() == [0, 1, 0, 1, 0, 1, 1]
    assert diagram.labels.tolist() == [3, 2]  # two of three; tied, the lower label
    assert diagram.labels.dtype == np.uint8
    assert diagram.areas().sum() == pytest.approx(box_area(BOX))
    assert diagram.reason is None


def test_points_too_close_to_distinguish_share_a_cell() -> None:
    generator = np.random.default_rng(0)
    points = scattered(generator)
    twins = np.concatenate([points, points + 1e-12 * generator.normal(size=points.shape)])
    diagram = cells(twins, np.tile(np.arange(300), 2), BOX)
    assert np.array_equal(diagram.labels[diagram.cell_of], np.tile(np.arange(300), 2))
    assert len(diagram) < 600
    np.testing.assert_allclose(
        np.bincount(diagram.labels, diagram.areas()),
        cells(points, np.arange(300), BOX).areas(),
        atol=1e-6,
    )


def test_collapsed_points_share_the_box_with_a_reason() -> None:
    diagram = cells(np.full((50, 2), 0.1, np.float32), np.repeat([1, 6], [20, 30]), BOX)
    assert [label for label, _ in diagram] == [6]
    assert diagram.areas() == pytest.approx([box_area(BOX)])
    assert diagram.reason is not None
    assert "one place" in diagram.reason


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_points_that_are_not_finite_own_no_cell(bad: float) -> None:
    points = scattered(np.random.default_rng(0))
    points[[3, 70], [1, 0]] = bad
    diagram = cells(points, np.arange(300), BOX)
    assert np.flatnonzero(diagram.cell_of < 0).tolist() == [3, 70]
    assert set(diagram.labels.tolist()) == set(range(300)) - {3, 70}
    assert diagram.reason is not None
    assert diagram.reason.startswith("2 of 300 points are not finite")
    assert diagram.areas().sum() == pytest.approx(box_area(BOX))


@pytest.mark.parametrize(
    ("points", "sentence"), [(np.empty((0, 2)), "no points"), (np.full((4, 2), np.nan), "diverged")]
)
def test_without_finite_points_the_diagram_is_empty_with_a_reason(points: np.ndarray, sentence: str) -> None:
    diagram = cells(points, np.zeros(len(points), int), BOX)
    assert len(diagram) == len(list(diagram)) == len(diagram.areas()) == 0
    assert diagram.cell_of.tolist() == [-1] * len(points)
    assert diagram.reason is not None
    assert sentence in diagram.reason


@given(
    points=st.lists(
        st.tuples(st.floats(-1e6, 1e6, width=32), st.floats(-1e6, 1e6, width=32)), min_size=1, max_size=12
    )
)
@settings(max_examples=100, deadline=None)
def test_the_cells_of_any_points_fill_the_box_around_them(points: list[tuple[float, float]]) -> None:
    array = np.array(points, np.float32)
    box = box_around(array)
    diagram = cells(array, np.arange(len(array)), box)
    assert diagram.areas().sum() == pytest.approx(box_area(box), rel=1e-9)
    assert np.isfinite(diagram.vertices).all()
    assert set(diagram.cell_of.tolist()) == set(range(len(diagram)))


def test_iterating_yields_labels_and_skips_cells_outside_the_box() -> None:
    points = np.array([[0.0, 0.0], [50.0, 0.0], [1.0, 1.0]])
    diagram = cells(points, np.array([4, 5, 6]), BOX)
    assert [label for label, _ in diagram] == [4, 6]
    assert diagram.areas()[1] == 0
    assert sum(len(corners) for _, corners in diagram) == len(diagram.vertices)


def test_invalid_arguments_are_refused_with_the_reason() -> None:
    points, labels = np.ones((5, 2)), np.zeros(5, int)
    for box in ((0, 0, 0, 1), (1, 0, 0, 1), (0, 0, np.nan, 1), (0, 0, np.inf, 1)):
        with pytest.raises(ValueError, match="an area"):
            cells(points, labels, box)
    with pytest.raises(ValueError, match="in the plane"):
        cells(np.ones((5, 3)), labels, BOX)
    with pytest.raises(ValueError, match="one label"):
        cells(points, labels[:4], BOX)
    with pytest.raises(ValueError, match="one label"):
        share_in_own_cell(points, labels, points, labels[:4])
    with pytest.raises(ValueError, match="Without test points"):
        share_in_own_cell(points, labels, points[:0], labels[:0])
    with pytest.raises(ValueError, match="or more"):
        choose(labels, -1)
