"""Contour lines and Voronoi cells of a real run, as the canvas gets them."""

import gzip
import json

import numpy as np
import pytest
from matplotlib.path import Path as Polygon
from scipy.spatial import cKDTree
from sklearn.neighbors import KNeighborsClassifier

from core.embedding import voronoi
from core.embedding.density import MASSES, contours
from core.pictures import overlays
from core.runs import byte_cache


def test_the_lines_are_those_of_the_density(finished):
    shapes = overlays.contours(finished, "test")
    embedding = finished.embedding()
    expected = contours(embedding.test, embedding.test_labels)
    assert {(line["label"], line["mass"]) for line in shapes["lines"]} == {
        (label, mass) for label in range(10) for mass in MASSES
    }
    corners = np.concatenate([np.array(line["xy"]) for line in shapes["lines"]])
    assert np.allclose(corners, np.stack([expected.x, expected.y], axis=1).ravel(), rtol=1e-4, atol=1e-6)
    assert sum(len(line["xy"]) // 2 for line in shapes["lines"]) == len(expected.x)


def test_the_columns_for_a_chart_hold_the_chosen_classes_only(finished):
    shapes = overlays.contours(finished, "train")
    columns = overlays.as_columns(shapes, (3, 8))
    assert set(columns["label"]) == {3, 8} and len({len(column) for column in columns.values()}) == 1
    first = next(line for line in shapes["lines"] if line["label"] == 3)
    own = columns["line"] == columns["line"][columns["label"] == 3][0]
    assert np.allclose(np.stack([columns["x"][own], columns["y"][own]], axis=1).ravel(), first["xy"])
    assert len(overlays.as_columns(shapes, ())["x"]) == 0


def test_each_image_lies_in_a_cell_of_its_nearest_sample_image(finished):
    embedding = finished.embedding()
    sample = voronoi.choose(embedding.train_labels, 30)
    shapes = overlays.cells(finished, "train", per_class=30)
    assert len(shapes["cells"]) == 300
    nearest = cKDTree(embedding.train[sample]).query(embedding.test[:300])[1]
    for point, owner in zip(embedding.test[:300], sample[nearest], strict=True):
        homes = [
            cell["label"]
            for cell in shapes["cells"]
            if Polygon(np.array(cell["xy"]).reshape(-1, 2)).contains_point(point, radius=1e-4)
            or Polygon(np.array(cell["xy"]).reshape(-1, 2)).contains_point(point, radius=-1e-4)
        ]
        assert embedding.train_labels[owner] in homes


def test_by_default_three_thousand_images_own_a_cell(finished):
    assert len(overlays.cells(finished, "train")["cells"]) == 3000


def test_any_number_of_cells_is_rounded_to_an_offered_one_and_each_is_made_once(finished):
    byte_cache.clear()
    asked = [20 + number for number in range(40)]  # 10, 30, 100 and 300 are offered, and none between
    packed = {overlays.packed_cells(finished, "train", per_class=number) for number in asked}
    cells = {len(json.loads(gzip.decompress(content))["cells"]) for content in packed}
    assert cells == {100, 300} and byte_cache.held() == sum(map(len, packed))


def test_the_share_in_the_own_cell_is_that_of_the_nearest_neighbour(finished):
    embedding = finished.embedding()
    sample = voronoi.choose(embedding.train_labels, 50)
    nearest = KNeighborsClassifier(1).fit(embedding.train[sample], embedding.train_labels[sample])
    expected = nearest.score(embedding.test, embedding.test_labels)
    assert overlays.share_in_own_cell(finished, per_class=50) == pytest.approx(expected, abs=1e-3)


def test_more_than_two_dimensions_need_a_flat_reduction(deep):
    with pytest.raises(ValueError, match="two dimensions only"):
        overlays.contours(deep, "train")
    with pytest.raises(ValueError, match="two dimensions only"):
        overlays.cells(deep, "train", "pca3")
    assert overlays.contours(deep, "train", "pca2")["lines"]
    assert len(overlays.cells(deep, "test", "svd2", 10)["cells"]) == 30
    assert 1 / 3 < overlays.share_in_own_cell(deep, "svd2", 100) <= 1
