"""The table of classes and clusters: the text, tips and marks of its cells."""

import numpy as np
import pytest

from core.embedding.confusion import Confusion
from pages.ui.components.confusion_heatmap import BY_CLASS, BY_CLUSTER, COUNTS, confusion_heatmap
from pages.ui.components.heatmap import Heatmap

NAMES = ("T-shirt", "Trouser", "Ankle boot")
# 1,000 T-shirts and 3,000 boots; cluster B is matched to boots, A to T-shirts, C to none
TABLE = Confusion(
    digits=np.array([0, 2]),
    clusters=np.array([0, 1, 2]),
    counts=np.array([[990, 10, 0], [30, 2070, 900]]),
    matched_digit=np.array([0, 2, -1]),
)


def written(shown: Heatmap) -> list[list[str]]:
    return [[cell.text for cell in row] for row in shown.cells]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (COUNTS, [["990", "10", ""], ["30", "2,070", "900"]]),
        (BY_CLASS, [["99.0%", "1.0%", ""], ["1.0%", "69.0%", "30.0%"]]),
        (BY_CLUSTER, [["97.1%", "0.5%", ""], ["2.9%", "99.5%", "100%"]]),
    ],
)
def test_cells_show_counts_or_shares_and_are_blank_without_images(
    cells: str, expected: list[list[str]]
) -> None:
    assert written(confusion_heatmap(TABLE, NAMES, cells, "")) == expected


def test_the_shade_grows_with_the_share_and_the_tip_says_both() -> None:
    shown = confusion_heatmap(TABLE, NAMES, COUNTS, "above")
    assert [cell.shade**2 for cell in shown.cells[1]] == pytest.approx([0.01, 0.69, 0.3])
    assert shown.cells[1][0].tip == "class Ankle boot in cluster A ≈ T-shirt: 30 images, 1.0%"
    assert shown.columns_title == "above"


def test_rows_are_classes_and_columns_clusters_with_the_class_that_each_is_matched_to() -> None:
    shown = confusion_heatmap(TABLE, NAMES, COUNTS, "")
    assert shown.rows == ["T-shirt", "Ankle boot"]
    assert shown.columns == ["A ≈ T-shirt", "B ≈ Ankle boot", "C ≈ no class"]
    assert confusion_heatmap(TABLE, NAMES, COUNTS, "", matched=False).columns == ["A", "B", "C"]


def test_the_cells_of_a_cluster_and_its_own_class_are_marked() -> None:
    shown = confusion_heatmap(TABLE, NAMES, COUNTS, "")
    assert [[cell.marked for cell in row] for row in shown.cells] == [
        [True, False, False],
        [False, True, False],
    ]
