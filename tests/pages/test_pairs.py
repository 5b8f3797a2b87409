"""Pairs and triplets without a browser: the drawings show what they claim, read back from the SVG."""

import json
import re
import shutil
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import PRESETS, RunConfig
from core.data import Dataset
from core.losses import LOSSES
from core.runs import place_for, run_at
from pages.ui.state import Listed
from tests.drawn_digits import DrawnDigits
from tests.pages.conftest import OpenPage, components

PAGE = "learn/pairs.py"
DRAWINGS = ("samples", "pairs", "triplets", "batch", "rings")
SAME, DIFFERENT = "#3f90da", "#e76300"


@pytest.fixture(scope="module")
def digits(mnist: Dataset) -> DrawnDigits:
    return DrawnDigits(mnist.train)


def drawing(app: AppTest, name: str) -> ET.Element:
    """One of the page's drawings, as parsed SVG."""
    svg = json.loads(components(app)[DRAWINGS.index(name)].proto.json)["svg"]
    return ET.fromstring(f"<drawing>{svg}</drawing>")


def cards(app: AppTest, name: str) -> list[ET.Element]:
    return [svg for svg in drawing(app, name).iter("svg") if svg.find("image") is not None]


def texts(element: ET.Element) -> list[str]:
    return [text.text or "" for text in element.iter("text")]


def frames(element: ET.Element) -> list[str]:
    return [rect.attrib["stroke"] for rect in element.iter("rect")]


def press(app: AppTest, name: str) -> AppTest:
    app.button(key=name).click().run()
    assert not app.exception
    return app


def metrics(app: AppTest) -> dict[str, int]:
    return {tile.label: int(tile.value.replace(",", "")) for tile in app.metric}


def test_the_samples_are_shown_with_their_class(
    open_page: OpenPage, digits: DrawnDigits, mnist: Dataset
) -> None:
    several = cards(open_page(PAGE), "samples")
    assert len(several) == 10
    for label, card in enumerate(several):
        assert set(digits.labels(card)) == {label}
        assert texts(card) == [str(label), f"{np.count_nonzero(mnist.train.labels == label):,}"]


def test_each_pair_carries_its_own_label(open_page: OpenPage, digits: DrawnDigits) -> None:
    app, labels = open_page(PAGE), set()
    for _ in range(3):
        for card in cards(app, "pairs"):
            one, other = digits.labels(card)
            assert texts(card) == ["1: same" if one == other else "0: different"]
            assert frames(card) == [SAME if one == other else DIFFERENT] * 2
            labels.add(one == other)
        press(app, "again_pairs")
    assert labels == {True, False}


def test_each_triplet_is_two_of_a_class_and_one_of_another(open_page: OpenPage, digits: DrawnDigits) -> None:
    for card in cards(open_page(PAGE), "triplets"):
        anchor, positive, negative = digits.places(card)
        a, p, n = digits.labels(card)
        assert anchor != positive and negative not in (anchor, positive)
        assert a == p != n
        assert texts(card) == ["anchor", "positive", "negative"]
        assert frames(card)[1:] == [SAME, DIFFERENT]


@pytest.mark.parametrize("name", ["samples", "pairs", "triplets", "batch"])
def test_reshuffling_gives_another_sample_and_the_same_for_everybody(open_page: OpenPage, name: str) -> None:
    app, somebody_else = open_page(PAGE), open_page(PAGE)
    pictures = [ET.tostring(drawing(app, name)) for _ in range(3) if press(app, f"again_{name}")]
    assert len(set(pictures)) == 3
    assert pictures == [
        ET.tostring(drawing(somebody_else, name)) for _ in range(3) if press(somebody_else, f"again_{name}")
    ]
    fresh = open_page(PAGE)
    for other in set(DRAWINGS) - {name}:  # nothing else has changed
        assert ET.tostring(drawing(app, other)) == ET.tostring(drawing(fresh, other))


def cells(app: AppTest) -> dict[tuple[int, int], tuple[str, bool]]:
    """Row and column -> the kind of the cell, and whether its pair is learned from."""
    found = [rect.attrib for rect in drawing(app, "batch").iter("rect")]
    return {
        (int(rect["y"]) // 20 - 1, int(rect["x"]) // 20 - 1): (rect["class"], rect["data-used"] == "1")
        for rect in found
    }


@pytest.mark.parametrize("by_class", [False, True])
@pytest.mark.parametrize("learn_from", ["All pairs", "Sampled pairs"])
@pytest.mark.parametrize("size", [8, 16, 24])
def test_the_counts_are_those_of_the_images_in_the_table(
    open_page: OpenPage, digits: DrawnDigits, size: int, learn_from: str, by_class: bool
) -> None:
    app = open_page(PAGE)
    app.slider(key="pairs_batch").set_value(size)
    app.segmented_control(key="pairs_learn_from").set_value(learn_from)
    app.toggle(key="pairs_sorted").set_value(by_class).run()
    assert not app.exception
    labels, table = digits.labels(drawing(app, "batch")), cells(app)
    along, down = labels[0::2], labels[1::2]
    assert along == down and len(along) == size
    assert (along == sorted(along)) or not by_class
    for row, column in np.ndindex(size, size):
        kind, used = table[row, column]
        assert kind == (
            "itself" if row == column else "positive" if along[row] == along[column] else "negative"
        )
        assert used == table[column, row][1]
    used_pairs = [pair for pair in combinations(range(size), 2) if table[pair][1]]
    positive = sum(along[one] == along[other] for one, other in used_pairs)
    shown = metrics(app)
    assert shown["Positive pairs"] == positive
    assert shown["Negative pairs"] == len(used_pairs) - positive
    assert shown["Learned from"] == len(used_pairs)
    if learn_from == "All pairs":
        assert len(used_pairs) == len(list(combinations(range(size), 2)))
    else:  # each image is in one sampled pair
        assert sorted(place for pair in used_pairs for place in pair) == list(range(size))
    counted = app.get("table")[0].value
    rows = {int(row.replace(",", "")): counted.loc[row] for row in counted.index}
    fast = PRESETS["fast"].batch_size
    assert rows[size]["All pairs"] == f"{len(list(combinations(range(size), 2))):,}"
    assert rows[fast]["All pairs"] == f"{len(list(combinations(range(fast), 2))):,}"
    assert rows[fast]["Sampled pairs"] == f"{fast // 2:,}"


def distances_in(titles: list[str]) -> list[float]:
    return [float(match.group(1)) for title in titles if (match := re.search(r"= ([\d.e-]+)$", title))]


@pytest.mark.parametrize("anchor", [0, 7, 59_999])
def test_the_rings_hold_the_negatives_of_the_run(
    open_page: OpenPage, digits: DrawnDigits, anchor: int
) -> None:
    app = open_page(PAGE)
    app.text_input(key="pairs_anchor_60000").set_value(str(anchor)).run()
    assert not app.exception
    groups = list(drawing(app, "rings").iter("g"))
    titles = [group.findtext("title") or "" for group in groups]
    places = [digits.places(group)[0] for group in groups]
    assert titles[-1] == "the anchor" and places[-1] == anchor
    positive = places[titles.index(next(title for title in titles if title.startswith("the positive")))]

    run = run_at(PRESETS["fast"].key)
    points, labels, margin = run.embedding().train, run.embedding().train_labels, run.config().margin
    assert labels[positive] == labels[anchor] and positive != anchor
    d = np.sqrt(((points.astype(float) - points[anchor].astype(float)) ** 2).sum(axis=1))
    counts = {"hard": 0, "semi-hard": 0, "easy": 0}
    for n in range(len(points)):
        if labels[n] != labels[anchor]:
            ring = "hard" if d[n] < d[positive] else "semi-hard" if d[n] < d[positive] + margin else "easy"
            counts[ring] += 1
    shown = metrics(app)
    assert {name: shown[name.capitalize()] for name in counts} == counts
    for title, place in zip(titles[:-2], places[:-2], strict=True):
        name, ring = re.match(r"(\d), ([\w-]+):", title).groups()  # type: ignore[union-attr]
        assert int(name) == labels[place] != labels[anchor]
        low, high = {
            "hard": (0, d[positive]),
            "semi-hard": (d[positive], d[positive] + margin),
            "easy": (d[positive] + margin, np.inf),
        }[ring]
        assert low <= d[place] < high
        assert distances_in([title])[0] == pytest.approx(d[place], rel=5e-3)
    assert len(titles) == 2 + sum(
        min(most, count) for most, count in zip((5, 9, 12), counts.values(), strict=True)
    )


def test_images_nearer_to_the_anchor_are_drawn_nearer_to_it(open_page: OpenPage) -> None:
    def radius(group: ET.Element) -> float:
        rect = next(group.iter("rect")).attrib
        half = float(rect["width"]) / 2
        return float(np.hypot(float(rect["x"]) + half - 180, float(rect["y"]) + half - 180))

    app = open_page(PAGE)
    groups = list(drawing(app, "rings").iter("g"))[:-1]  # without the anchor
    by_distance = sorted(groups, key=lambda group: distances_in([group.findtext("title") or ""])[0])
    radii = [radius(group) for group in by_distance]
    counts = metrics(app)
    most = {"Hard": 5, "Semi-hard": 9, "Easy": 12}
    assert len(radii) == 1 + sum(min(counts[kind], most[kind]) for kind in most)  # and the positive
    assert all(one <= other + 0.2 for one, other in pairwise(radii))


def test_buttons_change_the_anchor_and_the_positive(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    before = ET.tostring(drawing(app, "rings"))
    first = app.text_input(key="pairs_anchor_60000").value
    press(app, "again_positive")
    assert app.text_input(key="pairs_anchor_60000").value == first
    with_other_positive = ET.tostring(drawing(app, "rings"))
    press(app, "new_anchor")
    assert app.text_input(key="pairs_anchor_60000").value != first
    assert len({before, with_other_positive, ET.tostring(drawing(app, "rings"))}) == 3


def test_the_sentence_on_luck_agrees_with_the_curve_and_the_table(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    (sentence,) = [text.value for text in app.markdown if "Without mining" in text.value]
    *shares, chance = re.findall(r"\*\*([\d.]+%)\*\*", sentence)
    (curve,) = json.loads(app.get("vega_lite_chart")[0].proto.spec)["layer"]
    rows = curve["data"]["values"]
    written = {row["size"]: row["text"] for row in rows}
    assert shares == [written[64], written[4096]]
    values = [row["share"] for row in rows]
    assert values == sorted(values) and values[0] < values[-1]
    table = app.get("table")[1].value
    assert list(table.index) == ["64", "512", "4,096"]
    for column in ("Hard", "Semi-hard"):
        means = [float(cell.split()[0].replace(",", "")) for cell in table[column]]
        assert means == sorted(means) and means[0] < means[-1]
        if (
            column == "Hard"
        ):  # nine in ten of the largest batch are negatives, and one is a hard one by chance
            assert float(chance.rstrip("%")) / 100 == pytest.approx(
                means[-1] / (0.9 * 4094), rel=0.1, abs=6e-4
            )
    press(app, "again_luck")
    assert not app.get("table")[1].value.equals(table)


def test_the_losses_that_use_the_class_itself_are_named(open_page: OpenPage) -> None:
    first = open_page(PAGE).markdown[0].value
    named = re.search(r"\((.+) learn a point for each class", first)
    assert named is not None
    learned = [entry.label.split(",")[0].lower() for entry in LOSSES.values() if entry.learned]
    assert named[1].lower().split(" and ") == learned


def show(app: AppTest, config: RunConfig) -> AppTest:
    """The page with another run on it."""
    app.session_state["runs"] = {config.key: Listed(config, "Mine")}
    app.session_state["shown_run"] = config.key
    app.run()
    assert not app.exception
    return app


def test_an_unfinished_run_has_no_rings(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    config = RunConfig(seed=77)
    place_for(config).begin(config)
    show(app, config)
    assert [info.value for info in app.info] == [
        "This run has not finished, so it has no embedding. Choose a finished one above."
    ]
    assert len(components(app)) == len(DRAWINGS) - 1


def test_a_margin_on_the_squared_distance_is_drawn_as_a_distance(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    config = RunConfig(loss="contrastive_squared", margin=0.25)
    mine = place_for(config)
    shutil.copytree(run_at(PRESETS["fast"].key).folder, mine.folder)
    (mine.folder / "config.json").write_text(json.dumps(config.as_dict()))
    show(app, config)
    assert not app.error
    assert any("The margin m is 0.5." in caption.value for caption in app.caption)
    words = texts(drawing(app, "rings"))
    positive, edge = (float(text.split("= ")[1]) for text in words if text.startswith("d(a,p)"))
    assert edge - positive == pytest.approx(0.5, abs=0.01)


def test_a_damaged_run_is_reported(open_page: OpenPage) -> None:
    app = open_page(PAGE)
    shipped = run_at(PRESETS["fast"].key)
    mine = place_for(PRESETS["fast"])
    shutil.copytree(shipped.folder, mine.folder)
    (mine.folder / "embedding.safetensors").unlink()
    show(app, PRESETS["fast"])
    (error,) = app.error
    assert "cannot be shown here" in error.value and "is missing" in error.value
    assert app.radio(key="picked_run_0").value == mine.key  # another one can be chosen
