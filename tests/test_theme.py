"""The theme: readable in light and dark, with palettes that keep their order without colour."""

import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

PROJECT = Path(__file__).resolve().parent.parent
CONFIG: dict[str, Any] = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
MODES = ("light", "dark")
CLASSES: list[str] = CONFIG["theme"]["chartCategoricalColors"]


def linear(colour: str) -> npt.NDArray[np.float64]:
    """Linear red, green and blue, 0 to 1."""
    channels = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance, 0 (black) to 1 (white)."""
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast ratio, 1 (equal) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def places(mode: str) -> list[dict[str, str]]:
    return [CONFIG["theme"][mode], CONFIG["theme"][mode] | CONFIG["theme"][mode]["sidebar"]]


@pytest.mark.parametrize("mode", MODES)
def test_text_is_readable_on_every_background(mode: str) -> None:
    for place in places(mode):
        for background in ("backgroundColor", "secondaryBackgroundColor"):
            for text in ("textColor", "linkColor"):
                assert contrast(place[text], place[background]) >= 4.5, (text, background)
        assert contrast(place["codeTextColor"], place["codeBackgroundColor"]) >= 4.5
        assert contrast(place["dataframeHeaderTextColor"], place["dataframeHeaderBackgroundColor"]) >= 4.5


def faded(text: str, background: str, opacity: float) -> str:
    mixed = (
        round(
            opacity * int(text[start : start + 2], 16)
            + (1 - opacity) * int(background[start : start + 2], 16)
        )
        for start in (1, 3, 5)
    )
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


@pytest.mark.parametrize("mode", MODES)
def test_a_caption_is_readable_although_streamlit_fades_it(mode: str) -> None:
    for place in places(mode):
        for background in (place["backgroundColor"], place["secondaryBackgroundColor"]):
            assert contrast(faded(place["textColor"], background, 0.6), background) >= 4.5, background


@pytest.mark.parametrize("mode", MODES)
def test_the_label_of_a_primary_button_is_readable(mode: str) -> None:
    assert contrast("#ffffff", CONFIG["theme"][mode]["primaryColor"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_the_values_of_sliders_in_the_sidebar_are_readable(mode: str) -> None:
    sidebar = CONFIG["theme"][mode]["sidebar"]
    assert contrast(sidebar["primaryColor"], sidebar["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_the_palettes_have_ten_different_colours(mode: str) -> None:
    for kind in ("Sequential", "Diverging"):
        assert len(set(CONFIG["theme"][mode][f"chart{kind}Colors"])) == 10


def test_a_class_has_the_same_colour_in_light_and_dark_and_stands_out_from_both() -> None:
    assert len(CLASSES) == 10
    for mode in MODES:
        assert "chartCategoricalColors" not in CONFIG["theme"][mode] | CONFIG["theme"][mode]["sidebar"]
        background = CONFIG["theme"][mode]["backgroundColor"]
        assert min(contrast(colour, background) for colour in CLASSES) >= 3, mode  # WCAG 1.4.11


def test_the_canvas_outside_of_streamlit_has_the_same_colours() -> None:
    script = (PROJECT / "assets" / "canvas" / "theme.js").read_text(encoding="utf-8")
    assert re.findall("#[0-9a-f]{6}", script.partition("PALETTE = [")[2].partition("]")[0]) == CLASSES


# What people see of linear RGB who lack a kind of cone. Source: Machado, Oliveira, Fernandes 2009, severity 1.
EYES = {
    "all cones": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.01182, 0.04294, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.3039],
    ],
}
# From linear RGB to OKLab, in which equal distances look equally different. Source: Ottosson 2020.
CONES = [
    [0.41222147, 0.53633254, 0.05144599],
    [0.2119035, 0.68069955, 0.10739696],
    [0.08830246, 0.28171884, 0.62997870],
]
LAB = [
    [0.21045426, 0.79361779, -0.00407205],
    [1.9779985, -2.42859221, 0.45059371],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def difference(one: str, other: str, eyes: str) -> float:
    """How different two colours look: about 2 is just noticeable side by side."""
    seen = [np.clip(np.array(EYES[eyes]) @ linear(colour), 0, 1) for colour in (one, other)]
    return 100 * float(np.linalg.norm(np.subtract(*(LAB @ np.cbrt(CONES @ light) for light in seen))))


@pytest.mark.parametrize("eyes", EYES)
def test_the_classes_differ_to_every_kind_of_eyes_as_much_as_ten_colours_can(eyes: str) -> None:
    # Petroff's ten (arXiv:2107.02270), made for this, reach 7.3, with four that are too pale for a white background.
    pairs = itertools.combinations(CLASSES, 2)
    assert min(difference(one, other, eyes) for one, other in pairs) >= 7


@pytest.mark.parametrize("mode", MODES)
def test_a_sequential_palette_departs_from_the_background_step_by_step(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    steps = [contrast(colour, theme["backgroundColor"]) for colour in theme["chartSequentialColors"]]
    assert steps == sorted(steps)
    assert steps[0] < 1.4
    assert steps[-1] > 7


@pytest.mark.parametrize("mode", MODES)
def test_a_diverging_palette_is_closest_to_the_background_in_its_middle(mode: str) -> None:
    theme = CONFIG["theme"][mode]
    steps = [contrast(colour, theme["backgroundColor"]) for colour in theme["chartDivergingColors"]]
    assert steps[:5] == sorted(steps[:5], reverse=True)
    assert steps[5:] == sorted(steps[5:])


def streamlit_complains_in(folder: Path) -> str:
    """Streamlit's complaints about a folder's settings, which it would then ignore."""
    command = [sys.executable, "-m", "streamlit", "config", "show"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stderr


def test_streamlit_knows_every_setting(tmp_path: Path) -> None:
    assert streamlit_complains_in(PROJECT) == ""
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("[theme.dark]\nfavouriteColor = 'red'\n")
    assert '"theme.dark.favouriteColor" is not a valid config option' in streamlit_complains_in(tmp_path)
