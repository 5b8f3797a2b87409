"""core.charts.density_charts: each class has its name in a clear position."""

from collections.abc import Callable
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pytest

from core.charts import density_charts
from core.embedding.density import contours, density

NAMES = ("0", "1", "2", "3", "4")
Points = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


def places(points: Points, labels: Labels) -> dict[str, npt.NDArray[Any]]:
    """The position of each class's name."""
    with alt.data_transformers.disable_max_rows():
        spec = density_charts.density_contours(contours(points, labels).as_dict(), NAMES, 300).to_dict()
    alt.LayerChart.from_dict(spec)  # raises for what is not Vega-Lite
    (names,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    rows = spec["datasets"][names["data"]["name"]]
    return {row["class"]: np.array([row["x"], row["y"]]) for row in rows}


def where_dense(members: Points) -> Callable[[npt.NDArray[Any]], bool]:
    """Returns a function that tells whether the class is denser at a place than on its outermost contour."""
    grid, outermost = density(members), contours(members, np.zeros(len(members), int)).level.min()

    def is_dense(place: npt.NDArray[Any]) -> bool:
        i, j = np.abs(grid.y - place[1]).argmin(), np.abs(grid.x - place[0]).argmin()
        if not (grid.x[0] <= place[0] <= grid.x[-1] and grid.y[0] <= place[1] <= grid.y[-1]):
            return False
        return bool(grid.values[i, j] > outermost)

    return is_dense


def blob(chance: np.random.Generator, middle: tuple[float, float], size: tuple[float, float]) -> Points:
    return chance.normal(middle, size, (400, 2))


@pytest.mark.parametrize("seed", range(2))
def test_a_name_is_clear_of_a_neighbouring_class(seed: int) -> None:
    chance = np.random.default_rng(seed)
    below, across = blob(chance, (0, 0), (1, 1)), blob(chance, (0, 3), (6, 0.3))
    found = places(np.concatenate([below, across]), np.repeat([0, 1], 400))
    assert set(found) == {"0", "1"}
    assert found["0"][1] < 0, "the lower class is named on its free side"
    assert not where_dense(across)(found["0"]) and not where_dense(below)(found["0"])


def between_four(chance: np.random.Generator) -> list[Points]:
    return [blob(chance, at, (1, 1)) for at in ((0, 0), (4, 4), (-4, 4), (4, -4), (-4, -4))]


def in_a_ring(chance: np.random.Generator) -> list[Points]:
    angle = chance.uniform(0, 2 * np.pi, 2000)
    ring = 8 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + chance.normal(0, 0.3, (2000, 2))
    return [blob(chance, (0, 0), (1, 1)), ring]


def far_apart(chance: np.random.Generator) -> list[Points]:
    return [blob(chance, (0, 0), (1, 1)), blob(chance, (50, 3), (2, 0.2))]


def alone(chance: np.random.Generator) -> list[Points]:
    return [blob(chance, (3, -2), (1, 5))]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("scene", [between_four, in_a_ring, far_apart, alone])
def test_a_name_is_outside_all_contours_if_there_is_room(scene: Any, seed: int) -> None:
    classes = scene(np.random.default_rng(seed))
    labels = np.repeat(np.arange(len(classes)), [len(members) for members in classes])
    found = places(np.concatenate(classes), labels)
    assert set(found) == set(NAMES[: len(classes)])
    dense = [where_dense(members) for members in classes]
    for name, place in found.items():
        assert not any(is_dense(place) for is_dense in dense), name


def test_the_names_of_two_coinciding_classes_are_apart() -> None:
    same = blob(np.random.default_rng(0), (0, 0), (1, 1))
    found = places(np.concatenate([same, same]), np.repeat([0, 1], 400))
    assert np.linalg.norm(found["0"] - found["1"]) > 1
