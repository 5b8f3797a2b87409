"""The strokes of the drawing area, drawn once more from its JSON."""

import json
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import center_of_mass

from core.drawings.picture_file import PictureRefused
from core.drawings.strokes import MOST_CURVES, MOST_STROKES, ink_of_strokes

BEND = [["M", 60, 80], ["Q", 100, 20, 140, 80], ["L", 140, 200]]


def stroke(path: list[list[Any]], **changed: Any) -> dict[str, Any]:
    """As Fabric.js saves it; left and top are the middle of the path's box."""
    points = np.array([part[at : at + 2] for part in path for at in range(1, len(part), 2)], float)
    left, top = (points.min(axis=0) + points.max(axis=0)) / 2
    return {"type": "Path", "path": path, "left": left, "top": top, "strokeWidth": 24, **changed}


def ink(*strokes: dict[str, Any]) -> np.ndarray:
    found = ink_of_strokes({"objects": list(strokes)}, 280)
    assert found is not None and found.shape == (280, 280) and found.min() >= 0 and found.max() == 255
    return found


def spans(found: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero((found > 127).any(axis=axis))[[0, -1]].tolist() for axis in (1, 0)]


def test_ink_is_what_is_nearer_to_the_pens_way_than_half_its_width() -> None:
    found = ink(stroke([["M", 60, 100], ["L", 200, 180]]))
    down, along = np.mgrid[:280, :280] + 0.5
    t = np.clip(((along - 60) * 140 + (down - 100) * 80) / (140**2 + 80**2), 0, 1)
    away = np.hypot(along - 60 - 140 * t, down - 100 - 80 * t)
    assert found[away < 11].min() == 255 and found[away > 13].max() == 0


def test_a_curve_bends_towards_its_control_point() -> None:
    found = ink(stroke([["M", 40, 200], ["Q", 140, 0, 240, 200]], top=100, strokeWidth=10))
    down = np.array([center_of_mass(found[:, along])[0] for along in (90, 140, 190)])
    assert np.abs(down - [125, 100, 125]).max() < 26 and down[1] < down[0] - 20


def test_a_click_is_a_dot_as_wide_as_the_pen() -> None:
    found = ink(stroke([["M", 139.98, 70], ["L", 140.02, 70]]))
    assert spans(found) == [[58, 81], [128, 151]]


def test_strokes_add_up_and_none_are_no_drawing() -> None:
    one, other = stroke(BEND), stroke([["M", 200, 50], ["L", 220, 240]])
    assert (ink(one, other) == np.maximum(ink(one), ink(other))).all()
    for nothing in ({"objects": []}, {"objects": (), "background": "#ffffff"}):
        assert ink_of_strokes(nothing, 280) is None


@pytest.mark.parametrize(
    ("changed", "rows", "columns"),
    [
        ({}, [128, 151], [48, 231]),
        ({"left": 150, "top": 90}, [78, 101], [58, 241]),
        ({"angle": 90}, [48, 231], [128, 151]),
        ({"scaleX": 0.5, "scaleY": 0.5}, [134, 145], [94, 185]),
        ({"flipX": True, "angle": 180}, [128, 151], [48, 231]),
    ],
    ids=["as drawn", "moved", "turned", "scaled", "flipped and turned"],
)
def test_a_stroke_that_was_edited_is_where_it_went(
    changed: dict[str, Any], rows: list[int], columns: list[int]
) -> None:
    found = spans(ink(stroke([["M", 60, 140], ["L", 220, 140]], **changed)))
    assert np.abs(np.array(found) - [rows, columns]).max() <= 1


@pytest.mark.parametrize(
    "drawing",
    [
        None,
        "text",
        [],
        {},
        {"objects": None},
        {"objects": [None]},
        {"objects": ["Path"]},
        {"objects": [{"type": "Image", "src": "https://evil.example"}]},
        {"objects": [stroke(BEND, left="here")]},
        {"objects": [stroke(BEND, top=float("nan"))]},
        {"objects": [stroke(BEND, angle=float("inf"))]},
        {"objects": [stroke(BEND) | {"path": []}]},
        {"objects": [stroke(BEND) | {"path": [["M", 1, float("inf")]]}]},
        {"objects": [stroke(BEND) | {"path": [["Z"]]}]},
        {"objects": [stroke(BEND) | {"path": [["M", 1], ["Q", 1, 2]]}]},
        {"objects": [stroke(BEND) | {"path": [["M", *range(10_000)]]}]},
        {"objects": [stroke(BEND) | {"path": 7}]},
        {"objects": [stroke(BEND, strokeWidth=json.loads("1" + "0" * 400))]},
    ],
    ids=lambda drawing: str(drawing)[:60],
)
def test_anything_but_strokes_is_refused_with_a_sentence(drawing: object) -> None:
    with pytest.raises(PictureRefused, match="Clear it and draw again"):
        ink_of_strokes(drawing, 280)


def test_too_much_is_refused_before_it_is_drawn() -> None:
    long = stroke([["M", 0, 0], *[["L", 1, 1]] * MOST_CURVES])
    for strokes in ([long], [stroke(BEND)] * (MOST_STROKES + 1)):
        with pytest.raises(PictureRefused, match="more strokes than can be read"):
            ink_of_strokes({"objects": strokes}, 280)


def test_huge_numbers_are_drawn_at_the_papers_edge_at_most() -> None:
    found = ink(stroke(BEND), stroke([["M", -1e300, 5], ["L", 1e300, 5]], left=0, strokeWidth=1e300))
    assert np.isfinite(found).all()
