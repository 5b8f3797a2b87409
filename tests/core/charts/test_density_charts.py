from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from core.charts import density_charts
from core.density import contours

NAMES = ("0", "1", "2")


def places(points: npt.NDArray[Any], labels: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Where the chart writes the name of each class."""
    spec = density_charts.density_contours(contours(points, labels).as_dict(), NAMES, 300).to_dict()
    (names,) = [layer for layer in spec["layer"] if layer["mark"]["type"] == "text"]
    rows = spec["datasets"][names["data"]["name"]]
    return {row["class"]: np.array([row["x"], row["y"]]) for row in rows}


@pytest.mark.parametrize("seed", range(5))
def test_a_class_keeps_its_name_clear_of_a_neighbour_that_lies_across_its_top(seed: int) -> None:
    chance = np.random.default_rng(seed)
    below = chance.normal((0, 0), (1, 1), (400, 2))
    across = chance.normal((0, 3), (6, 0.3), (400, 2))
    found = places(np.concatenate([below, across]), np.repeat([0, 1], 400))
    assert set(found) == {"0", "1"}
    assert found["0"][1] < 0, "the one below is named on the side where nobody else is"
    assert (
        np.linalg.norm(across - found["0"], axis=1).min() > np.linalg.norm(below - found["0"], axis=1).min()
    )


def test_a_name_stands_outside_of_the_lines_of_its_class() -> None:
    ring = np.random.default_rng(0).normal(0, 1, (500, 2))
    found = places(np.concatenate([ring, ring + 8]), np.repeat([0, 2], 500))
    lines = contours(np.concatenate([ring, ring + 8]), np.repeat([0, 2], 500))
    own = lines.label == 0
    reach = np.hypot(lines.x[own] - ring[:, 0].mean(), lines.y[own] - ring[:, 1].mean()).max()
    assert np.linalg.norm(found["0"] - ring.mean(axis=0)) > reach


def test_a_class_alone_is_named_too() -> None:
    alone = np.random.default_rng(0).normal(0, 1, (100, 2))
    assert set(places(alone, np.zeros(100, int))) == {"0"}
