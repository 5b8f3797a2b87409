"""core.canvas.svg, read back by an XML parser: what is drawn lies where it should, in its class's colour."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from core.canvas.svg import as_svg
from core.canvas.voronoi import cells
from core.density import contours

BOX = (-1.0, -0.5, 3.0, 1.5)
COLOURS = ["#aa0000", "#00bb00", "#0000cc"]
NAMES = ["zero", "one", "two"]
SVG = "{http://www.w3.org/2000/svg}"


def parse(content: bytes) -> ElementTree.Element:
    root = ElementTree.fromstring(content)
    assert root.tag == f"{SVG}svg"
    return root


def layer(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return root.findall(f".//{SVG}g[@id='{name}']/{SVG}path")


def corners_of(path: str) -> list[np.ndarray]:
    """The [k, 2] corners of each line or polygon of a path."""
    return [
        np.array(re.findall(r"-?\d+", part.split("h")[0]), float).reshape(-1, 2)
        for part in path.split("M")[1:]
    ]


def area(corners: np.ndarray) -> float:
    ahead = np.roll(corners, -1, axis=0)
    return float(abs((corners[:, 0] * ahead[:, 1] - corners[:, 1] * ahead[:, 0]).sum()) / 2)


def frame_of(root: ElementTree.Element) -> dict[str, float]:
    rectangle = root.find(f"{SVG}clipPath/{SVG}rect")
    assert rectangle is not None
    return {key: float(rectangle.attrib[key]) for key in ("x", "y", "width", "height")}


def draw(**options: object) -> ElementTree.Element:
    return parse(as_svg(BOX, title="T", colours=COLOURS, class_names=NAMES, **options))  # type: ignore[arg-type]


def labelled(n: int) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, n)
    return generator.normal(size=(n, 2)) * 0.15 + labels[:, None] * [1, 0.4], labels


def test_points_lie_where_the_ticks_say_and_up_is_up() -> None:
    points = np.array([[0.0, 0.0], [2.0, 1.0], [np.nan, 0.0]])
    root = draw(points=points, labels=np.array([0, 2, 1]))
    dots = {path.attrib["stroke"]: corners_of(path.attrib["d"])[0][0] for path in layer(root, "points")}
    assert set(dots) == {"#aa0000", "#0000cc"}
    across = {text.text: float(text.attrib["x"]) for text in root.findall(f"{SVG}text[@class='tick-x']")}
    up = {text.text: float(text.attrib["y"]) - 110 for text in root.findall(f"{SVG}text[@class='tick-y']")}
    assert {"−1", "0", "1", "2", "3"} <= set(across)
    assert tuple(dots["#aa0000"]) == (across["0"], up["0"])
    assert tuple(dots["#0000cc"]) == (across["2"], up["1"])
    assert up["1"] < up["0"]
    assert across["1"] - across["0"] == pytest.approx(up["0"] - up["1"], abs=2)  # one scale for both


def test_cells_fill_the_frame_each_in_the_colour_of_its_class() -> None:
    points, labels = labelled(300)
    diagram = cells(points, labels, BOX)
    root = draw(cells=diagram)
    frame = frame_of(root)
    scale = frame["width"] / 4
    drawn = layer(root, "cells")
    assert [path.attrib["fill"] for path in drawn] == COLOURS
    for label, path in enumerate(drawn):
        covered = sum(area(corners) for corners in corners_of(path.attrib["d"])) / scale**2
        assert covered == pytest.approx(diagram.areas()[diagram.labels == label].sum(), rel=1e-3)
    assert frame["width"] / frame["height"] == pytest.approx(2)


def test_contours_are_those_given_with_one_path_for_each_class_and_mass() -> None:
    points, labels = labelled(900)
    table = contours(points, labels, masses=(0.5, 0.9))
    root = draw(contours=table.as_dict())
    drawn = layer(root, "contours")
    assert len(drawn) == 6
    assert [path.attrib["stroke"] for path in drawn] == [colour for colour in COLOURS for _ in range(2)]
    assert all(path.attrib["fill"] == "none" for path in drawn)
    frame = frame_of(root)
    found = np.concatenate([corners for path in drawn for corners in corners_of(path.attrib["d"])])
    order = np.lexsort([table.line, table.mass, table.label])
    x = frame["x"] + (table.x[order] + 1) * frame["width"] / 4
    y = frame["y"] + (1.5 - table.y[order]) * frame["width"] / 4
    np.testing.assert_allclose(found, np.stack([x, y], axis=1), atol=0.51)
    lines = sum(len(corners_of(path.attrib["d"])) for path in drawn)
    assert lines == table.line.max() + 1


@pytest.mark.parametrize("text", ["<b> & \"quotes\" 'and' ]]>", "れを, ∑x²", "bell\x07 and nul\x00", "-->"])
def test_any_text_gives_valid_xml_and_is_read_back(text: str) -> None:
    points, labels = labelled(9)
    content = as_svg(
        BOX,
        title=text,
        colours=COLOURS,
        class_names=[text] * 3,
        points=points,
        labels=labels,
        axes=(text, text),
        note=text,
    )
    root = parse(content)
    readable = text.replace("\x07", "").replace("\x00", "")
    assert root.findtext(f"{SVG}title") == readable
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert texts.count(readable) == 1 + 2 + 3 + 1  # heading, axes, legend, note


def test_the_legend_names_the_classes_that_occur() -> None:
    points, labels = labelled(100)
    root = draw(points=points[labels != 1], labels=labels[labels != 1])
    assert [text.text for text in root.findall(f"{SVG}text[@class='legend']")] == ["zero", "two"]
    beyond = draw(points=points[:1], labels=np.array([7]))
    assert [text.text for text in beyond.findall(f"{SVG}text[@class='legend']")] == ["7"]


@pytest.mark.parametrize("box", [(0, 0, 1000, 0.001), (0, 0, 1e-9, 1e3), (1e6, 1e6, 1e6 + 1, 1e6 + 1)])
def test_every_box_is_wholly_seen_and_fits_the_page(box: tuple[float, float, float, float]) -> None:
    corners = np.array([box[:2], box[2:]])
    root = parse(
        as_svg(box, title="T", colours=COLOURS, class_names=NAMES, points=corners, labels=np.array([0, 1]))
    )
    frame = frame_of(root)
    places = [corners_of(path.attrib["d"])[0][0] for path in layer(root, "points")]
    for x, y in places:
        assert frame["x"] - 1 <= x <= frame["x"] + frame["width"] + 1
        assert frame["y"] - 1 <= y <= frame["y"] + frame["height"] + 1
    middle = np.mean(places, axis=0)  # a thin box lies in the middle of what is seen
    assert middle == pytest.approx([frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2], abs=2)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    assert frame["x"] + frame["width"] < width < 30_000
    assert frame["y"] + frame["height"] < height < 30_000
    assert root.attrib["width"] == f"{width / 100:g}mm"
    ticks = [text.text for text in root.findall(f"{SVG}text[@class='tick-x']")]
    assert 2 <= len(ticks) <= 12


def test_without_anything_to_draw_there_is_a_frame_with_axes() -> None:
    root = draw(cells=cells(np.empty((0, 2)), np.empty(0, int), BOX))
    assert frame_of(root)["width"] == 14_000
    assert [text.text for text in root.findall(f"{SVG}text[@class='axis']")] == ["z1", "z2"]
    assert layer(root, "cells") == []


def test_impossible_requests_are_refused_with_the_reason() -> None:
    for box in ((0, 0, 0, 1), (0, 1, 1, 0), (0, 0, np.nan, 1)):
        with pytest.raises(ValueError, match="an area"):
            as_svg(box, title="T", colours=COLOURS, class_names=NAMES)
    for labels in (None, np.zeros(2, int)):
        with pytest.raises(ValueError, match="one label each"):
            draw(points=np.zeros((3, 2)), labels=labels)
